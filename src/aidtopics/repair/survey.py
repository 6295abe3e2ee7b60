"""One look at all characters of a text that says which repairs can have work to do, so that clean text passes fast."""

import functools
import unicodedata
from enum import IntFlag, auto

import numpy as np
import numpy.typing as npt


class Signs(IntFlag):
    """What occurs in a text."""

    AMPERSAND = auto()
    ANGLE = auto()  # <
    BRACKET = auto()  # an opening one
    QUESTION = auto()
    TONED = auto()  # a letter with a tone mark of pinyin
    LATIN = auto()  # of Latin-1 and Windows-1252 beyond ASCII
    STRANGE = auto()  # Chinese characters outside the first levels of GB 2312 and Big5
    TRADITIONAL = auto()  # characters that only the traditional script has
    INVISIBLE = auto()  # control, format and odd space characters
    WIDE = auto()  # full-width letters and digits
    GONE = auto()  # U+FFFD, and the first character of 锟斤拷


def survey(text: str) -> Signs:
    """The signs that occur in a text."""
    if text.isascii() and "&" not in text and "<" not in text and text.isprintable():
        return Signs(0)
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
    return Signs(int(np.bitwise_or.reduce(_table()[np.minimum(codes, 0xFFFF)])))


@functools.cache
def _table() -> npt.NDArray[np.uint16]:
    from aidtopics.repair.mojibake import LATIN
    from aidtopics.repair.pinyin import TONED
    from aidtopics.repair.script import script_table

    table = np.zeros(0x10000, np.uint16)

    def mark(sign: Signs, characters: str) -> None:
        table[[ord(character) for character in characters]] |= np.uint16(sign)

    mark(Signs.AMPERSAND, "&")
    mark(Signs.ANGLE, "<")
    mark(Signs.BRACKET, "(（")
    mark(Signs.QUESTION, "?？")
    mark(Signs.TONED, TONED)
    mark(Signs.LATIN, LATIN + "".join(map(chr, range(0x80, 0x100))))
    mark(Signs.GONE, "\ufffd锟")
    ordinary = _first_level("gb2312", range(0xB0, 0xD8)) | _first_level("big5", range(0xA4, 0xC7))
    mark(Signs.STRANGE, "".join(c for c in map(chr, range(0x3400, 0xA000)) if c not in ordinary))
    mark(Signs.STRANGE, "".join(map(chr, range(0xE000, 0xF900))))
    table[script_table() > 0] |= np.uint16(Signs.TRADITIONAL)
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
