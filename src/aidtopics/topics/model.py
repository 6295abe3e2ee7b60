"""A fitted topic model as plain arrays, and the topics of new pages. Needs numpy alone."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from aidtopics.records import Topic

Doubles = npt.NDArray[np.float64]

_ITERATIONS = 200
_CONVERGED = 1e-4  # mean change of a page's topic weights, in words


class CountMatrix(Protocol):
    """A scipy sparse matrix in CSR form."""

    shape: tuple[int, int]
    indptr: npt.NDArray[np.integer]
    indices: npt.NDArray[np.integer]
    data: npt.NDArray[np.number]


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Latent Dirichlet allocation, fitted by variational Bayes."""

    engine: str
    vocabulary: tuple[str, ...]
    word_weights: npt.NDArray[np.float32]  # (topics, words), Dirichlet parameters of each topic's words
    alpha: npt.NDArray[np.float32]  # (topics,), Dirichlet prior of a page's topics
    shares: npt.NDArray[np.float32]  # (topics,), of all tokens fitted on, sum 1
    names: tuple[str, ...]

    @property
    def topic_term(self) -> Doubles:
        """Probability of each word in each topic, shape (topics, words), rows sum to 1."""
        weights = self.word_weights.astype(np.float64)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def topics(self, number: int) -> tuple[Topic, ...]:
        """Every topic with its most probable words, most frequent topic first in no order but its id."""
        probabilities = self.topic_term
        found = []
        for topic, row in enumerate(probabilities):
            best = np.argsort(-row, kind="stable")[:number]
            words = tuple((self.vocabulary[word], float(row[word])) for word in best)
            found.append(Topic(topic, self.names[topic], float(self.shares[topic]), words))
        return tuple(found)

    def infer(self, counts: CountMatrix) -> Doubles:
        """Topic shares of pages, shape (pages, topics), rows sum to 1.

        Variational inference as in Hoffman, Blei and Bach (2010), algorithm 1, with the topics held fixed. It starts
        from the same point for every page, so a page's shares do not depend on chance or on the pages beside it. A page
        without known words gets the prior.
        """
        from scipy.special import digamma

        weights = self.word_weights.astype(np.float64)
        word_factor = np.exp(digamma(weights) - digamma(weights.sum(axis=1, keepdims=True)))
        alpha = self.alpha.astype(np.float64)
        shares = np.empty((counts.shape[0], len(alpha)))
        for page, (start, end) in enumerate(pairwise(counts.indptr.tolist())):
            words, count = counts.indices[start:end], counts.data[start:end]
            factor = word_factor[:, words]
            gamma = alpha + count.sum() / len(alpha)
            for _ in range(_ITERATIONS):
                topic_factor = np.exp(digamma(gamma))
                updated = alpha + topic_factor * (factor @ (count / (topic_factor @ factor + 1e-100)))
                change = np.abs(updated - gamma).mean()
                gamma = updated
                if change < _CONVERGED:
                    break
            shares[page] = gamma / gamma.sum()
        return shares


def name_topic(words: list[str]) -> str:
    """A name to go by until a person gives a better one: the three most telling words."""
    return "·".join(words[:3])
