"""Which topic of one model is which of another, and what became of those without a match."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.topics.model import TopicModel

# From this similarity on two topics are one. Measured on 302 aid pages: no two topics of one model reached more than
# 0.60 (median 0.40); with another seed, engine or number all but one of the matches lay above 0.87, and on a random
# half of the pages eight of ten above 0.67.
SAME = 0.62


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


@dataclass(frozen=True, slots=True)
class Matching:
    """What became of topics, by row of the model before and after."""

    kept: dict[int, int]  # row after: row before
    split: dict[int, int]  # row after without a match: the row before that it comes from, which also has a match
    merged: dict[int, int]  # row before without a match: the row after that it went into
    new: tuple[int, ...]  # rows after that resemble none before
    vanished: tuple[int, ...]  # rows before that resemble none after


def similarity(after: TopicModel, before: TopicModel) -> npt.NDArray[np.float64]:
    """How alike the topics of two models are, shape (topics after, topics before), in [0, 1].

    The Bhattacharyya coefficient of their word distributions: the sum of sqrt(p q) over the words of both vocabularies.
    """
    places = {word: column for column, word in enumerate(before.vocabulary)}
    common = [(column, places[word]) for column, word in enumerate(after.vocabulary) if word in places]
    if not common:
        return np.zeros((after.number, before.number))
    mine, theirs = map(list, zip(*common, strict=True))
    return np.asarray(np.sqrt(after.topic_term[:, mine]) @ np.sqrt(before.topic_term[:, theirs]).T)


def match(after: TopicModel, before: TopicModel) -> Matching:
    """Match topics one to one so that the matched are as alike as possible in sum, and tell what became of the rest."""
    from scipy.optimize import linear_sum_assignment

    alike = similarity(after, before)
    # A pair that is too unlike to be one topic must not be bought with a better pair.
    rows, columns = linear_sum_assignment(-np.where(alike >= SAME, alike, 0.0))
    kept = {
        row: column for row, column in zip(rows.tolist(), columns.tolist(), strict=True) if alike[row, column] >= SAME
    }
    lone_after = [row for row in range(after.number) if row not in kept]
    lone_before = [column for column in range(before.number) if column not in kept.values()]
    split = {row: int(alike[row].argmax()) for row in lone_after if alike[row].max() >= SAME}
    merged = {column: int(alike[:, column].argmax()) for column in lone_before if alike[:, column].max() >= SAME}
    return Matching(
        kept,
        split,
        merged,
        tuple(row for row in lone_after if row not in split),
        tuple(column for column in lone_before if column not in merged),
    )
