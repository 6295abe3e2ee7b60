"""Labelled pages as rows, and rows as files: the contract of `aidtopics label`."""

import csv
import io
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import orjson

from aidtopics.errors import UsageError
from aidtopics.label.explained import explanation_lines, explanation_row
from aidtopics.records import LabelledPage, Unreadable

FORMATS = ("table", "jsonl", "csv", "parquet")
_ROW_GROUP = 1024

Row = dict[str, Any]


def row_of(labelled: LabelledPage | Unreadable, explained: bool = False) -> Row:
    """The output row of a page: the contract of `aidtopics label`, keys in stable order.

    Args:
        explained: with the key `explanation` at the end, null for a page about which nothing was decided.
    """
    row = _plain_row(labelled)
    if explained:
        reason = None if isinstance(labelled, Unreadable) else labelled.explanation
        row["explanation"] = None if reason is None else explanation_row(reason, row["text"])
    return row


def _plain_row(labelled: LabelledPage | Unreadable) -> Row:
    if isinstance(labelled, Unreadable):
        return {
            "page_id": labelled.page_id,
            "source": labelled.source,
            "label": None,
            "aid_probability": None,
            "needs_review": None,
            "aid_text": None,
            "passages": [],
            "repairs": {},
            "text": None,
            "error": labelled.error,
        }
    return {
        "page_id": labelled.page.page_id,
        "source": labelled.page.source,
        "label": labelled.label,
        "aid_probability": round(labelled.aid_probability, 4),
        "needs_review": labelled.needs_review,
        "aid_text": labelled.aid_text,
        "passages": [
            {
                "start": p.start,
                "end": p.end,
                "kind": p.kind,
                "label": p.label,
                "aid_probability": p.aid_probability,
            }
            for p in labelled.passages
        ],
        "repairs": labelled.repairs,
        "text": labelled.page.text,
        "error": None,
    }


def write_rows(rows: Iterable[Row], stream: IO[bytes], format_: str) -> None:
    """Write rows as they come, in one of FORMATS."""
    {"jsonl": _write_jsonl, "csv": _write_csv, "parquet": _write_parquet, "table": _write_table}[format_](rows, stream)


def format_of(path: Path) -> str:
    """The format that fits an output file's ending.

    Raises:
        UsageError: the ending names no format.
    """
    endings = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet", ".txt": "table"}
    if path.suffix.lower() not in endings:
        raise UsageError(f"found the output file {path}, expected an ending among {', '.join(endings)}, or --format")
    return endings[path.suffix.lower()]


def labelled_sources(path: Path) -> set[str]:
    """Sources of the rows that an interrupted run left in a JSON Lines file; a half-written last line is cut off.

    Raises:
        UsageError: the file is of another format.
    """
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    try:
        done = {orjson.loads(line)["source"] for line in content[:whole].splitlines() if line.strip()}
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise UsageError(
            f"found {path} with other lines than 'aidtopics label' writes; name a new file with -o"
        ) from error
    if whole < len(content):
        with path.open("r+b") as stream:
            stream.truncate(whole)
    return done


def _write_jsonl(rows: Iterable[Row], stream: IO[bytes]) -> None:
    for row in rows:
        stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _write_csv(rows: Iterable[Row], stream: IO[bytes]) -> None:
    """UTF-8 with a byte order mark, without which spreadsheets show Chinese as garbage; nested values as JSON."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    writer = None
    for row in rows:
        flat = {name: _flat(value) for name, value in row.items()}
        if writer is None:
            writer = csv.DictWriter(text, list(flat))
            writer.writeheader()
        writer.writerow(flat)
    text.detach()


def _flat(value: object) -> object:
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode("utf-8")
    if isinstance(value, bool):
        return str(value).lower()
    return value


def _write_parquet(rows: Iterable[Row], stream: IO[bytes]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    passage = {"start": pa.int64(), "end": pa.int64(), "kind": pa.string(), "label": pa.string()}
    schema = pa.schema(
        {
            "page_id": pa.string(),
            "source": pa.string(),
            "label": pa.string(),
            "aid_probability": pa.float64(),
            "needs_review": pa.bool_(),
            "aid_text": pa.string(),
            "passages": pa.list_(pa.struct({**passage, "aid_probability": pa.float64()})),
            "repairs": pa.map_(pa.string(), pa.int64()),
            "text": pa.string(),
            "error": pa.string(),
        }
    )
    iterator = iter(rows)
    first = next(iterator, None)
    if first is not None and "explanation" in first:
        # Its parts differ from page to page, which columns can't.
        schema = schema.append(pa.field("explanation", pa.string()))
    iterator = itertools.chain([] if first is None else [first], iterator)
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        while block := list(itertools.islice(iterator, _ROW_GROUP)):
            columns = {name: [_cell(name, row[name]) for row in block] for name in schema.names}
            writer.write_table(pa.table(columns, schema=schema))


def _cell(name: str, value: object) -> object:
    if name == "explanation":
        return None if value is None else _flat(value)
    return _plain(value)


def _plain(value: object) -> object:
    """Enumeration members as the strings they are, dictionaries as pairs: pyarrow takes neither."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return [{k: str(v) if isinstance(v, str) else v for k, v in entry.items()} for entry in value]
    return str(value) if isinstance(value, str) else value


def _write_table(rows: Iterable[Row], stream: IO[bytes]) -> None:
    """For a terminal: one line a page with its label, probability, source and the beginning of its aid text.

    Under an explained page stand the passages that decided.
    """
    coloured = stream.isatty()
    stream.write(b"label  prob.  review  page\n")
    for row in rows:
        if row["error"] is not None:
            line = f"error                 {row['source']}: {row['error']}"
        else:
            opening = " ".join((row["aid_text"] or row["text"]).split())[:40]
            review = "yes" if row["needs_review"] else ""
            line = f"{row['label']:<5}  {row['aid_probability']:.3f}  {review:<6}  {row['source']}  {opening}"
        lines = [line, *explanation_lines(row, coloured)] if row.get("explanation") else [line]
        stream.write("".join(f"{line}\n" for line in lines).encode("utf-8"))
