"""Which characters are likely in their context: the language model, asked for traditional characters and lost bytes."""

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from aidtopics.repair.gbk import candidates, characters
from aidtopics.repair.language import canonical, language
from aidtopics.repair.script import script_of, simplified

_AHEAD = 8  # times as many characters are looked at with what follows them
USUAL = 6.0  # cost of a character that is not known yet
_UNUSUAL = 8.0  # price of a simplified character, a wide letter or digit, or what the language model never saw


def most_probable(
    context: str, leads: bytes, trails: bytes, reading: str | None, following: str, number: int, limit: float
) -> list[tuple[str, float, float]]:
    """The `number` characters of two bytes that fit best behind the context, with their cost and that of what follows.

    Which ones fit best is told by the character that follows, too, where it is known; USUAL is its cost if it is not.
    Those that cost more than the limit are left out.
    """
    places, numbers, prices = _choice(leads, trails, reading)
    if not len(places):
        return []
    costs = prices + language().costs(context, numbers)
    best = _smallest(costs, _AHEAD * number, limit)
    if not following or not len(best):
        return [(characters()[places[n]], float(costs[n]), USUAL) for n in best[:number].tolist()]
    ahead = language().costs_behind(context, numbers[best], _numbers(following))
    ranked = _smallest(costs[best] + ahead, number, limit).tolist()
    return [(characters()[places[best[n]]], float(costs[best[n]]), float(ahead[n])) for n in ranked]


def _smallest(costs: npt.NDArray[np.float64], number: int, limit: float) -> npt.NDArray[np.intp]:
    """Where the smallest costs up to the limit stand, the smallest first."""
    (best,) = (costs <= limit).nonzero()
    if len(best) > number:
        best = best[costs[best].argpartition(number - 1)[:number]]
    return best[costs[best].argsort(kind="stable")]


@functools.lru_cache(maxsize=2048)
def _choice(
    leads: bytes, trails: bytes, reading: str | None
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """What two bytes can be: places among all characters, numbers in the language model, prices.

    Where both bytes are open that is a character of ordinary use.
    """
    places = candidates(leads, trails, reading)
    numbers, prices = _costs()
    if len(leads) > 1 < len(trails):
        places = places[prices[places] == 0]
    return places, numbers[places], prices[places]


def cost_of_whole(context: str, character: str, following: str) -> tuple[float, float]:
    """The cost of a character of two bytes behind the context, and that of what follows, like `most_probable`."""
    seen = counted(character)
    ahead = cost_of((context + seen)[-2:], following) if following else USUAL
    return cost_of(context, seen) + _price(character, seen), ahead


def _price(character: str, seen: str) -> float:
    """What a character of two bytes costs beside what it costs as the language model counts it."""
    return _UNUSUAL * (script_of(character) < 0 or "０" <= character <= "ｚ" or seen not in language().number)


@functools.cache
def _costs() -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """The language model's number of each character of two bytes, and its price."""
    seen = canonical(simplified(characters()))
    prices = [_price(character, as_seen) for character, as_seen in zip(characters(), seen, strict=True)]
    return language().numbers(seen), np.array(prices)


@functools.lru_cache(maxsize=100_000)
def cost_of(context: str, character: str) -> float:
    """Negative log-probability of one counted character behind its context."""
    return language().cost(context, character)


def most_probable_pairs(
    context: str, firsts: str, costs: Sequence[float], seconds: str, number: int, limit: float
) -> list[tuple[str, str, float]]:
    """The `number` pairs of the firsts, which have costs, and the counted seconds that fit best, with their cost."""
    numbers = _numbers("".join(map(counted, firsts)))
    behind = language().costs_behind(context, numbers[:, None], _numbers(seconds))
    total = (np.array(costs)[:, None] + behind).ravel()
    best = _smallest(total, number, limit).tolist()
    return [(firsts[n // len(seconds)], seconds[n % len(seconds)], float(total[n])) for n in best]


@functools.lru_cache(maxsize=8192)
def _numbers(characters: str) -> npt.NDArray[np.intp]:
    """The language model's numbers of counted characters."""
    return language().numbers(characters)


def context_of(text: str) -> str:
    """The last two characters of a text as the language model counts them."""
    return counted(text[-2:]).rjust(2, "\n")


@functools.lru_cache(maxsize=30_000)
def counted(text: str) -> str:
    """Characters as the language model knows them: simplified, marks narrow."""
    return canonical(simplified(text))
