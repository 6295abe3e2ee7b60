"""How good decisions are: precision, recall, F1, AUC, calibration, with intervals; and the shortcut audit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.records import Interval

REPLICATES = 1000
_COVERAGE = 0.95
BINS = 10

Truth = npt.NDArray[np.bool_]
Probabilities = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class BinaryScores:
    """Figures of a yes-or-no decision, those of the decision with bootstrap intervals."""

    n: int
    precision: Interval
    recall: Interval
    f1: Interval
    auc: Interval
    calibration_error: float  # no interval: a resampled one is larger than its value, by the noise of resampling

    def as_dict(self) -> dict[str, object]:
        """For JSON: the four figures of a decision, its calibration error, and n."""
        figures = {name: interval_dict(getattr(self, name)) for name in ("precision", "recall", "f1", "auc")}
        return {**figures, "calibration_error": round(self.calibration_error, 4), "n": self.n}


def interval_dict(interval: Interval) -> dict[str, float | None]:
    """For JSON, which has no NaN: an undefined figure is null."""
    values = {"value": interval.value, "low": interval.low, "high": interval.high}
    return {name: None if np.isnan(value) else round(value, 4) for name, value in values.items()}


def score_decisions(
    truth: Truth,
    probabilities: Probabilities,
    threshold: float,
    groups: Sequence[object] | npt.NDArray[np.generic] | None,
    seed: int,
) -> BinaryScores:
    """Score probabilities of the positive class against the truth.

    Intervals are percentiles of a bootstrap over whole groups (sites), because pages of one site are no independent
    witnesses (Field and Welsh 2007); without groups, over single items.

    Args:
        truth: shape (items,), True for aid.
        probabilities: shape (items,), in [0, 1].
    """
    decided = probabilities >= threshold
    numbers = np.arange(len(truth)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    members = _members(numbers)
    random = np.random.default_rng(seed)
    draws = [
        np.concatenate([members[i] for i in random.integers(0, len(members), len(members))])
        for _ in range(REPLICATES if len(members) > 1 else 0)
    ]

    def interval(figure: Callable[[npt.NDArray[np.intp]], float]) -> Interval:
        everything = np.arange(len(truth))
        value = figure(everything)
        replicates = np.array([figure(draw) for draw in draws])
        replicates = replicates[~np.isnan(replicates)]
        if not len(replicates):
            return Interval(value, value, value)
        tail = (1 - _COVERAGE) / 2
        low, high = np.quantile(replicates, [tail, 1 - tail])
        return Interval(value, float(low), float(high))

    return BinaryScores(
        n=len(truth),
        precision=interval(lambda i: precision_recall_f1(truth[i], decided[i])[0]),
        recall=interval(lambda i: precision_recall_f1(truth[i], decided[i])[1]),
        f1=interval(lambda i: precision_recall_f1(truth[i], decided[i])[2]),
        auc=interval(lambda i: area_under_curve(truth[i], probabilities[i])),
        calibration_error=calibration_error(truth, probabilities),
    )


def precision_recall_f1(truth: Truth, decided: Truth) -> tuple[float, float, float]:
    """Precision, recall and their harmonic mean; NaN where there is nothing to divide by."""
    hits = float((truth & decided).sum())
    chosen, wanted = float(decided.sum()), float(truth.sum())
    precision = hits / chosen if chosen else float("nan")
    recall = hits / wanted if wanted else float("nan")
    f1 = 2 * hits / (chosen + wanted) if chosen + wanted else float("nan")
    return precision, recall, f1


def area_under_curve(truth: Truth, probabilities: Probabilities) -> float:
    """Area under the ROC curve as the rank-sum statistic (Hanley and McNeil 1982); NaN if one class is missing."""
    positive, negative = int(truth.sum()), int((~truth).sum())
    if not positive or not negative:
        return float("nan")
    _, inverse, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    return float((mean_rank[inverse][truth].sum() - positive * (positive + 1) / 2) / (positive * negative))


def calibration_error(truth: Truth, probabilities: Probabilities) -> float:
    """Expected calibration error over ten bins of equal width (Naeini, Cooper and Hauskrecht 2015), in [0, 1]."""
    predicted, observed, count = calibration_curve(truth, probabilities)
    return float(np.abs(predicted - observed) @ count / max(count.sum(), 1))


def calibration_curve(
    truth: Truth, probabilities: Probabilities
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Per non-empty bin: mean probability, share of positives, number of items."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    count = np.bincount(bins, minlength=BINS)
    used = count > 0
    predicted = np.bincount(bins, probabilities, BINS)[used] / count[used]
    observed = np.bincount(bins, truth, BINS)[used] / count[used]
    return predicted, observed, count[used]


def precision_recall_curve(
    truth: Truth, probabilities: Probabilities
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Precision, recall and threshold at each distinct probability, highest threshold first."""
    order = np.argsort(-probabilities, kind="stable")
    ranked = np.asarray(probabilities, np.float64)[order]
    hits = np.cumsum(truth[order])
    last = np.append(ranked[:-1] != ranked[1:], True)
    taken = np.arange(1, len(order) + 1)[last]
    return hits[last] / taken, hits[last] / max(int(truth.sum()), 1), ranked[last]


def confusion(truth: Truth, decided: Truth) -> npt.NDArray[np.intp]:
    """Counts, shape (2, 2): rows truth, columns decision, aid first."""
    return np.array(
        [[(truth & decided).sum(), (truth & ~decided).sum()], [(~truth & decided).sum(), (~truth & ~decided).sum()]]
    )


def character_f1(
    wanted: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]], length: int
) -> tuple[float, float, float]:
    """Precision, recall and F1 over the characters of a text of the given length that two sets of spans cover."""
    masks = []
    for spans in (wanted, found):
        mask = np.zeros(length, bool)
        for start, end in spans:
            mask[start:end] = True
        masks.append(mask)
    return precision_recall_f1(*masks)


def _members(groups: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
