"""How good decisions are: precision, recall, F1, AUC, calibration, with intervals; shortcuts; wrong gold labels."""

from aidtopics.scores.bootstrap import Bootstrap, interval_dict
from aidtopics.scores.calibration import (
    CalibrationScores,
    calibration_curve,
    calibration_error,
    perfect_calibration_error,
    score_calibration,
)
from aidtopics.scores.decisions import (
    BinaryScores,
    area_under_curve,
    character_counts,
    character_f1,
    confusion,
    f1_of_counts,
    precision_recall_curve,
    precision_recall_f1,
    score_decisions,
)
from aidtopics.scores.label_errors import LabelError, find_label_errors
from aidtopics.scores.shortcuts import EXPLAINS, Shortcut, audit_shortcuts

__all__ = [
    "EXPLAINS",
    "BinaryScores",
    "Bootstrap",
    "CalibrationScores",
    "LabelError",
    "Shortcut",
    "area_under_curve",
    "audit_shortcuts",
    "calibration_curve",
    "calibration_error",
    "character_counts",
    "character_f1",
    "confusion",
    "f1_of_counts",
    "find_label_errors",
    "interval_dict",
    "perfect_calibration_error",
    "precision_recall_curve",
    "precision_recall_f1",
    "score_calibration",
    "score_decisions",
]
