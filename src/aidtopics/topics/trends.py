"""Topics over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class YearlyShares:
    """Topic shares per year."""

    years: tuple[int, ...]
    pages: tuple[int, ...]  # dated pages per year
    shares: npt.NDArray[np.float64]  # (years, topics), rows sum to 1


def yearly_shares(shares: npt.NDArray[np.float64], dates: Sequence[str | None]) -> YearlyShares:
    """Mean topic shares of the pages of each year that has any; pages without a date are left out.

    Args:
        shares: document-topic matrix, shape (pages, topics).
        dates: YYYY-MM-DD or None, per page.
    """
    years = np.array([int(date[:4]) if date else 0 for date in dates], int)
    found = sorted({int(year) for year in years if year})
    means = [shares[years == year].mean(axis=0) for year in found]
    matrix = np.array(means) if means else np.zeros((0, shares.shape[1]))
    return YearlyShares(tuple(found), tuple(int((years == year).sum()) for year in found), matrix)
