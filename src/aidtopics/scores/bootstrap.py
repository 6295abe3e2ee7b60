"""Intervals from resampling whole sites."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from aidtopics.records import Interval

REPLICATES = 1000
_COVERAGE = 0.95


class Bootstrap:
    """Resamples of items, drawn once so that figures are compared on the same ones.

    Whole groups (sites) are drawn, because pages of one site are no independent witnesses (Field and Welsh 2007).

    Args:
        groups: group of each item, shape (items,).
    """

    def __init__(self, groups: Sequence[object] | npt.NDArray[np.generic], seed: int) -> None:
        numbers = np.unique(np.asarray(groups), return_inverse=True)[1]
        self.everything = np.arange(len(numbers))
        order = np.argsort(numbers, kind="stable")
        members = np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)
        random = np.random.default_rng(seed)
        self.draws = [
            np.concatenate([members[i] for i in random.integers(0, len(members), len(members))])
            for _ in range(REPLICATES if len(members) > 1 else 0)
        ]

    def interval(self, figure: Callable[[npt.NDArray[np.intp]], float]) -> Interval:
        """A figure of the items at some places with its percentile interval; a point where there is one group."""
        value, low, high = self._figures(figure)
        return Interval(value, low, high)

    def basic_interval(self, figure: Callable[[npt.NDArray[np.intp]], float]) -> Interval:
        """The same for a figure in [0, 1] that resampling raises by its own noise, as it does an error's mean size.

        The percentiles are mirrored at the figure, which takes that rise out again ("basic" interval; Davison and
        Hinkley 1997, section 5.2).
        """
        value, low, high = self._figures(figure)
        return Interval(value, max(0.0, 2 * value - high), min(1.0, max(value, 2 * value - low)))

    def _figures(self, figure: Callable[[npt.NDArray[np.intp]], float]) -> tuple[float, float, float]:
        value = figure(self.everything)
        replicates = np.array([figure(draw) for draw in self.draws])
        replicates = replicates[~np.isnan(replicates)]
        if not len(replicates):
            return value, value, value
        tail = (1 - _COVERAGE) / 2
        low, high = np.quantile(replicates, [tail, 1 - tail])
        return value, float(low), float(high)


def interval_dict(interval: Interval) -> dict[str, float | None]:
    """For JSON, which has no NaN: an undefined figure is null."""
    values = {"value": interval.value, "low": interval.low, "high": interval.high}
    return {name: None if np.isnan(value) else round(value, 4) for name, value in values.items()}
