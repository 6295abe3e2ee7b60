"""Answered pages to gold pages: the label is the person's, the passages are a model's, made to agree with it."""

import itertools
from collections.abc import Sequence

import numpy as np

from aidtopics.classify import KINDS, Classifier
from aidtopics.classify.block import block_of
from aidtopics.classify.decision import passage_kinds
from aidtopics.classify.model import score
from aidtopics.pages import page_from_text
from aidtopics.passages import gather, split
from aidtopics.records import GoldPage, GoldPassage, Kind, Label, Page, Passage
from aidtopics.repair import repair_page
from aidtopics.review.answers import Answer

_BLOCK = 256  # pages scored at once


def gold_pages(answers: Sequence[Answer], model: Classifier) -> tuple[GoldPage, ...]:
    """A gold page for each answer that can be trained on; those without a label or without text are passed over.

    A noise page has no aid passages. An aid page keeps what the model takes for title and body on a page that is aid;
    where it finds no body, the page's prose becomes body, and where it finds no prose either, its longest passage.

    Args:
        model: says which passage is what; its opinion of the page does not count.
    """
    pages = []
    for start in range(0, len(answers), _BLOCK):
        block = [(a, a.label, *_prepared(a)) for a in answers[start : start + _BLOCK]]
        pages += _gold_block([entry for entry in block if entry[1] is not None and entry[3]], model)
    return tuple(pages)


def _prepared(answer: Answer) -> tuple[Page, tuple[Passage, ...]]:
    page, _ = repair_page(page_from_text(answer.text, answer.page_id))
    return page, split(page)


def _gold_block(
    entries: Sequence[tuple[Answer, Label | None, Page, tuple[Passage, ...]]], model: Classifier
) -> list[GoldPage]:
    if not entries:
        return []
    block = block_of(gather([(page, passages) for _, _, page, passages in entries]))
    on_aid = np.array([label is Label.AID for _, label, _, _ in entries])[block.page_of]
    numbers = passage_kinds(score(block, model), on_aid, model.decision.passage_threshold)[1].tolist()
    found = []
    for (answer, label, page, passages), (start, end) in zip(entries, itertools.pairwise(block.starts), strict=True):
        assert label is not None
        kinds = [KINDS[number] for number in numbers[start:end]]
        if label is Label.AID and Kind.BODY not in kinds:
            kinds = _with_body(kinds, [p.end - p.start for p in passages])
        lines = _lines(page.text, passages, kinds)
        found.append(GoldPage(answer.page_id, answer.site, label, lines, page.date, f"answered in {answer.where}"))
    return found


def _with_body(kinds: Sequence[Kind], lengths: Sequence[int]) -> list[Kind]:
    if Kind.OTHER_TOPIC in kinds:
        return [Kind.BODY if kind is Kind.OTHER_TOPIC else kind for kind in kinds]
    longest = max(range(len(kinds)), key=lengths.__getitem__)
    return [Kind.BODY if number == longest else kind for number, kind in enumerate(kinds)]


def _lines(text: str, passages: Sequence[Passage], kinds: Sequence[Kind]) -> tuple[GoldPassage, ...]:
    """A gold passage is a line; a line whose passages differ in kind becomes one line for each of them."""
    on_line: list[list[int]] = []  # passage numbers of each line
    for number, passage in enumerate(passages):
        if number and "\n" not in text[passages[number - 1].end : passage.start]:
            on_line[-1].append(number)
        else:
            on_line.append([number])
    lines: list[GoldPassage] = []
    for members in on_line:
        alike = len({kinds[number] for number in members}) == 1
        for first, last in [(members[0], members[-1])] if alike else [(number, number) for number in members]:
            lines.append(GoldPassage(text[passages[first].start : passages[last].end], kinds[first]))
    return tuple(lines)
