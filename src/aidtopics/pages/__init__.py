"""Files to pages: txt, html, jsonl, csv, parquet, warc, each also gzipped, and folders of them."""

import gzip
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from aidtopics.errors import UnreadableError, UsageError
from aidtopics.pages import facts, formats
from aidtopics.pages.html import read_html
from aidtopics.records import Page, Unreadable

__all__ = ["page_from_html", "page_from_text", "read_pages"]

_READERS: dict[str, Callable[[IO[bytes]], Iterator[formats.RawRecord]]] = {
    ".txt": formats.read_text,
    ".md": formats.read_text,
    ".html": formats.read_html_file,
    ".htm": formats.read_html_file,
    ".shtml": formats.read_html_file,
    ".xhtml": formats.read_html_file,
    ".jsonl": formats.read_jsonl,
    ".ndjson": formats.read_jsonl,
    ".csv": formats.read_csv,
    ".tsv": formats.read_csv,
    ".parquet": formats.read_parquet,
    ".warc": formats.read_warc,
    ".wet": formats.read_warc,
}
_MANY = frozenset((".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".warc", ".wet"))


def read_pages(paths: Iterable[str | Path]) -> Iterator[Page | Unreadable]:
    """Read files, folders (recursively, in name order) and '-' (standard input) as a stream of pages.

    A folder gives the files whose ending names a format; a file named outright is read whatever its ending (as text or
    HTML by its first bytes). A file or record that can't be read gives an `Unreadable` and the others go on.

    Raises:
        UsageError: a path does not exist, or a folder holds no file of a known format.
    """
    named = [str(path) for path in paths]
    missing = [path for path in named if path != "-" and not Path(path).exists()]
    if missing:
        raise UsageError(f"found no file or folder {', '.join(missing)}; expected paths of pages to read")
    for path in named:
        if path == "-":
            yield from _read_stream(sys.stdin.buffer, "-", _sniff(sys.stdin.buffer))
        elif Path(path).is_dir():
            yield from _read_folder(Path(path))
        else:
            yield from _read_file(Path(path))


def page_from_text(text: str, page_id: str, source: str | None = None) -> Page:
    """A page from plain text, its date and publisher read from its bylines."""
    return _page(formats.RawRecord(text=text), page_id, source or page_id)


def page_from_html(html: str, page_id: str, source: str | None = None) -> Page:
    """A page from HTML markup, boilerplate kept, one line a block."""
    return _page(formats.RawRecord(html=html), page_id, source or page_id)


def _ending(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _read_folder(folder: Path) -> Iterator[Page | Unreadable]:
    files = sorted(path for path in folder.rglob("[!.]*") if path.is_file() and _ending(path) in _READERS)
    if not files:
        raise UsageError(
            f"found no readable file in the folder {folder}; expected files ending in {', '.join(sorted(_READERS))}"
        )
    for path in files:
        yield from _read_file(path)


def _read_file(path: Path) -> Iterator[Page | Unreadable]:
    try:
        with path.open("rb") as stream:
            ending = _ending(path)
            yield from _read_stream(stream, str(path), ending if ending in _READERS else _sniff(stream))
    except OSError as error:
        yield Unreadable(str(path), str(path), f"could not be opened: {error.strerror or error}")


def _sniff(stream: IO[bytes]) -> str:
    """The ending that fits a stream without a telling name, from its first bytes (looked at, not consumed)."""
    head: bytes = stream.peek(512)[:512] if hasattr(stream, "peek") else b""
    if head.startswith(b"\x1f\x8b"):
        head = zlib.decompressobj(wbits=31).decompress(head, 512)
    head = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PAR1"):
        return ".parquet"
    if head.startswith(b"WARC/"):
        return ".warc"
    if head.startswith(b'{"') or head.startswith(b"{ "):
        return ".jsonl"
    if head[:100].lower().startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<div", b"<!--")):
        return ".html"
    return ".txt"


def _read_stream(stream: IO[bytes], source: str, ending: str) -> Iterator[Page | Unreadable]:
    number = 0
    try:
        # WARC files are gzipped record by record, which their reader handles itself.
        plain = stream if ending in (".warc", ".wet") else _decompressed(stream)
        for number, record in enumerate(_READERS[ending](plain), 1):
            name = f"{source}#{number}" if ending in _MANY else source
            page_id = record.page_id or name
            if record.error is not None:
                yield Unreadable(page_id, name, record.error)
                continue
            yield _page(record, page_id, name)
        if number == 0:
            raise UnreadableError("found no page in it (an empty file), expected text")
    except (UnreadableError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        name = f"{source}#{number + 1}" if number else source
        yield Unreadable(name, name, str(error) if isinstance(error, UnreadableError) else f"damaged file: {error}")


def _decompressed(stream: IO[bytes]) -> IO[bytes]:
    head = stream.peek(2)[:2] if hasattr(stream, "peek") else b""
    return gzip.GzipFile(fileobj=stream, mode="rb") if head == b"\x1f\x8b" else stream  # type: ignore[return-value]


def _page(record: formats.RawRecord, page_id: str, source: str) -> Page:
    if record.html is not None:
        html = read_html(record.html)
        text, blocks = html.text, html.blocks
        title, date, publisher = record.title or html.title, record.date or html.date, html.publisher
    else:
        text, blocks = (record.text or "").replace("\r\n", "\n").replace("\r", "\n"), ()
        title, date, publisher = record.title, record.date, None
    return Page(
        page_id=page_id,
        source=source,
        text=text,
        url=record.url,
        title=title,
        date=(facts.as_date(date) if date else None) or facts.stated_date(text),
        publisher=publisher or facts.stated_publisher(text),
        encoding=record.encoding,
        blocks=blocks,
    )
