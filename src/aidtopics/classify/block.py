"""Many pages' passages as arrays: characters, layout, and which page each belongs to."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.passages import Passages
from aidtopics.vectorize.ngrams import FoldedPassages, fold_spans, mark_words

Floats = npt.NDArray[np.float32]

_TAG_GROUPS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), 1),
    **dict.fromkeys(("p", "blockquote", "figcaption", "pre"), 2),
    **dict.fromkeys(("li", "dt", "dd", "td", "th"), 3),
    **dict.fromkeys(("nav", "header", "footer", "aside"), 4),
}
_OTHER_TAG = 5
_LENGTH_BINS = (4, 8, 15, 30, 60, 150)
_CHARACTER_CLASSES = ("han", "digit", "latin", "space", "sentence_end", "comma", "separator", "bracket", "colon")

LAYOUT_FEATURES: tuple[str, ...] = (
    "log length",
    *(f"length up to {bound}" for bound in _LENGTH_BINS),
    "longer",
    *(f"share of {name}" for name in _CHARACTER_CLASSES),
    "has a sentence end",
    "ends as a sentence",
    "log place from the top",
    "log place from the end",
    "place on the page",
    "first on the page",
    "log number of passages",
    "share of the page",
    "link density known",
    "link density",
    "in a heading",
    "in a paragraph",
    "in a list or cell",
    "in a frame element",
    "in another element",
    "log length of the passage before",
    "log length of the passage after",
    "sentence before",
    "sentence after",
    "mean log length around",
    "sentences around",
    "difference of length before",
    "difference of length after",
)
# Layout features that look beyond the passage itself.
OF_THE_PAGE = frozenset(
    name
    for name in LAYOUT_FEATURES
    if name.endswith(("before", "after", "around", "the page", "from the top", "from the end", "of passages"))
)


@dataclass(frozen=True, slots=True)
class PassageBlock:
    """The passages of some pages, in page order."""

    passages: Passages
    folded: FoldedPassages
    tags: npt.NDArray[np.int8]  # (passages,), group of the HTML tag, 0 where unknown
    link_density: Floats  # (passages,), in [0, 1], nan where unknown

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        """First passage of each page, and the total, shape (pages + 1,)."""
        return self.passages.first

    @property
    def page_of(self) -> npt.NDArray[np.intp]:
        """Page number of each passage, shape (passages,)."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def block_of(passages: Passages, cut: Callable[[str], list[str]] | None = None) -> PassageBlock:
    """Fold the passages of some pages; a page may have none.

    Args:
        cut: segments text into words, which then take the place of the n-grams; None for n-grams.
    """
    folded = fold_spans(passages.codes, passages.starts, passages.ends)
    tags = [0 if tag is None else _TAG_GROUPS.get(tag, _OTHER_TAG) for tag in passages.tags]
    return PassageBlock(
        passages,
        folded if cut is None else mark_words(folded, cut),
        np.array(tags, np.int8),
        passages.link_density.astype(np.float32),
    )


def layout(block: PassageBlock) -> Floats:
    """What a passage looks like without its words, shape (passages, len(LAYOUT_FEATURES))."""
    codes, edges = block.folded.codes, block.folded.edges
    count = len(edges) - 1
    lengths = block.folded.lengths.astype(np.float32)
    classes = _class_table().take(codes)
    width = len(_CHARACTER_CLASSES) + 1
    cells = np.repeat(np.arange(count) * width, np.diff(edges)) + classes[:-1]
    members = np.bincount(cells, minlength=count * width).reshape(count, width)[:, 1:]
    shares = (members / np.maximum(lengths, 1)[:, None]).astype(np.float32)
    sentence_class = _CHARACTER_CLASSES.index("sentence_end")
    has_end = (shares[:, sentence_class] > 0).astype(np.float32)
    ends = (classes[np.maximum(edges[1:] - 1, 0)] == sentence_class + 1).astype(np.float32)
    log_length = np.log1p(lengths)
    bins = np.digitize(lengths, _LENGTH_BINS, right=True)

    page_of = block.page_of
    per_page = np.diff(block.starts)
    here = np.arange(count) - block.starts[page_of]
    total = per_page[page_of]
    page_characters = np.bincount(page_of, lengths, len(per_page))[page_of]
    known = ~np.isnan(block.link_density)

    length_before, length_after = neighbours(log_length, block.starts)
    end_before, end_after = neighbours(ends, block.starts)
    columns = [
        log_length,
        *(bins[:, None] == np.arange(len(_LENGTH_BINS) + 1)).T,
        *shares.T,
        has_end,
        ends,
        np.log1p(here),
        np.log1p(total - 1 - here),
        here / np.maximum(total - 1, 1),
        here == 0,
        np.log1p(total),
        lengths / np.maximum(page_characters, 1),
        known,
        np.where(known, block.link_density, 0),
        *(block.tags[:, None] == np.arange(1, _OTHER_TAG + 1)).T,
        length_before,
        length_after,
        end_before,
        end_after,
        window_mean(log_length, block.starts, 3),
        window_mean(ends, block.starts, 3),
        np.abs(log_length - length_before),
        np.abs(log_length - length_after),
    ]
    features = np.empty((len(LAYOUT_FEATURES), count), np.float32)
    for feature, column in zip(features, columns, strict=True):
        feature[:] = column
    return features.T


def neighbours(values: npt.NDArray[np.float32], starts: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """The value of the passage before and after on the same page, 0 at the page's ends; shape as given."""
    before, after = np.zeros_like(values), np.zeros_like(values)
    before[1:], after[:-1] = values[:-1], values[1:]
    inner = starts[(starts > 0) & (starts < len(values))]
    before[inner] = 0
    after[inner - 1] = 0
    return before, after


def window_sum(values: npt.NDArray[np.float32], starts: npt.NDArray[np.intp], reach: int) -> npt.NDArray[np.float64]:
    """Sum over the passages at most `reach` away on the same page, the passage itself included; shape (passages,)."""
    running = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    place = np.arange(len(values))
    pages = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    low = np.maximum(place - reach, starts[pages])
    high = np.minimum(place + reach + 1, starts[pages + 1])
    return np.asarray(running[high] - running[low], np.float64)


def window_mean(values: npt.NDArray[np.float32], starts: npt.NDArray[np.intp], reach: int) -> Floats:
    """Mean over the same window; shape (passages,)."""
    size = window_sum(np.ones_like(values), starts, reach)
    return (window_sum(values, starts, reach) / np.maximum(size, 1)).astype(np.float32)


@functools.cache
def _class_table() -> npt.NDArray[np.int8]:
    """Folded code to the number of its character class, counted from 1; 0 for the rest."""
    table = np.zeros(0x10000, np.int8)
    table[0x3400:0x4DC0] = table[0x4E00:0xA000] = 1
    members = {
        "digit": "0",
        "latin": "abcdefghijklmnopqrstuvwxyz",
        "space": " ",
        "sentence_end": "。!?…;",
        "comma": ",、",
        "separator": "|>«»<·_-—/\\#*=~+&@^►▶•●■◆★☆→←↑↓",
        "bracket": "()[]{}《》【】「」『』〈〉\"'‘’",
        "colon": ":",
    }
    for number, name in enumerate(_CHARACTER_CLASSES, 1):
        for character in members.get(name, ""):
            table[ord(character)] = number
    return table
