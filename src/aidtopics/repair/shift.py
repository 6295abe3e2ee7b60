"""Undoes the one-byte shift of mirror sites.

A mirror searches its page's GBK bytes for the characters of its table and writes `(reading)` behind each find. The
search is blind to where characters begin: it also finds pairs made of the second byte of one character and the first
of the next, and tears them apart. The torn bytes are then decoded leniently: a byte that cannot begin a character
becomes "?" and swallows what follows, and up to the next ASCII character everything is read one byte off. 日報 with
請 found across its middle becomes `日?qǐng)?bào)`, 。活動 becomes `?；顒?dòng)`.

Here every "?" may again be the lost byte, with or without a swallowed bracket, or a question mark, or one that was
narrowed. A beam search goes over the bytes of the shown text, keeps the readings beside the torn bytes as evidence,
and takes the characters that are most probable in their context.
"""

import math
import re
from collections.abc import Sequence

from aidtopics.records import Edit
from aidtopics.repair.gbk import encoded
from aidtopics.repair.hypotheses import Ahead, Hypothesis, Step, annotated, shown, torn, unexplained
from aidtopics.repair.likely import context_of, cost_of, counted
from aidtopics.repair.pinyin import LETTERS, TONED, syllables

_READING = re.compile(rf"\s?([{LETTERS}]{{1,6}})\s?\)")
_BRACKET = re.compile(rf"\(\s?([{LETTERS}]{{1,6}})\s?\)")
# The find that tore a character began in the one before it, which so is none of ASCII, or a mark that was narrowed, or
# has a bracket of the mirror's behind it.
_TORN = re.compile(
    rf"(?<=[)(,;:!?\u0080-\uffff])[?？](?:\s?[{LETTERS}]{{1,6}}\s?\)|(?=[@-~]|[,;:!]?[?(\u0080-\uffff]))"
)
_TORN_READING = re.compile(rf"[?？]\s?[a-z]{{0,5}}[{TONED}][a-z]{{0,5}}\s?\)")
# A page is a mirror's if readings with tone marks stand in brackets, whole ones or torn ones.
_EVIDENCE = re.compile(rf"[(?（]\s?[a-z]{{0,5}}[{TONED}][a-z]{{0,5}}\s?[)）]")
_ENOUGH = 2

# By how much lost bytes must explain a stretch without readings better than a question mark does (natural logarithm).
# On mirrors 99 of 100 true ones gain more than 2, half of them more than 26. On 1,500 traditional texts of other kinds
# with 6,000 question marks the best false one gained 12.
_GAIN = 2.0
_GAIN_ALONE = 16.0  # on a page that has no readings
_SETTLED = 4  # characters shown after a tear on which all hypotheses must agree
# Mirrors tear a few places in a thousand characters. A text with more than one in thirty, or more than a thousand, is
# no mirror, and would be made to take time.
_DENSEST = 30
_MOST = 1000
_FEW = 10  # on a short text that many are believed
_LONGEST = 400  # characters shown; the search for one tear ends there at the latest


def lost_bytes(text: str) -> list[Edit]:
    """One edit for each torn stretch that what was lost explains better than a question mark does."""
    is_mirror = len(_EVIDENCE.findall(text)) >= _ENOUGH or _TORN_READING.search(text) is not None
    tears = list(_TORN.finditer(text))
    if len(tears) > min(_MOST, _FEW + len(text) / _DENSEST):
        return []
    edits: list[Edit] = []
    done = 0
    for match in tears:
        start = match.start()
        if start < done:
            continue
        before = (edits[-1].after if edits and edits[-1].end == done else "")[-8:] + text[max(done, start - 8) : start]
        end, found = _search(text, start, before)
        left = text[start:end]
        if found is not None and _gain(left, before, found) > (_GAIN if is_mirror else _GAIN_ALONE):
            edits.append(Edit("shifted_gbk", start, end, left, "".join(_history(found))))
            done = end
        else:
            done = match.end()
    return edits


def _gain(left: str, before: str, found: Hypothesis) -> float:
    """By how much the search's finding is more probable than the text left as it stands (natural logarithm)."""
    if _READING.search(left):
        return math.inf  # no text has half a bracket
    context, cost = context_of(_BRACKET.sub("", before)), 0.0
    for character in map(counted, _BRACKET.sub("", left)):
        cost += cost_of(context, character)
        context = (context + character)[-2:]
    return cost - found.cost


def _search(text: str, start: int, before: str) -> tuple[int, Hypothesis | None]:
    """Where the torn stretch ends and how it is best read; None if the question mark is one."""
    # Brackets before the tear are not part of the text that the language model and the readings look at.
    plain = _BRACKET.sub("", before)
    beam = [Hypothesis(0.0, b"", plain[-4:], context_of(plain), None, "", False)]
    place = start
    calm = 0
    while place < len(text) and place - start < _LONGEST and text[place] != "\n":
        length, beam = _step(text, place, beam)
        is_torn = text[place] in "?？"
        place += length
        if not beam:
            return place, None
        aligned = len({(h.pending, h.last[-2:]) for h in beam}) == 1 and not beam[0].pending
        calm = 0 if is_torn or not aligned else calm + 1
        if calm >= (_SETTLED if len(beam) > 1 else 1):
            break
    beam = [h for h in beam if not h.pending]
    if not beam or not beam[0].repaired:
        return place, None
    return place, beam[0]


def _history(hypothesis: Hypothesis) -> list[str]:
    parts = []
    step: Hypothesis | None = hypothesis
    while step is not None:
        parts.append(step.added)
        step = step.before
    return parts[::-1]


def _step(text: str, place: int, beam: Sequence[Hypothesis]) -> tuple[int, list[Hypothesis]]:
    """The length of the next thing shown, a torn byte, a bracket with a reading, or a character, and how it is read."""
    character = text[place]
    bracket = _BRACKET.match(text, place) if character == "(" else None
    reading = _READING.match(text, place + 1) if character in "?？" else None
    length = 1
    if bracket and bracket[1] in syllables():
        length = len(bracket[0])
        step = Step(_ahead(text, place + length))
        for old in beam:
            annotated(step, old, bracket[1])
    elif reading and reading[1] in syllables():
        length = 1 + len(reading[0])
        step = Step(_ahead(text, place + length))
        for old in beam:
            torn(step, old, reading[1])
            unexplained(step, old, text[place : place + length])
    else:
        step = Step(_ahead(text, place + length))
        for old in beam:
            shown(step, old, character)
            if character in "?？":
                torn(step, old, None)
    return length, step.best()


def _ahead(text: str, place: int) -> Ahead:
    character = text[place : place + 1]
    if character in "\n?？(":  # or nothing
        return Ahead("", 0)
    return Ahead(character, ord(character) if character.isascii() else (encoded(character) or b"\0")[0])
