"""Training pages composed of gold passages: the same article as other sites would show it.

Every form keeps the gold kind of every character, and is applied to aid and noise pages alike, so that the form of a
page says nothing about its label.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from aidtopics.pages import page_from_html, page_from_text
from aidtopics.passages import split
from aidtopics.records import GoldPage, GoldPassage, Kind, Label, Page, Passage
from aidtopics.repair import repair

_CONTENT = (Kind.TITLE, Kind.BODY, Kind.OTHER_TOPIC)
_HEADLINE_LENGTH = 60

_Lines = list[GoldPassage]


@dataclass(frozen=True, slots=True)
class Example:
    """A page as the classifier sees it, with the gold kind of each of its passages."""

    page: Page  # repaired
    passages: tuple[Passage, ...]
    kinds: tuple[Kind, ...]  # of each passage
    label: Label
    site: str
    form: str  # how it was composed; "plain" is the gold page as it stands


def example(gold: GoldPage) -> Example:
    """A gold page as plain text, repaired and split as any page is."""
    return _from_text(gold, _repaired(gold), "plain")


def compose(pages: Sequence[GoldPage], variants: int, seed: int) -> list[Example]:
    """Every page as it stands, then `variants` composed forms of it.

    Passages are exchanged only among the pages given: call it on each side of a split by itself. The same pages,
    variants and seed give the same examples.
    """
    lines = {page.page_id: _repaired(page) for page in pages}
    pool = [run for page in pages for run in _chrome_runs(lines[page.page_id])]
    examples = [_from_text(page, lines[page.page_id], "plain") for page in pages]
    for page in pages:
        chance = random.Random(f"{seed}/{page.page_id}")
        for name in chance.sample(sorted(_FORMS), k=min(variants, len(_FORMS))):
            composed = _FORMS[name](lines[page.page_id], pool, chance)
            if not composed:
                continue
            if name == "html":
                examples.append(_from_html(page, composed, chance))
            else:
                examples.append(_from_text(page, composed, name))
    return examples


def _repaired(page: GoldPage) -> _Lines:
    """The gold passages after repair, each still one line."""
    texts = [repair(passage.text).text.replace("\n", " ").strip() for passage in page.passages]
    return [GoldPassage(text, passage.kind) for text, passage in zip(texts, page.passages, strict=True) if text]


def _chrome_runs(lines: _Lines) -> list[_Lines]:
    """Stretches of passages around articles: what another page can be framed with."""
    runs: list[_Lines] = [[]]
    for line in lines:
        if line.kind in _CONTENT:
            runs.append([])
        else:
            runs[-1].append(line)
    return [run for run in runs if run]


# The forms. Each takes a page's lines, the chrome of all pages and a source of chance.


def _bare(lines: _Lines, pool: list[_Lines], chance: random.Random) -> _Lines:
    """The article alone, as text extractors leave it."""
    del pool, chance
    return [line for line in lines if line.kind in _CONTENT]


def _framed(lines: _Lines, pool: list[_Lines], chance: random.Random) -> _Lines:
    """The article inside the chrome of other pages, up to a link farm many times its length."""
    article = [line for line in lines if line.kind in (*_CONTENT, Kind.BYLINE)] or lines
    if not pool:
        return article
    before = [line for _ in range(chance.choice((0, 1, 1, 2))) for line in chance.choice(pool)]
    after = [line for _ in range(chance.choice((1, 2, 3, 8))) for line in chance.choice(pool)]
    return before + article + after


def _joined(lines: _Lines, pool: list[_Lines], chance: random.Random) -> _Lines:
    """Items that stood side by side in one line, as in menus and tag clouds."""
    del pool
    gap = chance.choice(("   ", " ", " | ", "\u3000", "      "))
    joined: _Lines = []
    for line in lines:
        together = bool(joined) and joined[-1].kind is line.kind and line.kind not in _CONTENT
        if together and len(joined[-1].text) < 200:
            joined[-1] = GoldPassage(joined[-1].text + gap + line.text, line.kind)
        else:
            joined.append(line)
    return joined


def _truncated(lines: _Lines, pool: list[_Lines], chance: random.Random) -> _Lines:
    """The page cut off, as dumps with a size limit do; at least the start of the article is left."""
    del pool
    first = next((n for n, line in enumerate(lines) if line.kind in (Kind.BODY, Kind.OTHER_TOPIC)), 0)
    cut = chance.randint(min(first + 1, len(lines)), len(lines))
    kept = lines[:cut]
    last = kept[-1]
    if last.kind in _CONTENT and len(last.text) > 80:
        kept = [*kept[:-1], GoldPassage(last.text[: chance.randint(40, len(last.text))].strip(), last.kind)]
    return kept


def _headless(lines: _Lines, pool: list[_Lines], chance: random.Random) -> _Lines:
    """Without the headline and what stands above it."""
    del pool, chance
    first = next((n for n, line in enumerate(lines) if line.kind in _CONTENT), 0)
    return lines[first + 1 :]


def _as_is(lines: _Lines, pool: list[_Lines], chance: random.Random) -> _Lines:
    del pool, chance
    return lines


_FORMS: dict[str, Callable[[_Lines, list[_Lines], random.Random], _Lines]] = {
    "bare": _bare,
    "framed": _framed,
    "headless": _headless,
    "html": _as_is,
    "joined": _joined,
    "truncated": _truncated,
}

# Tags that content management systems give a kind of passage, the usual ones several times; headings of aid and of
# other articles are drawn alike, and so is their prose, so that a tag tells content from chrome and not aid from noise.
_TAGS: dict[Kind, str] = {
    Kind.NAVIGATION: "li li li div div td nav p header",
    Kind.LINK_LIST: "li li li li div td p dd h4",
    Kind.ADVERT: "div div p p td h3",
    Kind.NOTICE: "div p p footer td",
    Kind.BYLINE: "div div p p td li",
}
_HEADING_TAGS = "h1 h1 h1 h2 h2 h3 div p td"
_PROSE_TAGS = "p p p p p div div td"
# Share of passages that are links as a whole.
_LINKED: dict[Kind, float] = {
    Kind.NAVIGATION: 0.85,
    Kind.LINK_LIST: 0.9,
    Kind.ADVERT: 0.4,
    Kind.NOTICE: 0.1,
    Kind.BYLINE: 0.05,
}


def _from_html(gold: GoldPage, lines: _Lines, chance: random.Random) -> Example:
    """The lines as an HTML page of one style, read back as any HTML page is."""
    style = {kind: chance.choice(tags.split()) for kind, tags in _TAGS.items()}
    heading, prose = chance.choice(_HEADING_TAGS.split()), chance.choice(_PROSE_TAGS.split())
    parts = []
    for line in lines:
        text = escape(line.text)
        if line.kind in _CONTENT:
            is_heading = line.kind is Kind.TITLE or (len(line.text) < _HEADLINE_LENGTH and "。" not in line.text)
            tag = heading if is_heading else prose
        else:
            tag = style[line.kind]
            text = f"<a href='#'>{text}</a>" if chance.random() < _LINKED[line.kind] else text
        cell = f"<{tag}>{text}</{tag}>"
        parts.append(f"<table><tr>{cell}</tr></table>" if tag == "td" else cell)
    page = page_from_html(f"<html><body>{''.join(parts)}</body></html>", gold.page_id)
    return _align(gold, lines, page, "html")


def _from_text(gold: GoldPage, lines: _Lines, form: str) -> Example:
    return _align(gold, lines, page_from_text("\n".join(line.text for line in lines), gold.page_id), form)


def _align(gold: GoldPage, lines: _Lines, page: Page, form: str) -> Example:
    """Split the page and give each passage the kind of the gold line it lies in; page and lines agree line by line."""
    texts = page.text.split("\n")
    if len(texts) != len(lines):
        raise AssertionError(f"{gold.page_id} ({form}): {len(lines)} gold lines became {len(texts)}")
    ends = []
    position = 0
    for text in texts:
        position += len(text) + 1
        ends.append(position)
    passages = split(page)
    kinds = []
    index = 0
    for passage in passages:
        while ends[index] <= passage.start:
            index += 1
        kinds.append(lines[index].kind)
    return Example(page, passages, tuple(kinds), gold.label, gold.site, form)
