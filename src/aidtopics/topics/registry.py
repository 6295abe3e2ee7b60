"""The register of topics: ids and names that outlive a fit, and which topics are hidden or merged when shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from aidtopics.records import Topic
from aidtopics.topics.matching import match
from aidtopics.topics.model import TopicModel, name_topic

_TOLD = 10  # words of a topic in the register


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register says of one topic."""

    topic_id: int
    name: str
    words: tuple[str, ...]  # most telling first
    hidden: bool = False  # left out of everything that is shown
    merged_into: int | None = None  # id of the topic that it is shown as a part of


@dataclass(frozen=True, slots=True)
class Registry:
    """The topics of a model in the order of its rows, and those that earlier models had."""

    entries: tuple[Entry, ...]
    vanished: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A topic that is not simply what it was in the model before."""

    kind: str  # "new", "split", "merged" or "vanished"
    topic_id: int  # of the topic that came or went
    other_id: int | None  # the topic that it split from or merged into
    told: str  # the same in words


@dataclass(frozen=True, slots=True)
class ShownTopics:
    """A model's topics as its register shows them: hidden ones left out, merged ones as one."""

    topics: tuple[Topic, ...]
    members: npt.NDArray[np.float64]  # (topics of the model, topics shown), 1 where the one is a part of the other

    def fold(self, shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Shares of the model's topics as shares of those shown, shape (pages, topics shown).

        What hidden topics hold is told by no column: rows sum to 1 or less.
        """
        return np.asarray(shares @ self.members)


def first_registry(model: TopicModel) -> Registry:
    """The register of a model that has no model before it."""
    words = model.words(_TOLD)
    return Registry(tuple(Entry(i, model.names[row], tuple(words[row])) for row, i in enumerate(model.ids)))


def succeed(
    model: TopicModel, before: TopicModel, registry: Registry
) -> tuple[list[int], TopicModel, Registry, tuple[Change, ...]]:
    """A fresh model with the ids and names of the model before it.

    A topic that has a match keeps its id, its name and what the register says of it. One that has none gets an id that
    was never given.

    Args:
        before: the last model.
        registry: its register.

    Returns:
        The order of the fresh model's rows by id, the model in that order, its register, and what changed.
    """
    found, old = match(model, before), registry.entries
    free = 1 + max(entry.topic_id for entry in (*old, *registry.vanished))
    lone = [row for row in range(model.number) if row not in found.kept]
    ids = {row: old[column].topic_id for row, column in found.kept.items()} | {
        row: free + number for number, row in enumerate(lone)
    }
    words, there = model.words(_TOLD), set(ids.values())
    entries = {}
    for row, topic_id in ids.items():
        fresh = Entry(topic_id, name_topic(words[row]), tuple(words[row]))
        entries[row] = replace(old[found.kept[row]], words=fresh.words) if row in found.kept else fresh
        into = entries[row].merged_into
        if into is not None and into not in there:
            entries[row] = replace(entries[row], merged_into=None)  # what it was a part of is gone
    order = sorted(ids, key=ids.__getitem__)
    gone = [old[column] for column in (*found.merged, *found.vanished)]
    after = Registry(tuple(entries[row] for row in order), (*registry.vanished, *gone))
    changes = [_change("new", entries[row], None) for row in found.new]
    changes += [_change("split", entries[row], old[column]) for row, column in found.split.items()]
    changes += [_change("merged", old[column], entries[row]) for column, row in found.merged.items()]
    changes += [_change("vanished", old[column], None) for column in found.vanished]
    ordered = replace(
        model,
        word_weights=model.word_weights[order],
        alpha=model.alpha[order],
        shares=model.shares[order],
        names=tuple(entry.name for entry in after.entries),
        ids=tuple(entry.topic_id for entry in after.entries),
    )
    return order, ordered, after, tuple(changes)


def shown_topics(model: TopicModel, registry: Registry, number: int) -> ShownTopics:
    """The topics to show, each with its `number` most telling words.

    A topic that others are merged into has the words and the share of all of them.
    """
    roots = [_root(entry, registry) for entry in registry.entries]
    ids = list(dict.fromkeys(sorted(root.topic_id for root in roots)))
    parts = np.array([[float(root.topic_id == topic_id) for topic_id in ids] for root in roots])
    names = {entry.topic_id: entry.name for entry in registry.entries}
    merged = replace(
        model,
        word_weights=parts.T @ model.word_weights,
        alpha=parts.T @ model.alpha,
        shares=parts.T @ model.shares,
        names=tuple(names[topic_id] for topic_id in ids),
        ids=tuple(ids),
    )
    hidden = {root.topic_id for root in roots if root.hidden}
    visible = [column for column, topic_id in enumerate(ids) if topic_id not in hidden]
    topics = merged.topics(number)
    return ShownTopics(tuple(topics[column] for column in visible), parts[:, visible])


def merging_rings(entries: Sequence[Entry]) -> list[int]:
    """Ids of topics that are merged into each other in a ring, themselves included."""
    into = {entry.topic_id: entry.merged_into for entry in entries}
    found = []
    for topic_id in into:
        at, steps = into[topic_id], 0
        while at is not None and at != topic_id and steps < len(into):
            at, steps = into.get(at), steps + 1
        if at == topic_id:
            found.append(topic_id)
    return found


def _root(entry: Entry, registry: Registry) -> Entry:
    by_id = {other.topic_id: other for other in registry.entries}
    while entry.merged_into is not None:
        entry = by_id[entry.merged_into]
    return entry


def _change(kind: str, entry: Entry, other: Entry | None) -> Change:
    told = {
        "new": "topic {0} is new: no topic of the last model resembles it",
        "split": "topic {0} was split off topic {1}",
        "merged": "topic {0} of the last model is now within topic {1}",
        "vanished": "topic {0} of the last model is gone: no topic resembles it",
    }
    names = [f"{one.topic_id} ({one.name})" for one in (entry, other) if one]
    return Change(kind, entry.topic_id, other.topic_id if other else None, told[kind].format(*names))
