"""A page to passages: lines, list items and paragraphs with exact offsets."""

import re
from bisect import bisect_right

from aidtopics.records import Page, Passage

# Scraped text keeps what stood side by side apart by runs of blanks.
_GAP = re.compile(r"[ \t\u3000]*(?:[ \t]{3}|\u3000{2}|\t)[ \t\u3000]*")
# From so many items a gapped line is a list; fewer are one byline or heading set with blanks.
_LIST_ITEMS = 4
# A piece this long beside a gap is a paragraph whose line end was lost.
_PARAGRAPH = 60
# A page whose text is all in one line has lost its line ends; below this length it is just a short page.
_ONE_LINE_PAGE = 300
_LINES_LEFT = 2  # a title may have kept its line
_ONE_LINE_SHARE = 0.8
# Longer than any paragraph a person wrote; kept whole it would hide where an article ends.
_LONGEST = 2500
# The narrow marks also stand inside addresses, where no sentence ends.
_SENTENCE_END = re.compile(r"(?:[。！？…]|[!?](?=[\s”’』」）)\"]|[^\x00-\x7f]|$))+[”’』」）)\"]*\s*")
_LOST_BREAK = re.compile(r"(?<=[^\x00-\x7f])\s+(?=\S)|(?<=\S)\s+(?=[^\x00-\x7f])|" + _SENTENCE_END.pattern)


def split(page: Page) -> tuple[Passage, ...]:
    """The passages of a page in order; together they hold every visible character of it.

    A line is a passage, long paragraphs included. A line of four or more items set apart by runs of blanks is split
    into its items, and so is a line that joins paragraphs with such runs. Where a page has lost its line ends
    altogether, or a line is longer than any paragraph, it is split at the ends of sentences.
    """
    text = page.text
    pieces = _pieces(text, is_html=bool(page.blocks))
    if not page.blocks:
        return tuple([Passage(page.page_id, start, end) for start, end in pieces])
    starts = [block.start for block in page.blocks]
    found = []
    for start, end in pieces:
        index = bisect_right(starts, start) - 1
        block = page.blocks[index] if index >= 0 and start < page.blocks[index].end else None
        tag, density = (block.tag, block.link_density) if block else (None, None)
        found.append(Passage(page.page_id, start, end, tag=tag, link_density=density))
    return tuple(found)


def _pieces(text: str, is_html: bool) -> list[tuple[int, int]]:
    lines = _lines(text)
    one_line = not is_html and len(lines) <= _LINES_LEFT and len(text) > _ONE_LINE_PAGE
    gapped = "   " in text or "\t" in text or "\u3000\u3000" in text
    if not (gapped or one_line or len(text) > _LONGEST):
        return lines
    pieces = []
    for start, end in lines:
        if one_line and end - start >= _ONE_LINE_SHARE * len(text):
            pieces += _split_at(text, start, end, _LOST_BREAK)
        elif end - start > _LONGEST:
            pieces += _split_at(text, start, end, _SENTENCE_END)
        else:
            pieces += _items(text, start, end)
    return pieces


def _lines(text: str) -> list[tuple[int, int]]:
    """Where the lines that are not blank begin and end without their outer white space."""
    found = []
    start = 0
    for line in text.split("\n"):
        bare = line.strip()
        if bare:
            inner = start if len(bare) == len(line) else start + len(line) - len(line.lstrip())
            found.append((inner, inner + len(bare)))
        start += len(line) + 1
    return found


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The items of a gapped line, or the line whole."""
    line = text[start:end]
    if "   " not in line and "\t" not in line and "\u3000\u3000" not in line:
        return [(start, end)]
    pieces = _split_at(text, start, end, _GAP)
    is_list = len(pieces) >= _LIST_ITEMS
    has_paragraph = any(piece_end - piece_start >= _PARAGRAPH for piece_start, piece_end in pieces)
    return pieces if is_list or has_paragraph else [(start, end)]


def _split_at(text: str, start: int, end: int, boundary: re.Pattern[str]) -> list[tuple[int, int]]:
    """Pieces between boundaries; the visible characters of a boundary (a full stop) stay with the piece before it."""
    pieces = []
    position = start
    for match in boundary.finditer(text, start, end):
        pieces.append((position, match.end()))
        position = match.end()
    pieces.append((position, end))
    trimmed = []
    for piece_start, piece_end in pieces:
        piece = text[piece_start:piece_end]
        bare = piece.strip()
        if bare:
            inner = piece_start + len(piece) - len(piece.lstrip())
            trimmed.append((inner, inner + len(bare)))
    return trimmed
