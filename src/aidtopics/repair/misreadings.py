"""The ways a text is decoded with the wrong encoding, each turned round: the text's bytes had back, and read rightly.

What a careless decoder replaced by U+FFFD or "?" is lost. UTF-8 finds its way after a gap, so its other characters can
be had back; the lost one stays U+FFFD. GBK and Big5 do not, and are read only where every byte is there.
"""

import functools
import re
from collections.abc import Callable, Iterable

_MOST_LOST = 0.25  # of a reading's characters
_GAP = re.compile("[?\ufffd]*\ufffd[?\ufffd]*")
_NO_BYTE = b"\xff"  # never occurs in UTF-8
# The first byte of a Chinese character and a no-break space, which came to be an ordinary one.
_SPACED = re.compile(rb"([\xe3-\xe9]) (?=[\x80-\xbf])|([\xe3-\xe9][\x80-\xbf]) ")


def _from_latin_to_utf8(line: str) -> str | None:
    # Beside what was misread a template may have put text that was not.
    content = b"".join(_NO_BYTE if c == "\ufffd" else _latin_byte(c) or c.encode("utf-8", "replace") for c in line)
    return _utf8([_SPACED.sub(rb"\1\2" + b"\xa0", content)])


def _from_gbk_to_utf8(line: str) -> str | None:
    pairs = [_gbk_bytes(character) for character in line]
    if None in pairs:
        return None
    content = b"".join(pair for pair in pairs if pair is not None)
    # 80, which begins nothing in GBK, is shown as € by Windows and browsers; € has two bytes of its own.
    return _utf8([content.replace(b"\xa2\xe3", b"\x80"), content] if "€" in line else [content])


def _from_latin_to(encoding: str) -> Callable[[str], str | None]:
    def read(line: str) -> str | None:
        content = [_latin_byte(c) or (c.encode("utf-8") if c < "\u0800" else None) for c in line]
        return None if None in content else _strict(b"".join(b for b in content if b is not None), encoding)

    return read


def _between(shown_as: str, encoding: str) -> Callable[[str], str | None]:
    def read(line: str) -> str | None:
        try:
            return line.encode(shown_as).decode(encoding)
        except UnicodeError:
            return None

    return read


# A decoder that tries UTF-8 and falls back to Latin-1 byte by byte leaves both in GBK text; `_from_latin_to` undoes it.
READINGS: dict[str, Callable[[str], str | None]] = {
    "UTF-8 read as Latin-1": _from_latin_to_utf8,
    "GBK read as Latin-1": _from_latin_to("gb18030"),
    "Big5 read as Latin-1": _from_latin_to("big5hkscs"),
    "UTF-8 read as GBK": _from_gbk_to_utf8,
    "Big5 read as GBK": _between("gbk", "big5hkscs"),
    "GBK read as Big5": _between("big5hkscs", "gbk"),
}


def read(line: str, names: Iterable[str]) -> str | None:
    """The line read in the ways named, one after the other; None where that is not possible."""
    found: str | None = line
    for name in names:
        found = READINGS[name](found) if found else None
    return found


def _utf8(contents: list[bytes]) -> str | None:
    """The content that reads best as UTF-8, with one U+FFFD for each gap; None if too much is lost."""
    texts = [_GAP.sub("\ufffd", content.decode("utf-8", "replace")) for content in contents]
    best = min(texts, key=lambda text: text.count("\ufffd"))
    return best if best.count("\ufffd") <= _MOST_LOST * len(best) else None


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


@functools.lru_cache(maxsize=4096)
def _latin_byte(character: str) -> bytes | None:
    """The byte of Windows-1252, or of Latin-1 where that has no character."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return character.encode(encoding)
        except UnicodeEncodeError:
            continue
    return None


@functools.lru_cache(maxsize=30_000)
def _gbk_bytes(character: str) -> bytes | None:
    """At most two bytes, those for private use included, which browsers show."""
    if character == "\ufffd":
        return _NO_BYTE
    try:
        content = character.encode("gb18030")
    except UnicodeEncodeError:
        return None
    return content if len(content) <= 2 else None
