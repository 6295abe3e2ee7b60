"""Edits applied, undone, and followed from one text to the other."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from aidtopics.records import Edit, Repair


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text after one pass; edits are sorted by start and do not overlap."""
    parts: list[str] = []
    position = 0
    for edit in edits:
        parts += text[position : edit.start], edit.after
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)


def undo(repair: Repair) -> str:
    """The raw text that a repair started from, exactly."""
    text = repair.text
    for edits in reversed(repair.passes):
        parts: list[str] = []
        position = shift = 0
        for edit in edits:
            start = edit.start + shift
            parts += text[position:start], edit.before
            position = start + len(edit.after)
            shift += len(edit.after) - len(edit.before)
        parts.append(text[position:])
        text = "".join(parts)
    return text


def to_repaired(repair: Repair, positions: Iterable[int]) -> list[int]:
    """Raw offsets as offsets of the repaired text; an offset inside an edit goes to the edit's start."""
    current = list(positions)
    for edits in repair.passes:
        starts = [edit.start for edit in edits]
        shifts = _running_shift(edits)
        moved = []
        for position in current:
            # An edit counts as passed once the position is at or behind its end.
            index = bisect_right(starts, position) - 1
            if index >= 0 and position < edits[index].end:
                position = edits[index].start
                index -= 1
            moved.append(position + (shifts[index] if index >= 0 else 0))
        current = moved
    return current


def to_raw(repair: Repair, positions: Iterable[int]) -> list[int]:
    """Offsets of the repaired text as raw offsets; an offset inside an edit goes to the edit's start."""
    current = list(positions)
    for edits in reversed(repair.passes):
        shifts = _running_shift(edits)
        # Where each edit's replacement ends in the text after the pass.
        ends = [edit.end + shift for edit, shift in zip(edits, shifts, strict=True)]
        moved = []
        for position in current:
            index = bisect_left(ends, position + 1) - 1
            inside = index + 1 < len(edits) and position > ends[index + 1] - len(edits[index + 1].after)
            if inside:
                moved.append(edits[index + 1].start)
            else:
                moved.append(position - (shifts[index] if index >= 0 else 0))
        current = moved
    return current


def _running_shift(edits: Sequence[Edit]) -> list[int]:
    shifts, shift = [], 0
    for edit in edits:
        shift += len(edit.after) - len(edit.before)
        shifts.append(shift)
    return shifts
