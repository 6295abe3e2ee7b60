"""Aid or noise: decisions on passages and pages. Fitting is in `classify.training`, which needs scikit-learn."""

from aidtopics.classify.decision import classify
from aidtopics.classify.explanation import Feature, strongest_features
from aidtopics.classify.model import KINDS, Classifier, Decision, FirstStage, SecondStage

__all__ = [
    "KINDS",
    "Classifier",
    "Decision",
    "Feature",
    "FirstStage",
    "SecondStage",
    "classify",
    "strongest_features",
]
