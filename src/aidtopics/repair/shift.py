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

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aidtopics.records import Edit
from aidtopics.repair.gbk import LEADS, UNKNOWN, decoded, encoded, leads
from aidtopics.repair.likely import context_of, cost_of, counted, most_probable, ranked
from aidtopics.repair.pinyin import LETTERS, TONED, is_reading, syllables
from aidtopics.repair.script import script_of

_READING = re.compile(rf"\s?([{LETTERS}]{{1,6}})\s?\)")
_BRACKET = re.compile(rf"\(\s?([{LETTERS}]{{1,6}})\s?\)")
_TORN = re.compile(rf"[?？](?:\s?[a-z]{{0,5}}[{TONED}][a-z]{{0,5}}\s?\)|(?=[,;:!@-~]?[?(\u0080-\uffff]))")
# A page is a mirror's if readings with tone marks stand in brackets, whole ones or torn ones.
_EVIDENCE = re.compile(rf"[(?（]\s?[a-z]{{0,5}}[{TONED}][a-z]{{0,5}}\s?[)）]")
_ENOUGH = 2

_SWALLOWED = "\n ,.:;!>/-0"  # ASCII that a lost byte may have taken along; 0 stands for any digit
_WIDENED = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}

_BEAM = 96  # hypotheses kept after each character shown
_DESPAIR = 30.0  # a hypothesis this much less probable than the best (natural logarithm) is dropped
_TWO_LOST = 3.0  # price of two lost bytes that are no character
_TAKEN = 1.0  # price of a character taken along
_LOST = 4.0  # price of a lost byte: damage is rarer than text
_NARROWED = 1.5  # price of a mark that was narrowed
_DIGIT = 2.0  # further price of a digit that can't be known
_NOT_IN_TABLE = 3.0  # further price of a tear where no character of a mirror's table was found
_MISREAD = 9.0  # price of a bracket that is no reading of what stands before it
_UNEXPLAINED = 14.0  # price of leaving a torn reading as it stands
_SETTLED = 4  # characters shown after a tear on which all hypotheses must agree
# Mirrors tear a few places in a thousand characters. A text with more than one in thirty, or more than a thousand, is
# no mirror, and would be made to take time.
_DENSEST = 30
_MOST = 1000
_FEW = 10  # on a short text that many are believed
_LONGEST = 400  # characters shown; the search for one tear ends there at the latest


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    """One way to read what was shown so far."""

    cost: float  # negative log-probability, with prices
    pending: int | None  # first byte of a character that is not complete
    last: str  # the last characters, traditional, for readings and bytes
    context: str  # their last two as the language model counts them
    before: "_Hypothesis | None"
    added: str  # characters completed by this step
    repaired: bool  # some byte was put back


def lost_bytes(text: str) -> list[Edit]:
    """One edit for each torn stretch; none on a page that shows no sign of a mirror."""
    if len(_EVIDENCE.findall(text)) < _ENOUGH and not any(m[0][-1] == ")" for m in _TORN.finditer(text)):
        return []
    tears = list(_TORN.finditer(text))
    if len(tears) > min(_MOST, _FEW + len(text) / _DENSEST):
        return []
    edits: list[Edit] = []
    done = 0
    for match in tears:
        if match.start() < done:
            continue
        known = text[max(done, match.start() - 8) : match.start()]
        before = (edits[-1].after if edits and edits[-1].end == done else "")[-8:] + known
        end, after = _search(text, match.start(), before)
        if after is not None and after != text[match.start() : end]:
            edits.append(Edit("shifted_gbk", match.start(), end, text[match.start() : end], after))
            done = end
        else:
            done = match.end()
    return edits


