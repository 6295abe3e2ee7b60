"""Fits the classifier, and judges it on pages of sites that it has not seen."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from aidtopics.classify.block import LAYOUT_FEATURES, Floats, PassageBlock, block_of, layout
from aidtopics.classify.drift import Reference, count, known_pairs, measure
from aidtopics.classify.model import (
    KINDS,
    Classifier,
    Decision,
    FirstStage,
    Impressions,
    SecondStage,
    decide,
    impressions,
)
from aidtopics.corpus import Example, compose
from aidtopics.duplicates import split_groups
from aidtopics.errors import FittingError
from aidtopics.records import GoldPage, Kind, Label
from aidtopics.vectorize.estimators import ngram_matrix
from aidtopics.vectorize.ngrams import ngram_counts

_CONTENT = (Kind.TITLE, Kind.BODY, Kind.OTHER_TOPIC)
_PLATEAU = 0.003  # of F1
_NEVER = -20.0  # intercept of a kind that did not occur in training


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
class Judged:
    """Decisions on examples by a model that saw neither their site nor a near-duplicate of them."""

    examples: tuple[Example, ...]
    page_probability: Floats  # (examples,)
    main_content: tuple[Floats, ...]  # per example, (passages,), that the passage is aid text if the page is aid
    figures: Floats  # (examples, measures of drift)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A classifier, and what cross-validation says of it."""

    classifier: Classifier
    judged: Judged
    reference: Reference  # what the gold pages as they stand are like


def fit(pages: Sequence[GoldPage], settings: TrainingSettings, progress: bool = False) -> Fitted:
    """Fit a classifier on gold pages.

    The second stage learns from what first stages say of pages they were not fitted on. For that, and for judging the
    whole by cross-validation, first stages are fitted with each fold and each pair of folds left out.

    Raises:
        FittingError: too few pages or sites of a label to split.
    """
    folds = split_folds(pages, settings.folds, settings.seed)
    parts = [
        _Part(
            compose(
                [page for page, its in zip(pages, folds, strict=True) if its == fold], settings.variants, settings.seed
            )
        )
        for fold in range(settings.folds)
    ]
    left_out = [
        (),
        *itertools.combinations(range(settings.folds), 1),
        *itertools.combinations(range(settings.folds), 2),
    ]
    tasks = (
        delayed(_fit_first)([part for n, part in enumerate(parts) if n not in left], settings) for left in left_out
    )
    results = Parallel(n_jobs=settings.jobs, return_as="generator")(tasks)
    if progress:
        from tqdm import tqdm

        results = tqdm(results, total=len(left_out), desc="fitting passages", unit="model", leave=False)
    stages = dict(zip(left_out, results, strict=True))

    judged = [_judge(fold, parts, stages) for fold in range(settings.folds)]
    seen = [impressions(part.block, stages[(n,)]) for n, part in enumerate(parts)]
    second = _fit_second(parts, seen)
    merged = Judged(
        tuple(itertools.chain.from_iterable(part.examples for part in parts)),
        np.concatenate([scores[0] for scores in judged]),
        tuple(itertools.chain.from_iterable(scores[1] for scores in judged)),
        np.concatenate([scores[2] for scores in judged]),
    )
    plain = np.array([example.form == "plain" for example in merged.examples])
    reference = Reference(known_pairs([part.block for part in parts]), count(merged.figures[plain]))
    return Fitted(Classifier(stages[()], second, choose_decision(merged)), merged, reference)


def split_folds(pages: Sequence[GoldPage], folds: int, seed: int) -> npt.NDArray[np.intp]:
    """Fold of each page, shape (pages,); no site and no near-duplicate stands in two folds.

    Raises:
        FittingError: a label has fewer independent groups of pages than there are folds.
    """
    groups = split_groups([page.site for page in pages], [page.text for page in pages])
    labels = np.array([page.label.value for page in pages])
    for label in Label:
        independent = len(set(groups[labels == label.value].tolist()))
        if independent < folds:
            raise FittingError(
                f"found {independent} independent sites with pages labelled {label}, expected at least {folds} for "
                f"{folds} folds; add gold pages of other sites or lower classify.folds"
            )
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    result = np.empty(len(pages), np.intp)
    for fold, (_, test) in enumerate(splitter.split(np.zeros(len(pages)), labels, groups)):
        result[test] = fold
    return result


def choose_decision(judged: Judged) -> Decision:
    """Thresholds from cross-validated probabilities: best F1, in the middle of the values that reach it.

    Pages need review between the probabilities below which at most 1 % are aid and above which at most 1 % are noise.
    """
    is_aid = np.array([example.label is Label.AID for example in judged.examples])
    page = _best_threshold(judged.page_probability, is_aid)
    on_aid_pages = np.concatenate([p for p, aid in zip(judged.main_content, is_aid, strict=True) if aid])
    truth = [
        kind.label is Label.AID for example in judged.examples if example.label is Label.AID for kind in example.kinds
    ]
    low, high = _review_band(judged.page_probability, is_aid, 0.01)
    return Decision(
        page_threshold=page,
        passage_threshold=_best_threshold(on_aid_pages, np.array(truth)),
        review_low=min(low, page),
        review_high=max(high, page),
    )


