"""Ways to read what a mirror shows, character by character: the steps of the search for lost bytes."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from aidtopics.repair.gbk import (
    LEADS,
    TRAILS,
    before_undefined,
    candidates,
    decoded,
    encoded,
    read_as,
    traditional_with,
    undefined,
)
from aidtopics.repair.likely import USUAL, cost_of, cost_of_whole, counted, most_probable, most_probable_pairs

# Prices are natural logarithms, like the costs of the language model.
_TWO_LOST = 3.0  # of two lost bytes that are no character
_LOST = 4.0  # of a lost byte: damage is rarer than text
_NARROWED = 1.5  # of a mark that was narrowed
_NOTHING = 2.0  # of a lost byte that took nothing along: a first byte does, if what follows is ASCII
_TAKEN = 6  # most probable pairs tried of a character and what it took along
_DIGIT = 1.0  # of taking a digit along, which can't be known
_NOT_IN_TABLE = 3.0  # further, of a tear where no character of a mirror's table was found
_MISREAD = 9.0  # of a bracket that is no reading of what stands before it
_UNEXPLAINED = 14.0  # of leaving a torn reading as it stands

_BEAM = 4  # hypotheses kept after each character shown
_BRANCH = 4  # most probable characters tried for two bytes
_DESPAIR = 8.0  # a hypothesis this much less probable than the best (natural logarithm) is dropped

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


class Step:
    """The readings of one thing shown; each step of the search fills one.

    They are measured by their cost with that of the character that comes next. Only those that can be among the best
    are made hypotheses.
    """

    def __init__(self, ahead: Ahead) -> None:
        self.ahead = ahead
        self.limit = math.inf  # what a reading may cost at most
        self._found: list[tuple[float, int, float, Hypothesis, str, str, bytes, bool]] = []

    def add(
        self, old: Hypothesis, cost: float, done: str, pending: bytes, repaired: bool, following: float | None
    ) -> None:
        """A reading that completes some characters; `following` is the cost of what comes next, if it is known."""
        self._add(old, cost, done, done, pending, repaired, following)

    def keep(self, old: Hypothesis, cost: float, pending: bytes, repaired: bool) -> None:
        """A reading that completes nothing."""
        self._add(old, cost, "", "", pending, repaired, None)

    def leave(self, old: Hypothesis, cost: float, left: str) -> None:
        """A torn reading left as it stands, which the language model sees as a question mark."""
        self._add(old, cost, "?", left, b"", False, None)

    def _add(
        self,
        old: Hypothesis,
        cost: float,
        done: str,
        added: str,
        pending: bytes,
        repaired: bool,
        following: float | None,
    ) -> None:
        if cost > self.limit:
            return
        if following is None:
            character = self.ahead.behind(pending)
            following = cost_of((old.context + counted(done))[-2:], counted(character)) if character else USUAL
        expected = cost + following
        if expected <= self.limit:
            self.limit = min(self.limit, expected + _DESPAIR)
            self._found.append((expected, len(self._found), cost, old, done, added, pending, repaired))

    def best(self) -> list[Hypothesis]:
        """The best of those that can't be told apart by what follows, the most probable first."""
        distinct = set()
        beam: list[Hypothesis] = []
        for expected, _, cost, old, done, added, pending, repaired in sorted(self._found):
            if expected > self.limit or len(beam) == _BEAM:
                break
            last, context = (old.last + done)[-4:], (old.context + counted(done))[-2:]
            key = pending, last[-1:], context
            if key not in distinct:
                distinct.add(key)
                beam.append(Hypothesis(cost, pending, last, context, old, added, old.repaired or repaired))
        return beam


def shown(step: Step, old: Hypothesis, character: str) -> None:
    """The character shown as its bytes, and a narrow mark also as the wide one it may have been."""
    if not old.pending:
        step.add(old, old.cost + cost_of(old.context, counted(character)), character, b"", False, None)
    elif ord(character) < 0x80:
        for done, cost, following in _completed(step, old, character.encode(), None, 0.0, step.ahead.character):
            step.add(old, cost, done, b"", False, following)
        if character in _WIDENED:
            _shifted(step, old, encoded(_WIDENED[character]), _NARROWED)
    else:
        _shifted(step, old, encoded(character), 0.0)


