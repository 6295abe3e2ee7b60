"""How good yes-or-no decisions are: precision, recall, F1, AUC, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.records import Interval
from aidtopics.scores.bootstrap import Bootstrap, interval_dict

Truth = npt.NDArray[np.bool_]
Probabilities = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class BinaryScores:
    """Figures of a yes-or-no decision with bootstrap intervals."""

    n: int
    precision: Interval
    recall: Interval
    f1: Interval
    auc: Interval

    def as_dict(self) -> dict[str, object]:
        """For JSON: every figure with its interval, and n."""
        return {name: interval_dict(getattr(self, name)) for name in self.__slots__ if name != "n"} | {"n": self.n}


def score_decisions(
    truth: Truth,
    probabilities: Probabilities,
    threshold: float,
    groups: Sequence[object] | npt.NDArray[np.generic] | None,
    seed: int,
) -> BinaryScores:
    """Score probabilities of the positive class against the truth.

    Intervals come from a bootstrap over groups (sites); without groups, over single items.

    Args:
        truth: shape (items,), True for aid.
        probabilities: shape (items,), in [0, 1].
    """
    decided = probabilities >= threshold
    bootstrap = Bootstrap(np.arange(len(truth)) if groups is None else groups, seed)
    return BinaryScores(
        n=len(truth),
        precision=bootstrap.interval(lambda i: precision_recall_f1(truth[i], decided[i])[0]),
        recall=bootstrap.interval(lambda i: precision_recall_f1(truth[i], decided[i])[1]),
        f1=bootstrap.interval(lambda i: precision_recall_f1(truth[i], decided[i])[2]),
        auc=bootstrap.interval(lambda i: area_under_curve(truth[i], probabilities[i])),
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
    return precision_recall_f1(*_masks(wanted, found, length))


def character_counts(
    wanted: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]], length: int
) -> tuple[int, int, int]:
    """Characters in both sets of spans, found ones, wanted ones; over many texts they add up to `f1_of_counts`."""
    truth, decided = _masks(wanted, found, length)
    return int((truth & decided).sum()), int(decided.sum()), int(truth.sum())


def f1_of_counts(counts: npt.NDArray[np.number]) -> float:
    """F1 over rows of `character_counts`, shape (texts, 3); NaN where nothing is found or wanted."""
    both, found, wanted = counts.sum(axis=0)
    return float(2 * both / (found + wanted)) if found + wanted else float("nan")


def _masks(wanted: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]], length: int) -> tuple[Truth, Truth]:
    masks = np.zeros((2, length), bool)
    for mask, spans in zip(masks, (wanted, found), strict=True):
        for start, end in spans:
            mask[start:end] = True
    return masks[0], masks[1]
