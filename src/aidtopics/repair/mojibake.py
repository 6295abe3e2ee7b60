"""Text that was decoded with the wrong encoding: told by its characters, undone where the bytes can be had back."""

import functools
import re
from collections.abc import Callable

from aidtopics.records import Edit
from aidtopics.repair.language import canonical, language
from aidtopics.repair.script import simplified
from aidtopics.repair.survey import Signs, count

_LATIN_SHARE = 0.3  # of a line's characters, and a tenth of that of a page's
# Share of strange characters among the Chinese ones of a line, and half of that of a page; ordinary text has a
# twentieth.
_STRANGE_SHARE = 0.3
_SAMPLE = 200  # characters that show what a line is
_SHORTEST = 4  # characters; a shorter line follows what longer ones of the page showed
_BETTER = 2.0  # natural logarithm a character by which the reading must be more probable
_LOST = re.compile("\ufffd+|(?:锟斤拷)+")


def misread(text: str) -> list[Edit]:
    """One edit for each line that was decoded with the wrong encoding and can be read with the right one."""
    if not _suspicious(text, page=True):
        return []
    lines = text.split("\n")
    suspects = [(number, line) for number, line in enumerate(lines) if _suspicious(line, page=False)]
    readings = {}
    for number, line in suspects:
        if len(line) >= _SHORTEST:
            best = _best_reading(line)
            if best is not None:
                readings[number] = best
    if not readings:
        return []
    # The page was misread as a whole, so that its short lines were too, in the way most long ones show.
    names = [name for name, _ in readings.values()]
    usual = max(sorted(set(names)), key=names.count)
    for number, line in suspects:
        reading = _READINGS[usual](line) if number not in readings else None
        if reading and len(reading) < len(line) + 1:
            readings[number] = (usual, reading)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return [
        Edit("mojibake", starts[number], starts[number] + len(lines[number]), lines[number], reading)
        for number, (_, reading) in sorted(readings.items())
        if reading != lines[number]
    ]


def lost(text: str) -> list[Edit]:
    """Marks for text that is gone: U+FFFD, and the 锟斤拷 that it turns into. They change nothing; nobody can know."""
    if "\ufffd" not in text and "锟" not in text:
        return []
    return [Edit("lost", match.start(), match.end(), match[0], match[0]) for match in _LOST.finditer(text)]


def _suspicious(text: str, page: bool) -> bool:
    """A cheap test: too many characters of Latin-1, or too many Chinese ones that hardly occur."""
    latin, han, strange = count(text, Signs.LATIN, Signs.HAN, Signs.STRANGE)
    return latin >= max(2, _LATIN_SHARE * len(text) * (0.1 if page else 1)) or (
        strange >= 2 and strange >= _STRANGE_SHARE * han * (0.5 if page else 1)
    )


def _best_reading(line: str) -> tuple[str, str] | None:
    readings = [(name, reading) for name, read in _READINGS.items() if (reading := read(line))]
    scored = [(_cost(reading), name, reading) for name, reading in readings]
    if not scored:
        return None
    cost, name, reading = min(scored)
    return (name, reading) if cost + _BETTER < _cost(line) else None


def _cost(text: str) -> float:
    """Mean negative log-probability of a character, over the beginning of a text."""
    plain = canonical("".join(map(simplified, text[:_SAMPLE])))
    model = language()
    scores = [model.score(plain[max(0, i - 2) : i].rjust(2, "\n"), [c])[0] for i, c in enumerate(plain)]
    return -float(sum(scores)) / len(plain)


def _latin_bytes(line: str) -> bytes:
    """The bytes of text read as Windows-1252, or as Latin-1 where that has no character."""
    return b"".join(c.encode("cp1252" if _in_cp1252(c) else "latin-1") for c in line)


@functools.lru_cache(maxsize=1024)
def _in_cp1252(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _reading(encode: Callable[[str], bytes], encoding: str) -> Callable[[str], str | None]:
    def read(line: str) -> str | None:
        try:
            return encode(line).decode(encoding)
        except UnicodeError:
            return None

    return read


_READINGS: dict[str, Callable[[str], str | None]] = {
    "UTF-8 read as Latin-1": _reading(_latin_bytes, "utf-8"),
    "GBK read as Latin-1": _reading(_latin_bytes, "gb18030"),
    "Big5 read as Latin-1": _reading(_latin_bytes, "big5hkscs"),
    "UTF-8 read as GBK": _reading(lambda line: line.encode("gbk"), "utf-8"),
    "Big5 read as GBK": _reading(lambda line: line.encode("gbk"), "big5hkscs"),
    "GBK read as Big5": _reading(lambda line: line.encode("big5hkscs"), "gbk"),
}
