"""What people answered: questions files read back, strictly, with everything that is wrong told at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aidtopics.errors import UsageError, nearest, problems
from aidtopics.records import Label
from aidtopics.review.sheet import unpack

UNCLEAR = "unclear"
_ANSWERS = (*(label.value for label in Label), UNCLEAR)


@dataclass(frozen=True, slots=True)
class Answer:
    """A page that a person was asked about."""

    page_id: str
    site: str  # host of its address, else its page_id; groups pages for splits
    text: str  # as asked about: repaired, one line a block
    answer: str  # aid, noise, unclear, or empty where it was passed over
    where: str  # file and row

    @property
    def label(self) -> Label | None:
        """None where the person passed it over or could not tell."""
        return Label(self.answer) if self.answer in (Label.AID, Label.NOISE) else None


def read_answers(paths: Iterable[str | Path]) -> tuple[Answer, ...]:
    """Read questions files (.csv or .jsonl) with their answers; any file with columns `text` and `label` will do.

    A page that stands in several files counts once, with its answer. Passed over and unclear pages are returned too.

    Raises:
        UsageError: a file that can't be read, or rows that are no answers; all problems of all files at once.
    """
    found: dict[str, Answer] = {}
    wrong: list[str] = []
    for path in map(Path, paths):
        for place, row in unpack(path):
            where = f"{path} {place}"
            try:
                answer = _answer(row, where, f"{path}#{place.split()[1]}")
                known = found.get(answer.page_id)
                found[answer.page_id] = _merged(known, answer) if known else answer
            except ValueError as error:
                wrong.append(f"{where}: {error}")
    if wrong:
        raise UsageError(problems(wrong, "the answers"))
    return tuple(found.values())


def _answer(row: dict[str, Any] | str, where: str, default_id: str) -> Answer:
    if isinstance(row, str):
        raise ValueError(row)
    absent = [name for name in ("text", "label") if name not in row]
    if absent:
        columns = ", ".join(map(repr, list(row)[:10]))
        raise ValueError(f"found no {' and no '.join(map(repr, absent))} among {columns}")
    text = row["text"]
    if not isinstance(text, str) or not text.strip():
        raise ValueError("found no text; training needs the page's text as the questions file had it")
    written = "" if row["label"] is None else str(row["label"]).strip().lower()
    if written and written not in _ANSWERS:
        raise ValueError(f"found label {row['label']!r}; {nearest(written, _ANSWERS)} (or leave it empty)")
    page_id = str(row.get("page_id") or default_id)
    # Spreadsheets end lines in their own way.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return Answer(page_id, _host(row.get("url")) or page_id, lines, written, where)


def _merged(known: Answer, again: Answer) -> Answer:
    if "".join(known.text.split()) != "".join(again.text.split()):
        raise ValueError(
            f"found page_id {again.page_id} with another text than in {known.where}; give one of them another page_id"
        )
    if known.answer and again.answer and known.answer != again.answer:
        raise ValueError(f"found page_id {again.page_id} as {again.answer}, but as {known.answer} in {known.where}")
    return known if known.answer else again


def _host(url: object) -> str | None:
    try:
        return urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        return None  # a damaged address says nothing about the site
