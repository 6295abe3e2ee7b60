"""Which characters are likely in their context: the language model, asked for traditional characters and lost bytes."""

import functools

import numpy as np
import numpy.typing as npt

from aidtopics.repair.gbk import candidates, encoded, undefined
from aidtopics.repair.language import canonical, language
from aidtopics.repair.script import script_of, simplified

_BRANCH = 24  # most probable characters tried for a lost byte
_UNUSUAL = 8.0  # price of a simplified character or a wide letter or digit: a mirror writes none


@functools.lru_cache(maxsize=50_000)
def most_probable(
    context: str, lead: int, trail: int, reading: str | None, before_undefined: bool
) -> tuple[tuple[str, float], ...]:
    """The characters of two bytes that fit best behind the context, with their cost."""
    characters, numbers, price = _possible(lead, trail, reading, before_undefined)
    if not characters:
        return ()
    costs = price - language().score_numbers(context, numbers)
    return tuple((characters[n], float(costs[n])) for n in costs.argsort(kind="stable")[:_BRANCH].tolist())


@functools.lru_cache(maxsize=4096)
def _possible(
    lead: int, trail: int, reading: str | None, before_undefined: bool
) -> tuple[tuple[str, ...], npt.NDArray[np.uint64], npt.NDArray[np.float64]]:
    """What two bytes can be, with the numbers of the language model and the price of what a mirror does not write.

    Before two bytes that are no character only those stand whose second byte can begin such a pair.
    """
    found = candidates(lead, trail, reading)
    if before_undefined:
        found = tuple(c for c in found if encoded(c)[1] in undefined())
    price = np.array([_UNUSUAL * (script_of(c) < 0 or "０" <= c <= "ｚ") for c in found])
    return found, language().numbers([counted(c) for c in found]), price


@functools.lru_cache(maxsize=200_000)
def cost_of(context: str, character: str) -> float:
    """Negative log-probability of one counted character behind its context."""
    return -float(language().score(context, [character])[0])


@functools.lru_cache(maxsize=50_000)
def ranked(context: str, characters: str) -> tuple[tuple[str, float], ...]:
    """Counted characters with their cost behind the context, the most probable first."""
    costs = -language().score(context, characters)
    return tuple((characters[n], float(costs[n])) for n in costs.argsort(kind="stable").tolist())


def context_of(text: str) -> str:
    """The last two characters of a text as the language model counts them."""
    return "".join(map(counted, text[-2:])).rjust(2, "\n")


@functools.lru_cache(maxsize=30_000)
def counted(character: str) -> str:
    """A character as the language model knows it: simplified, marks narrow."""
    return canonical(simplified(character))
