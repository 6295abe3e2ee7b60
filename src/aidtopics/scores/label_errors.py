"""Gold labels that a model which has not seen the page contradicts: confident learning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aidtopics.records import Label
from aidtopics.scores.decisions import Probabilities, Truth


@dataclass(frozen=True, slots=True)
class LabelError:
    """A page whose gold label is worth a second look."""

    page_id: str
    given: Label
    suggested: Label
    probability: float  # of the suggested label, in [0, 1], by a model that saw neither the page's site nor a copy
    reason: str


def find_label_errors(page_ids: Sequence[str], truth: Truth, probabilities: Probabilities) -> tuple[LabelError, ...]:
    """Pages that are as surely of the other label as the pages given that label are on average; surest first.

    Confident learning (Northcutt, Jiang and Chuang 2021, section 3.1): the threshold of a label is the mean probability
    of it over the pages that were given it. So a model that is unsure of one label as a whole accuses nobody for that.
    The pages and their order are those of cleanlab's `find_label_issues(filter_by="confident_learning",
    return_indices_ranked_by="self_confidence")`.

    Args:
        truth: given labels, shape (pages,), True for aid.
        probabilities: of aid, shape (pages,), from cross-validation.
    """
    of_label = np.stack([1 - probabilities, probabilities], axis=1).astype(np.float64)  # noise, aid
    given = truth.astype(np.intp)
    if len(set(given.tolist())) < 2:
        return ()
    thresholds = np.array([of_label[given == label, label].mean() for label in (0, 1)])
    confident = np.where(of_label >= thresholds, of_label, -1)
    own, other = (confident[np.arange(len(given)), side] for side in (given, 1 - given))
    suspects = np.flatnonzero((other >= 0) & (other > own))
    labels = (Label.NOISE, Label.AID)
    return tuple(
        LabelError(
            page_ids[i],
            labels[given[i]],
            labels[1 - given[i]],
            float(other[i]),
            f"labelled {labels[given[i]]}, but {other[i]:.0%} sure to be {labels[1 - given[i]]}; pages labelled "
            f"{labels[1 - given[i]]} are {thresholds[1 - given[i]]:.0%} sure on average",
        )
        for i in suspects[np.argsort(-other[suspects], kind="stable")].tolist()
    )
