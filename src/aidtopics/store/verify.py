"""Does a saved model still do here what it did where it was fitted?"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aidtopics.classify import classify
from aidtopics.pages import page_from_text
from aidtopics.passages import split
from aidtopics.store.classifier import SavedClassifier, golden_row, load_classifier
from aidtopics.store.folder import model_kind
from aidtopics.store.topics import SavedTopics, load_topics

# Probabilities may differ in the last digits from one processor or numpy to the next.
_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A golden page that came out differently."""

    page: str
    found: str
    expected: str


def verify(folder: str | Path) -> tuple[int, list[Discrepancy]]:
    """Check the files of a model and recompute its golden pages.

    Returns:
        The number of golden pages, and those that differ.

    Raises:
        ModelError: the folder is no whole model.
    """
    if model_kind(folder) == "classifier":
        classifier = load_classifier(folder)
        return len(classifier.golden), _classifier(classifier)
    topics = load_topics(folder)
    return len(topics.golden), _topics(topics)


def _classifier(saved: SavedClassifier) -> list[Discrepancy]:
    wrong = []
    for row in saved.golden:
        page = page_from_text(row["text"], row["page_id"])
        (labelled,) = classify([(page, split(page))], saved.classifier)
        found = golden_row(labelled)
        near = abs(found["aid_probability"] - row["aid_probability"]) <= _TOLERANCE
        passages = [list(map(str, p)) for p in found["passages"]] == [list(map(str, p)) for p in row["passages"]]
        if not near or found["label"] != row["label"] or not passages:
            summary = "{label} {aid_probability}, {n} passages"
            wrong.append(
                Discrepancy(
                    row["page_id"],
                    summary.format(**found, n=len(found["passages"])),
                    summary.format(**row, n=len(row["passages"])),
                )
            )
    return wrong


def _topics(saved: SavedTopics) -> list[Discrepancy]:
    from aidtopics.vectorize import count_words

    words = saved.segmenter.words_of(row["text"] for row in saved.golden)
    shares = saved.model.infer(count_words(words, saved.model.vocabulary))
    wrong = []
    for number, (row, found) in enumerate(zip(saved.golden, shares, strict=True), 1):
        expected = np.array(row["shares"])
        if np.abs(found - expected).max() > _TOLERANCE:
            wrong.append(Discrepancy(f"golden page {number}", str(found.round(3)), str(expected.round(3))))
    return wrong
