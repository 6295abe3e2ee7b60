"""The vectorizers as scikit-learn estimators: word counts and hashed character n-grams."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from aidtopics.errors import FittingError
from aidtopics.segment import Segmenter, Tokens
from aidtopics.vectorize.ngrams import BITS, FoldedPassages, fold, hash_ngrams


class WordCounts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to a document-term matrix of segmented words.

    Args:
        segmenter: cuts texts into words; None for the default one.
        min_pages: words in fewer texts are left out.
        max_share: words in a larger share of the texts are left out, in (0, 1].
        max_words: keep only the most frequent words; None for all.
    """

    def __init__(
        self,
        segmenter: Segmenter | None = None,
        min_pages: int = 2,
        max_share: float = 0.5,
        max_words: int | None = None,
    ) -> None:
        self.segmenter = segmenter
        self.min_pages = min_pages
        self.max_share = max_share
        self.max_words = max_words

    def fit(self, X: Iterable[str], y: object = None) -> Self:
        """Learn the vocabulary. Raises FittingError if no word is left."""
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: Iterable[str], y: object = None, **params: Any) -> sparse.csr_array:  # noqa: ANN401
        """Learn the vocabulary and count, shape (texts, words)."""
        del params
        return self.fit_words(self._segmenter().words_of(_texts(X)))

    def fit_words(self, words: Tokens) -> sparse.csr_array:
        """The same from texts that are segmented already."""
        texts = len(words.lengths)
        counts = _counts(words.text_of, words.ids, (texts, len(words.words)))
        pages, times = np.bincount(counts.indices, minlength=counts.shape[1]), np.asarray(counts.sum(axis=0)).ravel()
        # A share and a count can contradict each other on few texts; then the count yields.
        least = min(self.min_pages, max(1, int(self.max_share * texts)))
        kept = np.flatnonzero((pages >= least) & (pages <= self.max_share * texts))
        kept = kept[np.argsort(-times[kept], kind="stable")][: self.max_words]
        if not len(kept):
            raise FittingError(
                f"found no word in at least {self.min_pages} and at most {self.max_share:.0%} of {texts} texts; "
                "lower vectorize.min_pages, raise vectorize.max_share or give more pages"
            )
        columns = sorted(kept.tolist(), key=words.words.__getitem__)
        self.vocabulary_ = tuple(words.words[word] for word in columns)
        return _in_column_order(counts[:, columns])

    def transform(self, X: Iterable[str]) -> sparse.csr_array:
        """Count the known words, shape (texts, words)."""
        check_is_fitted(self)
        return self.transform_words(self._segmenter().words_of(_texts(X)))

    def transform_words(self, words: Tokens) -> sparse.csr_array:
        """The same from texts that are segmented already."""
        return count_words(words, self.vocabulary_)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """The vocabulary, in column order."""
        del input_features
        check_is_fitted(self)
        return np.array(self.vocabulary_, dtype=object)

    def _segmenter(self) -> Segmenter:
        return self.segmenter if self.segmenter is not None else Segmenter()


class CharacterNgrams(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to hashed counts of character 1- to 3-grams; needs no fitting.

    Args:
        bits: log2 of the number of columns, in [8, 22].
    """

    def __init__(self, bits: int = BITS) -> None:
        self.bits = bits

    def fit(self, X: Iterable[str], y: object = None) -> Self:
        """Nothing to learn."""
        del X, y
        if not 8 <= self.bits <= 22:
            raise ValueError(f"found bits={self.bits}, expected a number from 8 to 22")
        return self

    def transform(self, X: Iterable[str]) -> sparse.csr_array:
        """Shape (texts, 2**bits)."""
        return ngram_matrix(fold(_texts(X)), self.bits)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


def ngram_matrix(folded: FoldedPassages, bits: int, orders: slice = slice(None)) -> sparse.csr_array:
    """Counts of hashed n-grams, of all orders or of some, shape (passages, 2**bits)."""
    buckets = hash_ngrams(folded, bits)[orders]
    # Positions run from the edge before a passage to its last character.
    passage = np.repeat(np.arange(len(folded.edges) - 1), np.diff(folded.edges))
    rows, columns = np.tile(passage, len(buckets)), buckets.ravel()
    counts = columns < 1 << bits
    matrix = sparse.csr_array(
        (np.ones(int(counts.sum()), np.float32), (rows[counts], columns[counts])),
        shape=(len(folded.edges) - 1, 1 << bits),
    )
    matrix.sum_duplicates()
    return matrix


def count_words(words: Tokens, vocabulary: Sequence[str]) -> sparse.csr_array:
    """Document-term matrix of segmented texts over a given vocabulary, shape (texts, len(vocabulary))."""
    number = {word: column for column, word in enumerate(vocabulary)}
    columns = np.array([number.get(word, -1) for word in words.words], np.intp)[words.ids]
    known = columns >= 0
    return _counts(words.text_of[known], columns[known], (len(words.lengths), len(vocabulary)))


def _counts(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.integer], shape: tuple[int, int]) -> sparse.csr_array:
    counts = sparse.csr_array((np.ones(len(rows), np.int32), (rows, columns)), shape=shape)
    counts.sum_duplicates()
    return _in_column_order(counts)


def _in_column_order(counts: sparse.csr_array) -> sparse.csr_array:
    # Sums over a page's words, and which of them are left out at random, follow the order in which they are stored.
    counts.sort_indices()
    return counts


def _texts(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, str):
        raise ValueError("found a single string, expected an iterable of texts")
    return list(texts)
