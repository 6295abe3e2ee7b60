"""Files to pages: txt, html, jsonl, csv, parquet, warc, each also in gz or zst, folders of them, and URLs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from aidtopics.pages import facts, formats
from aidtopics.pages.html import read_html
from aidtopics.pages.pieces import Piece, read_pieces, size_of_all
from aidtopics.records import Page, Unreadable

__all__ = ["Piece", "page_from_html", "page_from_text", "pages_of", "read_pages", "read_pieces", "size_of_all"]


def read_pages(paths: Iterable[str | Path]) -> Iterator[Page | Unreadable]:
    """Read files, folders (recursively, in name order) and '-' (standard input) as a stream of pages.

    A folder gives the files whose ending names a format; a file named outright is read whatever its ending (as text or
    HTML by its first bytes). A file or record that can't be read gives an `Unreadable` and the others go on.

    Raises:
        UsageError: a path does not exist, or a folder holds no file of a known format.
    """
    for piece in read_pieces(str(path) for path in paths):
        yield from pages_of(piece)


def pages_of(piece: Piece) -> Iterator[Page | Unreadable]:
    """Parse the records of a piece."""
    for number, record in enumerate(formats.PARSERS[piece.kind](piece.records, piece.encoding), piece.first or 0):
        name = piece.source if piece.first is None else f"{piece.source}#{number}"
        page_id = record.page_id or name
        yield Unreadable(page_id, name, record.error) if record.error is not None else _page(record, page_id, name)


def page_from_text(text: str, page_id: str, source: str | None = None) -> Page:
    """A page from plain text, its date and publisher read from its bylines."""
    return _page(formats.RawRecord(text=text), page_id, source or page_id)


def page_from_html(html: str, page_id: str, source: str | None = None) -> Page:
    """A page from HTML markup, boilerplate kept, one line a block."""
    return _page(formats.RawRecord(html=html), page_id, source or page_id)


def _page(record: formats.RawRecord, page_id: str, source: str) -> Page:
    if record.html is not None:
        html = read_html(record.html)
        text, blocks = html.text, html.blocks
        title, date, publisher = record.title or html.title, record.date or html.date, html.publisher
    else:
        text, blocks = record.text or "", ()
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
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
