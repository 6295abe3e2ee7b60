"""What the parts of the classifier are worth: variants of it on the same folds, compared page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from aidtopics.classify import Decision
from aidtopics.classify.stages import Ablation
from aidtopics.classify.training import Judged, TrainingSettings, decision_of, judge
from aidtopics.experiments.config import AblationTable, Experiment, KeywordsTable
from aidtopics.experiments.judging import judged_counts, truth_of
from aidtopics.experiments.wording import segmenter_of
from aidtopics.records import GoldPage
from aidtopics.scores import Bootstrap, area_under_curve, f1_of_counts, interval_dict, precision_recall_f1

_Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Variant:
    """A variant's decisions, in the order of the examples of the whole."""

    probability: npt.NDArray[np.floating]  # (examples,)
    is_aid: npt.NDArray[np.bool_]  # (examples,)
    counts: npt.NDArray[np.int64] | None  # (examples, 3), of characters; None for a rule that decides on no passage


def ablate(
    experiment: Experiment, pages: Sequence[GoldPage], settings: TrainingSettings, whole: Judged, decision: Decision
) -> list[dict[str, Any]]:
    """A row of figures for the classifier as it is, then for each variant that the experiment names."""
    bootstraps = _Bootstraps(whole, experiment.seed)
    reference = _Variant(
        whole.page_probability, whole.page_probability >= decision.page_threshold, judged_counts(whole, decision)
    )
    rows = [{"name": "as it is", **bootstraps.figures(reference, None)}]
    for table in experiment.ablation:
        start = perf_counter()
        if table.keywords:
            variant = _by_keywords(whole, table.keywords)
        else:
            variant = _judged(experiment, pages, settings, table)
        seconds = round(perf_counter() - start, 1)
        rows.append({"name": table.name, **bootstraps.figures(variant, reference), "seconds": seconds})
    return rows


def _judged(
    experiment: Experiment, pages: Sequence[GoldPage], settings: TrainingSettings, table: AblationTable
) -> _Variant:
    cut = segmenter_of(experiment).cut if table.units == "words" else None
    bits = settings.bits if table.bits is None else table.bits
    judged = judge(pages, replace(settings, bits=bits), Ablation(frozenset(table.without), cut, table.smoothing))
    decision = decision_of(judged, None)
    probability = judged.page_probability
    return _Variant(probability, probability >= decision.page_threshold, judged_counts(judged, decision))


def _by_keywords(whole: Judged, rule: KeywordsTable) -> _Variant:
    """The rule on the text of each page; for the AUC pages are ranked by their different medical words."""
    score = np.zeros(len(whole.examples))
    for number, example in enumerate(whole.examples):
        if any(word in example.page.text for word in rule.programmes):
            score[number] = sum(word in example.page.text for word in rule.medical)
    return _Variant(score, score >= rule.least, None)


class _Bootstraps:
    """The same resamples of sites for all variants, so that differences are taken page by page."""

    def __init__(self, whole: Judged, seed: int) -> None:
        sites = np.array([e.site for e in whole.examples])
        self._plain = np.array([e.form == "plain" for e in whole.examples])
        self._truth = truth_of(whole.examples)[self._plain]
        self._pages = Bootstrap(sites[self._plain], seed)
        self._examples = Bootstrap(sites, seed)

    def figures(self, variant: _Variant, reference: _Variant | None) -> dict[str, Any]:
        """F1 and AUC of the gold pages as they stand, F1 of characters in all composed forms; less the reference's."""
        truth, plain = self._truth, self._plain

        def f1(of: _Variant, i: _Indices) -> float:
            return precision_recall_f1(truth[i], of.is_aid[plain][i])[2]

        def auc(of: _Variant, i: _Indices) -> float:
            return area_under_curve(truth[i], of.probability[plain][i])

        def characters(of: _Variant, i: _Indices) -> float:
            return float("nan") if of.counts is None else f1_of_counts(of.counts[i])

        def less(figure: Callable[[_Variant, _Indices], float], other: _Variant, i: _Indices) -> float:
            return figure(variant, i) - figure(other, i)

        row: dict[str, Any] = {}
        for name, figure, bootstrap in (
            ("f1", f1, self._pages),
            ("auc", auc, self._pages),
            ("character_f1", characters, self._examples),
        ):
            row[name] = interval_dict(bootstrap.interval(partial(figure, variant)))
            if reference is not None:
                row[f"{name}_difference"] = interval_dict(bootstrap.interval(partial(less, figure, reference)))
        return row