def _search(text: str, start: int, before: str) -> tuple[int, str | None]:
    """Where the torn stretch ends and what it was; None if the question mark is one."""
    # Brackets before the tear are not part of the text that the language model and the readings look at.
    plain = _BRACKET.sub("", before)
    beam = [_Hypothesis(0.0, None, plain[-4:], context_of(plain), None, "", False)]
    place = start
    calm = 0
    while place < len(text) and place - start < _LONGEST and text[place] != "\n":
        length, following = _step(text, place, beam)
        beam = _best(following)
        if not beam:
            return place, None
        torn = text[place] in "?？"
        place += length
        aligned = len({(h.pending, h.last[-2:]) for h in beam}) == 1 and beam[0].pending is None
        calm = 0 if torn or not aligned else calm + 1
        if calm >= _SETTLED:
            break
    beam = [h for h in beam if h.pending is None]
    if not beam or not beam[0].repaired:
        return place, None
    return place, "".join(_history(beam[0]))


def _history(hypothesis: _Hypothesis) -> list[str]:
    parts = []
    step: _Hypothesis | None = hypothesis
    while step is not None:
        parts.append(step.added)
        step = step.before
    return parts[::-1]


def _step(text: str, place: int, beam: Sequence[_Hypothesis]) -> tuple[int, list[_Hypothesis]]:
    """All readings of the next thing shown: a torn byte, a bracket with a reading, a character."""
    shown = text[place]
    bracket = _BRACKET.match(text, place)
    if bracket and bracket[1] in syllables():
        return len(bracket[0]), [h for old in beam for h in _annotated(old, bracket[1])]
    if shown in "?？":
        reading = _READING.match(text, place + 1)
        swallowed = reading[1] if reading and reading[1] in syllables() else None
        if swallowed is not None and reading is not None:
            length = 1 + len(reading[0])
            lost = [h for old in beam for h in _torn(old, swallowed)]
            left = text[place : place + length]
            lost += [_extended(old, "?", left, _UNEXPLAINED) for old in beam if old.pending is None]
            return length, lost
        lost = [h for old in beam for h in _torn(old, None)]
        return 1, lost + [h for old in beam for h in _shown(old, shown)]
    return 1, [h for old in beam for h in _shown(old, shown)]


def _shown(old: _Hypothesis, shown: str) -> Iterator[_Hypothesis]:
    """The character shown as its bytes, and a narrow mark also as the wide one it may have been."""
    if ord(shown) < 0x80:
        if old.pending is None:
            yield _extended(old, shown, shown, 0.0)
        else:
            yield from _completed(old, ord(shown), None)
        wide = _WIDENED.get(shown)
        if wide is not None and old.pending is not None:
            yield from _bytes(old, wide.encode("gbk"), _NARROWED)
        return
    content = encoded(shown)
    if len(content) == 2:
        if old.pending is None:
            yield _extended(old, shown, shown, 0.0)
        else:
            yield from _bytes(old, content, 0.0)
    elif old.pending is None:
        yield _extended(old, shown, shown, 0.0)


def _bytes(old: _Hypothesis, content: bytes, price: float) -> Iterator[_Hypothesis]:
    """Two bytes behind a pending one: the first completes a character, the second is pending."""
    for middle in _completed(old, content[0], None):
        if content[1] >= 0x81:
            yield _pending(middle, content[1], price)
        elif content[1] < 0x80:
            yield _extended(middle, chr(content[1]), middle.added + chr(content[1]), price, behind=middle.before)


def _torn(old: _Hypothesis, reading: str | None) -> Iterator[_Hypothesis]:
    """A lost byte, with the reading whose bracket it swallowed."""
    if old.pending is None:
        # The mirror found the last character's second byte and the lost one: together they are a character of its
        # table, so a traditional one, and the reading is theirs.
        trail = encoded(old.last[-1:])[1:]
        if reading is None:
            for lead in LEADS:
                if trail and script_of(decoded(trail[0], lead) or " ") > 0:
                    yield _pending(old, lead, _LOST, repaired=True)
            yield _pending(old, UNKNOWN, _LOST + _NOT_IN_TABLE, repaired=True)
            return
        for lead in LEADS:
            if trail and is_reading(decoded(trail[0], lead), reading):
                yield _pending(old, lead, _LOST, repaired=True)
        yield _pending(old, UNKNOWN, _LOST + _MISREAD, repaired=True)
        return
    for last in _completed(old, UNKNOWN, reading):
        yield last
        if reading is None:
            yield from _with_swallowed(last)
    if reading is None:
        yield from _two_lost(old)


