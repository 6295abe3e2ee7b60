"""Whether the classifier's figures can be trusted: shortcuts, doubtful gold labels, more pages."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aidtopics.classify.training import Fitted, Judged, TrainingSettings
from aidtopics.corpus import Example
from aidtopics.experiments.config import Experiment
from aidtopics.experiments.judging import truth_of
from aidtopics.experiments.learning import learning_curve
from aidtopics.records import GoldPage
from aidtopics.scores import LabelError, audit_shortcuts, find_label_errors

LABEL_ERRORS = "label_errors.csv"


def audit(
    pages: Sequence[GoldPage], fitted: Fitted, settings: TrainingSettings, experiment: Experiment, folder: Path
) -> dict[str, Any]:
    """Figures for metrics.json; the doubtful labels go into `folder`/label_errors.csv."""
    examples, probabilities, folds = _plain(fitted.judged)
    truth = truth_of(examples)
    date_of = {page.page_id: page.date for page in pages}
    dates = [date_of[e.page.page_id] for e in examples]
    shortcuts = audit_shortcuts(examples, dates, truth, probabilities, folds, experiment.seed)
    errors = find_label_errors([e.page.page_id for e in examples], truth, probabilities)
    _write_label_errors(folder / LABEL_ERRORS, errors, examples)
    figures = {
        "shortcuts": {shortcut.name: shortcut.as_dict() for shortcut in shortcuts},
        "label_errors": len(errors),
    }
    if experiment.scores.learning_curve:
        figures["learning_curve"] = learning_curve(pages, settings)
    return figures


def audit_sentences(classify: dict[str, Any]) -> list[str]:
    """What the audit found, for summary and card; nothing for a model that was saved before there was one."""
    sentences = []
    if shortcuts := classify.get("shortcuts"):
        sentences.append(_shortcut_sentence(shortcuts))
    if count := classify.get("label_errors"):
        sentences.append(
            f"Cross-validation contradicts the gold labels of {count} pages as surely as it agrees with others; "
            f"{LABEL_ERRORS} of the run lists them."
        )
    if len(curve := classify.get("learning_curve", ())) > 1:
        sentences.append(_learning_sentence(curve))
    return sentences


def warnings_of(classify: dict[str, Any]) -> list[str]:
    """What a reader of a classifier's figures has to know first, a sentence for each shortcut that explains them."""
    return [
        f"Warning: a page's {name} alone reaches AUC {found['auc']['value']:.3f}, {found['share']:.0%} of what the "
        f"classifier gains over chance, and among pages alike in it the classifier keeps {found['kept']:.0%} of that. "
        f"The score may come from there and not from reading; add aid and noise pages that are alike in {name}."
        for name, found in classify.get("shortcuts", {}).items()
        if found["explains"]
    ]


def _plain(judged: Judged) -> tuple[list[Example], np.ndarray, np.ndarray]:
    """The gold pages as they stand, with their probabilities and folds."""
    plain = np.array([e.form == "plain" for e in judged.examples])
    examples = [e for e in judged.examples if e.form == "plain"]
    return examples, judged.page_probability[plain], judged.folds[plain]


def _write_label_errors(path: Path, errors: Sequence[LabelError], examples: Sequence[Example]) -> None:
    """A table for a person with a spreadsheet: with a byte order mark, without which those misread Chinese."""
    opening = {e.page.page_id: e.page.text[:80].replace("\n", " ") for e in examples}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["page_id", "given", "suggested", "probability", "reason", "opening"])
        for error in errors:
            writer.writerow(
                [
                    error.page_id,
                    error.given,
                    error.suggested,
                    f"{error.probability:.4f}",
                    error.reason,
                    # A spreadsheet takes what begins with these signs for a formula.
                    re.sub(r"^(?=[=+\-@])", "'", opening[error.page_id]),
                ]
            )


def _shortcut_sentence(shortcuts: dict[str, Any]) -> str:
    """How far each shortcut gets alone."""
    alone = ", ".join(f"{name} {found['auc']['value']:.3f}" for name, found in shortcuts.items())
    kept = min((found["kept"] for found in shortcuts.values() if found["kept"] is not None), default=float("nan"))
    return (
        f"Shortcuts, AUC of each alone: {alone}. Among pages alike in one of them the classifier keeps at least "
        f"{kept:.1%} of its gain over chance."
    )


def _learning_sentence(curve: Sequence[dict[str, Any]]) -> str:
    """What the last doubling of the gold pages brought."""
    half, whole = curve[-2:]
    steps = ", ".join(f"{row['f1']['value']:.3f} from {row['pages']:.0f}" for row in curve)
    gain, deviation = whole["f1"]["value"] - half["f1"]["value"], whole["deviation"]["f1"]
    return (
        f"Learning curve, F1 by training pages: {steps}. The last doubling brought {gain:+.3f}; between seeds F1 "
        f"deviates by {deviation:.3f}."
    )
