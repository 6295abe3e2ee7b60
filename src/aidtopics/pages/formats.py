"""The file formats, each in two halves: an open stream is cut into records as a stream, and records are parsed."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

import orjson

from aidtopics.errors import UnreadableError
from aidtopics.pages.encoding import decode
from aidtopics.pages.opening import Opened, opened


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


LONGEST = 1 << 26  # bytes of one record: more is no page, and would fill the memory
TOO_LONG = f"found more than {LONGEST >> 20} MiB in one record, expected a page"
EMPTY = "found no page in it (an empty file), expected text"
WHOLE = ("text", "html")  # kinds of files that are one page

# --- cutting: an open stream to records as they are stored there


def whole(file: Opened) -> bytes:
    """All of a file. Raises UnreadableError if it is empty, damaged or longer than LONGEST."""
    content = file.plain.read(LONGEST + 1)
    if file.damage():
        raise UnreadableError(file.damage())
    if not content:
        raise UnreadableError(EMPTY)
    if len(content) > LONGEST:
        raise UnreadableError(TOO_LONG)
    return content


def csv_rows(stream: IO[bytes]) -> Iterator[dict[str, str] | RawRecord]:
    """Comma- or tab-separated rows under a header line, in UTF-8."""
    # A cell holds a whole page; the csv module's default limit is 128 KiB.
    csv.field_size_limit(LONGEST)
    lines = (line.decode("utf-8", "replace") for line in iter(lambda: stream.readline(LONGEST), b""))
    header = next(lines, None)
    if header is None:
        return
    dialect = "excel-tab" if header.count("\t") > header.count(",") else "excel"
    columns = [column.strip().lower() for column in next(csv.reader([header], dialect))]
    if not {"text", "html"} & set(columns):
        raise UnreadableError(
            f"found columns {', '.join(columns[:8])}; expected a column 'text' or 'html'. Rename the column that holds "
            "the page"
        )
    used = [(number, column) for number, column in enumerate(columns) if column in _COLUMNS]
    rows = csv.reader(lines, dialect)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield RawRecord(error=f"found a row that is not CSV ({error})")
            continue
        if row is None:
            return
        if row:
            yield {column: row[number] for number, column in used if number < len(row)}


def parquet_batches(stream: IO[bytes], rows: int) -> Iterator[tuple[Any, float]]:
    """Batches of at most so many rows, each with its share of all; only the columns that are used are read.

    Raises:
        UnreadableError: damaged, or without a column of pages.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(stream if stream.seekable() else io.BytesIO(stream.read()))
        names = file.schema_arrow.names
        used = [name for name in names if name.lower() in _COLUMNS]
        if not {"text", "html"} & {name.lower() for name in used}:
            raise UnreadableError(f"found columns {', '.join(names[:8])}; expected a column 'text' or 'html'")
        # With threads, whole row groups are decoded ahead.
        for batch in file.iter_batches(batch_size=rows, columns=used, use_threads=False):
            if len(batch):
                yield batch, len(batch) / file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UnreadableError(f"found a damaged Parquet file ({' '.join(str(error).split())})") from error


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """HTML or text that a WARC file holds, not yet decoded."""

    content: bytes
    charset: str | None  # as the server states it
    content_type: str
    record_id: str | None
    url: str | None


