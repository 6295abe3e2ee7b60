"""Open streams cut into records, as streams, and not yet parsed: one function a format."""

import csv
import io
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, cast

from aidtopics.errors import UnreadableError
from aidtopics.pages import opening
from aidtopics.pages.formats import COLUMNS, RawRecord, WarcRecord


def csv_rows(stream: IO[bytes]) -> Iterator[dict[str, str] | RawRecord]:
    """Comma- or tab-separated rows under a header line, in UTF-8."""
    # A cell holds a whole page; the csv module's default limit is 128 KiB.
    csv.field_size_limit(opening.LONGEST)
    too_long = 0

    def whole_lines() -> Iterator[str]:
        nonlocal too_long
        while line := stream.readline(opening.LONGEST):
            if len(line) < opening.LONGEST or line.endswith(b"\n"):
                yield line.decode("utf-8", "replace")
                continue
            while (line := stream.readline(opening.LONGEST)) and not line.endswith(b"\n"):
                pass
            too_long += 1

    lines = whole_lines()
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
    used = [(number, column) for number, column in enumerate(columns) if column in COLUMNS]
    rows = csv.reader(lines, dialect)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield RawRecord(error=f"found a row that is not CSV ({error})")
            continue
        for _ in range(too_long):
            yield RawRecord(error=opening.TOO_LONG)
        too_long = 0
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
        used = [name for name in names if name.lower() in COLUMNS]
        if not {"text", "html"} & {name.lower() for name in used}:
            raise UnreadableError(f"found columns {', '.join(names[:8])}; expected a column 'text' or 'html'")
        # With threads, whole row groups are decoded ahead.
        for batch in file.iter_batches(batch_size=rows, columns=used, use_threads=False):
            if len(batch):
                yield batch, len(batch) / file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UnreadableError(f"found a damaged Parquet file ({' '.join(str(error).split())})") from error


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
        if length > opening.LONGEST:
            yield RawRecord(error=opening.TOO_LONG, url=url)
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


def length_of(record: bytes | dict[str, str] | WarcRecord | RawRecord) -> int:
    """About how many bytes a record holds."""
    if isinstance(record, WarcRecord):
        return len(record.content)
    if isinstance(record, dict):
        return sum(map(len, record.values()))
    return len(record) if isinstance(record, bytes) else 0
