"""Fits the two stages of the classifier on the examples of some folds."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from aidtopics.classify.block import LAYOUT_FEATURES, OF_THE_PAGE, Floats, PassageBlock, block_of, layout
from aidtopics.classify.model import (
    KIND_SHIFT,
    KINDS,
    OF_NEIGHBOURS,
    PAGE_COLUMNS,
    TOPIC_ORDERS,
    FirstStage,
    Impressions,
    SecondStage,
)
from aidtopics.corpus import Example
from aidtopics.passages import gather
from aidtopics.records import Kind, Label
from aidtopics.vectorize.estimators import ngram_matrix
from aidtopics.vectorize.ngrams import ngram_counts

_CONTENT = (Kind.TITLE, Kind.BODY, Kind.OTHER_TOPIC)
_NEVER = -20.0  # intercept of a kind that did not occur in training

Removable = Literal["layout", "neighbours", "second_stage"]


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How to fit."""

    seed: int
    bits: int  # log2 of the number of n-gram buckets
    variants: int  # composed forms of each page beside the page itself
    folds: int
    kind_strength: float  # inverse of the regularization (scikit-learn's C) of passage kinds
    topic_strength: float  # … of the aid topic
    layout_scale: float  # weight of layout beside characters
    jobs: int


@dataclass(frozen=True, slots=True)
class Ablation:
    """What the classifier does without, or does another way, to see what a part of it is worth."""

    without: frozenset[Removable]
    cut: Callable[[str], list[str]] | None  # segments text; then words and pairs of words take the n-grams' place
    smoothing: bool  # a linear chain of kinds over a page's passages, behind the last stage there is


WHOLE = Ablation(frozenset(), cut=None, smoothing=False)


class Part:
    """The examples of one fold with everything that fitting reads from them, computed once."""

    def __init__(self, examples: Sequence[Example], ablation: Ablation) -> None:
        self.examples = tuple(examples)
        passages = gather([(example.page, example.passages) for example in examples])
        self.block: PassageBlock = block_of(passages, ablation.cut)
        self.layout = layout(self.block) * _layout_used(ablation)
        self.kinds = np.array([KINDS.index(kind) for example in examples for kind in example.kinds], np.intp)
        self.is_aid = np.array([example.label is Label.AID for example in examples])
        # A page of a hundred links must not weigh a hundred times a page of one paragraph.
        sizes = np.diff(self.block.starts)
        self.weights = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes)


