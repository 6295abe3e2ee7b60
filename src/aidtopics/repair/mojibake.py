"""Text that was decoded with the wrong encoding: told by its characters, undone where the bytes can be had back."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from aidtopics.records import Edit
from aidtopics.repair.misreadings import READINGS, read
from aidtopics.repair.plausible import RUNNING, mean_cost
from aidtopics.repair.survey import Signs, count, count_by_line

_Counts = int | npt.NDArray[np.intp]
_Tests = bool | npt.NDArray[np.bool_]
_Ways = tuple[str, ...]  # names of readings, applied one after the other

_LATIN = 0.3  # share of a line's characters
_PAGE_LATIN = 0.03
# Share of strange characters among the Chinese ones of a line; ordinary text has a twentieth of it.
_STRANGE = 0.3
_PAGE_STRANGE = 0.15
_SHORTEST = 4  # characters; a shorter line follows what longer ones of the page showed
_FEWEST = 3  # of its characters beyond ASCII that show; soft hyphens and blanks alone spell Chinese, too
_SHOWN = re.compile(r"[^\x00-\xa0\xad]")
_BETTER = 2.0  # natural logarithm a character by which the reading must be more probable
# Mean cost of a character above which the reading is as good as chance; see `mean_cost`.
_WORST = 9.5
_LOST = re.compile("\ufffd+|(?:锟斤拷)+")


def misread(text: str) -> list[Edit]:
    """One edit for each line that was decoded with the wrong encoding, once or twice, and can be read rightly."""
    signs = Signs.LATIN, Signs.HAN, Signs.STRANGE
    if not _suspicious(count(text, *signs), len(text), _PAGE_LATIN, _PAGE_STRANGE):
        return []
    lines = text.split("\n")
    counts = count_by_line(text, *signs)
    suspicious = _suspicious(counts, np.array([len(line) for line in lines]), _LATIN, _STRANGE)
    suspects = [(number, lines[number]) for number in np.flatnonzero(suspicious).tolist()]
    readings: dict[int, str] = {}
    names: Counter[_Ways] = Counter()
    for number, line in suspects:
        if len(line) >= _SHORTEST and len(_SHOWN.findall(line)) >= _FEWEST:
            best = _best_reading(line, [name for name, _ in names.most_common(1)])
            if best is not None:
                names[best[0]] += 1
                readings[number] = best[1]
    if not readings:
        return []
    # The page was misread as a whole, so that its short lines were too, in the way most long ones show.
    [(usual, _)] = names.most_common(1)
    for number, line in suspects:
        reading = read(line, usual) if number not in readings else None
        if reading and len(reading) < len(line) + 1:
            readings[number] = reading
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    return [
        Edit("mojibake", starts[number], starts[number] + len(lines[number]), lines[number], reading)
        for number, reading in sorted(readings.items())
        if reading != lines[number]
    ]


def lost(text: str) -> list[Edit]:
    """Marks for text that is gone: U+FFFD, and the 锟斤拷 that it turns into. They change nothing; nobody can know."""
    if "\ufffd" not in text and "锟" not in text:
        return []
    return [Edit("lost", match.start(), match.end(), match[0], match[0]) for match in _LOST.finditer(text)]


def _suspicious(counts: Sequence[_Counts], length: _Counts, most: float, share: float) -> _Tests:
    """A cheap test: too many characters of Latin-1, or too many Chinese ones that hardly occur."""
    latin, han, strange = counts
    return ((latin >= 2) & (latin >= most * length)) | ((strange >= 2) & (strange >= share * han))


def _best_reading(line: str, usual: list[_Ways]) -> tuple[_Ways, str] | None:
    """The ways in which the line reads best, and the reading; what was usual on the page is tried first."""
    once = [(name,) for name in READINGS]
    twice = [(first, second) for first in READINGS if read(line, (first,)) for second in READINGS]
    best: tuple[float, _Ways, str] = (min(_cost(line) - _BETTER, _WORST), (), "")
    for ways in (usual, once, twice):
        readings = [(names, reading) for names in ways if (reading := read(line, names)) and reading != line]
        best = min([best, *((_cost(reading), names, reading) for names, reading in readings)])
        if best[1] and best[0] <= RUNNING:
            break
    return best[1:] if best[1] else None


def _cost(line: str) -> float:
    return mean_cost(line.replace("\ufffd", "") or line)
