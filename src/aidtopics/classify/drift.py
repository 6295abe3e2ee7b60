"""Are these pages like those the classifier was trained on? Figures of each page, counted in bins as pages go by.

At training time the figures come from models and vocabularies that had not seen the page, so that they are what new
pages of the same sort would give.
"""

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.classify.block import Floats, PassageBlock
from aidtopics.classify.model import CONTENT, Scores
from aidtopics.records import Page
from aidtopics.vectorize.ngrams import hash_pairs

PAIR_BITS = 20  # a million marks: one tenth of them set by the corpus, so one unknown pair in ten passes for known
BINS = 80
_SHOWN = 3  # pages that stand out, for each end of each measure
_EXCERPT = 60  # characters

Counts = npt.NDArray[np.int64]
Pairs = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a page, and the range that its bins divide evenly."""

    name: str
    low: float
    high: float


MEASURES = (
    Measure("log2 of characters", 0, 20),
    Measure("log2 of characters per passage", 0, 12),
    Measure("share of character pairs unknown", 0, 1),
    Measure("share of Chinese characters", 0, 1),
    Measure("share of prose", 0, 1),
    Measure("certainty", 0, 8),  # distance of the page's log-odds from 0
)
_FIRST_CHINESE, _CHINESE = np.uint16(0x4E00), np.uint16(0x5200)
_ONES = np.ones(len(CONTENT), np.float32)
_LOW = np.array([measure.low for measure in MEASURES], np.float32)
_HIGH = np.array([measure.high for measure in MEASURES], np.float32)


@dataclass(frozen=True, slots=True)
class Reference:
    """What the pages of training were like."""

    pairs: Pairs  # (2**PAIR_BITS,), hashed character pairs that occurred
    counts: Counts  # (len(MEASURES), BINS), pages per bin


@dataclass(frozen=True, slots=True)
class Standout:
    """A page far out in one measure."""

    value: float
    source: str
    excerpt: str  # of its longest passage


Ends = tuple[tuple[tuple[Standout, ...], tuple[Standout, ...]], ...]  # per measure, lowest first and highest first


@dataclass(frozen=True, slots=True)
class Tally:
    """Pages counted so far; its size does not grow with their number."""

    counts: Counts  # (len(MEASURES), BINS)
    ends: Ends

    @property
    def pages(self) -> int:
        """Pages counted; those without text are not."""
        return int(self.counts[0].sum())

    def __add__(self, other: "Tally") -> "Tally":
        ends = tuple(
            (_lowest([*low, *further_low], 1), _lowest([*high, *further_high], -1))
            for (low, high), (further_low, further_high) in zip(self.ends, other.ends, strict=True)
        )
        return Tally(self.counts + other.counts, ends)


NO_PAGES = Tally(np.zeros((len(MEASURES), BINS), np.int64), (((), ()),) * len(MEASURES))


def known_pairs(blocks: Sequence[PassageBlock]) -> Pairs:
    """Marks the character pairs that occur in some blocks, shape (2**PAIR_BITS,)."""
    marks = np.zeros(1 << PAIR_BITS, bool)
    for block in blocks:
        pairs, inside = hash_pairs(block.folded, PAIR_BITS)
        marks[pairs[inside]] = True
    return marks


def measure(block: PassageBlock, scores: Scores, known: Pairs) -> Floats:
    """The figures of each page, shape (pages, len(MEASURES)); nan for a page without passages."""
    folded, starts = block.folded, block.starts
    pages = len(starts) - 1
    if not pages:
        return np.zeros((0, len(MEASURES)), np.float32)
    page_of = block.page_of
    characters = np.bincount(page_of, folded.lengths, pages)
    passages = np.diff(starts)
    pairs, inside = hash_pairs(folded, PAIR_BITS)
    bounds = folded.edges[starts].tolist()
    unknown = _count_between(np.greater(inside, known[pairs]), bounds)
    # One comparison in place of two: codes below the first Chinese one wrap around to large numbers.
    chinese = _count_between(folded.codes - _FIRST_CHINESE < _CHINESE, bounds)
    aid = scores.page[page_of]
    on_aid, on_noise = (kinds[:, CONTENT] @ _ONES for kinds in (scores.on_aid, scores.on_noise))
    prose = np.bincount(page_of, (aid * on_aid + (1 - aid) * on_noise) * folded.lengths, pages)
    bounded = np.clip(scores.page.astype(np.float64), 1e-9, 1 - 1e-9)
    with np.errstate(invalid="ignore", divide="ignore"):
        figures = np.column_stack(
            [
                np.log2(characters),
                np.log2(characters / passages),
                unknown / np.maximum(characters - passages, 1),
                chinese / characters,
                prose / characters,
                np.abs(np.log(bounded / (1 - bounded))),
            ]
        )
    figures[characters == 0] = np.nan
    return figures.astype(np.float32)


def count(figures: Floats) -> Counts:
    """Pages per bin of each measure, shape (len(MEASURES), BINS)."""
    kept = figures[~np.isnan(figures[:, 0])]
    bins = np.clip((kept - _LOW) / (_HIGH - _LOW) * BINS, 0, BINS - 1).astype(np.intp)
    flat = bins + np.arange(len(MEASURES)) * BINS
    return np.bincount(flat.ravel(), minlength=len(MEASURES) * BINS).reshape(len(MEASURES), BINS)


def tally(pages: Sequence[Page], block: PassageBlock, scores: Scores, reference: Reference) -> Tally:
    """Count the pages of a block, and keep those that stand out."""
    figures = measure(block, scores, reference.pairs)
    rows = np.flatnonzero(~np.isnan(figures[:, 0]))
    if not len(rows):
        return NO_PAGES
    ends = []
    for values in figures[rows].T:
        order = np.argsort(values, kind="stable")
        lowest, highest = (
            tuple(_standout(pages[rows[i]], block, int(rows[i]), float(values[i])) for i in chosen.tolist())
            for chosen in (order[:_SHOWN], order[::-1][:_SHOWN])
        )
        ends.append((lowest, highest))
    return Tally(count(figures), tuple(ends))


def _standout(page: Page, block: PassageBlock, number: int, value: float) -> Standout:
    starts, ends = block.passages.of_page(number)
    longest = (ends - starts).argmax()
    # A passage may be as long as a file; a few times the excerpt is enough to fill it.
    start = page.text[starts[longest] : min(ends[longest], starts[longest] + 4 * _EXCERPT)]
    return Standout(value, page.source, " ".join(start.split())[:_EXCERPT])


def _lowest(standouts: Sequence[Standout], sign: int) -> tuple[Standout, ...]:
    return tuple(heapq.nsmallest(_SHOWN, standouts, key=lambda standout: sign * standout.value))


def _count_between(marks: npt.NDArray[np.bool_], bounds: Sequence[int]) -> npt.NDArray[np.int64]:
    """Marks in each stretch between bounds; counting slices is several times faster than a running sum."""
    return np.array([np.count_nonzero(marks[start:end]) for start, end in itertools.pairwise(bounds)], np.int64)
