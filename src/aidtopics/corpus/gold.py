"""Gold pages as JSON Lines: one page a line, every passage with its kind."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

from aidtopics.corpus.grid import cell_problems
from aidtopics.errors import UsageError, nearest, problems
from aidtopics.pages.facts import as_date
from aidtopics.records import GoldPage, GoldPassage, Kind, Label

_E = TypeVar("_E", Label, Kind)


@dataclass(frozen=True, slots=True)
class GoldRows:
    """What files of gold pages hold."""

    pages: tuple[GoldPage, ...]
    problems: tuple[str, ...]  # rows that are no gold pages, and page ids that stand more than once


def read_gold(paths: Iterable[str | Path]) -> tuple[GoldPage, ...]:
    """Read gold pages from files or folders of `.jsonl`, in name order.

    Raises:
        UsageError: a path is missing, or rows are not gold pages; all problems are listed at once.
    """
    rows = read_gold_rows(paths)
    if rows.problems:
        raise UsageError(problems(rows.problems, "the gold pages"))
    return rows.pages


def read_gold_rows(paths: Iterable[str | Path]) -> GoldRows:
    """Read what can be read of gold pages, and say what can't.

    Raises:
        UsageError: a path is missing, or there are no rows at all.
    """
    paths = list(paths)
    pages: list[GoldPage] = []
    wrong: list[str] = []
    for path in _files(paths):
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if not line.strip():
                continue
            try:
                pages.append(gold_from_row(orjson.loads(line)))
            except (orjson.JSONDecodeError, ValueError) as error:
                wrong.append(f"{path}#{number}: {error}")
    seen = Counter(page.page_id for page in pages)
    wrong += [f"page_id {page_id} stands {count} times" for page_id, count in seen.items() if count > 1]
    if not pages and not wrong:
        raise UsageError(f"found no gold pages in {', '.join(map(str, paths))}; expected .jsonl rows with passages")
    return GoldRows(tuple(pages), tuple(wrong))


def gold_from_row(row: Any) -> GoldPage:  # noqa: ANN401 - parsed JSON
    """A gold page from a parsed row.

    Raises:
        ValueError: what was found and what was expected.
    """
    if not isinstance(row, dict) or not isinstance(row.get("passages"), list):
        found = ", ".join(row) if isinstance(row, dict) else type(row).__name__
        raise ValueError(f"found {found}; expected an object with page_id, site, label and passages")
    absent = [key for key in ("page_id", "site", "label") if not isinstance(row.get(key), str) or not row[key]]
    if absent:
        raise ValueError(f"found no {', '.join(absent)}")
    label = _member(Label, row["label"])
    passages = tuple(_passage(part) for part in row["passages"])
    kinds = {passage.kind for passage in passages}
    if label is Label.AID and Kind.BODY not in kinds:
        raise ValueError("found an aid page without a body passage")
    if label is Label.NOISE and kinds & {Kind.TITLE, Kind.BODY}:
        raise ValueError("found title or body passages on a noise page; prose there is other_topic")
    date = row.get("date")
    if date is not None and as_date(str(date)) != date:
        raise ValueError(f"found date {date!r}, expected YYYY-MM-DD or null")
    cell = row.get("cell") or {}
    if not isinstance(cell, dict):
        raise ValueError(f"found cell {cell!r}, expected an object that names a value on each axis of the grid")
    wrong = cell_problems(cell, label) if cell else []
    if wrong:
        raise ValueError("; ".join(wrong))
    return GoldPage(row["page_id"], row["site"], label, passages, date, str(row.get("note") or ""), cell)


def corpus_hash(pages: Sequence[GoldPage]) -> str:
    """SHA-256 over the pages as read, in order of their ids: the same for the same gold, however it is filed.

    Note and cell are left out: no model sees them.
    """
    digest = hashlib.sha256()
    for page in sorted(pages, key=lambda page: page.page_id):
        fields = [page.page_id, page.site, page.label, page.date, [[p.text, p.kind] for p in page.passages]]
        digest.update(orjson.dumps(fields))
    return digest.hexdigest()


def _passage(part: Any) -> GoldPassage:  # noqa: ANN401 - parsed JSON
    if not isinstance(part, dict) or not isinstance(part.get("text"), str) or not part["text"].strip():
        raise ValueError("found a passage without text")
    if "\n" in part["text"]:
        raise ValueError(f"found a line end inside the passage {part['text'][:20]!r}; a passage is one line")
    return GoldPassage(part["text"], _member(Kind, part.get("kind")))


def _member(kinds: type[_E], value: object) -> _E:
    try:
        return kinds(str(value))
    except ValueError:
        raise ValueError(f"found {kinds.__name__.lower()} {value!r}; {nearest(str(value), list(kinds))}") from None


def _files(paths: Iterable[str | Path]) -> list[Path]:
    files: list[Path] = []
    for path in map(Path, paths):
        if not path.exists():
            raise UsageError(f"found no {path}; expected a gold .jsonl file or a folder of them")
        files += sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return files
