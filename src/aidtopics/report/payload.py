"""What the report's scripts show: topics and pages as one compressed block of JSON, cut to a size."""

import base64
import bisect
import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

Row = dict[str, Any]

_PAGES = 2000  # more would make the file too heavy to open
_LIMITS = range(150, 6001, 150)  # characters of a page's text, of which the largest that fits is taken
_BYTES = 3_300_000  # of the block; the file is to stay below 5 MB, and plots and tables take the rest
_LINE = 200  # characters of an id, an address, a title, an error
_SHARE = 0.05  # topics below are left out of a page's list


@dataclass(frozen=True, slots=True)
class Payload:
    """A block for the HTML file and what had to be left out of it."""

    block: str  # base64 of zlib's deflate of JSON: no sign in it has a meaning in HTML
    pages: int  # that are in it
    limit: int | None  # characters of each page's text, None where all texts are whole


def pack(shown: Row, rows: Sequence[Row], sites: dict[str, str]) -> Payload:
    """As much of the pages' text as fits beside what else is shown.

    Args:
        shown: topics, years and colours, as the scripts take them.
        rows: pages of the run.
        sites: of pages judged by cross-validation, by page_id; the others are grouped by the host of their address.
    """
    number = min(len(rows), _PAGES)
    # Pages of nothing but long titles and short passages can be too much at any limit.
    while number and len(_block(shown, choose(rows, number), sites, _LIMITS[0])) > _BYTES:
        number //= 2
    chosen = choose(rows, number)

    @functools.cache
    def block(limit: int) -> bytes:
        return _block(shown, chosen, sites, limit)

    fitting = bisect.bisect_left(_LIMITS, True, key=lambda limit: len(block(limit)) > _BYTES)
    limit = _LIMITS[max(fitting - 1, 0)]
    longest = max((len(row["text"] or "") for row in chosen), default=0)
    return Payload(block(limit).decode("ascii"), len(chosen), limit if longest > limit else None)


def _block(shown: Row, rows: Sequence[Row], sites: dict[str, str], limit: int) -> bytes:
    pages = [page_entry(row, sites, limit) for row in rows]
    return base64.b64encode(zlib.compress(orjson.dumps({**shown, "pages": pages})))


def choose(rows: Sequence[Row], number: int) -> list[Row]:
    """The rows to show, in order: all, or those that want review and as many others, evenly over the run, as fit."""
    if len(rows) <= number:
        return list(rows)
    wanted = [i for i, row in enumerate(rows) if row["needs_review"]][:number]
    rest = [i for i, row in enumerate(rows) if not row["needs_review"]]
    left = number - len(wanted)
    return [rows[i] for i in sorted([*wanted, *(rest[j * len(rest) // left] for j in range(left))])]


def page_entry(row: Row, sites: dict[str, str], limit: int) -> Row:
    """A page as the scripts take it, with at most `limit` characters of its text.

    Aid passages get their characters first: on a page of links the article may come last.
    """
    text = row["text"] or ""
    passages = row["passages"] or _lines(text)
    room = limit
    lengths = [0] * len(passages)
    for number in sorted(range(len(passages)), key=lambda i: passages[i]["label"] != "aid"):
        lengths[number] = min(passages[number]["end"] - passages[number]["start"], room)
        room -= lengths[number]
    entries = []
    for passage, length in zip(passages, lengths, strict=True):
        if length:
            start, end = passage["start"], passage["end"]
            entry = [passage["kind"], passage["label"], passage["aid_probability"], text[start : start + length]]
            entries.append([*entry, end - start - length])
    topics = [[topic, share] for topic, share in enumerate(row.get("topics") or []) if share >= _SHARE]
    return {
        "id": row["page_id"],
        "site": short(sites.get(row["page_id"]) or _host(row.get("url")) or row["source"].partition("#")[0]),
        "url": row.get("url") and short(row["url"]),
        "title": row["title"] and short(row["title"]),
        "date": row["date"],
        "label": row["label"],
        "p": row["aid_probability"],
        "review": bool(row["needs_review"]),
        "topics": sorted(topics, key=lambda pair: -pair[1]),
        "passages": entries,
        "cut": len(passages) - len(entries),
        "error": row["error"] and short(row["error"]),
    }


def _lines(text: str) -> list[Row]:
    """Passages of a page that no classifier has seen."""
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            end = start + len(line.rstrip())
            found.append({"start": start, "end": end, "kind": None, "label": None, "aid_probability": None})
        start += len(line)
    return found


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:
        return None  # a damaged address says nothing about the site


def short(line: str) -> str:
    """A line of the page cut to what a list can show; pages may have titles and ids of any length."""
    return line if len(line) <= _LINE else line[:_LINE] + "…"