def warc_records(stream: IO[bytes]) -> Iterator[WarcRecord | RawRecord]:
    """HTML and text responses of a WARC file, and the texts of a WET file, not compressed.

    Raises:
        UnreadableError: the file ends within a record; or it is no WARC file.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    watched = _Watched(stream)
    content = b""
    for record in ArchiveIterator(cast(BinaryIO, watched), record_types=wanted, parse_http=False):
        url, length = record.headers.get("WARC-Target-URI"), record.content_length
        if record.headers.get("Content-Length") is None:
            raise UnreadableError(_ENDS_WITHIN)
        if length > LONGEST:
            yield RawRecord(error=TOO_LONG, url=url)
            continue
        # Taken as a whole before its HTTP part is parsed: only then can its length be held against the stated one.
        content = record.reader.read()
        if len(content) < length:
            raise UnreadableError(_ENDS_WITHIN)
        if record.is_http:
            record.set_bytes_content(content)
            record.parse_http(auto_decode="all")
        content_type = (record.http_content_type or record.headers.get("Content-Type") or "").lower()
        if record.record_type == WarcRecordType.conversion:
            content_type = "text/plain"
        status = record.http_headers.status_code if record.http_headers else None
        if status is not None and not 200 <= status < 300:
            continue
        if content_type and "html" not in content_type and not content_type.startswith("text/plain"):
            continue
        yield WarcRecord(
            record.reader.read() if record.is_http else content,
            record.http_charset,
            content_type,
            record.record_id.strip("<>") if record.record_id else None,
            url,
        )
    if not watched.start.startswith(b"WARC/"):
        raise UnreadableError("found no WARC record at its beginning, expected a WARC file")
    # Two line ends close a record. Some writers leave them out behind the last one.
    if not watched.tail.endswith(b"\r\n\r\n") and not content.endswith(watched.tail.rstrip(b"\r\n") or b"?"):
        raise UnreadableError(_ENDS_WITHIN)


class _Watched(io.RawIOBase):
    """A stream whose first and last bytes are remembered."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._read = 0
        self.start = self.tail = b""

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._read += len(content)
        self.start = self.start or content[:8]
        self.tail = (self.tail + content[-_TAIL:])[-_TAIL:]
        return content

    def tell(self) -> int:
        return self._read


_TAIL = 16
_ENDS_WITHIN = "the file ends within a record, which is lost; copy or download the file again"

# --- parsing: records to what a page is made of


def parse_whole(records: Sequence[bytes | str], kind: str) -> Iterator[RawRecord]:
    """Files that are one page each: their content, or where to read it."""
    for given in records:
        try:
            if isinstance(given, str):
                with opened(given) as file:
                    content = whole(file)
            else:
                content = given
            text, encoding = decode(content)
        except UnreadableError as error:
            yield RawRecord(error=str(error))
            continue
        yield RawRecord(**{kind: text}, encoding=encoding)


def parse_json(lines: Sequence[bytes | RawRecord], encoding: str | None) -> Iterator[RawRecord]:
    """Lines with one JSON object each."""
    for line in lines:
        if isinstance(line, RawRecord):
            yield line
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


def parse_rows(rows: Sequence[dict[str, str] | RawRecord], encoding: str | None) -> Iterator[RawRecord]:
    """Rows of a CSV file."""
    for row in rows:
        yield row if isinstance(row, RawRecord) else _from_row(row, encoding)


def parse_parquet(batch: Any, encoding: str | None) -> Iterator[RawRecord]:  # noqa: ANN401 - a record batch
    """A batch of a Parquet file."""
    for row in batch.to_pylist():
        yield _from_row({key.lower(): value for key, value in row.items()}, encoding)


def parse_warc(records: Sequence[WarcRecord | RawRecord], encoding: str | None) -> Iterator[RawRecord]:
    """Records of a WARC file."""
    for record in records:
        if isinstance(record, RawRecord):
            yield record
            continue
        try:
            text, encoding = decode(record.content, record.charset)
        except UnreadableError as error:
            yield RawRecord(error=str(error), url=record.url)
            continue
        is_html = "html" in record.content_type or (not record.content_type and text.lstrip().startswith("<"))
        yield RawRecord(
            text=None if is_html else text,
            html=text if is_html else None,
            page_id=record.record_id,
            url=record.url,
            encoding=encoding,  # WARC-Date is the day of the crawl, not of the page: it is not passed on
        )


def parse_errors(reasons: Sequence[str], encoding: str | None) -> Iterator[RawRecord]:
    """What could not be cut."""
    for reason in reasons:
        yield RawRecord(error=reason, encoding=encoding)


PARSERS: dict[str, Callable[[Any, str | None], Iterator[RawRecord]]] = {
    "text": lambda records, _: parse_whole(records, "text"),
    "html": lambda records, _: parse_whole(records, "html"),
    "json": parse_json,
    "row": parse_rows,
    "parquet": parse_parquet,
    "warc": parse_warc,
    "error": parse_errors,
}


def length_of(record: bytes | dict[str, str] | WarcRecord | RawRecord) -> int:
    """About how many bytes a record holds."""
    if isinstance(record, WarcRecord):
        return len(record.content)
    if isinstance(record, dict):
        return sum(map(len, record.values()))
    return len(record) if isinstance(record, bytes) else 0


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
