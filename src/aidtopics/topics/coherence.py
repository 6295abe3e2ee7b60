"""Coherence of topics from one count of words that occur near each other.

One pass over the texts per window size serves every topic of every model, number and seed; the figures equal those of
gensim's CoherenceModel (Röder, Both and Hinneburg 2015).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from aidtopics.segment import Tokens

Places = npt.NDArray[np.int64]

_EPSILON = 1e-12  # as in gensim
_NPMI_WINDOW = 10
_CV_WINDOW = 110
_STRETCH = 4_000_000  # entries of a sparse matrix that are held at once


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """In how many windows words occur, and occur together."""

    words: tuple[str, ...]
    windows: int
    together: npt.NDArray[np.int64]  # (words, words), symmetric; the diagonal counts the word itself


@dataclass(frozen=True, slots=True)
class Coherence:
    """How much the first words of topics belong together; one figure a topic, each in [-1, 1]."""

    npmi: tuple[float, ...]
    c_v: tuple[float, ...]


class CoherenceCounts:
    """The counts behind NPMI (windows of 10 words) and C_V (110), made once for all words that will be asked for.

    Args:
        texts: segmented texts, in reading order.
        words: every word that a topic to be scored may hold.
    """

    def __init__(self, texts: Tokens, words: Iterable[str]) -> None:
        wanted = tuple(dict.fromkeys(words))
        self._near = count_windows(texts, wanted, _NPMI_WINDOW)
        self._wide = count_windows(texts, wanted, _CV_WINDOW)

    def score(self, topics: Sequence[Sequence[str]]) -> Coherence:
        """NPMI and C_V of topics, given as lists of their first words."""
        return Coherence(tuple(npmi(topics, self._near)), tuple(c_v(topics, self._wide)))


def count_windows(texts: Tokens, words: Sequence[str], size: int) -> Cooccurrence:
    """Count over sliding windows of `size` tokens; a shorter text is one window."""
    wanted = tuple(dict.fromkeys(words))
    number = {word: i for i, word in enumerate(wanted)}
    lengths = texts.lengths[texts.lengths > 0].astype(np.int64)
    flat = np.array([number.get(word, -1) for word in texts.words], np.int64)[texts.ids]
    starts = np.cumsum(lengths) - lengths
    windows = np.maximum(1, lengths - size + 1)
    first_window = np.cumsum(windows) - windows

    at = np.flatnonzero(flat >= 0)
    which = flat[at]
    text = np.searchsorted(starts, at, side="right") - 1
    low = np.maximum(at - size + 1, starts[text])
    high = np.minimum(_first_at_or_after(at, which, low), starts[text] + windows[text] - 1)
    shift = first_window[text] - starts[text]
    spans = _disjoint(which, low + shift, high + shift)
    total = int(windows.sum())
    return Cooccurrence(wanted, total, _overlaps(*spans, len(wanted)))


def _first_at_or_after(at: Places, which: Places, low: Places) -> Places:
    """For each token the first place from `low` on where its word stands.

    gensim lets a word leave the window with its first token there even if a second one is still inside. Counting the
    same way keeps our figures comparable with published ones.
    """
    if not len(at):
        return at
    order = np.lexsort((at, which))
    stride = int(at.max()) + 1
    keys = which[order] * stride + at[order]
    return at[order][np.searchsorted(keys, which * stride + low)]


def _disjoint(which: Places, low: Places, high: Places) -> tuple[Places, Places, Places]:
    """Runs of windows that hold a word, with no window counted twice; given and returned as word, first and last."""
    order = np.lexsort((low, which))
    which, low, high = which[order], low[order], high[order]
    # Of one word both ends rise from token to token, so a run can only overlap the one before it.
    again = np.flatnonzero(which[1:] == which[:-1]) + 1
    low[again] = np.maximum(low[again], high[again - 1] + 1)
    kept = low <= high
    return which[kept], low[kept], high[kept]


def _overlaps(which: Places, low: Places, high: Places, words: int) -> npt.NDArray[np.int64]:
    """Windows that each pair of words shares.

    Between two places where a word comes or goes all windows hold the same words, so one row stands for the stretch.
    """
    together = np.zeros((words, words), np.int64)
    edges = np.unique(np.concatenate([low, high + 1]))
    lengths = np.diff(edges)
    first, last = np.searchsorted(edges, low), np.searchsorted(edges, high + 1)
    rows_at_once = max(1, int(_STRETCH * len(lengths) / max(1, (last - first).sum())))
    # A run that crosses the border of a stretch is cut there: what it shares beyond is counted by the next one.
    for begin in range(0, len(lengths), rows_at_once):
        end = min(begin + rows_at_once, len(lengths))
        inside = (first < end) & (last > begin)
        a, b = np.maximum(first[inside], begin), np.minimum(last[inside], end)
        sizes = b - a
        rows = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(a - begin, sizes)
        held = sparse.csr_array(
            (np.ones(len(rows), np.int64), (rows, np.repeat(which[inside], sizes))), shape=(end - begin, words)
        )
        weighted = held.copy()
        weighted.data *= np.repeat(lengths[begin:end], np.diff(held.indptr))
        together += (held.T @ weighted).toarray()
    return together


def npmi(topics: Sequence[Sequence[str]], counts: Cooccurrence) -> list[float]:
    """Mean normalized pointwise mutual information over each topic's pairs of words, in [-1, 1]."""
    matrix = _npmi_matrix(counts)
    found = []
    for members in _numbers(topics, counts):
        pairs = matrix[np.ix_(members, members)][np.triu_indices(len(members), 1)]
        found.append(float(pairs.mean()) if len(pairs) else float("nan"))
    return found


def c_v(topics: Sequence[Sequence[str]], counts: Cooccurrence) -> list[float]:
    """C_V coherence: how alike each word's associations are to those of its whole topic, in [-1, 1]."""
    matrix = _npmi_matrix(counts)
    found = []
    for members in _numbers(topics, counts):
        vectors = matrix[np.ix_(members, members)]
        whole = vectors.sum(axis=0)
        norms = np.linalg.norm(vectors, axis=1) * np.linalg.norm(whole)
        found.append(float((vectors @ whole / np.maximum(norms, _EPSILON)).mean()) if len(members) else float("nan"))
    return found


def _npmi_matrix(counts: Cooccurrence) -> npt.NDArray[np.float64]:
    single = np.diag(counts.together) / counts.windows
    both = counts.together / counts.windows
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log((both + _EPSILON) / (single[:, None] * single[None, :]))
        matrix = information / -np.log(both + _EPSILON)
    # A word that never occurs is associated with nothing.
    return np.nan_to_num(matrix, nan=0.0, posinf=0.0, neginf=0.0)


def _numbers(topics: Sequence[Sequence[str]], counts: Cooccurrence) -> list[list[int]]:
    number = {word: i for i, word in enumerate(counts.words)}
    return [[number[word] for word in topic] for topic in topics]
