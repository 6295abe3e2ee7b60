"""Which characters are likely in their context: the language model, asked for traditional characters and lost bytes."""

import functools

import numpy as np
import numpy.typing as npt

from aidtopics.repair.gbk import candidates, encoded, undefined
from aidtopics.repair.language import canonical, language
from aidtopics.repair.script import script_of, simplified

_AHEAD = 16  # times as many characters are looked at with what follows them
_UNUSUAL = 8.0  # price of a simplified character, a wide letter or digit, or what the language model never saw


@functools.lru_cache(maxsize=20_000)
def most_probable(
    context: str, leads: bytes, trail: int, reading: str | None, before_undefined: bool, following: str, number: int
) -> tuple[tuple[str, float], ...]:
    """The `number` characters of two bytes that fit best behind the context, with their cost.

    Which ones fit best is told by the character that follows, too, where it is known; their cost is their own.
    """
    characters, numbers, price = _possible(leads, trail, reading, before_undefined)
    if not characters:
        return ()
    costs = price - language().score_numbers(context, numbers)
    best = _smallest(costs, _AHEAD * number)
    if following and len(best) > 1:
        ahead = language().score_behind(context, numbers[best], following)
        best = best[_smallest(costs[best] - ahead, number)]
    return tuple((characters[n], float(costs[n])) for n in best[:number].tolist())


def _smallest(costs: npt.NDArray[np.float64], number: int) -> npt.NDArray[np.intp]:
    """Where the smallest costs stand, the smallest first."""
    if len(costs) <= number:
        return costs.argsort(kind="stable")
    best = costs.argpartition(number - 1)[:number]
    return best[costs[best].argsort(kind="stable")]


@functools.lru_cache(maxsize=8192)
def _possible(
    leads: bytes, trail: int, reading: str | None, before_undefined: bool
) -> tuple[tuple[str, ...], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """What two bytes can be, with the numbers of the language model and the price of what a mirror does not write.

    Before two bytes that are no character only those stand whose second byte can begin such a pair.
    """
    found = candidates(leads, trail, reading)
    if before_undefined:
        found = tuple(c for c in found if encoded(c)[1] in undefined())
    known = language().number
    price = [_UNUSUAL * (script_of(c) < 0 or "０" <= c <= "ｚ" or counted(c) not in known) for c in found]
    return found, language().numbers([counted(c) for c in found]), np.array(price)


@functools.lru_cache(maxsize=100_000)
def cost_of(context: str, character: str) -> float:
    """Negative log-probability of one counted character behind its context."""
    return -language().score_one(context, character)


@functools.lru_cache(maxsize=20_000)
def ranked(context: str, characters: str) -> tuple[tuple[str, float], ...]:
    """Counted characters with their cost behind the context, the most probable first."""
    return tuple(sorted(((c, cost_of(context, c)) for c in characters), key=lambda found: found[1]))


def context_of(text: str) -> str:
    """The last two characters of a text as the language model counts them."""
    return "".join(map(counted, text[-2:])).rjust(2, "\n")


@functools.lru_cache(maxsize=30_000)
def counted(character: str) -> str:
    """A character as the language model knows it: simplified, marks narrow."""
    return canonical(simplified(character))
