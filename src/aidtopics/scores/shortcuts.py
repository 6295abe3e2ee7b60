"""How well a page's site, layout, length, date or marks alone predict its label: what a classifier can cheat with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from aidtopics.classify.block import block_of, layout
from aidtopics.corpus import Example
from aidtopics.passages import gather
from aidtopics.records import Interval
from aidtopics.scores.bootstrap import Bootstrap, interval_dict
from aidtopics.scores.decisions import Probabilities, Truth, area_under_curve

# Of the gain over chance. In a published case of quality classifiers that had learnt sites, the source alone reached
# an AUC of 0.85: that is 0.7 of what even a perfect classifier gains over 0.5.
EXPLAINS = 0.7
# A classifier that loses half of its gain among pages that a shortcut can't tell apart lives on that shortcut, however
# weak the shortcut is by itself.
_KEPT = 0.5
_STRATA = 5
_TREES = 100

_Features = npt.NDArray[np.float64]
# What keeps its form through scraping and repair: whose keyboard and whose template wrote the page.
_MARKS = [
    *(",", "，", ".", "。", ":", "：", ";", "；", "!", "！", "?", "？", "(", "（", '"', "“", "”", "'", "‘", "「", "『"),
    *("、", "·", "•", "—", "-", "|", "｜", "/", ">", "»", "【", "[", "《", "<", "…", "~", "\u3000", "  ", "\t", "\xa0"),
]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One thing about pages that is not what they say, and how far it alone gets."""

    name: str
    auc: Interval  # of a model that sees nothing else, cross-validated
    share: float  # of the classifier's gain over an AUC of 0.5 that it has alone; below 0 where it is upside down
    auc_within: float  # of the classifier, comparing only pages that this shortcut finds about equally likely
    kept: float  # of the classifier's gain in that comparison

    @property
    def explains(self) -> bool:
        """Whether the score says little about reading, because this alone has it or because without this it is gone."""
        return self.share >= EXPLAINS or self.kept < _KEPT

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "auc": interval_dict(self.auc),
            **{name: _or_none(getattr(self, name)) for name in ("share", "auc_within", "kept")},
            "explains": self.explains,
        }


def audit_shortcuts(
    examples: Sequence[Example],
    dates: Sequence[str | None],
    truth: Truth,
    probabilities: Probabilities,
    folds: npt.NDArray[np.intp],
    seed: int,
) -> tuple[Shortcut, ...]:
    """Try every shortcut on the folds that the classifier was judged on; the strongest first.

    Layout, length, date and marks are read by extremely randomized trees (Geurts, Ernst and Wehenkel 2006), which find
    thresholds and combinations that a linear model would miss. The site is tried on folds that are *not* split by
    site: on the classifier's own folds no site has been seen, and its site could tell nothing.

    Args:
        examples: pages as they stand, not composed forms.
        dates: YYYY-MM-DD or None, shape (pages,).
        truth: shape (pages,), True for aid.
        probabilities: the classifier's, cross-validated, shape (pages,).
        folds: of each page, shape (pages,).
    """
    bootstrap = Bootstrap([e.site for e in examples], seed)
    reached = area_under_curve(truth, probabilities)
    scores: dict[str, Callable[[], _Features]] = {
        "site": lambda: _by_site([e.site for e in examples], truth, int(folds.max()) + 1, seed),
        "layout": lambda: _by_trees(_layout(examples), truth, folds, seed),
        "length": lambda: _by_trees(_lengths(examples), truth, folds, seed),
        "date": lambda: _by_trees(_dates(dates), truth, folds, seed),
        "marks": lambda: _by_trees(_marks(examples), truth, folds, seed),
    }
    found = []
    for name, score in scores.items():
        guess = score()
        auc = bootstrap.interval(lambda i, guess=guess: area_under_curve(truth[i], guess[i]))  # type: ignore[misc]
        within = _auc_within(truth, probabilities, guess)
        # A classifier no better than chance has nothing that could be explained.
        gain = reached - 0.5 if reached > 0.5 else float("nan")
        found.append(Shortcut(name, auc, (auc.value - 0.5) / gain, within, (within - 0.5) / gain))
    return tuple(sorted(found, key=lambda shortcut: -shortcut.auc.value))


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def _by_site(sites: Sequence[str], truth: Truth, folds: int, seed: int) -> _Features:
    """Share of aid among the other folds' pages of the same site, drawn towards that of all pages; unseen sites get it.

    Stratified folds, because with unequal ones the share of all pages would itself tell the label, upside down.
    """
    from sklearn.model_selection import StratifiedKFold

    numbers = np.unique(np.asarray(sites), return_inverse=True)[1]
    guess = np.empty(len(sites))
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=seed).split(numbers, truth):
        pages = np.bincount(numbers[train], minlength=numbers.max() + 1)
        aid = np.bincount(numbers[train], truth[train], minlength=numbers.max() + 1)
        guess[test] = ((aid + truth.mean()) / (pages + 1))[numbers[test]]
    return guess


def _by_trees(features: _Features, truth: Truth, folds: npt.NDArray[np.intp], seed: int) -> _Features:
    from sklearn.ensemble import ExtraTreesClassifier

    guess = np.empty(len(truth))
    for fold in np.unique(folds).tolist():
        test = folds == fold
        trees = ExtraTreesClassifier(_TREES, min_samples_leaf=5, class_weight="balanced", random_state=seed)
        guess[test] = trees.fit(features[~test], truth[~test]).predict_proba(features[test])[:, 1]
    return guess


def _auc_within(truth: Truth, probabilities: Probabilities, guess: _Features) -> float:
    """The classifier's AUC over pairs of pages from the same fifth of a shortcut's scores, pairs weighted alike."""
    edges = np.unique(np.quantile(guess, np.arange(1, _STRATA) / _STRATA))
    stratum = np.searchsorted(edges, guess, side="right")
    total, right = 0, 0.0
    for number in np.unique(stratum).tolist():
        here = stratum == number
        pairs = int(truth[here].sum()) * int((~truth[here]).sum())
        if pairs:
            total += pairs
            right += pairs * area_under_curve(truth[here], probabilities[here])
    return right / total if total else float("nan")


def _layout(examples: Sequence[Example]) -> _Features:
    """Mean, deviation, least and most of every fact of layout over a page's passages: all that the classifier has."""
    block = block_of(gather([(e.page, e.passages) for e in examples]))
    passages = np.split(layout(block).astype(np.float64), block.starts[1:-1])
    summaries: tuple[Callable[..., Any], ...] = (np.mean, np.std, np.min, np.max)
    return np.stack([np.concatenate([summary(page, axis=0) for summary in summaries]) for page in passages])


def _lengths(examples: Sequence[Example]) -> _Features:
    lengths = [[p.end - p.start for p in e.passages] for e in examples]
    return np.array([[sum(page), len(page), max(page), np.mean(page)] for page in lengths], np.float64)


def _dates(dates: Sequence[str | None]) -> _Features:
    """Year, month and day; 0 for a page without a date, which may tell something too."""
    return np.array([[int(part) for part in date.split("-")] if date else [0, 0, 0] for date in dates], np.float64)


def _marks(examples: Sequence[Example]) -> _Features:
    """How often each mark stands in a hundred characters, and so digits and ASCII characters."""
    rows = []
    for e in examples:
        text = e.page.text
        counts = [text.count(mark) for mark in _MARKS]
        counts += [sum(map(str.isdigit, text)), sum(map(str.isascii, text))]
        rows.append([100 * count / max(len(text), 1) for count in counts])
    return np.array(rows, np.float64)
