"""Training pages composed of gold passages: the same article as other sites would show it.

Every form keeps the gold kind of every character, and is applied to aid and noise pages alike, so that the form of a
page says nothing about its label.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from aidtopics.corpus import alterations, surroundings
from aidtopics.corpus.surroundings import CONTENT, HEADLINE, Lines, Pool, pool_of
from aidtopics.pages import page_from_html, page_from_text
from aidtopics.passages import split
from aidtopics.records import GoldPage, GoldPassage, Kind, Label, Page, Passage
from aidtopics.repair import repair


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
    """Every page as it stands, then `variants` composed forms of it, as many as there are at most.

    Passages are exchanged only among the pages given: call it on each side of a split by itself. The same pages,
    variants and seed give the same examples.
    """
    lines = {page.page_id: _repaired(page) for page in pages}
    pool = pool_of(lines.values())
    examples = [_from_text(page, lines[page.page_id], "plain") for page in pages]
    for page in pages:
        chance = random.Random(f"{seed}/{page.page_id}")
        for name in chance.sample(sorted(FORMS), k=min(variants, len(FORMS))):
            start = lines[page.page_id]
            if name in _ALSO_FRAMED and chance.random() < _FRAMED_SHARE:
                start = surroundings.framed(start, pool, chance)
            composed = FORMS[name](start, pool, chance)
            if not composed:
                continue
            if name == "html":
                examples.append(_from_html(page, composed, chance))
            else:
                examples.append(_from_text(page, composed, name))
    return examples


def _repaired(page: GoldPage) -> Lines:
    """The gold passages after repair, each still one line."""
    texts = [repair(passage.text).text.replace("\n", " ").strip() for passage in page.passages]
    return [GoldPassage(text, passage.kind) for text, passage in zip(texts, page.passages, strict=True) if text]


def _as_is(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    del pool, chance
    return lines


# Each takes a page's lines, what other pages have to offer and a source of chance; no lines mean that the page can't
# take this form.
FORMS: dict[str, Callable[[Lines, Pool, random.Random], Lines]] = {
    "bare": surroundings.bare,
    "branded": alterations.branded,
    "captioned": alterations.captioned,
    "framed": surroundings.framed,
    "headless": surroundings.headless,
    "hijacked": surroundings.hijacked,
    "html": _as_is,
    "joined": surroundings.joined,
    "listed": surroundings.listed,
    "mirrored": alterations.mirrored,
    "narrow": alterations.narrow,
    "residue": alterations.residue,
    "run_on": surroundings.run_on,
    "spliced": alterations.spliced,
    "truncated": surroundings.truncated,
}

# What happens to lines happens most on pages that stole them, so half of these pages stand in strange chrome as well.
_ALSO_FRAMED = ("branded", "captioned", "hijacked", "mirrored", "narrow", "residue", "run_on", "spliced")
_FRAMED_SHARE = 0.5

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


def _from_html(gold: GoldPage, lines: Lines, chance: random.Random) -> Example:
    """The lines as an HTML page of one style, read back as any HTML page is."""
    style = {kind: chance.choice(tags.split()) for kind, tags in _TAGS.items()}
    heading, prose = chance.choice(_HEADING_TAGS.split()), chance.choice(_PROSE_TAGS.split())
    parts = []
    for line in lines:
        text = escape(line.text)
        if line.kind in CONTENT:
            is_heading = line.kind is Kind.TITLE or (len(line.text) < HEADLINE and "。" not in line.text)
            tag = heading if is_heading else prose
        else:
            tag = style[line.kind]
            text = f"<a href='#'>{text}</a>" if chance.random() < _LINKED[line.kind] else text
        cell = f"<{tag}>{text}</{tag}>"
        parts.append(f"<table><tr>{cell}</tr></table>" if tag == "td" else cell)
    page = page_from_html(f"<html><body>{''.join(parts)}</body></html>", gold.page_id)
    return _align(gold, lines, page, "html")


def _from_text(gold: GoldPage, lines: Lines, form: str) -> Example:
    return _align(gold, lines, page_from_text("\n".join(line.text for line in lines), gold.page_id), form)


def _align(gold: GoldPage, lines: Lines, page: Page, form: str) -> Example:
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