def fit_first(parts: Sequence[Part], settings: TrainingSettings) -> FirstStage:
    """Fit the first stage on some parts."""
    counts = sparse.vstack(
        [ngram_matrix(part.block.folded, settings.bits - KIND_SHIFT) for part in parts], format="csr"
    )
    sizes = np.concatenate([ngram_counts(part.block.folded) for part in parts])
    # Inverse document frequency as in scikit-learn's TfidfTransformer (smoothed); folded into the weights afterwards.
    document_frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = (np.log((1 + counts.shape[0]) / (1 + document_frequency)) + 1).astype(np.float32)
    scaled = counts @ sparse.diags_array(idf)
    passages = sparse.diags_array(1 / np.sqrt(sizes)) @ scaled
    appearance = np.concatenate([part.layout for part in parts])
    mean, deviation = appearance.mean(axis=0), appearance.std(axis=0) + 1e-6
    standard = (appearance - mean) / deviation * settings.layout_scale
    kinds = np.concatenate([part.kinds for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    kind_model = LogisticRegression(C=settings.kind_strength, max_iter=200, tol=1e-3)
    kind_model.fit(sparse.hstack([passages, sparse.csr_array(standard)], format="csr"), kinds, sample_weight=weights)
    topic, topic_intercept = _fit_topic(parts, settings)

    buckets = counts.shape[1]
    ngrams = np.zeros((buckets + 1, len(KINDS)), np.float32)
    ngrams[:buckets, kind_model.classes_] = kind_model.coef_[:, :buckets].T * idf[:, None]
    layout_weights = np.zeros((len(LAYOUT_FEATURES), len(KINDS)), np.float32)
    layout_weights[:, kind_model.classes_] = (kind_model.coef_[:, buckets:] / deviation * settings.layout_scale).T
    intercepts = np.full(len(KINDS), _NEVER, np.float32)
    intercepts[kind_model.classes_] = kind_model.intercept_ - mean @ layout_weights[:, kind_model.classes_]
    # What is stored has half precision; fitting the second stage on the same values keeps both in step.
    return FirstStage(_halved(ngrams), layout_weights, intercepts, _halved(topic), topic_intercept)


def _halved(weights: npt.NDArray[np.floating]) -> Floats:
    return weights.astype(np.float16).astype(np.float32)


def _fit_topic(parts: Sequence[Part], settings: TrainingSettings) -> tuple[Floats, float]:
    """Aid or not, from which n-grams occur in articles: weights of the buckets, and the intercept.

    It learns from the pages as they stand, from each whole article and from every passage of its prose by itself: what
    composition puts around an article is not about anything.
    """
    counts = sparse.vstack(
        [ngram_matrix(part.block.folded, settings.bits, TOPIC_ORDERS) for part in parts], format="csr"
    )
    rows, labels, weights = [], [], []
    first = 0
    content_numbers = [KINDS.index(kind) for kind in _CONTENT]
    aid_numbers = [KINDS.index(kind) for kind in (Kind.TITLE, Kind.BODY)]
    for part in parts:
        is_content, is_aid = np.isin(part.kinds, content_numbers), np.isin(part.kinds, aid_numbers)
        for example, (start, end) in zip(part.examples, itertools.pairwise(part.block.starts.tolist()), strict=True):
            for label in (True, False) if example.form == "plain" else ():
                members = first + start + np.flatnonzero((is_content & (is_aid == label))[start:end])
                if len(members):
                    rows += [members, *([member] for member in members)]
                    labels += [label] * (1 + len(members))
                    # The article as a whole counts twice as much as all of its passages together.
                    weights += [1.0, *(0.5 / len(members) for _ in members)]
        first += len(part.kinds)
    lengths = [len(row) for row in rows]
    chosen = sparse.csr_array(
        (np.ones(sum(lengths), np.float32), (np.repeat(np.arange(len(rows)), lengths), np.concatenate(rows))),
        shape=(len(rows), counts.shape[0]),
    )
    texts = sparse.csr_array(chosen @ counts)
    texts.data[:] = 1
    # Each text is of unit length before rare n-grams are given more weight, as in scikit-learn's TfidfTransformer
    # (smoothed): so the sum needs the weights of the n-grams and their number alone.
    unit = sparse.diags_array(1 / np.sqrt(np.maximum(texts.sum(axis=1), 1))) @ texts
    idf = np.log((1 + len(rows)) / (1 + np.bincount(texts.indices, minlength=texts.shape[1]))) + 1
    model = LogisticRegression(C=settings.topic_strength, max_iter=500, tol=1e-3)
    model.fit(sparse.csr_array(unit @ sparse.diags_array(idf)), labels, sample_weight=weights)
    return np.append(model.coef_[0] * idf, 0), float(model.intercept_[0])


def fit_second(parts: Sequence[Part], seen: Sequence[Impressions], ablation: Ablation) -> SecondStage:
    """Fit the second stage on what first stages say of parts that they were not fitted on."""
    is_aid = np.concatenate([part.is_aid for part in parts])
    page = _Standard(np.concatenate([impression.page for impression in seen]))
    page_model = LogisticRegression(C=1.0, max_iter=500, tol=1e-6).fit(page.values, is_aid)
    page_weights = (page_model.coef_[0] / page.deviation).astype(np.float32)
    on_aid_page = np.concatenate([part.is_aid[part.block.page_of] for part in parts])
    passage = np.concatenate([impression.passage for impression in seen])
    if "neighbours" in ablation.without:
        passage = np.where(OF_NEIGHBOURS, np.float32(0), passage)
    kinds = np.concatenate([part.kinds for part in parts])
    weights = np.concatenate([part.weights for part in parts])
    on_aid = _fit_kinds(passage[on_aid_page], kinds[on_aid_page], weights[on_aid_page])
    on_noise = _fit_kinds(passage[~on_aid_page], kinds[~on_aid_page], weights[~on_aid_page])
    return SecondStage(page_weights, float(page_model.intercept_[0] - page.mean @ page_weights), *on_aid, *on_noise)


def _fit_kinds(raw: Floats, kinds: npt.NDArray[np.intp], weights: npt.NDArray[np.float64]) -> tuple[Floats, Floats]:
    """Weights and intercepts over all KINDS; a kind that never occurred stays improbable."""
    standard = _Standard(raw)
    model = LogisticRegression(C=1.0, max_iter=500, tol=1e-4).fit(standard.values, kinds, sample_weight=weights)
    coefficients = np.zeros((raw.shape[1], len(KINDS)), np.float32)
    coefficients[:, model.classes_] = (model.coef_ / standard.deviation).T
    intercepts = np.full(len(KINDS), _NEVER, np.float32)
    intercepts[model.classes_] = model.intercept_ - standard.mean @ coefficients[:, model.classes_]
    return coefficients, intercepts


class _Standard:
    """Columns at mean 0 and deviation 1, with what it takes to express fitted weights for the raw columns."""

    def __init__(self, raw: Floats) -> None:
        self.mean = raw.mean(axis=0)
        self.deviation = raw.std(axis=0) + 1e-6
        self.values = (raw - self.mean) / self.deviation


def no_second_stage() -> SecondStage:
    """Lets the first stage's own probabilities through: of the whole page's topic, and of each passage's kind."""
    page = np.zeros(len(PAGE_COLUMNS), np.float32)
    page[PAGE_COLUMNS.index("topic")] = 1
    kinds = np.eye(len(OF_NEIGHBOURS), len(KINDS), dtype=np.float32)
    none = np.zeros(len(KINDS), np.float32)
    return SecondStage(page, 0.0, kinds, none, kinds, none)


def _layout_used(ablation: Ablation) -> Floats:
    """1 for the columns of layout that count, 0 for the others, whose weights then become 0; shape (columns,)."""
    used = np.full(len(LAYOUT_FEATURES), "layout" not in ablation.without)
    if "neighbours" in ablation.without:
        used &= [name not in OF_THE_PAGE for name in LAYOUT_FEATURES]
    return used.astype(np.float32)
