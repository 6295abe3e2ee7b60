"""Topics over time, and how alike two fits are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.topics.model import TopicModel


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


def stability(models: Sequence[TopicModel], words: int = 10) -> float:
    """Share of topics that keep at least half of their first words between two fits, mean over all pairs of fits.

    Topics are matched one to one so that as many words as possible agree (Greene, O'Callaghan and Cunningham 2014).
    Needs two fits; NaN for one.
    """
    from scipy.optimize import linear_sum_assignment

    tops = [[{word for word, _ in topic.words} for topic in model.topics(words)] for model in models]
    kept = []
    for i, first in enumerate(tops):
        for second in tops[i + 1 :]:
            overlap = np.array([[len(a & b) for b in second] for a in first])
            rows, columns = linear_sum_assignment(-overlap)
            kept.append(float((overlap[rows, columns] >= words / 2).mean()))
    return float(np.mean(kept)) if kept else float("nan")
