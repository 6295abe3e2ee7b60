"""The ways a text is decoded with the wrong encoding, each turned round: the text's bytes had back, and read rightly.

What a careless decoder replaced by U+FFFD or "?" is lost. UTF-8 finds its way after a gap, so its other characters can
be had back; the lost one stays U+FFFD. GBK and Big5 do not, and are read only where every byte is there.
"""

import functools
import re
from collections.abc import Callable, Iterable

_MOST_LOST = 0.5  # gaps for each character beyond ASCII that was had back
_GAP = re.compile("[?\ufffd]*\ufffd[?\ufffd]*")
_NO_BYTE = b"\xff"  # never occurs in UTF-8
# The first byte of a Chinese character and a no-break space, which came to be an ordinary one.
_SPACED = re.compile(rb"([\xe3-\xe9]) (?=[\x80-\xbf])|([\xe3-\xe9][\x80-\xbf]) ")


def _from_latin_to_utf8(line: str) -> str | None:
    content = b"".join(_NO_BYTE if c == "\ufffd" else _latin_byte(c) or c.encode("utf-8", "replace") for c in line)
    found = _utf8([_SPACED.sub(rb"\1\2" + b"\xa0", content)])
    # Beside what was misread a template may have put text that was not. Next to a gap that can't be told: 医疗队 with
    # two soft hyphens would have lost two bytes.
    whole = found is not None and "\ufffd" not in found
    return found if whole or all(c == "\ufffd" or _latin_byte(c) for c in line) else None


def _from_gbk_to_utf8(line: str) -> str | None:
    content = _bytes(line, _gbk_bytes)
    if content is None:
        return None
    # 80, which begins nothing in GBK, is shown as € by Windows and browsers; € has two bytes of its own.
    return _utf8([content.replace(b"\xa2\xe3", b"\x80"), content] if "€" in line else [content])


def _from(byte: Callable[[str], bytes | None], encoding: str) -> Callable[[str], str | None]:
    def read(line: str) -> str | None:
        content = _bytes(line, byte)
        return None if content is None else _strict(content, encoding)

    return read


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
    gaps = best.count("\ufffd")
    return best if gaps <= _MOST_LOST * (sum(c > "\x7f" for c in best) - gaps) else None


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _bytes(line: str, byte: Callable[[str], bytes | None]) -> bytes | None:
    """The bytes of all characters; None where one of them has none."""
    parts = []
    for character in line:
        part = byte(character)
        if part is None:
            return None
        parts.append(part)
    return b"".join(parts)


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


@functools.lru_cache(maxsize=30_000)
def _big5_bytes(character: str) -> bytes | None:
    try:
        return character.encode("big5hkscs")
    except UnicodeEncodeError:
        return None


READINGS: dict[str, Callable[[str], str | None]] = {
    "UTF-8 read as Latin-1": _from_latin_to_utf8,
    "GBK read as Latin-1": _from(_latin_byte, "gb18030"),
    "Big5 read as Latin-1": _from(_latin_byte, "big5hkscs"),
    "UTF-8 read as GBK": _from_gbk_to_utf8,
    "Big5 read as GBK": _from(_gbk_bytes, "big5hkscs"),
    "GBK read as Big5": _from(_big5_bytes, "gbk"),
}
