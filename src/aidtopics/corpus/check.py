"""Gold pages held against what they promise: every problem at once, and what a person should look at again."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aidtopics.corpus.compose import FORMS, Example, compose
from aidtopics.corpus.coverage import Table, as_dicts, as_markdown, coverage
from aidtopics.corpus.gold import read_gold_rows
from aidtopics.corpus.surroundings import CONTENT
from aidtopics.duplicates import near_duplicates
from aidtopics.records import GoldPage, Kind, Label

_SEED = 0  # any will do: what is checked holds for all
# Longer than any paragraph a person wrote; splitting cuts there, and the gold would be one kind for many passages.
_LONGEST = 2500
_SHORT_BODY = 40  # characters; less is a headline, and whether the page is aid can't be read from it
_PROSE = 25  # characters from which two pages don't share a line of prose by chance
_CHROME_SITES = 10  # sites from which a line of chrome looks like filled into a template
_CHROME = 12  # characters; shorter ones ("home", "print") are everywhere
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,80}>|&(?:[a-z]{2,8}|#\d{1,6});|\{\{|\{[a-z]+:|\\[nrt](?![a-z])")
_SHOWN = 20  # characters of a text that a message quotes


@dataclass(frozen=True, slots=True)
class CheckedGold:
    """What checking gold pages found."""

    pages: tuple[GoldPage, ...]
    problems: tuple[str, ...]  # what has to be put right before anything is fitted or scored
    suspicions: tuple[str, ...]  # what may be meant so
    coverage: tuple[Table, ...]

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len({page.site for page in self.pages})

    @property
    def sites_of_both_labels(self) -> int:
        """Sites with aid and with noise pages: the more, the less a site gives away."""
        return len(set.intersection(*({page.site for page in self.pages if page.label is label} for label in Label)))


def check_gold(paths: Iterable[str | Path]) -> CheckedGold:
    """Check files or folders of gold pages.

    Problems are rows that are no gold pages, page ids that stand twice, composed pages whose gold does not fit their
    text, near-duplicates, and passages too long for one kind. Suspicions are left-over mark-up, characters that repair
    would change, prose that several pages share, lines labelled differently elsewhere, aid pages with hardly any body,
    chrome that many sites share, and pages without a cell among pages that have one.

    Raises:
        UsageError: a path is missing, or there are no rows at all.
    """
    rows = read_gold_rows(paths)
    pages = rows.pages
    found = [*rows.problems, *_composition(pages), *_too_long(pages), *_near_duplicates(pages)]
    doubtful = [*_short(pages), *_damaged(pages), *_shared_lines(pages), *_unplaced(pages)]
    return CheckedGold(pages, tuple(found), tuple(doubtful), coverage(pages))


def as_text(checked: CheckedGold) -> str:
    """Coverage, suspicions and problems for a reader, what has to be done last."""
    labels = Counter(page.label for page in checked.pages)
    counts = (
        f"{len(checked.pages)} pages, {labels[Label.AID]} aid and {labels[Label.NOISE]} noise, "
        f"of {checked.sites} sites, {checked.sites_of_both_labels} of them with both"
    )
    parts = [as_markdown(checked.coverage)]
    if checked.suspicions:
        parts.append("\n  ".join([f"to look at: {len(checked.suspicions)}", *checked.suspicions]))
    parts.append("\n  ".join([f"problems: {len(checked.problems) or 'none'}", *checked.problems]))
    return "\n\n".join([part for part in parts if part] + [counts])


def as_dict(checked: CheckedGold) -> dict[str, Any]:
    """The same for a program."""
    labels = Counter(page.label for page in checked.pages)
    return {
        "pages": len(checked.pages),
        **{str(label): labels[label] for label in Label},
        "sites": checked.sites,
        "sites_of_both_labels": checked.sites_of_both_labels,
        "problems": list(checked.problems),
        "suspicions": list(checked.suspicions),
        "coverage": as_dicts(checked.coverage),
    }


def offset_problem(example: Example) -> str | None:
    """What is wrong with the passages of a page and their gold, if anything."""
    text, page_id = example.page.text, f"{example.page.page_id} ({example.form})"
    if len(example.kinds) != len(example.passages):
        return f"{page_id}: found {len(example.kinds)} kinds for {len(example.passages)} passages"
    position = 0
    for passage in example.passages:
        if passage.start < position or passage.end > len(text):
            return (
                f"{page_id}: found a passage from {passage.start} to {passage.end} behind one that ends at {position}"
            )
        if text[position : passage.start].strip():
            return f"{page_id}: found {_quoted(text[position : passage.start])} in no passage"
        if not text[passage.start : passage.end].strip():
            return f"{page_id}: found a blank passage from {passage.start} to {passage.end}"
        position = passage.end
    if text[position:].strip():
        return f"{page_id}: found {_quoted(text[position:])} in no passage"
    if example.label is Label.NOISE and any(kind.label is Label.AID for kind in example.kinds):
        return f"{page_id}: found aid passages on a noise page"
    return None


def _composition(pages: Sequence[GoldPage]) -> Iterator[str]:
    for example in compose(pages, len(FORMS), _SEED):
        wrong = offset_problem(example)
        if wrong:
            yield wrong


def _too_long(pages: Sequence[GoldPage]) -> Iterator[str]:
    for page in pages:
        for passage in page.passages:
            if len(passage.text) > _LONGEST:
                yield f"{page.page_id}: found a passage of {len(passage.text)} characters, expected at most {_LONGEST}"


def _near_duplicates(pages: Sequence[GoldPage]) -> Iterator[str]:
    """Pairs whose articles are nearly the same, or whose whole texts are where there is no article."""
    texts = ["\n".join(p.text for p in page.passages if p.kind in CONTENT) or page.text for page in pages]
    for pair in near_duplicates(texts):
        one, other = pages[pair.first], pages[pair.second]
        place = f"both of {one.site}" if one.site == other.site else f"of {one.site} and {other.site}"
        labels = "" if one.label is other.label else f", labelled {one.label} and {other.label}"
        yield f"{one.page_id} and {other.page_id} are {pair.similarity:.0%} the same, {place}{labels}"


def _short(pages: Sequence[GoldPage]) -> Iterator[str]:
    for page in pages:
        body = sum(len(passage.text) for passage in page.passages if passage.kind is Kind.BODY)
        if page.label is Label.AID and body < _SHORT_BODY:
            yield f"{page.page_id}: the body of an aid page has {body} characters"


def _damaged(pages: Sequence[GoldPage]) -> Iterator[str]:
    """Gold may keep a page's damage, since repair runs before anything is learnt from it; more often it is a slip."""
    for page in pages:
        for passage in page.passages:
            mark = _MARKUP.search(passage.text)
            if mark:
                yield f"{page.page_id}: mark-up {_quoted(mark[0])} in {passage.kind} {_quoted(passage.text)}"
            odd = sorted({c for c in passage.text if _is_odd(c)})
            if odd or not unicodedata.is_normalized("NFC", passage.text):
                named = ", ".join(f"U+{ord(c):04X}" for c in odd) or "decomposed characters"
                yield f"{page.page_id}: {named} in {passage.kind} {_quoted(passage.text)}"


