"""The learning curve: what more gold pages would bring."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from aidtopics.classify.training import TrainingSettings, fit, split_folds
from aidtopics.corpus import example
from aidtopics.duplicates import split_groups
from aidtopics.errors import FittingError
from aidtopics.experiments.judging import classified, truth_of
from aidtopics.records import GoldPage
from aidtopics.scores import Bootstrap, area_under_curve, interval_dict, precision_recall_f1

_SHARES = (1 / 8, 1 / 4, 1 / 2, 1.0)
# The curve is about its slope; half the time of what a shipped model is fitted with shows the same.
_FOLDS = 3
_VARIANTS = 1


def learning_curve(pages: Sequence[GoldPage], settings: TrainingSettings) -> list[dict[str, Any]]:
    """F1 and AUC by the share of sites that is trained on, each fold's pages judged by a classifier without them.

    For each fold the other folds' sites (and near-duplicates) are shuffled with a seed of its own, and the first of
    them taken, so that a larger share holds the smaller ones.

    Returns:
        A row for each share that has enough sites to fit: the mean number of pages trained on; F1 and AUC over all
        pages with an interval over sites; their standard deviation over the folds, each of which has its own seed and
        its own test pages.
    """
    folds = split_folds(pages, settings.folds, settings.seed)
    groups = split_groups([page.site for page in pages], [page.text for page in pages])
    quick = replace(settings, folds=_FOLDS, variants=_VARIANTS, jobs=1)
    cases = [(share, fold) for share in _SHARES for fold in range(settings.folds)]
    tasks = (
        delayed(_judged)(
            [pages[i] for i in _drawn(groups, folds != fold, share, settings.seed + fold).tolist()],
            [page for page, its in zip(pages, folds, strict=True) if its == fold],
            quick,
        )
        for share, fold in cases
    )
    found = dict(zip(cases, Parallel(n_jobs=settings.jobs)(tasks), strict=True))
    sites = [page.site for fold in range(settings.folds) for page, its in zip(pages, folds, strict=True) if its == fold]
    bootstrap = Bootstrap(sites, settings.seed)
    by_share = {share: [found[share, fold] for fold in range(settings.folds)] for share in _SHARES}
    return [
        _row(share, [result for result in results if result], bootstrap)
        for share, results in by_share.items()
        if all(results)
    ]


_Result = tuple[int, npt.NDArray[np.bool_], npt.NDArray[np.float64], npt.NDArray[np.bool_]]


def _judged(train: Sequence[GoldPage], test: Sequence[GoldPage], settings: TrainingSettings) -> _Result | None:
    """Pages trained on; truth, probability and decision of the test pages. None if the sites are too few to fit."""
    examples = [example(page) for page in test]
    try:
        classifier = fit(train, settings).classifier
    except FittingError:
        return None
    probability = np.array([page.aid_probability for page in classified(examples, classifier)])
    return len(train), truth_of(examples), probability, probability >= classifier.decision.page_threshold


def _drawn(
    groups: npt.NDArray[np.intp], allowed: npt.NDArray[np.bool_], share: float, seed: int
) -> npt.NDArray[np.intp]:
    """Places of the pages of a share of the groups allowed."""
    shuffled = np.random.default_rng(seed).permutation(np.unique(groups[allowed]))
    return np.flatnonzero(allowed & np.isin(groups, shuffled[: round(share * len(shuffled))]))


def _row(share: float, results: Sequence[_Result], bootstrap: Bootstrap) -> dict[str, Any]:
    truth, probability, decided = (np.concatenate([result[n] for result in results]) for n in (1, 2, 3))
    by_seed = {
        "f1": [precision_recall_f1(result[1], result[3])[2] for result in results],
        "auc": [area_under_curve(result[1], result[2]) for result in results],
    }
    return {
        "share": share,
        "pages": round(float(np.mean([result[0] for result in results])), 1),
        "f1": interval_dict(bootstrap.interval(lambda i: precision_recall_f1(truth[i], decided[i])[2])),
        "auc": interval_dict(bootstrap.interval(lambda i: area_under_curve(truth[i], probability[i]))),
        "deviation": {name: round(float(np.std(values, ddof=1)), 4) for name, values in by_seed.items()},
    }
