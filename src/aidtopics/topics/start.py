"""Where every engine starts: topics that a factorization of the pages finds without drawing lots.

LDA started at random finds other topics with every seed. Non-negative factorization of the tf-idf matrix, itself
started from singular vectors (Boutsidis and Gallopoulos 2008), finds nearly the same ones every time, in a fraction of
the time, and goes by the words that tell pages apart. docs/topics.md has the figures.
"""

import warnings

import numpy as np
import numpy.typing as npt
from scipy import sparse

from aidtopics.errors import FittingError

Doubles = npt.NDArray[np.float64]

_WORDS = 6_000  # the heaviest ones find the topics; on 27,000 words they took a third of the time for the same topics
_ITERATIONS = 30
_PART = 200_000  # counted words that are divided among topics at once


def factorize(counts: sparse.csr_array, number: int, seed: int) -> Doubles:
    """How many tokens of each word a factorization puts into each topic, shape (topics, words).

    The factors approximate tf-idf; a token is divided among topics as they share out its word on its page.

    Raises:
        FittingError: the pages differ in fewer ways than there are topics.
    """
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfTransformer

    # Sublinear: a page that repeats one word should not make a topic of its own.
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(sparse.csr_matrix(counts)).astype(np.float32)
    mass = np.asarray(weighted.sum(axis=0)).ravel()
    heaviest = np.sort(np.argsort(-mass, kind="stable")[:_WORDS])
    model = NMF(number, init="nndsvd", random_state=seed, max_iter=_ITERATIONS)
    # Invalid values: the root of an error of nearly zero, and singular vectors that are not there.
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", ConvergenceWarning)  # counting the tokens below is what matters, not the error
        pages = model.fit_transform(weighted[:, heaviest]).astype(np.float64)
    if not np.isfinite(pages).all():
        raise FittingError(
            f"found pages that differ in fewer ways than {number} topics need, such as copies of each other; lower "
            "topics.number or give more varied pages"
        )
    # A word that was left out goes where its pages go: its least-squares weight in each topic by itself.
    words = np.asarray((weighted.T @ pages).T, np.float64) / np.maximum((pages**2).sum(axis=0), 1e-12)[:, None]
    words[:, heaviest] = model.components_
    return divide(counts, pages, words)


def divide(counts: sparse.csr_array, pages: npt.NDArray[np.floating], words: npt.NDArray[np.floating]) -> Doubles:
    """Tokens of each word in each topic, when pages (pages, topics) and words (topics, words) share them out."""
    rows, columns = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr)), counts.indices
    by_word = np.ascontiguousarray(words.T)
    ratio = np.empty(counts.nnz)
    for start in range(0, counts.nnz, _PART):
        part = slice(start, start + _PART)
        fitted = np.einsum("nk,nk->n", pages[rows[part]], by_word[columns[part]])
        ratio[part] = counts.data[part] / np.maximum(fitted, 1e-12)
    ratios = sparse.csr_array((ratio, columns, counts.indptr), shape=counts.shape)
    return np.asarray(words * (ratios.T @ pages).T, np.float64)
