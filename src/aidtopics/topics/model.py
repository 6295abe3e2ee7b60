"""A fitted topic model as plain arrays, and the topics of new pages. Needs numpy and scipy alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.records import Topic
from aidtopics.topics.inference import CountMatrix, Doubles, background_gain, infer_shares

RELEVANCE = 0.6  # lambda that readers found topics easiest to name with (Sievert and Shirley 2014, section 3.2)


@dataclass(frozen=True, slots=True)
class Floors:
    """What nearly every page that the model was fitted on reaches; a page below either fits no topic."""

    gain: float  # nats a token that the page's topics explain better than word frequencies alone
    known: float  # share of the page's words that the model knows, in [0, 1]


NO_FLOORS = Floors(gain=-float("inf"), known=0.0)


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Latent Dirichlet allocation, whichever engine fitted it."""

    engine: str
    vocabulary: tuple[str, ...]
    word_weights: npt.NDArray[np.float32]  # (topics, words), Dirichlet parameters of each topic's words
    alpha: npt.NDArray[np.float32]  # (topics,), Dirichlet prior of a page's topics
    shares: npt.NDArray[np.float32]  # (topics,), of all tokens fitted on, sum 1
    names: tuple[str, ...]
    floors: Floors = NO_FLOORS
    ids: tuple[int, ...] = ()  # of each row, ascending; they outlive a refit. None given: 0, 1, 2 …

    def __post_init__(self) -> None:
        if not self.ids:
            object.__setattr__(self, "ids", tuple(range(len(self.word_weights))))

    @property
    def number(self) -> int:
        """How many topics."""
        return len(self.word_weights)

    @property
    def topic_term(self) -> Doubles:
        """Probability of each word in each topic, shape (topics, words), rows sum to 1."""
        weights = self.word_weights.astype(np.float64)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))

    def topics(self, number: int) -> tuple[Topic, ...]:
        """Every topic, in order of its id, with its most telling words."""
        relevance = relevance_weights(self.word_weights, RELEVANCE)
        found = []
        for topic, best in enumerate(first_words(relevance, number)):
            words = tuple((self.vocabulary[word], float(relevance[topic, word])) for word in best)
            found.append(Topic(self.ids[topic], self.names[topic], float(self.shares[topic]), words))
        return tuple(found)

    def words(self, number: int) -> list[list[str]]:
        """The most telling words of every topic, best first."""
        best = first_words(relevance_weights(self.word_weights, RELEVANCE), number)
        return [[self.vocabulary[word] for word in row] for row in best]

    def infer(self, counts: CountMatrix) -> Doubles:
        """Topic shares of pages, shape (pages, topics), rows sum to 1; see `infer_shares`."""
        return infer_shares(counts, self.word_weights, self.alpha)

    def gain(self, counts: CountMatrix, shares: Doubles) -> Doubles:
        """Nats a token by which pages' own topics explain them better than the mean mixture; see `background_gain`."""
        return background_gain(counts, shares, self.topic_term, self.shares)

    def fits(self, counts: CountMatrix, shares: Doubles, known: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
        """Whether any topic fits each page, shape (pages,).

        False where a page's topics explain it no better than word frequencies do, or where the model knows too few of
        its words; the floors say what is too few.

        Args:
            counts: document-term matrix, shape (pages, words).
            shares: what `infer` gave for it.
            known: share of each page's words that are in the vocabulary, shape (pages,).
        """
        gain = self.gain(counts, shares)
        return np.asarray((gain >= self.floors.gain) & (known >= self.floors.known))


def relevance_weights(word_weights: npt.NDArray[np.floating], balance: float) -> Doubles:
    """Words frequent in a topic and more so than elsewhere, shape (topics, words), rows sum to 1.

    The exponential of relevance in Sievert and Shirley (2014), equation 1, scaled to sum to 1 in each topic: the order
    of the words is the same. A `balance` of 1 gives their probability, 0 their lift.
    """
    weights = word_weights.astype(np.float64)
    probability = weights / weights.sum(axis=1, keepdims=True)
    overall = weights.sum(axis=0) / weights.sum()
    relevance = probability * overall ** (balance - 1)
    return np.asarray(relevance / relevance.sum(axis=1, keepdims=True))


def first_words(weights: npt.NDArray[np.floating], number: int) -> npt.NDArray[np.intp]:
    """Columns of the heaviest words of each topic, shape (topics, number)."""
    return np.argsort(-weights, axis=1, kind="stable")[:, :number]


def name_topic(words: Sequence[str]) -> str:
    """A name to go by until a person gives a better one: the three most telling words."""
    return "·".join(words[:3])
