"""Pages to passages: lines, list items and paragraphs with exact offsets."""

import functools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
# Narrow marks also stand inside addresses, where no sentence ends. Both patterns begin with a set of characters, and
# so are searched four and seven times as fast.
_ENDS = r"(?:(?<=[^\x00-\x7f])|(?=[\s”’』」）)\"]|[^\x00-\x7f]|$))"
_MORE_ENDS = rf"(?:[。！？…!?]{_ENDS})*[”’』」）)\"]*\s*"
_SENTENCE_END = re.compile(rf"[。！？…!?]{_ENDS}{_MORE_ENDS}")
_BLANKS_OR_END = re.compile(rf"[\s。！？…!?](?:(?<=\s)\s*|{_ENDS}{_MORE_ENDS})")
_BLANK, _TAB, _WIDE_BLANK, _NEWLINE = map(ord, " \t\u3000\n")

_Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """The passages of some pages as columns, in page order."""

    codes: npt.NDArray[np.uint32]  # (characters,), code points of the pages, a newline behind each
    pages: _Numbers  # (pages + 1,), where each page begins in `codes`, and the total
    first: _Numbers  # (pages + 1,), first passage of each page, and the total
    starts: _Numbers  # (passages,), in `codes`
    ends: _Numbers  # (passages,), in `codes`
    tags: Sequence[str | None]  # of the HTML block each lies in
    link_density: npt.NDArray[np.float64]  # (passages,), in [0, 1], nan where the page was not HTML

    def of_page(self, number: int) -> tuple[_Numbers, _Numbers]:
        """Starts and ends of a page's passages, in its own text."""
        here = slice(self.first[number], self.first[number + 1])
        return self.starts[here] - self.pages[number], self.ends[here] - self.pages[number]


def split(page: Page) -> tuple[Passage, ...]:
    """The passages of a page in order; together they hold every visible character of it.

    A line is a passage, long paragraphs included. A line of four or more items set apart by runs of blanks is split
    into its items, and so is a line that joins paragraphs with such runs. Where a page has lost its line ends
    altogether, or a line is longer than any paragraph, it is split at the ends of sentences.
    """
    found = split_pages([page])
    density = (None if value != value else value for value in found.link_density.tolist())
    spans = zip(found.starts.tolist(), found.ends.tolist(), found.tags, density, strict=True)
    return tuple(Passage(page.page_id, start, end, tag=tag, link_density=value) for start, end, tag, value in spans)


def split_pages(pages: Sequence[Page]) -> Passages:
    """The passages of many pages, each page as by `split`."""
    joined = "".join([part for page in pages for part in (page.text, "\n")])
    codes, begins = _codes(joined), _begins([len(page.text) for page in pages])
    lines = _lines(codes, begins)
    pieces = _refined(joined, pages, begins, lines)
    return Passages(codes, begins, *pieces, *_blocks_of(pages, begins, *pieces))


