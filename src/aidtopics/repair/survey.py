"""One look at all characters of a text that says which repairs can have work to do, so that clean text passes fast."""

import functools
import itertools
import string
import unicodedata
from collections.abc import Sequence
from enum import IntFlag, auto

import numpy as np
import numpy.typing as npt

from aidtopics.repair.script import codes_of

_WINDOWS_LATIN = "\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2030\u2039\u203a\u20ac\u2122"
_MANY = 0.01  # of a text's characters


class Signs(IntFlag):
    """What occurs in a text. The hot path works on the bare numbers: operations on members cost a microsecond each."""

    MARKUP = auto()  # & < > { [
    BACKSLASH = auto()
    BRACKET = auto()  # an opening one with a LETTER behind it
    LETTER = auto()  # of pinyin, as textbooks write it, or a blank
    MARK = auto()  # a narrow comma or semicolon with a STOP beside it
    STOP = auto()  # 。；！？
    QUESTION = auto()
    TONED = auto()  # a letter with a tone mark of pinyin
    LATIN = auto()  # of Latin-1 and Windows-1252 beyond ASCII
    HAN = auto()
    STRANGE = auto()  # Chinese characters that ordinary text hardly has
    TRADITIONAL = auto()  # characters that only the traditional script has
    SIMPLIFIED = auto()  # characters that only the simplified script has
    INVISIBLE = auto()  # control, format and odd space characters
    WIDE = auto()  # full-width letters and digits
    GONE = auto()  # U+FFFD, and the first character of 锟斤拷


_BRACKET, _MARK = np.uint16(Signs.BRACKET), np.uint16(Signs.MARK)
_OF_MANY = int(Signs.STRANGE), int(Signs.LATIN)  # single ones occur in any text; only many are a sign


def survey(texts: Sequence[str]) -> list[int]:
    """The sum of the signs that occur in each text."""
    if not texts:
        return []
    joined = "".join([part for text in texts for part in (text, "\n")])
    signs = _signs(joined)
    begins = [0, *itertools.accumulate([len(text) + 1 for text in texts])]
    # The line end behind each text has no sign that a step looks for by itself.
    found: list[int] = np.bitwise_or.reduceat(signs, begins[:-1]).tolist()
    for sign in _OF_MANY:
        if any(its & sign for its in found):
            places = np.flatnonzero(signs & np.uint16(sign) != 0)
            for number, (low, high) in enumerate(itertools.pairwise(places.searchsorted(begins).tolist())):
                if high - low < max(2, _MANY * len(texts[number])):
                    found[number] &= ~sign
    if "pagebreak" in joined:
        found = [its | Signs.MARKUP if "pagebreak" in text else its for its, text in zip(found, texts, strict=True)]
    return found


def count(text: str, *signs: Signs) -> list[int]:
    """How many characters of a text have each of the signs."""
    found = _signs(text)
    return [int(np.count_nonzero(found & np.uint16(sign))) for sign in signs]


def count_by_line(text: str, *signs: Signs) -> list[npt.NDArray[np.intp]]:
    """The same for each line; one array of shape (lines,) for each sign, none of which a line end may have."""
    # A zero behind the text is the end of its last line, so that no line is empty.
    found = np.append(_signs(text), np.uint16(0))
    starts = np.append(0, (codes_of(text) == ord("\n")).nonzero()[0] + 1)
    return [np.add.reduceat(found & np.uint16(sign) != 0, starts, dtype=np.intp) for sign in signs]


def _signs(text: str) -> npt.NDArray[np.uint16]:
    """The signs of each character, shape (characters,)."""
    signs = _table().take(codes_of(text), mode="clip")  # the last code of the table is no character
    # The sign of what has to stand beside follows the sign it belongs to, so that shifted by one they meet.
    behind = signs[1:] >> 1
    pairs = (behind & signs[:-1]) & (_BRACKET | _MARK)
    after_stop = (signs[:-1] >> 1) & signs[1:] & _MARK
    signs &= ~(_BRACKET | _MARK)
    signs[:-1] |= pairs
    signs[1:] |= after_stop
    return signs


@functools.cache
def _table() -> npt.NDArray[np.uint16]:
    from aidtopics.repair.pinyin import TONED
    from aidtopics.repair.script import script_table

    table = np.zeros(0x10000, np.uint16)

    def mark(sign: Signs, characters: str) -> None:
        table[[ord(character) for character in characters]] |= np.uint16(sign)

    mark(Signs.MARKUP, "&<>{[")
    mark(Signs.BACKSLASH, "\\")
    mark(Signs.BRACKET, "(（")
    mark(Signs.LETTER, f"{string.ascii_lowercase}üêɑɡ'{TONED}")
    mark(Signs.LETTER, "".join(c for c in map(chr, range(0x10000)) if c.isspace()))
    mark(Signs.MARK, ",;")
    mark(Signs.STOP, "。；！？")
    mark(Signs.QUESTION, "?？")
    mark(Signs.TONED, TONED)
    mark(Signs.LATIN, _WINDOWS_LATIN + "".join(map(chr, range(0x80, 0x100))))
    mark(Signs.GONE, "\ufffd锟")
    ordinary = _first_level("gb2312", range(0xB0, 0xD8)) | _first_level("big5", range(0xA4, 0xC7))
    mark(Signs.STRANGE, "".join(c for c in map(chr, range(0x3400, 0xA000)) if c not in ordinary))
    mark(Signs.STRANGE, "".join(map(chr, range(0xE000, 0xF900))))
    # What UTF-8 becomes in GBK: its first bytes E4 to E9 begin rare characters there.
    for lead in range(0xE4, 0xEA):
        read = "".join(bytes((lead, trail)).decode("gbk", "ignore") for trail in range(0x80, 0xC0))
        mark(Signs.STRANGE, "".join(c for c in read if "\u3400" <= c < "\ua000"))
    table[0x3400:0xA000] |= np.uint16(Signs.HAN)
    table[0xE000:0xF900] |= np.uint16(Signs.HAN)
    table[script_table() > 0] |= np.uint16(Signs.TRADITIONAL)
    table[script_table() < 0] |= np.uint16(Signs.SIMPLIFIED)
    odd = [
        c for c in map(chr, range(0x10000)) if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c not in "\t\n"
    ]
    mark(Signs.INVISIBLE, "".join(odd))
    mark(Signs.INVISIBLE, "".join(c for c in map(chr, range(0x80, 0x3000)) if unicodedata.category(c) == "Zs"))
    table[0xFF10:0xFF1A] |= np.uint16(Signs.WIDE)
    table[0xFF21:0xFF3B] |= np.uint16(Signs.WIDE)
    table[0xFF41:0xFF5B] |= np.uint16(Signs.WIDE)
    return table


def _first_level(encoding: str, leads: range) -> set[str]:
    pairs = (bytes((lead, trail)) for lead in leads for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    return set("".join(pair.decode(encoding, "ignore") for pair in pairs))
