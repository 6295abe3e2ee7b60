"""Saved models: folders of plain files, checked on the way in, free of pickle."""

from aidtopics.store.classifier import SavedClassifier, load_classifier, save_classifier
from aidtopics.store.folder import Manifest, default_model, model_kind, read_card, read_manifest
from aidtopics.store.topics import SavedTopics, load_topics, save_topics
from aidtopics.store.verify import Discrepancy, verify

__all__ = [
    "Discrepancy",
    "Manifest",
    "SavedClassifier",
    "SavedTopics",
    "default_model",
    "load_classifier",
    "load_topics",
    "model_kind",
    "read_card",
    "read_manifest",
    "save_classifier",
    "save_topics",
    "verify",
]
