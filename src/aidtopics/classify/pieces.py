"""Character weights to words and phrases a reader can look at."""

import itertools
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from aidtopics.records import Piece

_AT_LEAST = 1.5  # times the mean weight of a character: below it a character ends the piece beside it
_SHORTEST = 2  # characters; single ones tell a reader nothing
_TOKEN = re.compile(r"[0-9０-９A-Za-z]+(?:[.,:][0-9]+)*%?|.", re.DOTALL)  # numbers and Latin words stay whole


def pieces(text: str, starts: Sequence[int], weights: Sequence[npt.NDArray[np.float64]]) -> tuple[Piece, ...]:
    """The stretches of a page that stand out for or against aid, the weightiest first.

    A stretch never crosses a mark of punctuation.

    Args:
        starts: of the passages in the text.
        weights: one array a passage, (characters,).
    """
    least = _AT_LEAST * float(np.abs(np.concatenate(weights)).mean())
    found = []
    for start, values in zip(starts, weights, strict=True):
        bounds = [start + match.start() for match in _TOKEN.finditer(text[start : start + len(values)])]
        sums = np.add.reduceat(values, np.array(bounds) - start)
        bounds.append(start + len(values))
        words = [text[place].isalnum() for place in bounds[:-1]]
        for sign in (1, -1):
            for low, high in maximal_segments(np.where(words, sign * sums - least, -np.inf).tolist()):
                if bounds[high] - bounds[low] >= _SHORTEST:
                    found.append(Piece(bounds[low], bounds[high], float(sums[low:high].sum())))
    return tuple(sorted(found, key=lambda piece: (-abs(piece.weight), piece.start)))


def maximal_segments(scores: Sequence[float]) -> list[tuple[int, int]]:
    """All maximal scoring stretches, in order, in linear time (Ruzzo and Tompa 1999, A linear time algorithm).

    A stretch is one that can't be lengthened or shortened to a higher sum; a score of minus infinity is never in one.
    """
    done: list[tuple[int, int]] = []
    for in_words, run in itertools.groupby(enumerate(scores), key=lambda item: item[1] != -np.inf):
        if in_words:
            done += _maximal(list(run))
    return done


def _maximal(scores: list[tuple[int, float]]) -> list[tuple[int, int]]:
    # Of each stretch so far: start, end, sum before it, sum up to its end, and the nearest one to the left whose sum
    # before it is lower (-1 for none), by which the search below jumps.
    found: list[tuple[int, int, float, float, int]] = []
    total = 0.0
    for place, score in scores:
        before, total = total, total + score
        if score <= 0:
            continue
        start, left = place, len(found) - 1
        while True:
            while left >= 0 and found[left][2] >= before:
                left = found[left][4]
            if left < 0 or found[left][3] >= total:
                found.append((start, place + 1, before, total, left))
                break
            start, _, before, _, further = found[left]
            del found[left:]
            left = further
    return [(start, end) for start, end, *_ in found]
