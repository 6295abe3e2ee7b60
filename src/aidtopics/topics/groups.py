"""Topic shares of groups of pages (years, provinces, programmes, sites, who helps whom), with their uncertainty."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Shares = npt.NDArray[np.float64]

_COVERAGE = 0.95


@dataclass(frozen=True, slots=True)
class GroupShares:
    """Mean topic shares of groups of pages."""

    groups: tuple[Hashable, ...]  # in order of first appearance
    pages: tuple[int, ...]  # different pages in each group: reprints count once
    shares: Shares  # (groups, topics), rows sum to 1
    low: Shares  # (groups, topics), lower end of the 95 % interval; NaN in a group of one page
    high: Shares  # (groups, topics), upper end

    def rows(self) -> Iterator[dict[str, object]]:
        """The table, a row for each group and topic; figures that are not defined are None."""
        for number, group in enumerate(self.groups):
            for topic in range(self.shares.shape[1]):
                figures = (table[number, topic] for table in (self.shares, self.low, self.high))
                share, low, high = (None if np.isnan(figure) else round(float(figure), 4) for figure in figures)
                yield {
                    "group": group,
                    "topic": topic,
                    "share": share,
                    "low": low,
                    "high": high,
                    "pages": self.pages[number],
                }


@dataclass(frozen=True, slots=True)
class PairShares:
    """Topic shares of pages by who helps whom; NaN where no page tells of a pair."""

    donors: tuple[Hashable, ...]
    recipients: tuple[Hashable, ...]
    pages: npt.NDArray[np.int64]  # (donors, recipients)
    shares: Shares  # (donors, recipients, topics)
    low: Shares  # (donors, recipients, topics), lower end of the 95 % interval; NaN for a pair of one page
    high: Shares  # (donors, recipients, topics), upper end


def shares_by_group(
    shares: Shares,
    groups: Sequence[Collection[Hashable]],
    clusters: npt.NDArray[np.integer],
    seed: int,
    replicates: int = 1000,
) -> GroupShares:
    """Mean topic shares of each group, with intervals from resampled pages and from refits.

    A page counts in every group it belongs to. The pages of a near-duplicate cluster count as one in a group, by their
    mean, so that a report reprinted ten times weighs no more than one that was not. Each replicate of the bootstrap
    (Efron and Tibshirani 1993, percentile intervals) draws clusters with replacement and, where there are several fits,
    one of them: the interval then holds what another seed would have changed as well.

    Args:
        shares: document-topic matrix, shape (pages, topics), or one for each fit, shape (fits, pages, topics), topics
            matched across fits beforehand. The means told are those of the first; the others widen the intervals.
        groups: the labels of each page, none for a page that belongs nowhere.
        clusters: number of the near-duplicate cluster of each page, shape (pages,).

    Raises:
        ValueError: the lengths do not agree.
    """
    fits = shares[np.newaxis] if shares.ndim == 2 else shares
    if not fits.shape[1] == len(groups) == len(clusters):
        raise ValueError(f"found {fits.shape[1]} pages, groups of {len(groups)} and clusters of {len(clusters)}")
    members: dict[Hashable, list[int]] = {}
    for page, labels in enumerate(groups):
        for label in dict.fromkeys(labels):
            members.setdefault(label, []).append(page)
    random = np.random.default_rng(seed)
    found = [_of_group(fits[:, pages], clusters[pages], random, replicates) for pages in members.values()]
    empty = np.zeros((0, fits.shape[2]))
    return GroupShares(
        groups=tuple(members),
        pages=tuple(count for count, *_ in found),
        shares=np.array([mean for _, mean, _, _ in found]) if found else empty,
        low=np.array([low for *_, low, _ in found]) if found else empty,
        high=np.array([high for *_, high in found]) if found else empty,
    )


def shares_by_pair(
    shares: Shares,
    pairs: Sequence[Collection[tuple[Hashable, Hashable]]],
    clusters: npt.NDArray[np.integer],
    seed: int,
    replicates: int = 1000,
) -> PairShares:
    """Donor by recipient by topic: `shares_by_group` of the pairs of who helps whom, laid out as a table.

    Args:
        shares: as in `shares_by_group`.
        pairs: (donor, recipient) pairs of each page.
        clusters: as in `shares_by_group`.
    """
    grouped = shares_by_group(shares, pairs, clusters, seed, replicates)
    named = [pair for pair in grouped.groups if isinstance(pair, tuple)]
    donors = tuple(dict.fromkeys(donor for donor, _ in named))
    recipients = tuple(dict.fromkeys(recipient for _, recipient in named))
    rows = [donors.index(donor) for donor, _ in named]
    columns = [recipients.index(recipient) for _, recipient in named]
    pages = np.zeros((len(donors), len(recipients)), np.int64)
    pages[rows, columns] = grouped.pages

    def laid_out(table: Shares) -> Shares:
        cube = np.full((len(donors), len(recipients), table.shape[1]), np.nan)
        cube[rows, columns] = table
        return cube

    return PairShares(
        donors, recipients, pages, laid_out(grouped.shares), laid_out(grouped.low), laid_out(grouped.high)
    )


def _of_group(
    fits: Shares, clusters: npt.NDArray[np.integer], random: np.random.Generator, replicates: int
) -> tuple[int, Shares, Shares, Shares]:
    """Number of different pages of a group, their mean shares, and the ends of the interval."""
    _, number, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    count, topics = len(sizes), fits.shape[2]
    merged = np.zeros((len(fits), count, topics))
    for fit, matrix in zip(merged, fits, strict=True):
        np.add.at(fit, number, matrix)
        fit /= sizes[:, np.newaxis]
    mean: Shares = merged[0].mean(axis=0)
    if count == 1:
        # One page, drawn again and again, would look certain.
        return count, mean, np.full(topics, np.nan), np.full(topics, np.nan)
    draws = random.multinomial(count, np.full(count, 1 / count), size=replicates) / count
    drawn_fit = random.integers(len(fits), size=replicates)
    resampled = np.concatenate([draws[drawn_fit == fit] @ merged[fit] for fit in range(len(fits))])
    low, high = np.quantile(resampled, [(1 - _COVERAGE) / 2, (1 + _COVERAGE) / 2], axis=0)
    return count, mean, low, high
