"""The fitted classifier: arrays, and the arithmetic from passages to decisions. Needs numpy alone.

First every passage by itself: its character n-grams and its layout give the kind it looks like, and its n-grams say how
much it speaks of health aid. Then the page, from what its passages came to. Last every passage among its neighbours,
once as if the page were aid and once as if it were noise: a headline about a hospital is a title on the one and part
of a list on the other.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.classify.block import Floats, PassageBlock, layout, neighbours, window_sum
from aidtopics.records import Kind
from aidtopics.vectorize.ngrams import Buckets, hash_ngrams, ngram_counts, weigh, weigh_once

KINDS: tuple[Kind, ...] = tuple(Kind)
_TITLE, _BODY, _OTHER = (KINDS.index(kind) for kind in (Kind.TITLE, Kind.BODY, Kind.OTHER_TOPIC))
AID = [_TITLE, _BODY]
CONTENT = [_TITLE, _BODY, _OTHER]
FLOOR = 1e-4  # of probabilities before the logarithm
IS_CONTENT = 0.5  # from this probability a passage counts as prose
# Columns of the second stage that look at passages around: kinds beside, topic and prose near, text above and below.
OF_NEIGHBOURS: tuple[bool, ...] = (
    *(False for _ in KINDS),
    *(True for _ in range(2 * len(KINDS))),
    *(False, True) * 2,
    *(True for _ in range(4)),
)
# The kinds of passages are told by fewer n-grams than the topic, so their buckets are joined by sixteens.
KIND_SHIFT = 4
TOPIC_ORDERS = slice(-2, None)  # the topic is told by two and three characters; single ones tell it no better
_REACH = 2  # passages on each side that count as the surroundings
_FAR_REACH = 6

# What the page is decided from, in the order of `Impressions.page` and `SecondStage.page`.
# Length, share of prose and the strongest stretch told something in the corpus and misled on real pages, where
# how much a page says depends on the site more than on the subject.
PAGE_COLUMNS = ("topic", "bounded topic", "share of aid prose")


@dataclass(frozen=True, slots=True)
class FirstStage:
    """Weights for a passage by itself. The last of the n-gram weights is zero: it stands for what does not count."""

    kinds: Floats  # (2**(bits - KIND_SHIFT) + 1, len(KINDS)), of n-grams for the kinds of passages
    layout: Floats  # (len(LAYOUT_FEATURES), len(KINDS))
    intercepts: Floats  # (len(KINDS),)
    topic: Floats  # (2**bits + 1,), of n-grams for health aid against all else
    topic_intercept: float

    @property
    def bits(self) -> int:
        """log2 of the number of n-gram buckets."""
        return (len(self.topic) - 1).bit_length() - 1


@dataclass(frozen=True, slots=True)
class SecondStage:
    """Weights for the page, and for a passage on an aid page and on a noise page."""

    page: Floats  # (len(PAGE_COLUMNS),)
    page_intercept: float
    on_aid: Floats  # (passage features, len(KINDS))
    on_aid_intercepts: Floats  # (len(KINDS),)
    on_noise: Floats  # (passage features, len(KINDS))
    on_noise_intercepts: Floats  # (len(KINDS),)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where probabilities become labels; all in [0, 1]."""

    page_threshold: float
    passage_threshold: float  # of a passage on a page that is aid
    review_low: float  # pages between low and high need a person's look
    review_high: float


@dataclass(frozen=True, slots=True)
class Classifier:
    """Everything that labelling needs."""

    first: FirstStage
    second: SecondStage
    decision: Decision


@dataclass(frozen=True, slots=True)
class Impressions:
    """What the first stage makes of a block: the features of the second."""

    looks: Floats  # (passages, len(KINDS)), the kind a passage looks like by itself
    passage: Floats  # (passages, passage features)
    page: Floats  # (pages, len(PAGE_COLUMNS))


@dataclass(frozen=True, slots=True)
class Scores:
    """Probabilities of a block."""

    page: Floats  # (pages,), that the page is aid; 0 for a page without passages
    on_aid: Floats  # (passages, len(KINDS)), kinds if the page is aid
    on_noise: Floats  # (passages, len(KINDS)), kinds if it is not

    @property
    def main_content(self) -> Floats:
        """That a passage is aid text if its page is aid, shape (passages,)."""
        return np.asarray(self.on_aid[:, AID].sum(axis=1), np.float32)


