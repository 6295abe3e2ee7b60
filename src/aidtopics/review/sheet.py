"""Rows of short cells as CSV that spreadsheets open and save unharmed, and as JSON Lines."""

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from aidtopics.errors import UnreadableError, UsageError
from aidtopics.pages.encoding import decode

_ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
# A spreadsheet takes a cell that begins so for a formula: it would show #NAME? for a line of dashes, and worse for a
# page that wants to be run.
_FORMULA = ("=", "+", "-", "@")
_DELIMITERS = ",;\t"


def sheet_format(path: Path) -> str:
    """`csv` or `jsonl`, by the file's ending.

    Raises:
        UsageError: another ending.
    """
    if path.suffix.lower() not in _ENDINGS:
        raise UsageError(f"found the file {path}, expected an ending among {', '.join(_ENDINGS)}")
    return _ENDINGS[path.suffix.lower()]


def pack(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], format_: str) -> bytes:
    """The bytes of a file. CSV is UTF-8 with a byte order mark, without which spreadsheets show Chinese as garbage."""
    if format_ == "jsonl":
        return b"".join(
            orjson.dumps({name: row[name] for name in columns}, option=orjson.OPT_APPEND_NEWLINE) for row in rows
        )
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_guarded(row[name]) for name in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def unpack(path: Path) -> list[tuple[str, dict[str, Any] | str]]:
    """Each row's place ("row 2" of a spreadsheet, "line 1" of JSON Lines) with its cells, or what is wrong with it.

    CSV may come back as a spreadsheet saved it: in another encoding, with semicolons or tabs, with blank rows.

    Raises:
        UsageError: no such file, another ending, or no text in it.
    """
    format_ = sheet_format(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"could not read {path}: {error.strerror or error}") from error
    return _json_rows(content) if format_ == "jsonl" else _csv_rows(content, path)


def _json_rows(content: bytes) -> list[tuple[str, dict[str, Any] | str]]:
    found: list[tuple[str, dict[str, Any] | str]] = []
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            row = f"found a line that is not JSON ({error})"
        fits = isinstance(row, dict | str)
        found.append((f"line {number}", row if fits else f"found a JSON {type(row).__name__}, expected an object"))
    return found


def _csv_rows(content: bytes, path: Path) -> list[tuple[str, dict[str, Any] | str]]:
    try:
        text, _ = decode(content)
    except UnreadableError as error:
        raise UsageError(f"could not read {path}: {error}") from error
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [name.strip().lower() for name in next(rows, [])]
    found: list[tuple[str, dict[str, Any] | str]] = []
    for number, cells in enumerate(rows, 2):
        if any(cell.strip() for cell in cells):
            found.append((f"row {number}", dict(zip(columns, map(_bare, cells), strict=False))))
    return found


def _guarded(value: object) -> str:
    cell = "" if value is None else str(value)
    return f"'{cell}" if cell.startswith(_FORMULA) or _is_guarded(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if _is_guarded(cell) else cell


def _is_guarded(cell: str) -> bool:
    return cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'"))
