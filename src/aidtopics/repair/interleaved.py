"""Takes off lines of readings between the lines of a text, as in children's readers, and readings between its words.

A language lesson looks alike. What decides is that readings and text alternate with nothing else between them, and
that the text is running text and no list of words, of characters to learn, or of names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from aidtopics.records import Edit
from aidtopics.repair.pinyin import AS_TYPED, HAN, TONED, bare, readings, syllables, toneless
from aidtopics.repair.plausible import RUNNING, mean_cost

_LETTERS = f"A-Za-zÜüÊêɑɡ{TONED}{TONED.upper()}"
_WORD = re.compile(rf"[{_LETTERS}]+")
_TONE = re.compile(f"[{TONED}{TONED.upper()}]")
_CHINESE = re.compile(rf"[{HAN}]")
_ONLY_READINGS = re.compile(rf"[{_LETTERS}\W\d_]*")
_READINGS_IN_LINE = re.compile(rf"[{_LETTERS}]+(?:[\s'’·-]+[{_LETTERS}]+)*")
# Latin words of the text, such as CT, are their own reading.
_UNIT = re.compile(rf"[{HAN}]|[A-Za-z]+")
_MARKS = re.compile(r"[\s，。、；：？！…—“”‘’「」『』《》（）,.;:?!()]+")
_SPACE_INSIDE = re.compile(r"(?<=\S)[ \t\u3000]+(?=\S)")

_LONG = 4  # characters of text in a pair, on average; entries of word and idiom lists have no more
_LONG_PAIRS = 2
_SHORT_PAIRS = 3
_SHORT_LENGTH = 6  # characters of all pairs together
_SINGLE = 1 / 3  # share of pairs of one character: running text has them, lists of words do not
_NAME = 4  # characters; Lǐ Míng under 李明 says how he is called abroad


@dataclass(frozen=True, slots=True)
class _Part:
    """A line that is not blank, or a stretch of a line."""

    start: int
    end: int
    kind: str  # "readings", "text", "marks" or "other"


@dataclass(frozen=True, slots=True)
class _Pair:
    """Readings and the text they are the readings of."""

    readings: _Part
    text: _Part
    characters: int
    toned: int  # readings that have the tone mark of their character


def interleaved(text: str) -> list[Edit]:
    """Readings in lines of their own above or below the text, or in one line before or behind each word."""
    if not _TONE.search(text):
        return []
    edits: list[Edit] = []
    lines = list(_lines(text))
    for pairs, marks in _runs(text, lines):
        edits += _edits(text, pairs, marks, joined=False)
    for line in lines:
        if line.kind == "text" and _TONE.search(text, line.start, line.end):
            parts = list(_stretches(text, line))
            runs = list(_runs(text, parts))
            # A line that also has text without readings is no annotated line.
            if len(runs) == 1 and 2 * len(runs[0][0]) + len(runs[0][1]) == len(parts):
                edits += _edits(text, *runs[0], joined=True)
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def _lines(text: str) -> Iterator[_Part]:
    start = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            yield _Part(start, start + len(line), _kind(line))
        start += len(line) + 1


def _stretches(text: str, line: _Part) -> Iterator[_Part]:
    """The line cut where readings begin and end, without the white space between."""
    place = line.start
    for match in _READINGS_IN_LINE.finditer(text, line.start, line.end):
        # A Latin word such as CT stays in the text; 了 le has no tone.
        if _TONE.search(match[0]) or all(word in syllables() for word in _WORD.findall(match[0])):
            yield from _trimmed(text, place, match.start())
            yield _Part(match.start(), match.end(), "readings")
            place = match.end()
    yield from _trimmed(text, place, line.end)


def _trimmed(text: str, start: int, end: int) -> Iterator[_Part]:
    inner = text[start:end].strip()
    if inner:
        start = text.index(inner, start)
        yield _Part(start, start + len(inner), _kind(inner))


def _kind(line: str) -> str:
    if _CHINESE.search(line):
        return "text"
    if _MARKS.fullmatch(line):
        return "marks"
    return "readings" if _WORD.search(line) and _ONLY_READINGS.fullmatch(line) else "other"


def _runs(text: str, parts: Sequence[_Part]) -> Iterator[tuple[list[_Pair], list[_Part]]]:
    """Pairs that follow each other, readings always first or always last, with the marks between them."""
    place = 0
    while place < len(parts):
        pairs: list[_Pair] = []
        marks: list[_Part] = []
        while place < len(parts):
            if pairs and parts[place].kind == "marks":
                marks.append(parts[place])
                place += 1
                continue
            pair = _pair(text, parts[place : place + 2])
            if pair is None or (pairs and _above(pair) != _above(pairs[0])):
                break
            pairs.append(pair)
            place += 2
        if pairs:
            yield pairs, marks
        else:
            place += 1


def _above(pair: _Pair) -> bool:
    return pair.readings.start < pair.text.start


def _pair(text: str, parts: Sequence[_Part]) -> _Pair | None:
    """The two parts if one holds the readings of all characters of the other, in order."""
    if sorted(part.kind for part in parts) != ["readings", "text"]:
        return None
    spoken, written = sorted(parts, key=lambda part: part.kind)
    words = _WORD.findall(text[spoken.start : spoken.end])
    units = _UNIT.findall(text[written.start : written.end])
    if len(words) > len(units) or (len(units) <= _NAME and all(word[0].isupper() for word in words)):
        return None
    states = {0: 0}
    for word in words:
        states = _read(word.translate(AS_TYPED).lower(), units, states)
    toned = states.get(len(units))
    return None if toned is None else _Pair(spoken, written, len(units), toned)


def _read(word: str, units: Sequence[str], states: dict[int, int]) -> dict[int, int]:
    """From units read so far, with how many in the right tone, to the same after one more word of readings.

    The tone may differ, because some change in speech: 你好 is ní hǎo.
    """
    plain = bare(word)
    reached: list[dict[int, int]] = [states] + [{} for _ in word]
    for place, here in enumerate(reached[:-1]):
        for unit, toned in here.items():
            for spelling in _spellings(units[unit]) if unit < len(units) else ():
                end = place + len(spelling)
                if plain.startswith(spelling, place):
                    right = toned + (len(units[unit]) == 1 and word[place:end] in readings(units[unit]))
                    reached[end][unit + 1] = max(right, reached[end].get(unit + 1, 0))
    return reached[-1]


def _spellings(unit: str) -> frozenset[str]:
    if not _CHINESE.match(unit):
        return frozenset((unit.lower(),))
    # 花儿 is huār.
    return toneless(unit) | {"r"} if unit in "儿兒" else toneless(unit)


def _edits(text: str, pairs: list[_Pair], marks: list[_Part], joined: bool) -> list[Edit]:
    """The edits that leave the text of a run; none if it may be a lesson.

    Text in pieces of single words was cut up by the readings: it is joined again.
    """
    characters = sum(pair.characters for pair in pairs)
    if 2 * sum(pair.toned for pair in pairs) < characters:
        return []
    if len(pairs) < _LONG_PAIRS or characters <= _LONG * len(pairs):
        single = sum(pair.characters == 1 for pair in pairs)
        if len(pairs) < _SHORT_PAIRS or characters < _SHORT_LENGTH or single < _SINGLE * len(pairs):
            return []
        if mean_cost("".join("".join(_UNIT.findall(text[p.text.start : p.text.end])) for p in pairs)) > RUNNING:
            return []
        joined = True
    kept = sorted([pair.text for pair in pairs] + marks, key=lambda part: part.start)
    spans = [span for pair in pairs for span in _spaces(text, pair.text)]
    if joined:
        first, last = pairs[0], pairs[-1]
        spans += [(before.end, after.start) for before, after in pairwise(kept)]
        spans.append((first.readings.start, first.text.start) if _above(first) else (last.text.end, last.readings.end))
    else:
        spans += [(p.readings.start, p.text.start) if _above(p) else (p.text.end, p.readings.end) for p in pairs]
    return [Edit("interleaved", start, end, text[start:end], "") for start, end in sorted(spans) if start < end]


def _spaces(text: str, line: _Part) -> list[tuple[int, int]]:
    """White space that sets each character of a line under its reading."""
    found = [match.span() for match in _SPACE_INSIDE.finditer(text, line.start, line.end)]
    units = len(_UNIT.findall(text[line.start : line.end]))
    return found if len(found) >= max(2, 0.8 * (units - 1)) else []
