"""Records and arrays to matplotlib figures, Chinese readable on every machine."""

from aidtopics.plots.classify import (
    calibration,
    confusion_matrix,
    learning_curve,
    precision_recall,
    strongest_features,
)
from aidtopics.plots.groups import donors_recipients, group_topics, topics_over_time
from aidtopics.plots.models import OtherModel, model_comparison, sweep, topic_stability
from aidtopics.plots.style import save
from aidtopics.plots.topics import page_map, page_topics, topic_sizes, topic_words

__all__ = [
    "OtherModel",
    "calibration",
    "confusion_matrix",
    "donors_recipients",
    "group_topics",
    "learning_curve",
    "model_comparison",
    "page_map",
    "page_topics",
    "precision_recall",
    "save",
    "strongest_features",
    "sweep",
    "topic_sizes",
    "topic_stability",
    "topic_words",
    "topics_over_time",
]
