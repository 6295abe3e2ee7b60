"""Records as they are stored in files of each format, parsed to what a page is made of."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from aidtopics.errors import UnreadableError
from aidtopics.pages.encoding import decode
from aidtopics.pages.opening import opened, read_whole


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


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """HTML or text that a WARC file holds, not yet decoded."""

    content: bytes
    charset: str | None  # as the server states it
    content_type: str
    record_id: str | None
    url: str | None


def parse_whole(records: Sequence[bytes | str], kind: str) -> Iterator[RawRecord]:
    """Files that are one page each: their content, or where to read it."""
    for given in records:
        try:
            if isinstance(given, str):
                with opened(given) as file:
                    content = read_whole(file)
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


COLUMNS = frozenset(("text", "html", "page_id", "id", "url", "title", "date"))


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
