"""The register of a topic model as the TOML file that a person edits, read strictly."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aidtopics.errors import UsageError, nearest, problems
from aidtopics.topics.registry import Entry, Registry, merging_rings

REGISTRY = "topics.toml"
_HEAD = """\
# Topics by id. Yours to edit: name; hidden = true leaves a topic out of everything that is shown; merged_into = 3 shows
# it as a part of topic 3. A refit keeps this with the topic. The words only help to recognize it.
"""
_KINDS: dict[str, tuple[type, str]] = {
    "id": (int, "a number"),
    "name": (str, "a text"),
    "words": (list, "a list of words"),
    "hidden": (bool, "true or false"),
    "merged_into": (int, "the id of a topic"),
}
_NEEDED = ("id", "name")
_TABLES = ("topic", "vanished")


def registry_bytes(registry: Registry) -> bytes:
    """The file's content."""
    text = _HEAD + "".join(_written(entry, "topic") for entry in registry.entries)
    if registry.vanished:
        text += "\n# Of earlier models; their ids are not given again.\n"
        text += "".join(_written(entry, "vanished") for entry in registry.vanished)
    return text.encode("utf-8")


def read_registry(path: Path, ids: Sequence[int]) -> Registry:
    """Read the register of a model.

    Args:
        ids: of the model's topics, in the order of its rows.

    Raises:
        UsageError: no TOML, or an entry that says nothing that can be done; all problems are listed at once.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"found no valid TOML in {path}: {error}") from error
    wrong = [f"unknown table '{name}'; {nearest(name, _TABLES)}" for name in tables if name not in _TABLES]
    entries, vanished = (_entries(tables.get(name, []), name, wrong) for name in _TABLES)
    if not wrong:
        wrong += _contradictions(entries, vanished, ids)
    if wrong:
        raise UsageError(problems(wrong, path))
    by_id = {entry.topic_id: entry for entry in entries}
    return Registry(tuple(by_id[topic_id] for topic_id in ids), tuple(vanished))


def _written(entry: Entry, table: str) -> str:
    # By hand: a TOML writer puts short tables into one line, or each word into its own. JSON's strings are TOML's too.
    row: dict[str, Any] = {"id": entry.topic_id, "name": entry.name, "hidden": entry.hidden}
    row |= {} if entry.merged_into is None else {"merged_into": entry.merged_into}
    row["words"] = list(entry.words)
    lines = (f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in row.items())
    return f"\n[[{table}]]\n{''.join(lines)}"


def _entries(rows: Any, table: str, wrong: list[str]) -> list[Entry]:  # noqa: ANN401 - whatever the TOML holds
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        wrong.append(f"found '{table}' that is no list of tables; expected [[{table}]]")
        return []
    found = []
    for number, row in enumerate(rows, 1):
        place = f"{table} {row['id']}" if "id" in row else f"{table} number {number}"
        before = len(wrong)
        wrong += [f"{place}: unknown key '{key}'; {nearest(key, _KINDS)}" for key in row if key not in _KINDS]
        wrong += [f"{place}: '{key}' is missing" for key in _NEEDED if key not in row]
        for key, (kind, expected) in _KINDS.items():
            # True is a number to Python.
            if key in row and (not isinstance(row[key], kind) or (kind is int and isinstance(row[key], bool))):
                wrong.append(f"{place}: found {key} = {row[key]!r}, expected {expected}")
        if not str(row.get("name", "x")).strip():
            wrong.append(f"{place}: found an empty name")
        if len(wrong) == before:
            words = tuple(str(word) for word in row.get("words", ()))
            found.append(Entry(row["id"], row["name"], words, row.get("hidden", False), row.get("merged_into")))
    return found


def _contradictions(entries: Sequence[Entry], vanished: Sequence[Entry], ids: Sequence[int]) -> list[str]:
    written = [entry.topic_id for entry in (*entries, *vanished)]
    wrong = [f"topic {i} stands there {written.count(i)} times" for i in dict.fromkeys(written) if written.count(i) > 1]
    listed, there = {entry.topic_id for entry in entries}, ", ".join(map(str, ids))
    wrong += [f"topic {i} is not in the model, which has {there}" for i in sorted(listed - set(ids))]
    wrong += [
        f"topic {i} of the model is missing; to leave it out, write hidden = true" for i in sorted(set(ids) - listed)
    ]
    rings = merging_rings(entries)
    for entry in entries:
        into = entry.merged_into
        if into == entry.topic_id:
            wrong.append(f"topic {into} is merged into itself; name another topic or delete the line")
        elif into is not None and into not in ids:
            wrong.append(f"topic {entry.topic_id}: merged_into = {into} is no topic of the model, which has {there}")
        elif entry.topic_id in rings:
            wrong.append(f"topic {entry.topic_id} is merged in a ring, by way of topic {into}; let one of them stand")
    if not wrong and all(entry.hidden for entry in entries if entry.merged_into is None):
        wrong.append("every topic is hidden; let at least one be shown")
    return wrong