def _with_swallowed(last: _Hypothesis) -> Iterator[_Hypothesis]:
    """The character just completed, and one of ASCII that was taken along."""
    for taken, cost in ranked(last.context, _SWALLOWED)[:3]:
        # Which digit it was nobody can know.
        taken = "\ufffd" if taken == "0" else taken
        price = _TAKEN + _DIGIT * (taken == "\ufffd")
        yield _extended(last, taken, last.added + taken, price, cost=cost, behind=last.before)


def _two_lost(old: _Hypothesis) -> Iterator[_Hypothesis]:
    """Two bytes that are no character: the first completes the pending one, the second is pending."""
    assert old.pending is not None
    for character, cost in most_probable(old.context, old.pending, UNKNOWN, None, True):
        done = _extended(old, character, character, _TWO_LOST, cost=cost, repaired=True)
        yield _Hypothesis(
            done.cost, -encoded(character)[1], done.last, done.context, done.before, done.added, done.repaired
        )


def _annotated(old: _Hypothesis, reading: str) -> Iterator[_Hypothesis]:
    """A whole bracket adds nothing, and tells about the two bytes before it."""
    if old.pending is None:
        price = 0.0 if old.last and is_reading(old.last[-1], reading) else _MISREAD
        yield _same(old, old.pending, price)
        return
    trail = encoded(old.last[-1:])[1:]
    if old.pending >= 0:
        fits = bool(trail) and is_reading(decoded(trail[0], old.pending), reading)
        yield _same(old, old.pending, 0.0 if fits else _MISREAD)
        return
    for lead in leads(old.pending):
        if trail and is_reading(decoded(trail[0], lead), reading):
            yield _same(old, lead, 0.0)
    yield _same(old, old.pending, _MISREAD)


def _completed(old: _Hypothesis, trail: int, reading: str | None) -> Iterator[_Hypothesis]:
    """The pending byte and a second one, either of which may be unknown, as the characters they can be."""
    assert old.pending is not None
    price = _LOST if trail == UNKNOWN else 0.0
    if old.pending >= 0 and trail != UNKNOWN:
        character = decoded(old.pending, trail)
        if character:
            yield _extended(old, character, character, price)
        return
    found = most_probable(old.context, old.pending, trail, reading, False)
    if not found and reading is not None:
        found, price = most_probable(old.context, old.pending, trail, None, False), price + _MISREAD
    for character, cost in found:
        yield _extended(old, character, character, price, cost=cost, repaired=True)


def _extended(
    old: _Hypothesis,
    character: str,
    added: str,
    price: float,
    cost: float | None = None,
    repaired: bool = False,
    behind: "_Hypothesis | None" = None,
) -> _Hypothesis:
    seen = counted(character)
    if cost is None:
        cost = cost_of(old.context, seen)
    return _Hypothesis(
        old.cost + cost + price,
        None,
        (old.last + character)[-4:],
        (old.context + seen)[-2:],
        behind if behind is not None else old,
        added,
        old.repaired or repaired,
    )


def _pending(old: _Hypothesis, byte: int, price: float, repaired: bool = False) -> _Hypothesis:
    return _Hypothesis(old.cost + price, byte, old.last, old.context, old, "", old.repaired or repaired)


def _same(old: _Hypothesis, pending: int | None, price: float) -> _Hypothesis:
    return _Hypothesis(old.cost + price, pending, old.last, old.context, old, "", old.repaired)


def _best(hypotheses: Sequence[_Hypothesis]) -> list[_Hypothesis]:
    """The best of those that can't be told apart by what follows, the most probable first."""
    if not hypotheses:
        return []
    ranked = sorted(hypotheses, key=lambda h: h.cost)
    kept: dict[tuple[int | None, str, str], _Hypothesis] = {}
    for h in ranked:
        if h.cost > ranked[0].cost + _DESPAIR or len(kept) >= _BEAM:
            break
        kept.setdefault((h.pending, h.last[-1:], h.context), h)
    return list(kept.values())
