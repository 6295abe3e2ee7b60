"""How far probabilities are from the shares that they promise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.records import Interval
from aidtopics.scores.bootstrap import REPLICATES, Bootstrap, interval_dict
from aidtopics.scores.decisions import Probabilities, Truth

BINS = 10


@dataclass(frozen=True, slots=True)
class CalibrationScores:
    """The error, and what chance alone makes of it."""

    error: Interval  # expected calibration error
    of_perfect: Interval  # what perfectly calibrated probabilities show on as many pages: mean, 2.5 % and 97.5 %

    def as_dict(self) -> dict[str, object]:
        """For JSON, beside the figures of the decision."""
        return {
            "calibration_error": interval_dict(self.error),
            "calibration_error_of_perfect": interval_dict(self.of_perfect),
        }


def score_calibration(
    truth: Truth,
    probabilities: Probabilities,
    groups: Sequence[object] | npt.NDArray[np.generic],
    seed: int,
) -> CalibrationScores:
    """Expected calibration error with an interval over groups (sites), beside that of a perfectly calibrated model."""
    error = Bootstrap(groups, seed).basic_interval(lambda i: calibration_error(truth[i], probabilities[i]))
    return CalibrationScores(error, perfect_calibration_error(probabilities, seed))


def calibration_error(truth: Truth, probabilities: Probabilities) -> float:
    """Expected calibration error over ten bins of equal mass (Naeini, Cooper and Hauskrecht 2015), in [0, 1].

    Equal mass, because most probabilities lie at the ends, and bins of equal width in between hold a few pages each.
    """
    predicted, observed, count = calibration_curve(truth, probabilities)
    return float(np.abs(predicted - observed) @ count / max(count.sum(), 1))


def perfect_calibration_error(probabilities: Probabilities, seed: int) -> Interval:
    """The calibration error of a model that is perfectly calibrated, from labels drawn with its own probabilities.

    As a mean of sizes the error never comes out at 0 on a finite sample; this is how far from 0 it comes out.
    """
    bins = _bins(probabilities)
    member = (bins[:, None] == np.arange(bins.max(initial=0) + 1)).astype(np.float64)
    drawn = np.random.default_rng(seed).random((REPLICATES, len(probabilities))) < probabilities
    errors = np.abs((drawn - probabilities) @ member).sum(axis=1) / max(len(probabilities), 1)
    low, high = np.quantile(errors, [0.025, 0.975])
    return Interval(float(errors.mean()), float(low), float(high))


def calibration_curve(
    truth: Truth, probabilities: Probabilities
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Per bin of equal mass: mean probability, share of positives, number of items; equal values share a bin."""
    bins = _bins(probabilities)
    count = np.bincount(bins, minlength=1)
    used = count > 0
    predicted = np.bincount(bins, probabilities, len(count))[used] / count[used]
    observed = np.bincount(bins, truth, len(count))[used] / count[used]
    return predicted, observed, count[used]


def _bins(probabilities: Probabilities) -> npt.NDArray[np.intp]:
    ranked = np.sort(probabilities)
    edges = np.unique(ranked[np.arange(1, BINS) * len(ranked) // BINS]) if len(ranked) else ranked
    return np.searchsorted(edges, probabilities, side="right")
