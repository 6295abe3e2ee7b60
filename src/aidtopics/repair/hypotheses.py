"""Ways to read what a mirror shows, character by character: the steps of the search for lost bytes."""

from collections.abc import Iterator
from typing import NamedTuple

from aidtopics.repair.gbk import LEADS, LOST, decoded, encoded, read_as, traditional_with, undefined
from aidtopics.repair.likely import cost_of, counted, most_probable, ranked

# Prices are natural logarithms, like the costs of the language model.
_TWO_LOST = 3.0  # of two lost bytes that are no character
_LOST = 4.0  # of a lost byte: damage is rarer than text
_NARROWED = 1.5  # of a mark that was narrowed
_NOTHING = 2.0  # of a lost byte that took nothing along: a first byte does, if what follows is ASCII
_TAKERS = 3  # characters that may have taken one along: the most probable
_DIGIT = 1.0  # of taking a digit along, which can't be known
_NOT_IN_TABLE = 3.0  # further, of a tear where no character of a mirror's table was found
_MISREAD = 9.0  # of a bracket that is no reading of what stands before it
_UNEXPLAINED = 14.0  # of leaving a torn reading as it stands

_SWALLOWED = "\n ,.:;!>/-0"  # ASCII that a lost byte may have taken along; 0 stands for any digit
_WIDENED = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}


class Hypothesis(NamedTuple):
    """One way to read what was shown so far."""

    cost: float  # negative log-probability, with prices
    pending: bytes  # what the first byte of a character that is not complete can be; empty if none is pending
    last: str  # the last characters, traditional, for readings and bytes
    context: str  # their last two as the language model counts them
    before: "Hypothesis | None"
    added: str  # characters completed by this step
    repaired: bool  # some byte was put back


class Ahead(NamedTuple):
    """What is shown next: a character that can be read as it stands or as its first byte."""

    character: str  # empty where something stands that can't be read, or nothing
    byte: int  # its first byte; 0 if there is no character

    def behind(self, pending: bytes) -> str:
        """The character that comes next behind what is pending; empty if nothing tells."""
        if not pending:
            return self.character
        return decoded(pending[0], self.byte) if len(pending) == 1 and self.byte else ""


def shown(old: Hypothesis, character: str, branch: int, ahead: Ahead) -> Iterator[Hypothesis]:
    """The character shown as its bytes, and a narrow mark also as the wide one it may have been."""
    if not old.pending:
        yield _extended(old, character, character, 0.0)
    elif ord(character) < 0x80:
        yield from _completed(old, ord(character), None, branch, ahead.character)
        wide = _WIDENED.get(character)
        if wide is not None:
            yield from _shifted(old, encoded(wide), _NARROWED, branch, ahead)
    else:
        yield from _shifted(old, encoded(character), 0.0, branch, ahead)


def torn(old: Hypothesis, reading: str | None, branch: int, ahead: Ahead) -> Iterator[Hypothesis]:
    """A lost byte, with the reading whose bracket it swallowed, if any."""
    if old.pending:
        for n, last in enumerate(_completed(old, LOST, reading, branch, ahead.character)):
            if reading is not None:
                yield last
                continue
            yield last._replace(cost=last.cost + _NOTHING)
            if n < _TAKERS:
                yield from _with_swallowed(last)
        if reading is None:
            yield from _two_lost(old, branch)
        return
    # The mirror found the last character's second byte and the lost one: together they are a character of its table,
    # so a traditional one, and the reading is theirs.
    trail = encoded(old.last[-1:])[1:]
    found = b""
    if trail:
        found = traditional_with(trail[0]) if reading is None else read_as(trail[0], LEADS, reading)
    if found:
        yield _pending(old, found, _LOST)
    if reading is None or not found:
        yield _pending(old, LEADS, _LOST + (_NOT_IN_TABLE if reading is None else _MISREAD))