def _is_odd(character: str) -> bool:
    """Controls, invisible and private characters, lost ones, and full-width letters and digits."""
    if character.isascii():
        return character < " " or character == "\x7f"
    category = unicodedata.category(character)
    is_wide = "\uff10" <= character <= "\uff5a" and character.isalnum()
    return category in ("Cc", "Cf", "Cn", "Co", "Cs") or character == "\ufffd" or is_wide


def _shared_lines(pages: Sequence[GoldPage]) -> Iterator[str]:
    """Lines that stand on several pages and should not, or not with different kinds."""
    places: defaultdict[str, list[tuple[GoldPage, Kind]]] = defaultdict(list)
    for page in pages:
        for passage in page.passages:
            places[passage.text.strip()].append((page, passage.kind))
    for text, found in places.items():
        page_ids = list(dict.fromkeys(page.page_id for page, _ in found))
        if len(page_ids) < 2:
            continue
        kinds = list(dict.fromkeys(kind for _, kind in found))
        is_prose = any(kind in CONTENT for kind in kinds)
        sites = {page.site for page, _ in found}
        if is_prose and len(text) >= _PROSE and all(kind in CONTENT for kind in kinds):
            yield f"{_some(page_ids)} share the {kinds[0]} {_quoted(text)}"
        elif len(text) >= _CHROME and len(kinds) > 1 and not is_prose:
            yield f"{_some(page_ids)} label {_quoted(text)} as {' and as '.join(kinds)}"
        elif len(text) >= _CHROME and len(sites) >= _CHROME_SITES:
            yield f"{len(page_ids)} pages of {len(sites)} sites share the {kinds[0]} {_quoted(text)}"


def _unplaced(pages: Sequence[GoldPage]) -> Iterator[str]:
    """Pages without a cell where others have one; gold that uses no grid at all is fine."""
    unplaced = [page.page_id for page in pages if not page.cell]
    if unplaced and len(unplaced) < len(pages):
        yield f"{len(unplaced)} of {len(pages)} pages name no cell of the grid: {_some(unplaced)}"


def _quoted(text: str) -> str:
    bare = " ".join(text.split())
    return f"“{bare[:_SHOWN]}…”" if len(bare) > _SHOWN else f"“{bare}”"


def _some(page_ids: Sequence[str]) -> str:
    return ", ".join(page_ids[:5]) + (f" and {len(page_ids) - 5} more" if len(page_ids) > 5 else "")
