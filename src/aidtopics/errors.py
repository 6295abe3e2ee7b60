"""What a user can meet: each error says what was found, what was expected and what to do."""

import difflib
from collections.abc import Iterable, Sequence


class AidtopicsError(Exception):
    """A run that could not be finished. The command line ends with exit code 1."""

    exit_code = 1


class UsageError(AidtopicsError):
    """A mistake in what the user gave: a path, a setting, a file's form. Exit code 2."""

    exit_code = 2


class UnreadableError(AidtopicsError):
    """One file or record that can't be read as a page; the others go on."""


class ModelError(UsageError):
    """A model folder that is missing, incomplete, altered or of another format."""


class FittingError(AidtopicsError):
    """The pages at hand do not suffice to fit what was asked for."""


def problems(found: Sequence[str], place: object, most: int = 20) -> str:
    """A message for one problem in one line, and for many as a list that says how many more there are."""
    if len(found) == 1:
        return f"found a problem in {place}: {found[0]}"
    rest = [f"… and {len(found) - most} more"] if len(found) > most else []
    return "\n  ".join([f"found {len(found)} problems in {place}:", *found[:most], *rest])


def nearest(name: str, known: Iterable[str]) -> str:
    """The hint for a misspelt name: the nearest known one, else all of them."""
    names = sorted(known)
    match = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if match:
        return f"did you mean '{match[0]}'?"
    return "known: " + ", ".join(names)
