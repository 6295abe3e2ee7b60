"""Figures of a classifier: of cross-validation, and of gold pages that it was not fitted on."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from aidtopics.classify import Classifier, Decision, classify
from aidtopics.classify.training import Judged
from aidtopics.corpus import Example, example
from aidtopics.records import GoldPage, Label, LabelledPage
from aidtopics.scores import (
    Bootstrap,
    character_counts,
    f1_of_counts,
    interval_dict,
    score_calibration,
    score_decisions,
)

_Spans = list[tuple[int, int]]


def score_judged(judged: Judged, decision: Decision, seed: int) -> dict[str, Any]:
    """Cross-validated figures: of the gold pages as they stand, of each composed form, and of characters."""
    truth = truth_of(judged.examples)
    sites = np.array([e.site for e in judged.examples])
    forms = np.array([e.form for e in judged.examples])

    def f1(form: str) -> dict[str, float | None]:
        here = forms == form
        scores = score_decisions(truth[here], judged.page_probability[here], decision.page_threshold, sites[here], seed)
        return interval_dict(scores.f1)

    plain = forms == "plain"
    return {
        **_figures(truth[plain], judged.page_probability[plain], decision, sites[plain], seed),
        "threshold": round(decision.page_threshold, 4),
        **_character_figures(judged_counts(judged, decision), sites, seed),
        "forms": {form: f1(form) for form in sorted(set(forms.tolist()) - {"plain"})},
    }


def score_gold(
    pages: Sequence[GoldPage], classifier: Classifier, seed: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Figures of a classifier on gold pages that it was not fitted on, and a row for each page."""
    examples = [example(page) for page in pages]
    labelled = classified(examples, classifier)
    probabilities = np.array([page.aid_probability for page in labelled])
    rows = [_judged_row(e, p, "held out") for e, p in zip(examples, probabilities.tolist(), strict=True)]
    sites = np.array([page.site for page in pages])
    found = [[(p.start, p.end) for p in page.passages if p.label is Label.AID] for page in labelled]
    figures = _figures(truth_of(examples), probabilities, classifier.decision, sites, seed)
    return {**figures, **_character_figures(_counts(examples, found), sites, seed)}, rows


def truth_of(examples: Sequence[Example]) -> npt.NDArray[np.bool_]:
    """Which examples are aid, shape (examples,)."""
    return np.array([e.label is Label.AID for e in examples])


def classified(examples: Sequence[Example], classifier: Classifier) -> list[LabelledPage]:
    """Examples as the classifier labels them."""
    return classify([(e.page, e.passages) for e in examples], classifier)


def judged_counts(judged: Judged, decision: Decision) -> npt.NDArray[np.int64]:
    """Characters of aid text in both, found and wanted, shape (examples, 3)."""
    found = [
        [
            (p.start, p.end)
            for p, m in zip(e.passages, main.tolist(), strict=True)
            if probability >= decision.page_threshold and m >= decision.passage_threshold
        ]
        for e, probability, main in zip(judged.examples, judged.page_probability, judged.main_content, strict=True)
    ]
    return _counts(judged.examples, found)


def judged_rows(judged: Judged) -> Iterator[dict[str, Any]]:
    """A row for each gold page as it stands."""
    for e, probability in zip(judged.examples, judged.page_probability.tolist(), strict=True):
        if e.form == "plain":
            yield _judged_row(e, probability, "cross-validation")


def _figures(
    truth: npt.NDArray[np.bool_],
    probabilities: npt.NDArray[np.floating],
    decision: Decision,
    sites: npt.NDArray[np.str_],
    seed: int,
) -> dict[str, Any]:
    scores = score_decisions(truth, probabilities, decision.page_threshold, sites, seed).as_dict()
    count = scores.pop("n")
    return {**scores, **score_calibration(truth, probabilities, sites, seed).as_dict(), "n": count}


def _counts(examples: Sequence[Example], found: Sequence[_Spans]) -> npt.NDArray[np.int64]:
    wanted = [
        [(p.start, p.end) for p, kind in zip(e.passages, e.kinds, strict=True) if kind.label is Label.AID]
        for e in examples
    ]
    counts = [
        character_counts(gold, ours, len(e.page.text)) for e, gold, ours in zip(examples, wanted, found, strict=True)
    ]
    return np.array(counts, np.int64)


def _character_figures(counts: npt.NDArray[np.int64], sites: npt.NDArray[np.str_], seed: int) -> dict[str, Any]:
    """F1 over the characters of all pages laid end to end."""
    f1 = interval_dict(Bootstrap(sites, seed).interval(lambda i: f1_of_counts(counts[i])))
    return {"character_f1": f1.pop("value"), "character_f1_interval": f1}


def _judged_row(e: Example, probability: float, part: str) -> dict[str, Any]:
    opening = e.page.text[e.passages[0].start : e.passages[0].end][:80] if e.passages else ""
    return {
        "part": part,
        "page_id": e.page.page_id,
        "site": e.site,
        "gold": e.label,
        "aid_probability": round(probability, 4),
        "opening": opening,
    }
