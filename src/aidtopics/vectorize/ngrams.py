"""Hashed character n-grams of many passages at once, in numpy.

An n-gram is one to three folded characters; a passage's first and last character are also seen with the edge beside
them. All passages of a block lie in one array, so that hashing, weighting and summing are each one array operation.
"""

import functools
import itertools
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BITS = 18  # 262,144 buckets
ORDERS = 3
Buckets = npt.NDArray[np.int32]
_AT_ONCE = 1 << 14  # positions weighed at once
EDGE = 1  # the code that stands before and after every passage
OTHER = 2  # every character outside the basic plane

# Odd constants for multiplicative hashing (Knuth, TAOCP vol. 3, 6.4), one for each place in an n-gram of each order.
_FACTORS = np.array(
    [0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1, 0xD3A2646D],
    np.uint32,
)


@dataclass(frozen=True, slots=True)
class FoldedPassages:
    """Passages as one array of folded codes, an edge code before each and one at the end."""

    codes: npt.NDArray[np.uint16]  # (characters + passages + 1,)
    edges: npt.NDArray[np.intp]  # (passages + 1,), position of the edge before each passage, and of the last one
    # (2, characters + passages + 1), hashes of the word and of the pair of words that start there, 0 where none does;
    # None where n-grams are what counts.
    words: npt.NDArray[np.uint32] | None = None

    @property
    def lengths(self) -> npt.NDArray[np.intp]:
        """Characters per passage, shape (passages,)."""
        return np.diff(self.edges) - 1


def fold(texts: Sequence[str]) -> FoldedPassages:
    """Fold passages: letter case, width, digit and space variants become one code each."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32)
    ends = np.cumsum([0, *map(len, texts)])
    return fold_spans(codes, ends[:-1], ends[1:])


def fold_spans(
    codes: npt.NDArray[np.uint32], starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]
) -> FoldedPassages:
    """Fold the passages that lie in an array of code points from `starts` to `ends`, which both are (passages,)."""
    edges = np.concatenate([[0], np.cumsum(ends - starts + 1)]).astype(np.intp)
    # Where each folded code comes from; what the edges take is overwritten.
    source = np.arange(edges[-1]) + np.repeat(starts - edges[:-1] - 1, np.diff(edges))
    folded = np.empty(edges[-1] + 1, np.uint16)
    # The last code of the table stands for all beyond the basic plane.
    if len(codes):
        _fold_table().take(codes.take(source, mode="clip"), mode="clip", out=folded[:-1])
    folded[edges] = EDGE
    return FoldedPassages(folded, edges)


def mark_words(folded: FoldedPassages, cut: Callable[[str], list[str]]) -> FoldedPassages:
    """Mark the words of passages, with which `hash_ngrams` and `ngram_counts` then deal in place of n-grams."""
    words = np.zeros((2, len(folded.codes)), np.uint32)
    for before, end in itertools.pairwise(folded.edges.tolist()):
        place, last, last_word = before + 1, before, "\n"
        for word in cut("".join(map(chr, folded.codes[place:end].tolist()))):
            if not word.isspace():
                # 0 says that there is no word.
                words[0, place] = zlib.crc32(word.encode()) or 1
                words[1, last] = zlib.crc32(f"{last_word}\n{word}".encode()) or 1
                last, last_word = place, word
            place += len(word)
    return FoldedPassages(folded.codes, folded.edges, words)


def hash_ngrams(folded: FoldedPassages, bits: int = BITS) -> Buckets:
    """Buckets of the n-grams that start at each position but the last edge.

    Returns:
        Array of shape (3, positions), or (2, positions) for words and their pairs, with values in [0, 2**bits]. The
        value 2**bits marks what does not count: a lone edge, an n-gram that reaches into the next passage, a place
        where no word starts.
    """
    none, shift = 1 << bits, np.uint32(32 - bits)
    if folded.words is not None:
        starting = folded.words[:, :-1]
        return np.where(starting == 0, np.uint32(none), starting >> shift).astype(np.int32)
    codes = folded.codes.astype(np.uint32)
    first, second = codes[:-1], codes[1:]
    hashes = np.empty((ORDERS, len(first)), np.uint32)
    np.multiply(first, _FACTORS[0], out=hashes[0])
    np.multiply(first, _FACTORS[1], out=hashes[1])
    hashes[1] += second * _FACTORS[2]
    np.multiply(first, _FACTORS[3], out=hashes[2])
    hashes[2] += second * _FACTORS[4]
    hashes[2, :-1] += codes[2:] * _FACTORS[5]
    _mix(hashes)
    hashes >>= shift
    buckets: Buckets = hashes.view(np.int32)
    # Edges are few, so that setting them afterwards is quicker than choosing everywhere.
    edges, last = folded.edges[:-1], folded.edges[1:] - 1
    buckets[0, edges] = none
    buckets[1, edges[folded.lengths == 0]] = none
    buckets[2, last] = none
    return buckets


def hash_pairs(folded: FoldedPassages, bits: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Pairs of neighbouring characters alone, in a table of their own size.

    Returns:
        Values in [0, 2**bits) at each position but the last edge, and which of them are pairs inside a passage.
    """
    codes = folded.codes.astype(np.uint32)
    pairs = _mix(codes[:-1] * _FACTORS[1] + codes[1:] * _FACTORS[2]) >> np.uint32(32 - bits)
    is_edge = folded.codes == EDGE
    return pairs.astype(np.intp), ~(is_edge[:-1] | is_edge[1:])