class _Part:
    """The examples of one fold with everything that fitting reads from them, computed once."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = tuple(examples)
        self.block: PassageBlock = block_of([(example.page, example.passages) for example in examples])
        self.layout = layout(self.block)
        self.kinds = np.array([KINDS.index(kind) for example in examples for kind in example.kinds], np.intp)
        self.is_aid = np.array([example.label is Label.AID for example in examples])
        # A page of a hundred links must not weigh a hundred times a page of one paragraph.
        sizes = np.diff(self.block.starts)
        self.weights = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes)


def _fit_first(parts: Sequence[_Part], settings: TrainingSettings) -> FirstStage:
    counts = sparse.vstack([ngram_matrix(part.block.folded, settings.bits) for part in parts], format="csr")
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
    topic_model = _fit_topic(parts, counts, settings)

    buckets = counts.shape[1]
    ngrams = np.zeros((buckets + 1, len(KINDS)), np.float32)
    ngrams[:buckets, kind_model.classes_] = kind_model.coef_[:, :buckets].T * idf[:, None]
    layout_weights = np.zeros((len(LAYOUT_FEATURES), len(KINDS)), np.float32)
    layout_weights[:, kind_model.classes_] = (kind_model.coef_[:, buckets:] / deviation * settings.layout_scale).T
    intercepts = np.full(len(KINDS), _NEVER, np.float32)
    intercepts[kind_model.classes_] = kind_model.intercept_ - mean @ layout_weights[:, kind_model.classes_]
    topic = np.append(topic_model.coef_[0], 0)
    # What is stored has half precision; fitting the second stage on the same values keeps both in step.
    return FirstStage(_halved(ngrams), layout_weights, intercepts, _halved(topic), float(topic_model.intercept_[0]))


def _halved(weights: npt.NDArray[np.floating]) -> Floats:
    return weights.astype(np.float16).astype(np.float32)


def _fit_topic(parts: Sequence[_Part], counts: sparse.csr_array, settings: TrainingSettings) -> LogisticRegression:
    """Aid or not, from which n-grams occur in whole articles and in every passage of their prose by itself.

    Presence without inverse document frequency separated whole articles better than counts and than tf-idf (area under
    curve 0.994 against 0.985 and 0.991, cross-validated on the corpus of the first release).
    """
    rows, labels, weights = [], [], []
    first = 0
    content_numbers = [KINDS.index(kind) for kind in _CONTENT]
    aid_numbers = [KINDS.index(kind) for kind in (Kind.TITLE, Kind.BODY)]
    for part in parts:
        is_content, is_aid = np.isin(part.kinds, content_numbers), np.isin(part.kinds, aid_numbers)
        for start, end in itertools.pairwise(part.block.starts.tolist()):
            for label in (True, False):
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
    scaled = sparse.diags_array(1 / np.sqrt(np.maximum(texts.sum(axis=1), 1))) @ texts
    model = LogisticRegression(C=settings.topic_strength, max_iter=500, tol=1e-3)
    return model.fit(scaled.tocsr(), labels, sample_weight=weights)


def _fit_second(parts: Sequence[_Part], seen: Sequence[Impressions]) -> SecondStage:
    is_aid = np.concatenate([part.is_aid for part in parts])
    page = _Standard(np.concatenate([impression.page for impression in seen]))
    page_model = LogisticRegression(C=1.0, max_iter=500, tol=1e-6).fit(page.values, is_aid)
    page_weights = (page_model.coef_[0] / page.deviation).astype(np.float32)
    on_aid_page = np.concatenate([part.is_aid[part.block.page_of] for part in parts])
    passage = np.concatenate([impression.passage for impression in seen])
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


def _judge(
    fold: int, parts: Sequence[_Part], stages: dict[tuple[int, ...], FirstStage]
) -> tuple[Floats, list[Floats], Floats]:
    """Scores and figures of one fold's examples by a model fitted without it."""
    others = [n for n in range(len(parts)) if n != fold]
    seen = [impressions(parts[n].block, stages[tuple(sorted((n, fold)))]) for n in others]
    second = _fit_second([parts[n] for n in others], seen)
    block = parts[fold].block
    scores = decide(block, impressions(block, stages[(fold,)]), second)
    figures = measure(block, scores, known_pairs([parts[n].block for n in others]))
    return scores.page, np.split(scores.main_content, block.starts[1:-1]), figures


def _best_threshold(probabilities: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """The middle, in log-odds, of the thresholds around the best whose F1 is within a hair of it.

    The best threshold itself hangs on single pages; the middle of the plateau is what another sample would agree on.
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    # Between equal probabilities no threshold can cut.
    f1[:-1][ranked[:-1] == ranked[1:]] = -1
    good = (f1 >= f1.max() - _PLATEAU) | (f1 < 0)
    first = last = int(f1.argmax())
    while first > 0 and good[first - 1]:
        first -= 1
    while last + 1 < len(f1) and good[last + 1]:
        last += 1
    lower = ranked[last + 1] if last + 1 < len(ranked) else 0.0
    ends = np.clip(np.array([ranked[first], lower], np.float64), 1e-6, 1 - 1e-6)
    return float(1 / (1 + np.exp(-np.log(ends / (1 - ends)).mean())))


def _review_band(probabilities: Floats, truth: npt.NDArray[np.bool_], error: float) -> tuple[float, float]:
    order = np.argsort(probabilities, kind="stable")
    ranked, aid = probabilities[order], truth[order]
    count = np.arange(1, len(order) + 1)
    surely_noise = np.flatnonzero(np.cumsum(aid) <= error * count)
    surely_aid = np.flatnonzero(np.cumsum(~aid[::-1]) <= error * count)
    low = float(ranked[surely_noise[-1]]) if len(surely_noise) else 0.0
    high = float(ranked[::-1][surely_aid[-1]]) if len(surely_aid) else 1.0
    return min(low, high), max(low, high)
