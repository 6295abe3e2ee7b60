"""Which lines of a page are its article, by their look alone: places are sought where no classifier has been."""

import re

PROSE_WEIGHT = 1.0
HEADING_WEIGHT = 0.7
ASIDE_WEIGHT = 0.1

_LINE = re.compile(r"[^\n]+")
_PROSE = re.compile(r"[，。,]")
_SHORTEST_PROSE = 40
_HEADINGS = 4  # title, subtitle, byline, lead above the first paragraph


def line_weights(text: str) -> list[tuple[int, float]]:
    """Where each line begins and how much it counts in [0, 1]: prose, a heading among or right above it, the rest.

    A page without prose is short, and all its lines count as headings.
    """
    lines = [match.span() for match in _LINE.finditer(text)]
    prose = [end - start >= _SHORTEST_PROSE and bool(_PROSE.search(text, start, end)) for start, end in lines]
    first = max(0, prose.index(True) - _HEADINGS) if True in prose else 0
    last = len(prose) - prose[::-1].index(True) if True in prose else len(prose)
    return [
        (start, PROSE_WEIGHT if prose[number] else HEADING_WEIGHT if first <= number < last else ASIDE_WEIGHT)
        for number, (start, _) in enumerate(lines)
    ]


def article_of(text: str) -> str:
    """The prose and its headings."""
    weights = line_weights(text)
    ends = [start for start, _ in weights[1:]] + [len(text)]
    return "".join(text[start:end] for (start, weight), end in zip(weights, ends, strict=True) if weight > ASIDE_WEIGHT)
