"""Ids and names of a run's topics: those of the last run, where its topics come back."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aidtopics.store import load_topics
from aidtopics.store.folder import MANIFEST
from aidtopics.topics import TopicModel
from aidtopics.topics.measures import TopicFigures
from aidtopics.topics.noise import TopicSources
from aidtopics.topics.registry import Change, Registry, first_registry, succeed


def identified(
    model: TopicModel, previous: str | None, last_run: Path
) -> tuple[list[int], TopicModel, Registry, tuple[Change, ...]]:
    """A fresh model with the ids and names of an earlier one; see `succeed`.

    Args:
        previous: the model that the experiment names.
        last_run: where the last run of this experiment left its model, if there was one; it counts if none is named.

    Raises:
        UsageError: the earlier model can't be read, or its register was edited into something impossible.
    """
    folder = Path(previous) if previous else last_run
    if previous is None and not (folder / MANIFEST).is_file():
        return list(range(model.number)), model, first_registry(model), ()
    saved = load_topics(folder)
    return succeed(model, saved.model, saved.registry)


def topic_rows(
    figures: Sequence[TopicFigures], order: Sequence[int], model: TopicModel, sources: Sequence[TopicSources]
) -> list[dict[str, Any]]:
    """Everything that is known of each topic, for metrics.json.

    Args:
        figures: in the order of the rows as they were fitted.
        order: of these rows in the model.
        sources: in the order of the model.
    """
    rows = []
    for position, (row, source) in enumerate(zip(order, sources, strict=True)):
        measured = {**asdict(figures[row]), "topic_id": model.ids[position]}
        rows.append({**measured, "name": model.names[position], **asdict(source)})
    return [{key: _rounded(value) for key, value in row.items()} for row in rows]


def _rounded(value: Any) -> Any:  # noqa: ANN401 - figures, ids, names and lists of these
    if isinstance(value, float):
        return round(value, 4) if value == value else None
    return value
