"""Rows as bytes: blocks are encoded where they are made, in any process, and joined in order by one writer."""

import csv
import gzip
import io
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from aidtopics.errors import UsageError
from aidtopics.label.explained import explanation_lines
from aidtopics.label.rows import COLUMNS, EXPLANATION, Row
from aidtopics.pages.opening import zstd

FORMATS = ("table", "jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst", "parquet")
_ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet", ".txt": "table"}
_ROW_GROUP = 4096  # rows; of long pages fewer, so that a group does not fill the memory
_GROUP_BYTES = 1 << 26
_GZIP_LEVEL = 4  # level 6 takes twice the time for a twentieth less


@dataclass(frozen=True, slots=True)
class Form:
    """How rows are written."""

    format: str  # one of FORMATS
    explained: bool = False
    coloured: bool = False  # of a table on a terminal

    @property
    def kind(self) -> str:
        """The format without its compression."""
        return self.format.partition(".")[0]

    @property
    def packing(self) -> str:
        """'gz', 'zst' or nothing."""
        return self.format.partition(".")[2]


def format_of(path: Path) -> str:
    """The format that fits an output file's ending.

    Raises:
        UsageError: the ending names no format.
    """
    packing = path.suffix.lower() if path.suffix.lower() in (".gz", ".zst") else ""
    kind = _ENDINGS.get((path.with_suffix("") if packing else path).suffix.lower())
    format_ = f"{kind}{packing}"
    if format_ not in FORMATS:
        raise UsageError(
            f"found the output file {path}, expected an ending among {', '.join(_ENDINGS)}, the first three also with "
            ".gz or .zst, or --format"
        )
    return format_


def encode(rows: Sequence[Row], form: Form) -> bytes:
    """Rows as a block that may stand behind any other block of that form; compressed ones are whole by themselves."""
    if form.kind == "parquet":
        return _arrow(rows, form)
    return _packed({"jsonl": _json_lines, "csv": _csv_lines, "table": _table_lines}[form.kind](rows, form), form)


def write_blocks(blocks: Iterable[bytes], stream: IO[bytes], form: Form, fresh: bool = True) -> None:
    """Write encoded blocks as they come.

    Args:
        fresh: with what stands before the first row; False to go on with a file.
    """
    if form.kind == "parquet":
        _write_parquet(blocks, stream, form)
        return
    head = _head(form) if fresh else b""
    if head:
        stream.write(_packed(head, form))
    for block in blocks:
        stream.write(block)


def write_json_lines(rows: Iterable[Row], stream: IO[bytes]) -> None:
    """Write rows as they come."""
    for row in rows:
        stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _packed(content: bytes, form: Form) -> bytes:
    match form.packing:
        case "gz":
            return gzip.compress(content, _GZIP_LEVEL, mtime=0)
        case "zst":
            checked = {zstd().CompressionParameter.checksum_flag: True}
            packed: bytes = zstd().compress(content, options=checked)
            return packed
        case _:
            return content


def _columns(form: Form) -> tuple[str, ...]:
    return (*COLUMNS, EXPLANATION) if form.explained else COLUMNS


def _head(form: Form) -> bytes:
    match form.kind:
        case "csv":
            # Without a byte order mark spreadsheets show Chinese as garbage.
            return b"\xef\xbb\xbf" + ",".join(_columns(form)).encode("ascii") + b"\r\n"
        case "table":
            return b"label  prob.  review  page\n"
        case _:
            return b""


def _json_lines(rows: Sequence[Row], form: Form) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _csv_lines(rows: Sequence[Row], form: Form) -> bytes:
    """UTF-8; nested values as JSON."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_flat(row[name]) for name in _columns(form)] for row in rows)
    return text.getvalue().encode("utf-8")


def _flat(value: object) -> object:
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode("utf-8")
    if isinstance(value, bool):
        return str(value).lower()
    return value


def _table_lines(rows: Sequence[Row], form: Form) -> bytes:
    """For a terminal: one line a page with its label, probability, source and the beginning of its aid text.

    Under an explained page stand the passages that decided.
    """
    lines = []
    for row in rows:
        if row["error"] is not None:
            lines.append(f"error                 {row['source']}: {row['error']}\n")
            continue
        opening = " ".join((row["aid_text"] or row["text"]).split())[:40]
        review = "yes" if row["needs_review"] else ""
        lines.append(f"{row['label']:<5}  {row['aid_probability']:.3f}  {review:<6}  {row['source']}  {opening}\n")
        if row.get(EXPLANATION):
            lines += [f"{line}\n" for line in explanation_lines(row, form.coloured)]
    return "".join(lines).encode("utf-8")


def _schema(form: Form) -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa

    passage = {"start": pa.int64(), "end": pa.int64(), "kind": pa.string(), "label": pa.string()}
    types = {
        "aid_probability": pa.float64(),
        "needs_review": pa.bool_(),
        "passages": pa.list_(pa.struct({**passage, "aid_probability": pa.float64()})),
        "repairs": pa.map_(pa.string(), pa.int64()),
    }
    # An explanation is text: its parts differ from page to page, which columns can't.
    return pa.schema({name: types.get(name, pa.string()) for name in _columns(form)})


def _arrow(rows: Sequence[Row], form: Form) -> bytes:
    import pyarrow as pa

    schema = _schema(form)
    columns = {name: [_cell(name, row[name]) for row in rows] for name in schema.names}
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, schema) as writer:
        writer.write_table(pa.table(columns, schema=schema))
    return stream.getvalue()


def _write_parquet(blocks: Iterable[bytes], stream: IO[bytes], form: Form) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = _schema(form)
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        tables = (pa.ipc.open_stream(block).read_all() for block in blocks)
        gathered: list[Any] = []
        for table in itertools.chain(tables, [None]):
            if table is not None:
                gathered.append(table)
            rows, size = sum(map(len, gathered)), sum(t.nbytes for t in gathered)
            if rows and (table is None or rows >= _ROW_GROUP or size >= _GROUP_BYTES):
                writer.write_table(pa.concat_tables(gathered))
                gathered = []


def _cell(name: str, value: object) -> object:
    if name == EXPLANATION:
        return None if value is None else _flat(value)
    # Enumeration members as the strings they are, dictionaries as pairs: pyarrow takes neither.
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return [{k: str(v) if isinstance(v, str) else v for k, v in entry.items()} for entry in value]
    return str(value) if isinstance(value, str) else value
