"""Which topic of one model is which of another."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.topics.model import TopicModel


@dataclass(frozen=True, slots=True)
class Match:
    """The topics of a model, one to one with those of another."""

    topics: npt.NDArray[np.intp]  # (topics,), the other's topic, -1 where the other has none left
    kept: npt.NDArray[np.float64]  # (topics,), share of the first words that both have, in [0, 1]


def match_topics(model: TopicModel, other: TopicModel, words: int) -> Match:
    """Match topics so that as many of their first `words` words as possible agree.

    Greene, O'Callaghan and Cunningham (2014). A topic without a match, because the other model has fewer, keeps
    nothing.
    """
    from scipy.optimize import linear_sum_assignment

    mine, theirs = ([set(row) for row in fit.words(words)] for fit in (model, other))
    shared = np.array([[len(a & b) for b in theirs] for a in mine])
    rows, columns = linear_sum_assignment(-shared)
    topics, kept = np.full(model.number, -1, np.intp), np.zeros(model.number)
    topics[rows] = columns
    kept[rows] = shared[rows, columns] / min(words, len(model.vocabulary))
    return Match(topics, kept)
