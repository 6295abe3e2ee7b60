"""One function a file format: an open binary stream to raw records, read as a stream."""

import csv
import io
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import orjson

from aidtopics.errors import UnreadableError
from aidtopics.pages.encoding import decode

_ENCODING_SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record before it is a page: exactly one of text, html and error is set."""

    text: str | None = None
    html: str | None = None
    error: str | None = None
    page_id: str | None = None
    url: str | None = None
    title: str | None = None
    date: str | None = None
    encoding: str | None = None


def read_text(stream: IO[bytes]) -> Iterator[RawRecord]:
    """The whole stream as one page of plain text."""
    content = stream.read()
    if content:
        text, encoding = decode(content)
        yield RawRecord(text=text, encoding=encoding)


def read_html_file(stream: IO[bytes]) -> Iterator[RawRecord]:
    """The whole stream as one HTML page."""
    content = stream.read()
    if content:
        html, encoding = decode(content)
        yield RawRecord(html=html, encoding=encoding)


def read_jsonl(stream: IO[bytes]) -> Iterator[RawRecord]:
    """One JSON object a line; blank lines are passed over."""
    encoding, lines = _utf8_lines(stream)
    for line in lines:
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield RawRecord(error=f"found a line that is not JSON ({error}), expected one object a line")
            continue
        if not isinstance(row, dict):
            yield RawRecord(error=f"found a JSON {type(row).__name__}, expected an object with 'text' or 'html'")
            continue
        yield _from_row(row, encoding)


def read_csv(stream: IO[bytes]) -> Iterator[RawRecord]:
    """Comma- or tab-separated rows under a header line."""
    # A cell holds a whole page; the csv module's default limit is 128 KiB.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    encoding, raw_lines = _utf8_lines(stream)
    lines = (line.decode("utf-8", "replace") for line in raw_lines)
    header = next(lines, None)
    if header is None:
        return
    dialect = "excel-tab" if header.count("\t") > header.count(",") else "excel"
    columns = next(csv.reader([header], dialect))
    if not {"text", "html"} & {column.strip().lower() for column in columns}:
        raise UnreadableError(
            f"found columns {', '.join(columns[:8])}; expected a column 'text' or 'html'. Rename the column that holds "
            "the page"
        )
    for row in csv.DictReader(lines, [column.strip().lower() for column in columns], dialect=dialect):
        yield _from_row({key: value for key, value in row.items() if key is not None}, encoding)


def read_parquet(stream: IO[bytes]) -> Iterator[RawRecord]:
    """Rows of a Parquet file, batch by batch; only the columns that are used are read."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(stream if stream.seekable() else io.BytesIO(stream.read()))
    except pa.ArrowInvalid as error:
        raise UnreadableError(f"found a damaged Parquet file ({error})") from error
    used = [name for name in file.schema_arrow.names if name.lower() in _COLUMNS]
    if not {"text", "html"} & {name.lower() for name in used}:
        raise UnreadableError(
            f"found columns {', '.join(file.schema_arrow.names[:8])}; expected a column 'text' or 'html'"
        )
    for batch in file.iter_batches(batch_size=512, columns=used):
        for row in batch.to_pylist():
            yield _from_row({key.lower(): value for key, value in row.items()}, None)


def read_warc(stream: IO[bytes]) -> Iterator[RawRecord]:
    """HTML and text responses of a WARC file, and the texts of a WET file; gzip is recognized."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    for record in ArchiveIterator(stream, record_types=wanted, parse_http=True, auto_decode="all"):
        headers = record.headers
        url = headers.get("WARC-Target-URI")
        content_type = (record.http_content_type or headers.get("Content-Type") or "").lower()
        if record.record_type == WarcRecordType.conversion:
            content_type = "text/plain"
        status = record.http_headers.status_code if record.http_headers else None
        if status is not None and not 200 <= status < 300:
            continue
        if content_type and "html" not in content_type and not content_type.startswith("text/plain"):
            continue
        content = record.reader.read()
        try:
            text, encoding = decode(content, record.http_charset)
        except UnreadableError as error:
            yield RawRecord(error=str(error), url=url)
            continue
        is_html = "html" in content_type or (not content_type and text.lstrip().startswith("<"))
        yield RawRecord(
            text=None if is_html else text,
            html=text if is_html else None,
            page_id=record.record_id.strip("<>") if record.record_id else None,
            url=url,
            encoding=encoding,  # WARC-Date is the day of the crawl, not of the page: it is not passed on
        )


_COLUMNS = frozenset(("text", "html", "page_id", "id", "url", "title", "date"))


def _from_row(row: dict[str, Any], encoding: str | None) -> RawRecord:
    text, html = row.get("text"), row.get("html")
    if text is None and html is None and isinstance(row.get("passages"), list):
        # A gold page of the corpus: its text is its passages, one a line.
        text = "\n".join(str(part.get("text", "")) for part in row["passages"] if isinstance(part, dict))
    page_id = row.get("page_id", row.get("id"))
    named = {
        "page_id": None if page_id is None else str(page_id),
        "url": _string(row.get("url")),
        "title": _string(row.get("title")),
        "date": _string(row.get("date")),
        "encoding": encoding,
    }
    if isinstance(text, str) and text.strip():
        return RawRecord(text=text, **named)
    if isinstance(html, str) and html.strip():
        return RawRecord(html=html, **named)
    if text is None and html is None:
        found = ", ".join(list(row)[:8]) or "no keys"
        return RawRecord(error=f"found keys {found}; expected 'text' or 'html'", **named)
    wrong = text if text is not None else html
    kind = "an empty string" if isinstance(wrong, str) else f"a {type(wrong).__name__}"
    return RawRecord(error=f"found {kind} as 'text', expected the page's text", **named)


def _string(value: object) -> str | None:
    return None if value is None or value == "" else str(value)


def _utf8_lines(stream: IO[bytes]) -> tuple[str, Iterator[bytes]]:
    """The stream's encoding, told from its first megabyte, and its lines in UTF-8."""
    head = stream.read(_ENCODING_SAMPLE)
    head += stream.readline()
    encoding = decode(head)[1] if head else "utf-8"
    if encoding == "utf-8":
        return encoding, itertools.chain(head.splitlines(keepends=True), stream)
    joined = io.BufferedReader(_Chained(head, stream))
    text = io.TextIOWrapper(joined, encoding=encoding, errors="replace", newline="")
    return encoding, (line.encode("utf-8") for line in text)


class _Chained(io.RawIOBase):
    """Bytes already read, then the rest of the stream they came from."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head = io.BytesIO(head)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the buffer protocol has no name in typing before 3.12
        chunk = self._head.read(len(buffer)) or self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
