"""Fits the classifier, and judges it on pages of sites that it has not seen."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from sklearn.model_selection import StratifiedGroupKFold

from aidtopics.classify.block import Floats
from aidtopics.classify.drift import Reference, count, known_pairs, measure
from aidtopics.classify.model import AID, Classifier, Decision, FirstStage, SecondStage, decide, impressions
from aidtopics.classify.smoothing import learn_chain, smooth
from aidtopics.classify.stages import (
    WHOLE,
    Ablation,
    Part,
    TrainingSettings,
    fit_first,
    fit_second,
    no_second_stage,
)
from aidtopics.classify.thresholds import Target, at_target, choose_decision
from aidtopics.corpus import Example, compose
from aidtopics.duplicates import split_groups
from aidtopics.errors import FittingError
from aidtopics.records import GoldPage, Label

__all__ = ["Fitted", "Judged", "Target", "TrainingSettings", "decision_of", "fit", "judge", "split_folds"]

_Stages = dict[tuple[int, ...], FirstStage]  # by the folds left out


@dataclass(frozen=True, slots=True)
class Judged:
    """Decisions on examples by a model that saw neither their site nor a near-duplicate of them."""

    examples: tuple[Example, ...]
    folds: npt.NDArray[np.intp]  # (examples,), which of the folds an example was in
    page_probability: Floats  # (examples,)
    main_content: tuple[Floats, ...]  # per example, (passages,), that the passage is aid text if the page is aid
    figures: Floats  # (examples, measures of drift)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A classifier, and what cross-validation says of it."""

    classifier: Classifier
    judged: Judged
    reference: Reference  # what the gold pages as they stand are like


def fit(
    pages: Sequence[GoldPage], settings: TrainingSettings, progress: bool = False, target: Target | None = None
) -> Fitted:
    """Fit a classifier on gold pages.

    The second stage learns from what first stages say of pages they were not fitted on. For that, and for judging the
    whole by cross-validation, first stages are fitted with each fold and each pair of folds left out.

    Args:
        target: precision or recall that the page threshold is to reach; None for the best F1.

    Raises:
        FittingError: too few pages or sites of a label to split, or a target that no threshold reaches.
    """
    parts = _parts(pages, settings, WHOLE)
    stages = _first_stages(parts, settings, [(), *_left_out(settings.folds, pairs=True)], progress)
    judged = _cross_validate(parts, stages, WHOLE)
    second = _second(parts, stages, (), WHOLE)
    plain = np.array([example.form == "plain" for example in judged.examples])
    reference = Reference(known_pairs([part.block for part in parts]), count(judged.figures[plain]))
    return Fitted(Classifier(stages[()], second, decision_of(judged, target)), judged, reference)


def judge(pages: Sequence[GoldPage], settings: TrainingSettings, ablation: Ablation) -> Judged:
    """Judge a classifier with an ablation by cross-validation, on the folds and composed pages that `fit` takes.

    Raises:
        FittingError: too few pages or sites of a label to split.
    """
    parts = _parts(pages, settings, ablation)
    left_out = _left_out(settings.folds, pairs="second_stage" not in ablation.without)
    return _cross_validate(parts, _first_stages(parts, settings, left_out, progress=False), ablation)


def decision_of(judged: Judged, target: Target | None) -> Decision:
    """Thresholds from cross-validated probabilities.

    Raises:
        FittingError: no threshold reaches the target.
    """
    is_aid = np.array([example.label is Label.AID for example in judged.examples])
    on_aid = [p for p, aid in zip(judged.main_content, is_aid, strict=True) if aid]
    truth = [kind.label is Label.AID for e in judged.examples if e.label is Label.AID for kind in e.kinds]
    decision = choose_decision(judged.page_probability, is_aid, np.concatenate(on_aid), np.array(truth))
    if target is None:
        return decision
    # The figures of a run are those of the pages as they stand, and the target is to be found there again.
    plain = np.array([example.form == "plain" for example in judged.examples])
    return at_target(decision, judged.page_probability[plain], is_aid[plain], target)


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


def _parts(pages: Sequence[GoldPage], settings: TrainingSettings, ablation: Ablation) -> list[Part]:
    folds = split_folds(pages, settings.folds, settings.seed)
    members = [[page for page, its in zip(pages, folds, strict=True) if its == n] for n in range(settings.folds)]
    return [Part(compose(fold, settings.variants, settings.seed), ablation) for fold in members]


def _left_out(folds: int, pairs: bool) -> list[tuple[int, ...]]:
    return [left for size in (1, 2)[: 1 + pairs] for left in itertools.combinations(range(folds), size)]


def _first_stages(
    parts: Sequence[Part], settings: TrainingSettings, left_out: Sequence[tuple[int, ...]], progress: bool
) -> _Stages:
    tasks = (delayed(fit_first)([part for n, part in enumerate(parts) if n not in left], settings) for left in left_out)
    results = Parallel(n_jobs=settings.jobs, return_as="generator")(tasks)
    if progress:
        from tqdm import tqdm

        results = tqdm(results, total=len(left_out), desc="fitting passages", unit="model", leave=False)
    return dict(zip(left_out, results, strict=True))


def _second(parts: Sequence[Part], stages: _Stages, left_out: tuple[int, ...], ablation: Ablation) -> SecondStage:
    """The second stage fitted on all folds but those left out, each seen by a first stage that did not know it."""
    if "second_stage" in ablation.without:
        return no_second_stage()
    used = [n for n in range(len(parts)) if n not in left_out]
    seen = [impressions(parts[n].block, stages[tuple(sorted((n, *left_out)))]) for n in used]
    return fit_second([parts[n] for n in used], seen, ablation)


def _cross_validate(parts: Sequence[Part], stages: _Stages, ablation: Ablation) -> Judged:
    pages: list[Floats] = []
    content: list[Floats] = []
    figures: list[Floats] = []
    for fold, part in enumerate(parts):
        scores = decide(part.block, impressions(part.block, stages[(fold,)]), _second(parts, stages, (fold,), ablation))
        main_content = scores.main_content
        if ablation.smoothing:
            on_aid_pages = [
                kinds
                for other in parts
                if other is not part
                for kinds, aid in zip(np.split(other.kinds, other.block.starts[1:-1]), other.is_aid, strict=True)
                if aid
            ]
            main_content = smooth(scores.on_aid, part.block.starts, learn_chain(on_aid_pages))[:, AID].sum(axis=1)
        pages.append(scores.page)
        figures.append(measure(part.block, scores, known_pairs([other.block for other in parts if other is not part])))
        content += np.split(main_content, part.block.starts[1:-1])
    return Judged(
        tuple(itertools.chain.from_iterable(part.examples for part in parts)),
        np.repeat(np.arange(len(parts)), [len(part.examples) for part in parts]),
        np.concatenate(pages),
        tuple(content),
        np.concatenate(figures),
    )
