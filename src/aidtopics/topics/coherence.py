"""Coherence of topics from one count of words that occur near each other.

One pass over the texts per window size serves every topic of every model; the figures equal those of gensim's
CoherenceModel (Röder, Both and Hinneburg 2015).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

_EPSILON = 1e-12  # as in gensim
_NPMI_WINDOW = 10
_CV_WINDOW = 110


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """In how many windows words occur, and occur together."""

    words: tuple[str, ...]
    windows: int
    together: npt.NDArray[np.int64]  # (words, words), symmetric; the diagonal counts the word itself


def count_windows(texts: Sequence[Sequence[str]], words: Sequence[str], size: int) -> Cooccurrence:
    """Count over sliding windows of `size` tokens; a shorter text is one window."""
    wanted = tuple(dict.fromkeys(words))
    number = {word: i for i, word in enumerate(wanted)}
    together = np.zeros((len(wanted), len(wanted)), np.int64)
    total = 0
    # Stretches of texts bound the memory: a window matrix has `size` entries for every counted token.
    rows: list[npt.NDArray[np.intp]] = []
    columns: list[npt.NDArray[np.intp]] = []
    pending = windows = 0

    def add_up() -> None:
        nonlocal pending, windows
        if rows:
            row, column = np.concatenate(rows), np.concatenate(columns)
            seen = sparse.csr_array((np.ones(len(row), np.int64), (row, column)), shape=(windows, len(wanted)))
            seen.sum_duplicates()
            seen.data[:] = 1
            together[...] += (seen.T @ seen).toarray()
        rows.clear()
        columns.clear()
        pending = windows = 0

    for text in texts:
        if not text:
            continue
        places = [(place, number[word]) for place, word in enumerate(text) if word in number]
        count = max(1, len(text) - size + 1)
        if places:
            at, which = np.array(places, np.intp).T
            low = np.maximum(at - size + 1, 0)
            high = np.minimum(_first_at_or_after(at, which, low), count - 1)
            lengths = high - low + 1
            offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            rows.append(windows + np.repeat(low, lengths) + offsets)
            columns.append(np.repeat(which, lengths))
            pending += int(lengths.sum())
        windows += count
        total += count
        if pending > 2_000_000:
            add_up()
    add_up()
    return Cooccurrence(wanted, total, together)


def _first_at_or_after(
    at: npt.NDArray[np.intp], which: npt.NDArray[np.intp], low: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """For each token the first place from `low` on where its word stands.

    gensim lets a word leave the window with its first token there even if a second one is still inside. Counting the
    same way keeps our figures comparable with published ones.
    """
    order = np.lexsort((at, which))
    stride = int(at.max()) + 1
    keys = which[order] * stride + at[order]
    return at[order][np.searchsorted(keys, which * stride + low)]


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


def coherence(topics: Sequence[Sequence[str]], texts: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Mean NPMI (window 10) and mean C_V (window 110) of topics, given as lists of their first words."""
    words = [word for topic in topics for word in topic]
    near = npmi(topics, count_windows(texts, words, _NPMI_WINDOW))
    wide = c_v(topics, count_windows(texts, words, _CV_WINDOW))
    return float(np.nanmean(near)), float(np.nanmean(wide))


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
