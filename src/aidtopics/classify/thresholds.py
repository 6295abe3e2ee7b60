"""Where probabilities become labels: thresholds from cross-validated probabilities."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from aidtopics.classify.block import Floats
from aidtopics.classify.model import Decision
from aidtopics.errors import FittingError

_PLATEAU = 0.003  # of F1
_REVIEW_ERROR = 0.01

Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that the page threshold is to reach in cross-validation."""

    figure: Literal["precision", "recall"]
    value: float  # in (0, 1]


def choose_decision(pages: Floats, is_aid: Truth, passages: Floats, is_aid_text: Truth) -> Decision:
    """The page threshold of the best F1 to expect, and the passage threshold in the middle of those of the best F1.

    Where probabilities are calibrated the best F1 is reached at half of it (Lipton, Elkan and Naryanaswamy 2014,
    theorem 1). That half hangs on all pages; the threshold that happened to be the best hangs on the few near it.

    Pages need review between the probabilities below which at most 1 % are aid and above which at most 1 % are noise.

    Args:
        pages: probabilities of pages, and their truth, shape (pages,).
        passages: probabilities of the passages of aid pages, and their truth, shape (passages,).
    """
    page = float(_f1_by_rank(pages, is_aid).max()) / 2
    low, high = _review_band(pages, is_aid, _REVIEW_ERROR)
    return Decision(page, _between(*_plateau(passages, is_aid_text)), min(low, page), max(high, page))


def at_target(decision: Decision, probabilities: Floats, is_aid: Truth, target: Target) -> Decision:
    """The same decision with the page threshold that reaches a target and costs the other figure least.

    Raises:
        FittingError: no threshold reaches the target; what can be reached is said.
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked = np.asarray(probabilities, np.float64)[order]
    cuts = np.flatnonzero(np.append(ranked[:-1] != ranked[1:], True))  # last page above each possible threshold
    hits = np.cumsum(is_aid[order])[cuts]
    precision, recall = hits / (cuts + 1), hits / max(int(is_aid.sum()), 1)
    reached = np.flatnonzero((precision if target.figure == "precision" else recall) >= target.value)
    if not len(reached):
        best = int(precision.argmax())
        raise FittingError(
            f"found no threshold at which cross-validation has a {target.figure} of {target.value:.3f}; the best is "
            f"{precision[best]:.3f}, where {recall[best]:.1%} of the aid pages are found; lower classify.threshold"
        )
    # Precision: as many pages as can be had. Recall: as few as must be.
    chosen = int(cuts[reached[-1] if target.figure == "precision" else reached[0]])
    below = ranked[chosen + 1] if chosen + 1 < len(ranked) else 0.0
    page = _between(ranked[chosen], below)
    return replace(
        decision,
        page_threshold=page,
        review_low=min(decision.review_low, page),
        review_high=max(decision.review_high, page),
    )


def _f1_by_rank(probabilities: Floats, truth: Truth) -> npt.NDArray[np.float64]:
    """F1 of a threshold at each probability, the highest first; -1 where an equal one follows and none can cut."""
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    f1 = 2 * np.cumsum(truth[order]) / (np.arange(1, len(order) + 1) + truth.sum())
    f1[:-1][ranked[:-1] == ranked[1:]] = -1
    return np.asarray(f1, np.float64)


def _plateau(probabilities: Floats, truth: Truth) -> tuple[float, float]:
    """The highest threshold whose F1 is hardly below the best, and what lies below the lowest of them.

    The best threshold itself hangs on single passages; the plateau is what another sample would agree on.
    """
    f1 = _f1_by_rank(probabilities, truth)
    ranked = np.sort(probabilities)[::-1]
    good = (f1 >= f1.max() - _PLATEAU) | (f1 < 0)
    first = last = int(f1.argmax())
    while first > 0 and good[first - 1]:
        first -= 1
    while last + 1 < len(f1) and good[last + 1]:
        last += 1
    below = ranked[last + 1] if last + 1 < len(ranked) else 0.0
    return float(ranked[first]), float(below)


def _between(upper: float, lower: float) -> float:
    """The middle of two probabilities in log-odds, never above the upper one."""
    ends = np.clip(np.array([upper, lower], np.float64), 1e-6, 1 - 1e-6)
    return min(float(1 / (1 + np.exp(-np.log(ends / (1 - ends)).mean()))), float(upper))


def _review_band(probabilities: Floats, truth: Truth, error: float) -> tuple[float, float]:
    order = np.argsort(probabilities, kind="stable")
    ranked, aid = probabilities[order], truth[order]
    count = np.arange(1, len(order) + 1)
    surely_noise = np.flatnonzero(np.cumsum(aid) <= error * count)
    surely_aid = np.flatnonzero(np.cumsum(~aid[::-1]) <= error * count)
    low = float(ranked[surely_noise[-1]]) if len(surely_noise) else 0.0
    high = float(ranked[::-1][surely_aid[-1]]) if len(surely_aid) else 1.0
    return min(low, high), max(low, high)