def torn(step: Step, old: Hypothesis, reading: str | None) -> None:
    """A lost byte, with the reading whose bracket it swallowed, if any."""
    if old.pending:
        completed = _completed(step, old, TRAILS, reading, _LOST, step.ahead.character)
        for done, cost, following in completed:
            step.add(old, cost + _NOTHING * (reading is None), done, b"", True, following)
        if reading is None:
            _two_lost(step, old)
            _with_swallowed(step, old, completed)
        return
    # The mirror found the last character's second byte and the lost one: together they are a character of its table,
    # so a traditional one, and the reading is theirs. Some tears have other reasons.
    trail = encoded(old.last[-1:])[1:]
    found = b""
    if trail:
        found = traditional_with(trail[0]) if reading is None else read_as(trail[0], LEADS, reading)
    if found:
        step.keep(old, old.cost + _LOST, found, True)
    if reading is None or not found:
        step.keep(old, old.cost + _LOST + (_NOT_IN_TABLE if reading is None else _MISREAD), LEADS, True)


def unexplained(step: Step, old: Hypothesis, left: str) -> None:
    """A torn reading left as it stands."""
    if not old.pending:
        step.leave(old, old.cost + cost_of(old.context, "?") + _UNEXPLAINED, left)


def annotated(step: Step, old: Hypothesis, reading: str) -> None:
    """A whole bracket adds nothing, and tells about the two bytes before it."""
    whole = encoded(old.last[-1:])
    if not old.pending:
        # The reading belongs to the last character.
        fits = len(whole) == 2 and bool(read_as(whole[0], whole[1:], reading))
        step.keep(old, old.cost + (0.0 if fits else _MISREAD), b"", False)
        return
    fitting = read_as(whole[1], old.pending, reading) if len(whole) == 2 else b""
    if fitting:
        step.keep(old, old.cost, fitting, False)
    if fitting != old.pending:
        step.keep(old, old.cost + _MISREAD, old.pending, False)


def _shifted(step: Step, old: Hypothesis, content: bytes, price: float) -> None:
    """Two bytes behind a pending one: the first completes a character, the second is pending."""
    if len(content) != 2 or content[1] == 0x80:  # which begins nothing
        return
    if content[1] > 0x80:
        pending = content[1:]
        for done, cost, following in _completed(step, old, content[:1], None, price, step.ahead.behind(pending)):
            step.add(old, cost, done, pending, False, following)
    else:
        second = chr(content[1])
        for done, cost, following in _completed(step, old, content[:1], None, price, second):
            step.add(old, cost + following, done + second, b"", False, None)


def _with_swallowed(step: Step, old: Hypothesis, completed: Sequence[tuple[str, float, float]]) -> None:
    """A character just completed, and one of ASCII that was taken along."""
    if not completed:
        return
    takers, costs, _ = zip(*completed, strict=True)
    found = most_probable_pairs(old.context, "".join(takers), costs, _SWALLOWED, _TAKEN, step.limit)
    for taker, taken, cost in found:
        if taken == "0":  # which digit it was nobody can know
            step.add(old, cost + _DIGIT, taker + "\ufffd", b"", True, None)
        else:
            step.add(old, cost, taker + taken, b"", True, None)


def _two_lost(step: Step, old: Hypothesis) -> None:
    """Two bytes that are no character: the first completes the pending one, the second is pending."""
    price = old.cost + _TWO_LOST
    found = most_probable(old.context, old.pending, before_undefined(), None, "", _BRANCH, step.limit - price)
    for done, cost, _ in found:
        step.add(old, price + cost, done, undefined()[encoded(done)[1]], True, None)


def _completed(
    step: Step, old: Hypothesis, trails: bytes, reading: str | None, price: float, following: str
) -> list[tuple[str, float, float]]:
    """The characters that the pending byte and a second one can be, with the cost up to each and that of the next."""
    base = old.cost + price
    following = following and counted(following)
    if len(old.pending) == 1 == len(trails):
        whole = decoded(old.pending[0], trails[0])
        if not whole:
            return []
        cost, ahead = cost_of_whole(old.context, whole, following)
        return [(whole, base + cost, ahead)]
    if reading is not None and not len(candidates(old.pending, trails, reading)):
        reading = None
        base += _MISREAD
    found = most_probable(old.context, old.pending, trails, reading, following, _BRANCH, step.limit - base)
    return [(character, base + cost, ahead) for character, cost, ahead in found]
