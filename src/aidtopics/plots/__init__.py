"""Records and arrays to matplotlib figures, Chinese readable on every machine."""

from aidtopics.plots.classify import (
    calibration,
    confusion_matrix,
    learning_curve,
    precision_recall,
    strongest_features,
)
from aidtopics.plots.style import save
from aidtopics.plots.topics import page_topics, sweep, topic_words, topics_over_time

__all__ = [
    "calibration",
    "confusion_matrix",
    "learning_curve",
    "page_topics",
    "precision_recall",
    "save",
    "strongest_features",
    "sweep",
    "topic_words",
    "topics_over_time",
]
