"""Topic shares of pages under topics that are held fixed. Needs numpy and scipy alone, draws no random number."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]

_BLOCK = 150_000  # counted words times topics at once; more spills the caches, fewer pays numpy's overhead
_STRETCH = 100_000  # counted words
_ITERATIONS = 200
_CONVERGED = 1e-4  # mean change of a page's topic weights, in words


class CountMatrix(Protocol):
    """A scipy sparse matrix in CSR form."""

    shape: tuple[int, int]
    indptr: npt.NDArray[np.integer]
    indices: npt.NDArray[np.integer]
    data: npt.NDArray[np.number]


def infer_shares(
    counts: CountMatrix, word_weights: npt.NDArray[np.floating], alpha: npt.NDArray[np.floating]
) -> Doubles:
    """Topic shares of pages, shape (pages, topics), rows sum to 1.

    Variational inference as in Hoffman, Blei and Bach (2010), algorithm 1, with the topics held fixed. It starts from
    the same point for every page and each page stops by itself, so its shares depend neither on chance nor on the pages
    beside it. A page without known words gets the prior.

    Args:
        counts: document-term matrix, shape (pages, words).
        word_weights: Dirichlet parameters of each topic's words, shape (topics, words).
        alpha: Dirichlet prior of a page's topics, shape (topics,).
    """
    from scipy.special import digamma

    weights = word_weights.astype(np.float64)
    # (words, topics): the rows of a page's words are then gathered as whole stretches of memory.
    factor = np.ascontiguousarray(np.exp(digamma(weights) - digamma(weights.sum(axis=1, keepdims=True))).T)
    prior = alpha.astype(np.float64)
    shares = np.tile(prior / prior.sum(), (counts.shape[0], 1))
    filled = np.flatnonzero(np.diff(counts.indptr))
    mean_words = counts.indptr[-1] / max(1, len(filled))
    block = max(1, int(_BLOCK / (mean_words * len(prior) + 1)))
    for start in range(0, len(filled), block):
        pages = filled[start : start + block]
        shares[pages] = _infer_block(counts, pages, factor, prior)
    return shares


def _infer_block(counts: CountMatrix, pages: npt.NDArray[np.intp], factor: Doubles, prior: Doubles) -> Doubles:
    """The same for a few pages, none of them empty."""
    from scipy.special import digamma

    sizes = np.diff(counts.indptr)[pages]
    places = np.concatenate([np.arange(counts.indptr[page], counts.indptr[page + 1]) for page in pages])
    words, count = factor[counts.indices[places]], counts.data[places].astype(np.float64)
    found = np.empty((len(pages), len(prior)))
    going = np.arange(len(pages))  # pages that have not converged yet
    edges = np.cumsum(sizes) - sizes
    gamma = prior + np.add.reduceat(count, edges)[:, None] / len(prior)
    for _ in range(_ITERATIONS):
        topics = np.exp(digamma(gamma))
        likelihood = np.einsum("nk,nk->n", np.repeat(topics, sizes, axis=0), words) + 1e-100
        updated = prior + topics * np.add.reduceat(words * (count / likelihood)[:, None], edges)
        done = np.abs(updated - gamma).mean(axis=1) < _CONVERGED
        gamma = updated
        if done.any():
            found[going[done]] = gamma[done]
            still = ~done
            rows = np.repeat(still, sizes)
            words, count, gamma, going, sizes = words[rows], count[rows], gamma[still], going[still], sizes[still]
            edges = np.cumsum(sizes) - sizes
            if not len(going):
                break
    found[going] = gamma
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def background_gain(
    counts: CountMatrix, shares: Doubles, topic_term: Doubles, mean_shares: npt.NDArray[np.floating]
) -> Doubles:
    """By how much a page's own topics explain its words better than the mean mixture does, in nats a token.

    Unlike the bare likelihood it does not mark a page down for rare words. Shape (pages,); 0 for a page without known
    words, below 0 for one whose mixture explains it worse.
    """
    background = np.log(mean_shares.astype(np.float64) @ topic_term + 1e-100)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    gain = log_likelihood(counts, shares, topic_term) - np.bincount(
        rows, background[counts.indices] * counts.data, counts.shape[0]
    )
    tokens = np.bincount(rows, counts.data, counts.shape[0])
    return np.asarray(gain / np.maximum(tokens, 1))


def log_likelihood(counts: CountMatrix, shares: Doubles, topic_term: Doubles) -> Doubles:
    """Log-probability of each page's tokens under its mixture, shape (pages,), in nats."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    by_word = np.ascontiguousarray(topic_term.T)
    found = np.zeros(counts.shape[0])
    # In stretches, because counted words times topics does not fit for large corpora.
    for start in range(0, len(rows), _STRETCH):
        part = slice(start, start + _STRETCH)
        probability = np.einsum("nk,nk->n", shares[rows[part]], by_word[counts.indices[part]])
        found += np.bincount(rows[part], np.log(probability + 1e-100) * counts.data[part], counts.shape[0])
    return found