def gather(pages: Sequence[tuple[Page, Sequence[Passage]]]) -> Passages:
    """Passages that were split before, as columns."""
    begins = _begins([len(page.text) for page, _ in pages])
    first = np.cumsum([0, *(len(passages) for _, passages in pages)])
    flat = [passage for _, passages in pages for passage in passages]
    offsets = np.repeat(begins[:-1], np.diff(first))
    density = [np.nan if passage.link_density is None else passage.link_density for passage in flat]
    return Passages(
        _codes("".join([part for page, _ in pages for part in (page.text, "\n")])),
        begins,
        first.astype(np.intp),
        np.array([passage.start for passage in flat], np.intp) + offsets,
        np.array([passage.end for passage in flat], np.intp) + offsets,
        [passage.tag for passage in flat],
        np.array(density, np.float64),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """The lines of some pages that are not blank, without their outer white space."""

    first: _Numbers  # (pages + 1,), first line of each page, and the total
    starts: _Numbers  # (lines,)
    ends: _Numbers  # (lines,)
    gapped: npt.NDArray[np.bool_]  # (lines,), whether a run of blanks stands inside


def _codes(joined: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)


def _begins(lengths: Sequence[int]) -> _Numbers:
    return np.cumsum([0, *(length + 1 for length in lengths)]).astype(np.intp)


def _lines(codes: npt.NDArray[np.uint32], begins: _Numbers) -> _Lines:
    is_blank = _blank_table().take(codes, mode="clip")  # the last code of the table is no white space
    visible, blanks = np.flatnonzero(~is_blank), np.flatnonzero(is_blank)
    what = codes[blanks]
    line_ends = blanks[what == _NEWLINE]
    # Visible characters before the end of each line: where none is added the line is blank.
    upto = visible.searchsorted(line_ends)
    since = np.append(0, upto[:-1])[: len(upto)]
    filled = upto > since
    starts, ends = visible[since[filled]], visible[upto[filled] - 1] + 1
    first = starts.searchsorted(begins)
    two = (what[1:] == what[:-1]) & (blanks[1:] == blanks[:-1] + 1)
    three = two[1:] & two[:-1]
    gap = what == _TAB
    gap[:-1] |= two & (what[:-1] == _WIDE_BLANK)
    gap[:-2] |= three & (what[:-2] == _BLANK)
    gaps = blanks[gap]
    return _Lines(first, starts, ends, gaps.searchsorted(ends) > gaps.searchsorted(starts))


def _refined(
    joined: str, pages: Sequence[Page], begins: _Numbers, lines: _Lines
) -> tuple[_Numbers, _Numbers, _Numbers]:
    """First passage of each page, starts and ends, once the lines are cut that hold more than one passage."""
    lengths = lines.ends - lines.starts
    page_lengths = np.diff(begins) - 1
    one_line = (np.diff(lines.first) <= _LINES_LEFT) & (page_lengths > _ONE_LINE_PAGE)
    one_line &= np.array([not page.blocks for page in pages], bool)
    page_of = np.repeat(np.arange(len(pages)), np.diff(lines.first))
    lost = one_line[page_of] & (lengths >= _ONE_LINE_SHARE * page_lengths[page_of])
    long = lengths > _LONGEST
    chosen = np.flatnonzero(lost | long | lines.gapped)
    if not len(chosen):
        return lines.first, lines.starts, lines.ends
    pieces = []
    spans = zip(*(column[chosen].tolist() for column in (lines.starts, lines.ends, lost, long)), strict=True)
    for start, end, has_lost_ends, is_long in spans:
        if has_lost_ends:
            pieces.append(_split_at(joined, start, end, _lost_breaks(joined, start, end)))
        elif is_long:
            pieces.append(_split_at(joined, start, end, _SENTENCE_END.finditer(joined, start, end)))
        else:
            pieces.append(_items(joined, start, end))
    counts = np.ones(len(lengths), np.intp)
    counts[chosen] = [len(found) for found in pieces]
    place = np.concatenate([[0], np.cumsum(counts)])
    starts, ends = np.repeat(lines.starts, counts), np.repeat(lines.ends, counts)
    cut = np.repeat(np.isin(np.arange(len(lengths)), chosen), counts)
    starts[cut], ends[cut] = np.array([span for found in pieces for span in found], np.intp).T
    return place[lines.first], starts, ends


def _blocks_of(
    pages: Sequence[Page], begins: _Numbers, first: _Numbers, starts: _Numbers, ends: _Numbers
) -> tuple[list[str | None], npt.NDArray[np.float64]]:
    """The tag and link density of the HTML block that each passage lies in."""
    tags: list[str | None] = [None] * len(starts)
    density = np.full(len(starts), np.nan)
    for number, page in enumerate(pages):
        if page.blocks:
            block_starts = [block.start for block in page.blocks]
            for passage in range(first[number], first[number + 1]):
                start = int(starts[passage] - begins[number])
                index = bisect_right(block_starts, start) - 1
                if index >= 0 and start < page.blocks[index].end:
                    tags[passage], density[passage] = page.blocks[index].tag, page.blocks[index].link_density
    return tags, density


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The items of a gapped line, or the line whole."""
    pieces = _split_at(text, start, end, _GAP.finditer(text, start, end))
    is_list = len(pieces) >= _LIST_ITEMS
    has_paragraph = any(piece_end - piece_start >= _PARAGRAPH for piece_start, piece_end in pieces)
    return pieces if is_list or has_paragraph else [(start, end)]


def _lost_breaks(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Where lines may have ended in a text without outer white space: sentence ends, and blanks beside Chinese."""
    for match in _BLANKS_OR_END.finditer(text, start, end):
        found = match[0]
        # Blanks between Latin words are none, unless wide ones stand among them.
        if (
            not found.isspace()
            or not (text[match.start() - 1].isascii() and text[match.end()].isascii())
            or (len(found) > 1 and not found.isascii())
        ):
            yield match


def _split_at(text: str, start: int, end: int, boundaries: Iterable[re.Match[str]]) -> list[tuple[int, int]]:
    """Pieces between boundaries; the visible characters of a boundary (a full stop) stay with the piece before it."""
    pieces = []
    position = start
    for match in boundaries:
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


@functools.cache
def _blank_table() -> npt.NDArray[np.bool_]:
    """Which code points of the basic plane are white space."""
    return np.array([chr(code).isspace() for code in range(0x10000)])
