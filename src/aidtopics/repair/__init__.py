"""Damaged text to repaired text, with a ledger of every change."""

import functools
from collections.abc import Callable, Sequence

from aidtopics.records import Block, Edit, Page, Repair
from aidtopics.repair.escapes import escaped_bytes
from aidtopics.repair.interleaved import interleaved
from aidtopics.repair.ledger import apply, to_raw, to_repaired, undo
from aidtopics.repair.mojibake import lost, misread
from aidtopics.repair.pinyin import annotations
from aidtopics.repair.reasons import REASONS
from aidtopics.repair.residue import doubled_marks, entities, hidden, invisible, leftovers, tags
from aidtopics.repair.script import script_of_page, traditional
from aidtopics.repair.shift import lost_bytes
from aidtopics.repair.survey import Signs, survey
from aidtopics.repair.width import wide_alphanumerics

__all__ = ["REASONS", "repair", "repair_page", "repair_pages", "to_raw", "to_repaired", "undo"]

# What was misread as a whole first, before anything touches parts of it; then residue, because it stands between a
# character and its reading; lost bytes before readings, which tell them, and readings before script, because both
# belong to the characters as the mirror wrote them.
_STEPS: tuple[tuple[Callable[[str], list[Edit]], tuple[int, ...]], ...] = (
    # A step has work to do only where all of its signs occur; a sum of signs means any of them.
    (escaped_bytes, (int(Signs.BACKSLASH),)),
    (misread, (int(Signs.LATIN | Signs.STRANGE),)),
    (entities, (int(Signs.MARKUP),)),
    (hidden, (int(Signs.MARKUP),)),
    (tags, (int(Signs.MARKUP),)),
    (leftovers, (int(Signs.MARKUP),)),
    (invisible, (int(Signs.INVISIBLE),)),
    (lost_bytes, (int(Signs.QUESTION), int(Signs.TONED | Signs.TRADITIONAL))),
    (annotations, (int(Signs.BRACKET),)),
    (interleaved, (int(Signs.TONED), int(Signs.HAN))),
    (traditional, (int(Signs.TRADITIONAL),)),
    (wide_alphanumerics, (int(Signs.WIDE),)),
    (doubled_marks, (int(Signs.MARK),)),
)
_GONE, _TRADITIONAL, _SIMPLIFIED = int(Signs.GONE), int(Signs.TRADITIONAL), int(Signs.SIMPLIFIED)
# One repair can lay bare another's damage (an entity that spells a tag). Real pages end after two rounds; the limit
# keeps a page made to nest without end from taking time without end.
_ROUNDS = 40


def repair(text: str) -> Repair:
    """Repair a text. Repairing the result again changes nothing, and `undo` gives back the text exactly.

    Damage that is nested more than forty deep, which no page has by accident, may want a second repair.
    """
    return _repaired([text], survey([text]))[0]


class _Work:
    """A text under repair."""

    __slots__ = ("before", "passes", "round", "signs", "step", "text")

    def __init__(self, text: str, signs: int) -> None:
        self.text, self.signs = text, signs
        self.passes: list[tuple[Edit, ...]] = []
        self.step = self.before = 0  # number of the next step, and of the passes when the round began
        self.round = 1

    def went_on(self) -> bool:
        """Whether a step changed the text; else the work is done, because a whole round left it as it was."""
        while self.round <= _ROUNDS:
            number = _next(self.signs, self.step)
            if number == len(_STEPS):
                if len(self.passes) == self.before:
                    return False
                self.step, self.before, self.round = 0, len(self.passes), self.round + 1
                continue
            edits = _STEPS[number][0](self.text)
            self.step = number + 1
            if edits:
                self.text = apply(self.text, edits)
                self.passes.append(tuple(edits))
                return True
        return False


def _repaired(texts: Sequence[str], signs: Sequence[int]) -> list[Repair]:
    """Texts whose signs are known. Those that a step has changed are surveyed again together."""
    results = [Repair(text) for text in texts]
    works = {n: _Work(texts[n], its) for n, its in enumerate(signs) if its & _GONE or _next(its, 0) < len(_STEPS)}
    at_work = [work for work in works.values() if work.went_on()]
    while at_work:
        for work, its in zip(at_work, survey([work.text for work in at_work]), strict=True):
            work.signs = its
        at_work = [work for work in at_work if work.went_on()]
    for number, work in works.items():
        results[number] = _result(work)
    return results


def _result(work: _Work) -> Repair:
    gone = lost(work.text) if work.signs & _GONE else []
    return Repair(work.text, (*work.passes, tuple(gone)) if gone else tuple(work.passes))


@functools.lru_cache(maxsize=65_536)
def _next(signs: int, start: int) -> int:
    """The first step from `start` on that can have work to do; the number of steps if none has."""
    wanted = (number for number, (_, needed) in enumerate(_STEPS) if all(signs & sign for sign in needed))
    return next((number for number in wanted if number >= start), len(_STEPS))


def repair_page(page: Page) -> tuple[Page, Repair]:
    """The page with repaired text, title and publisher, its blocks moved along, and the ledger of its text."""
    return repair_pages([page])[0]


def repair_pages(pages: Sequence[Page]) -> list[tuple[Page, Repair]]:
    """The same for many pages at once, which takes half the time on pages that want little or none."""
    texts = [page.text for page in pages]
    signs = survey(texts)
    return list(map(_page, pages, signs, _repaired(texts, signs)))


def _page(page: Page, signs: int, result: Repair) -> tuple[Page, Repair]:
    blocks = page.blocks
    if blocks and result.passes:
        ends = to_repaired(result, [offset for block in blocks for offset in (block.start, block.end)])
        moved = zip(blocks, ends[0::2], ends[1::2], strict=True)
        blocks = tuple(Block(start, end, b.tag, b.link_density) for b, start, end in moved)
    title, publisher = page.title and repair(page.title).text, page.publisher and repair(page.publisher).text
    script = _script(page.text, signs)
    # By position: `dataclasses.replace` takes three times as long.
    repaired = Page(
        page.page_id, page.source, result.text, page.url, title, page.date, publisher, page.encoding, blocks, script
    )
    return repaired, result


def _script(text: str, signs: int) -> str | None:
    """`script_of_page` of a surveyed text: most texts have characters of one script alone."""
    if signs & _TRADITIONAL:
        return script_of_page(text)
    return "simplified" if signs & _SIMPLIFIED else None
