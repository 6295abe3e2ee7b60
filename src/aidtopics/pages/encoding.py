"""Bytes to text: finds the encoding of a file that may state a wrong one, or none."""

import codecs
import functools
import re

from aidtopics.errors import UnreadableError

_BOMS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Pages in Big5 use the characters of its extensions.
_CODECS = {"big5": "big5hkscs"}
_SAMPLE_BYTES = 1 << 16
_MARKUP = re.compile(rb"<(?:script|style)\b.*?</(?:script|style)\s*>|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
# Share of common characters from which a reading of the bytes is believed.
_BELIEVED = 0.7
# UTF-16 without a byte order mark is so rare that its reading must be better by this much.
_UTF16_HANDICAP = 0.2


def decode(content: bytes, declared: str | None = None) -> tuple[str, str]:
    """Decode bytes of unknown encoding; returns text and the encoding's name.

    Order of trust: byte order mark, valid UTF-8, the Chinese encoding in which the bytes read as common characters, and
    last what the file or the server declares, because on Chinese pages the declaration is often wrong.

    Raises:
        UnreadableError: the bytes are not text.
    """
    for bom, name in _BOMS:
        if content.startswith(bom):
            return content.decode(name, "replace"), name
    wide = _utf16_without_mark(content)
    if wide:
        return content.decode(wide, "replace"), wide
    if b"\0" in content[:4096]:
        raise UnreadableError("found binary data, expected text; convert it to text or HTML first")
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        # A cut at the end, or single damaged bytes in a text that is otherwise valid UTF-8.
        lenient = content.decode("utf-8", "replace")
        damaged = lenient.count("\ufffd")
        multibyte = sum(character > "\x7f" for character in lenient) - damaged
        if error.start >= len(content) - 3 or multibyte > 20 * damaged:
            return lenient, "utf-8"
    name = _detect(content) or _known(declared or declared_charset(content)) or "gb18030"
    return content.decode(_CODECS.get(name, name), "replace"), name


def declared_charset(content: bytes) -> str | None:
    """The charset that an HTML page states in its first 4 KiB, unchecked."""
    match = _META_CHARSET.search(content[:4096])
    return match[1].decode("ascii", "replace").lower() if match else None


def _detect(content: bytes) -> str | None:
    """The encoding in which most characters are common ones, as a misreading scatters them over all of Unicode.

    General detectors weigh evidence that short Chinese files lack: charset-normalizer 3.5, limited to the same
    candidates, read 援疆医疗队 and 健康扶贫 in GB18030 as UTF-16 and Big5.
    """
    sample = _MARKUP.sub(b" ", content[: 4 * _SAMPLE_BYTES])[:_SAMPLE_BYTES]
    simplified, traditional = _common_characters()
    candidates = [("gb18030", simplified, 0.0), ("big5", traditional, 0.0)]
    if len(content) % 2 == 0:
        candidates += [(name, simplified | traditional, _UTF16_HANDICAP) for name in ("utf-16-le", "utf-16-be")]
    scores = []
    for name, common, handicap in candidates:
        text = [character for character in sample.decode(_CODECS.get(name, name), "replace") if character > "\x7f"]
        scores.append((sum(c in common for c in text) / max(len(text), 1) - handicap, name))
    best, name = max(scores, key=lambda score: score[0])
    return name if best >= _BELIEVED else None


@functools.cache
def _common_characters() -> tuple[frozenset[str], frozenset[str]]:
    """The first level (ordinary use) of GB 2312 and of Big5, each with the marks of its symbol rows."""
    simplified = [
        bytes((lead, trail)) for lead in (*range(0xA1, 0xA4), *range(0xB0, 0xD8)) for trail in range(0xA1, 0xFF)
    ]
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    traditional = [bytes((lead, trail)) for lead in range(0xA1, 0xC7) for trail in trails]
    return (
        frozenset("".join(pair.decode("gb2312", "ignore") for pair in simplified)),
        frozenset("".join(pair.decode("big5", "ignore") for pair in traditional)),
    )


def _utf16_without_mark(content: bytes) -> str | None:
    """Chinese text in UTF-16 is told by its ASCII characters and line ends: every second byte of theirs is zero."""
    sample = content[:4096]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 10 > max(even, odd):
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = sample[: len(sample) // 2 * 2].decode(name, "replace")
    plausible = sum(c.isprintable() or c.isspace() for c in text)
    return name if plausible > 0.95 * len(text) and "\ufffd" not in text[:-1] else None


def _known(charset: str | None) -> str | None:
    if charset is None:
        return None
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        return None
    # GB18030 contains the two older sets, and pages that declare those use its characters.
    return "gb18030" if name in ("gb2312", "gbk") else name
