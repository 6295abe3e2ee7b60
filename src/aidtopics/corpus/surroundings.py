"""Forms of a page that change what stands around its article and where its lines break; no line's text is altered."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aidtopics.records import GoldPassage, Kind

CONTENT = (Kind.TITLE, Kind.BODY, Kind.OTHER_TOPIC)
PROSE = (Kind.BODY, Kind.OTHER_TOPIC)
HEADLINE = 60  # characters; prose lines are longer
_JOINED = 200  # characters from which a line of joined items is full
_PARAGRAPH = 1500  # … and a paragraph that swallowed others, well below where splitting would cut it
_ADVERT = 80  # characters of an advert that fits between two paragraphs

Lines = list[GoldPassage]


@dataclass(frozen=True, slots=True)
class Pool:
    """What a page can be framed and hijacked with: lines of the pages that are composed together."""

    runs: tuple[Lines, ...]  # stretches of chrome around articles
    adverts: tuple[GoldPassage, ...]
    bylines: tuple[GoldPassage, ...]
    headlines: tuple[str, ...]  # of aid and of other articles alike


def pool_of(pages: Iterable[Lines]) -> Pool:
    """The pool of some pages."""
    runs: list[Lines] = []
    headlines: dict[str, None] = {}
    for lines in pages:
        runs.append([])
        first = next((line for line in lines if line.kind in CONTENT), None)
        if first and len(first.text) <= HEADLINE and "。" not in first.text:
            headlines[first.text] = None
        for line in lines:
            if line.kind in CONTENT:
                runs.append([])
            else:
                runs[-1].append(line)
    chrome = [line for run in runs for line in run]
    return Pool(
        tuple(run for run in runs if run),
        tuple(line for line in chrome if line.kind is Kind.ADVERT and len(line.text) <= _ADVERT),
        tuple(line for line in chrome if line.kind is Kind.BYLINE and len(line.text) <= HEADLINE),
        tuple(headlines),
    )


def bare(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """The article alone, as text extractors leave it."""
    del pool, chance
    return [line for line in lines if line.kind in CONTENT]


def framed(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """The article inside the chrome of other pages, up to a link farm many times its length."""
    article = [line for line in lines if line.kind in (*CONTENT, Kind.BYLINE)] or lines
    if not pool.runs:
        return article
    before = [line for _ in range(chance.choice((0, 1, 1, 2))) for line in chance.choice(pool.runs)]
    after = [line for _ in range(chance.choice((1, 2, 3, 8))) for line in chance.choice(pool.runs)]
    return before + article + after


def listed(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """Headlines of other pages, aid and noise, in lists before or behind: a headline alone is no article."""
    own = {line.text for line in lines}
    headlines = [headline for headline in pool.headlines if headline not in own]
    if not headlines:
        return []
    chosen = chance.sample(headlines, k=min(len(headlines), chance.choice((4, 8, 15, 30))))
    gap = chance.choice(("\n", "\n", "\n", " | ", "　　", "   "))
    if gap != "\n":
        chosen = [gap.join(chosen[n : n + 6]) for n in range(0, len(chosen), 6)]
    mark = chance.choice(("", "", "· ", "• ", "■ ", ">> "))
    items = [GoldPassage(mark + text, Kind.LINK_LIST) for text in chosen]
    cut = chance.choice((0, 0, len(items) // 2, len(items)))
    return items[:cut] + lines + items[cut:]


def hijacked(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """Adverts of other pages between the lines of the article, its headline included."""
    content = [n for n, line in enumerate(lines) if line.kind in CONTENT]
    if not pool.adverts or not content:
        return []
    result = list(lines)
    places = chance.choices(range(content[0], content[-1] + 2), k=chance.choice((1, 1, 2, 4)))
    for place in sorted(places, reverse=True):
        result.insert(place, chance.choice(pool.adverts))
    return result


def headless(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """Without the headline and what stands above it."""
    del pool, chance
    first = next((n for n, line in enumerate(lines) if line.kind in CONTENT), 0)
    return lines[first + 1 :]


def truncated(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """The page cut off, as dumps with a size limit do; at least the start of the article is left."""
    del pool
    first = next((n for n, line in enumerate(lines) if line.kind in PROSE), 0)
    cut = chance.randint(min(first + 1, len(lines)), len(lines))
    kept = lines[:cut]
    last = kept[-1]
    if last.kind in CONTENT and len(last.text) > 80:
        kept = [*kept[:-1], GoldPassage(last.text[: chance.randint(40, len(last.text))].strip(), last.kind)]
    return kept


def joined(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """Items that stood side by side in one line, as in menus and tag clouds."""
    del pool
    gap = chance.choice(("   ", " ", " | ", "\u3000", "      "))
    return _merged(lines, gap, [kind for kind in Kind if kind not in CONTENT], _JOINED)


def run_on(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """Paragraphs that lost the line ends between them."""
    del pool
    return _merged(lines, chance.choice(("", "", " ", "\u3000")), PROSE, _PARAGRAPH)


def _merged(lines: Lines, gap: str, kinds: Sequence[Kind], most: int) -> Lines:
    """Neighbours of one of the kinds, and of the same kind, in one line, until it has `most` characters."""
    merged: Lines = []
    for line in lines:
        together = bool(merged) and merged[-1].kind is line.kind and line.kind in kinds
        if together and len(merged[-1].text) + len(line.text) * (line.kind in PROSE) < most:
            merged[-1] = GoldPassage(merged[-1].text + gap + line.text, line.kind)
        else:
            merged.append(line)
    return merged