def unexplained(old: Hypothesis, left: str) -> Iterator[Hypothesis]:
    """A torn reading left as it stands."""
    if not old.pending:
        yield _extended(old, "?", left, _UNEXPLAINED)


def annotated(old: Hypothesis, reading: str) -> Iterator[Hypothesis]:
    """A whole bracket adds nothing, and tells about the two bytes before it."""
    trail = encoded(old.last[-1:])[1:]
    if not old.pending:
        # The reading belongs to the last character.
        whole = encoded(old.last[-1:])
        fits = len(whole) == 2 and bool(read_as(whole[0], whole[1:], reading))
        yield _advanced(old, old.pending, 0.0 if fits else _MISREAD)
        return
    fitting = read_as(trail[0], old.pending, reading) if trail else b""
    if fitting:
        yield _advanced(old, fitting, 0.0)
    if fitting != old.pending:
        yield _advanced(old, old.pending, _MISREAD)


def _shifted(old: Hypothesis, content: bytes, price: float, branch: int, ahead: Ahead) -> Iterator[Hypothesis]:
    """Two bytes behind a pending one: the first completes a character, the second is pending."""
    if len(content) != 2:
        return
    following = ahead.behind(content[1:]) if content[1] >= 0x81 else chr(content[1])
    for middle in _completed(old, content[0], None, branch, following):
        if content[1] >= 0x81:
            yield _pending(middle, content[1:], price, repaired=middle.repaired)
        elif content[1] < 0x80:
            yield _extended(middle, chr(content[1]), middle.added + chr(content[1]), price, behind=middle.before)


def _with_swallowed(last: Hypothesis) -> Iterator[Hypothesis]:
    """The character just completed, and one of ASCII that was taken along."""
    for taken, cost in ranked(last.context, _SWALLOWED)[:3]:
        # Which digit it was nobody can know.
        taken = "\ufffd" if taken == "0" else taken
        price = _DIGIT * (taken == "\ufffd")
        yield _extended(last, taken, last.added + taken, price, cost=cost, behind=last.before)


def _two_lost(old: Hypothesis, branch: int) -> Iterator[Hypothesis]:
    """Two bytes that are no character: the first completes the pending one, the second is pending."""
    for character, cost in most_probable(old.context, old.pending, LOST, None, True, "", branch):
        done = _extended(old, character, character, _TWO_LOST, cost=cost, repaired=True)
        yield done._replace(pending=undefined()[encoded(character)[1]])


def _completed(old: Hypothesis, trail: int, reading: str | None, branch: int, following: str) -> Iterator[Hypothesis]:
    """The pending byte and a second one, either of which may be lost, as the characters they can be."""
    price = _LOST if trail == LOST else 0.0
    following = counted(following) if following else ""
    found = most_probable(old.context, old.pending, trail, reading, False, following, branch)
    if not found and reading is not None:
        found = most_probable(old.context, old.pending, trail, None, False, following, branch)
        price += _MISREAD
    for character, cost in found:
        yield _extended(old, character, character, price, cost=cost, repaired=old.repaired or trail == LOST)


def _extended(
    old: Hypothesis,
    character: str,
    added: str,
    price: float,
    cost: float | None = None,
    repaired: bool = False,
    behind: Hypothesis | None = None,
) -> Hypothesis:
    seen = counted(character)
    if cost is None:
        cost = cost_of(old.context, seen)
    return Hypothesis(
        old.cost + cost + price,
        b"",
        (old.last + character)[-4:],
        (old.context + seen)[-2:],
        behind if behind is not None else old,
        added,
        old.repaired or repaired,
    )


def _pending(old: Hypothesis, leads: bytes, price: float, repaired: bool = True) -> Hypothesis:
    return Hypothesis(old.cost + price, leads, old.last, old.context, old, "", repaired)


def _advanced(old: Hypothesis, pending: bytes, price: float) -> Hypothesis:
    return Hypothesis(old.cost + price, pending, old.last, old.context, old, "", old.repaired)
