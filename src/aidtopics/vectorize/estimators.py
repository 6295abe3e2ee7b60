"""The vectorizers as scikit-learn estimators: word counts and hashed character n-grams."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils.validation import check_is_fitted

from aidtopics.errors import FittingError
from aidtopics.segment import Segmenter
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
        return self.fit_words([self._segmenter().words(text) for text in _texts(X)])

    def fit_words(self, words: Sequence[Sequence[str]]) -> sparse.csr_array:
        """The same from texts that are segmented already."""
        # A share and a count can contradict each other on few texts; then the count yields.
        least = min(self.min_pages, max(1, int(self.max_share * len(words))))
        counter = CountVectorizer(
            analyzer=_identity, min_df=least, max_df=self.max_share, max_features=self.max_words, dtype=np.int32
        )
        try:
            matrix = counter.fit_transform(words)
        except ValueError as error:
            raise FittingError(
                f"found no word in at least {self.min_pages} and at most {self.max_share:.0%} of {len(words)} texts; "
                "lower vectorize.min_pages, raise vectorize.max_share or give more pages"
            ) from error
        self.vocabulary_ = tuple(counter.get_feature_names_out().tolist())
        return _in_column_order(matrix)

    def transform(self, X: Iterable[str]) -> sparse.csr_array:
        """Count the known words, shape (texts, words)."""
        check_is_fitted(self)
        return self.transform_words([self._segmenter().words(text) for text in _texts(X)])

    def transform_words(self, words: Sequence[Sequence[str]]) -> sparse.csr_array:
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


def count_words(words: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> sparse.csr_array:
    """Document-term matrix of segmented texts over a given vocabulary, shape (texts, len(vocabulary))."""
    counter = CountVectorizer(analyzer=_identity, vocabulary=list(vocabulary), dtype=np.int32)
    return _in_column_order(counter.transform(words))


def _in_column_order(matrix: sparse.csr_matrix) -> sparse.csr_array:
    # Sums over a page's words, and which of them are left out at random, follow the order in which they are stored.
    ordered = sparse.csr_array(matrix)
    ordered.sort_indices()
    return ordered


def _identity(words: Sequence[str]) -> Sequence[str]:
    return words


def _texts(texts: Iterable[str]) -> list[str]:
    if isinstance(texts, str):
        raise ValueError("found a single string, expected an iterable of texts")
    return list(texts)
