"""Which characters are likely in their context: the language model, asked for traditional characters and lost bytes."""

import functools

import numpy as np
import numpy.typing as npt

from aidtopics.repair.gbk import LOST, TRAILS, candidates, characters, undefined
from aidtopics.repair.language import canonical, language
from aidtopics.repair.script import script_of, simplified

_AHEAD = 16  # times as many characters are looked at with what follows them
_UNUSUAL = 8.0  # price of a simplified character, a wide letter or digit, or what the language model never saw


@functools.lru_cache(maxsize=20_000)
def most_probable(
    context: str, leads: bytes, trail: int, reading: str | None, before_undefined: bool, following: str, number: int
) -> tuple[tuple[str, float], ...]:
    """The `number` characters of two bytes that fit best behind the context, with their cost.

    Which ones fit best is told by the character that follows, too, where it is known; their cost is their own. Before
    two bytes that are no character only those stand whose second byte can begin such a pair.
    """
    trails = _before_two_lost() if before_undefined else TRAILS if trail == LOST else bytes((trail,))
    places = candidates(leads, trails, reading)
    if not len(places):
        return ()
    numbers, price = _costs()
    numbers = numbers[places]
    costs = price[places] + language().costs(context, numbers)
    best = _smallest(costs, _AHEAD * number)
    if following and len(best) > 1:
        ahead = language().costs_behind(context, numbers[best], following)
        best = best[_smallest(costs[best] + ahead, number)]
    return tuple((characters()[places[n]], float(costs[n])) for n in best[:number].tolist())


def _smallest(costs: npt.NDArray[np.float64], number: int) -> npt.NDArray[np.intp]:
    """Where the smallest costs stand, the smallest first."""
    if len(costs) <= number:
        return costs.argsort(kind="stable")
    best = costs.argpartition(number - 1)[:number]
    return best[costs[best].argsort(kind="stable")]


@functools.cache
def _costs() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The language model's number of each character of two bytes, and the price of what a mirror does not write."""
    found = characters()
    known = language().number
    seen = canonical(simplified(found))
    price = [
        _UNUSUAL * (script_of(c) < 0 or "０" <= c <= "ｚ" or s not in known) for c, s in zip(found, seen, strict=True)
    ]
    return language().numbers(seen), np.array(price)


@functools.cache
def _before_two_lost() -> bytes:
    """The second bytes of a character that can be the first of a pair that is no character."""
    return bytes(trail for trail in TRAILS if trail in undefined())


@functools.lru_cache(maxsize=100_000)
def cost_of(context: str, character: str) -> float:
    """Negative log-probability of one counted character behind its context."""
    return language().cost(context, character)


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
