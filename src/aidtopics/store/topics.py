"""A topic model with its word lists as a model folder, and back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from aidtopics.errors import ModelError
from aidtopics.records import Topic
from aidtopics.segment import Segmenter
from aidtopics.store.folder import CARD, GOLDEN, Manifest, pack_arrays, read_folder, unpack_arrays, write_folder
from aidtopics.store.registry import REGISTRY, read_registry, registry_bytes
from aidtopics.topics import NO_FLOORS, Floors, TopicModel
from aidtopics.topics.registry import Registry, ShownTopics, first_registry, shown_topics

_WEIGHTS = "weights.npz"
_VOCABULARY = "vocabulary.txt"
_WORDS = "words.txt"
_STOP_WORDS = "stop_words.txt"
_PHRASES = "phrases.txt"
_TOPICS = "topics.json"
_ARRAYS = ("word_weights", "alpha", "shares")
_TOP_WORDS = 30


@dataclass(frozen=True, slots=True)
class SavedTopics:
    """A topic model with the segmenter that belongs to it and what its folder says of it."""

    model: TopicModel
    segmenter: Segmenter
    manifest: Manifest
    golden: tuple[dict[str, Any], ...]
    card: str
    registry: Registry  # names as a person edited them, and what is hidden or merged

    def shown(self, words: int) -> ShownTopics:
        """The topics to show, each with so many words."""
        return shown_topics(self.model, self.registry, words)


def save_topics(
    folder: Path,
    model: TopicModel,
    segmenter: Segmenter,
    manifest: Manifest,
    golden: Sequence[tuple[str, np.ndarray]],
    card: str,
    registry: Registry,
) -> None:
    """Write a topic model. The golden pages are given as text and topic shares."""
    files = {
        _WEIGHTS: pack_arrays({name: getattr(model, name) for name in _ARRAYS}),
        _VOCABULARY: _lines(model.vocabulary),
        _WORDS: _lines(segmenter.domain_words),
        _STOP_WORDS: _lines(sorted(segmenter.stop_words)),
        _PHRASES: _lines([" ".join(pair) for pair in segmenter.phrases]),
        _TOPICS: orjson.dumps([topic_row(topic) for topic in model.topics(_TOP_WORDS)], option=orjson.OPT_INDENT_2),
        GOLDEN: b"".join(
            orjson.dumps(
                {"text": text, "shares": [round(float(s), 5) for s in shares]}, option=orjson.OPT_APPEND_NEWLINE
            )
            for text, shares in golden
        ),
        CARD: card.encode("utf-8"),
    }
    # Not among the files whose hash is checked, for it is there to be edited.
    write_folder(folder, manifest, files, {REGISTRY: registry_bytes(registry)})


def load_topics(folder: str | Path) -> SavedTopics:
    """Read a topic model.

    Raises:
        ModelError: no topic model there, or a damaged one.
        UsageError: its segmenter is not installed, or its register of topics was edited into something impossible.
    """
    manifest, files = read_folder(folder, "topics")
    arrays = unpack_arrays(files[_WEIGHTS], _ARRAYS)
    vocabulary = _read_lines(files[_VOCABULARY])
    try:
        rows = orjson.loads(files[_TOPICS])
        names, ids = tuple(str(row["name"]) for row in rows), tuple(int(row["topic_id"]) for row in rows)
        golden = tuple(orjson.loads(line) for line in files[GOLDEN].splitlines())
        segment = manifest.settings["segment"]
        # Formats before 3 had no phrases.
        pairs = [line.split(" ") for line in _read_lines(files.get(_PHRASES, b""))]
        segmenter = Segmenter(
            segment["engine"],
            _read_lines(files[_WORDS]),
            _read_lines(files[_STOP_WORDS]),
            segment["shortest"],
            [(first, second) for first, second in pairs],
        )
    except (KeyError, TypeError, ValueError, orjson.JSONDecodeError) as error:
        raise ModelError(f"found a topic model in {folder} that can't be read ({error!r}); fit it again") from error
    number = len(names)
    if arrays["word_weights"].shape != (number, len(vocabulary)) or arrays["alpha"].shape != (number,):
        raise ModelError(
            f"found {arrays['word_weights'].shape} weights for {number} topics and {len(vocabulary)} words in "
            f"{folder}; fit it again"
        )
    # A model of an earlier version has no floors: every page fits it.
    floors = Floors(**manifest.decision) if manifest.decision else NO_FLOORS
    engine = str(manifest.settings["topics"]["engine"])
    model = TopicModel(engine, vocabulary, names=names, floors=floors, ids=ids, **arrays)
    path = Path(folder) / REGISTRY
    registry = read_registry(path, ids) if path.exists() else first_registry(model)
    model = replace(model, names=tuple(entry.name for entry in registry.entries))
    return SavedTopics(model, segmenter, manifest, golden, files[CARD].decode("utf-8"), registry)


def topic_row(topic: Topic) -> dict[str, Any]:
    """A topic as the JSON of `topics.json` shows it."""
    return {
        "topic_id": topic.topic_id,
        "name": topic.name,
        "share": round(topic.share, 5),
        "words": [[word, round(weight, 6)] for word, weight in topic.words],
    }


def _lines(words: Sequence[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode("utf-8")


def _read_lines(content: bytes) -> tuple[str, ...]:
    # Not splitlines(): a word may hold U+2028 or another of the characters that it cuts at.
    return tuple(content.decode("utf-8").split("\n")[:-1])