def score(block: PassageBlock, model: Classifier) -> Scores:
    """Probabilities of all passages and pages of a block."""
    seen = impressions(block, model.first)
    return decide(block, seen, model.second)


def impressions(block: PassageBlock, stage: FirstStage) -> Impressions:
    """Run the first stage and gather what the second looks at."""
    starts, folded = block.starts, block.folded
    pages = len(starts) - 1
    page_of = block.page_of
    buckets = hash_ngrams(folded, stage.bits)
    root = np.sqrt(ngram_counts(folded).astype(np.float32))
    sums = weigh(stage.kinds, buckets, folded, KIND_SHIFT)
    first = softmax(sums / root[:, None] + layout(block) @ stage.layout + stage.intercepts)
    content = first[:, CONTENT].sum(axis=1)

    own, around, whole = _topic_scores(block, buckets, content, stage)
    log = np.log(np.maximum(first, FLOOR))
    beside = [side for column in log.T for side in neighbours(column, starts)]
    # Not the page's topic: an aid page is one whatever it says, and a passage's part on it is told by the passage.
    topic = np.tanh(np.stack([own, around], axis=1) + np.float32(stage.topic_intercept))
    content_near = window_sum(content, starts, _REACH) / window_sum(np.ones_like(content), starts, _REACH)
    content_far = window_sum(content, starts, _FAR_REACH) / window_sum(np.ones_like(content), starts, _FAR_REACH)
    characters = block.folded.lengths * content
    running = np.concatenate([[0.0], np.cumsum(characters)])
    above = running[:-1] - running[starts[:-1]][page_of]
    total = np.bincount(page_of, characters, pages)
    below = total[page_of] - above - characters
    passage = np.column_stack(
        [
            log,
            *beside,
            topic,
            topic * content[:, None],
            content_near,
            content_far,
            np.log1p(above),
            np.log1p(below),
        ]
    )
    share = np.bincount(page_of, first[:, AID].sum(axis=1) * block.folded.lengths, pages) / np.maximum(total, 1)
    page_topic = whole + np.float32(stage.topic_intercept)
    page = np.column_stack([page_topic, np.tanh(page_topic), share])
    return Impressions(first, passage.astype(np.float32), page.astype(np.float32))


def _topic_scores(
    block: PassageBlock, buckets: Buckets, content: Floats, stage: FirstStage
) -> tuple[Floats, Floats, Floats]:
    """How much speaks of health aid: each passage, each passage with its surroundings, each page as a whole."""
    starts, folded = block.starts, block.folded
    buckets = buckets[TOPIC_ORDERS]
    size = ngram_counts(folded, TOPIC_ORDERS).astype(np.float32)
    spoken = weigh(stage.topic, buckets, folded)
    weighted, mass = content * spoken, content * size
    around = _over_root(window_sum(weighted, starts, _REACH), window_sum(mass, starts, _REACH))
    said, different = weigh_once(stage.topic, buckets, folded, starts, content >= IS_CONTENT)
    whole = _over_root(said, different)
    return _over_root(spoken, size), around, whole


def decide(block: PassageBlock, seen: Impressions, stage: SecondStage) -> Scores:
    """Run the second stage on the first one's impressions."""
    page = sigmoid(seen.page @ stage.page + np.float32(stage.page_intercept))
    return Scores(
        page=np.where(np.diff(block.starts) > 0, page, 0).astype(np.float32),
        on_aid=softmax(seen.passage @ stage.on_aid + stage.on_aid_intercepts),
        on_noise=softmax(seen.passage @ stage.on_noise + stage.on_noise_intercepts),
    )


def softmax(logits: Floats) -> Floats:
    """Row-wise softmax, shape as given."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def sigmoid(logits: Floats) -> Floats:
    """Logistic function, safe for large values of either sign."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), np.float32)


def _over_root(sums: npt.NDArray[np.number], sizes: npt.NDArray[np.number]) -> Floats:
    """Sums of weights over the root of the number of n-grams, so that a long text is no surer by its length alone."""
    return np.asarray(sums / np.sqrt(np.maximum(sizes, 1)), np.float32)