def ngram_counts(folded: FoldedPassages, orders: slice = slice(None)) -> npt.NDArray[np.intp]:
    """N-grams of each passage, of all orders or of some, shape (passages,).

    Of the three orders n characters give n, n + 1 and n; an empty passage counts as 1.
    """
    if folded.words is not None:
        there = np.count_nonzero(folded.words[orders, :-1], axis=0)
        return np.maximum(np.add.reduceat(there, folded.edges[:-1]), 1) if len(folded.edges) > 1 else folded.lengths
    return len(range(ORDERS)[orders]) * folded.lengths + 1


def weigh(
    weights: npt.NDArray[np.float32], buckets: Buckets, folded: FoldedPassages, joined: int = 0
) -> npt.NDArray[np.float32]:
    """Sum of the weights of each passage's n-grams.

    Args:
        weights: of buckets, shape (2**bits + 1, ...).
        buckets: as from `hash_ngrams`.
        joined: log2 of the number of neighbouring buckets that have one weight.

    Returns:
        Array of shape (passages, ...).
    """
    edges = folded.edges
    sums = np.zeros((len(edges) - 1, *weights.shape[1:]), np.float32)
    first = 0
    while first < len(sums):
        # What is gathered for some passages stays in the processor's cache until it is summed: nine times as fast.
        end = max(first + 1, int(np.searchsorted(edges, edges[first] + _AT_ONCE, "right")) - 1)
        low, high = edges[first], edges[end]
        here = buckets[:, low:high] >> joined
        gathered = weights.take(here[0], axis=0)
        for order in here[1:]:
            gathered += weights.take(order, axis=0)
        sums[first:end] = np.add.reduceat(gathered, edges[first:end] - low, axis=0)
        first = end
    return sums


def weigh_once(
    weights: npt.NDArray[np.float32],
    buckets: Buckets,
    folded: FoldedPassages,
    starts: npt.NDArray[np.intp],
    included: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Sum of the weights of each page's different n-grams: a text counts by what it says and not by how often.

    Args:
        weights: of buckets, shape (2**bits + 1,).
        buckets: as from `hash_ngrams`.
        starts: first passage of each page, and the total, shape (pages + 1,).
        included: passages that count, shape (passages,).

    Returns:
        The sums and the number of different n-grams, both of shape (pages,).
    """
    bounds, lengths = folded.edges[starts], np.diff(folded.edges)
    sums, counts = np.zeros(len(starts) - 1, np.float32), np.zeros(len(starts) - 1, np.intp)
    first = 0
    while first < len(sums):
        # As above; twice as much, because here every page costs calls of its own.
        end = max(first + 1, int(np.searchsorted(bounds, bounds[first] + 2 * _AT_ONCE, "right")) - 1)
        counting, here = included[starts[first] : starts[end]], buckets[:, bounds[first] : bounds[end]]
        if not counting.all():
            none = np.int32(len(weights) - 1)
            here = np.where(np.repeat(counting, lengths[starts[first] : starts[end]]), here, none)
        sums[first:end], counts[first:end] = _weigh_different(weights, here, bounds[first : end + 1] - bounds[first])
        first = end
    return sums, counts


def _weigh_different(
    weights: npt.NDArray[np.float32], buckets: Buckets, bounds: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Sum of the weights of the different buckets between two bounds, and their number; shape (len(bounds) - 1,)."""
    none, orders = len(weights) - 1, len(buckets)
    said = np.empty(buckets.size, np.int32)
    for start, end in itertools.pairwise(bounds.tolist()):
        page = said[start * orders : end * orders]
        page.reshape(orders, -1)[:] = buckets[:, start:end]
        page.sort()
    filled = bounds[1:] > bounds[:-1]
    first = bounds[:-1][filled] * orders
    different = said != none
    different[1:] &= said[1:] != said[:-1]
    different[first] = said[first] != none
    weighed = weights.take(said)
    weighed *= different
    sums, counts = np.zeros(len(filled), np.float32), np.zeros(len(filled), np.intp)
    if len(first):
        sums[filled] = np.add.reduceat(weighed, first)
        counts[filled] = np.add.reduceat(different.view(np.int8), first, dtype=np.int32)
    return sums, counts


def _mix(values: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Spread the low bits upwards, because the bucket is cut from the top."""
    values ^= values >> np.uint32(15)
    values *= np.uint32(0x2C1B3C6D)
    return values


@functools.cache
def _fold_table() -> npt.NDArray[np.uint16]:
    """Code point of the basic plane to folded code.

    Marks and letters lose their width, because scraped copies of one page differ in it; every digit becomes 0, so that
    a date or a telephone number is a shape; white space becomes one space. The last entry stands for all other planes.
    """
    table = np.arange(0x10000, dtype=np.uint32)
    for code in range(0x10000):
        character = chr(code)
        if 0xFF01 <= code <= 0xFF5E:
            character = chr(code - 0xFEE0)
        if character.isdecimal():
            character = "0"
        elif character.isspace():
            character = " "
        elif character in "“”„‟〝〞":
            character = '"'
        elif unicodedata.category(character) == "Lu":
            lower = character.lower()
            character = lower if len(lower) == 1 else character
        table[code] = ord(character)
    table[EDGE] = table[OTHER] = ord(" ")
    table[-1] = OTHER
    return table.astype(np.uint16)
