"""Pages in, labelled pages out, in order."""

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from threadpoolctl import ThreadpoolController

from aidtopics.classify import Classifier
from aidtopics.classify.block import block_of
from aidtopics.classify.decision import label
from aidtopics.classify.drift import NO_PAGES, Reference, Tally, tally
from aidtopics.classify.model import score
from aidtopics.passages import split_pages
from aidtopics.records import LabelledPage, Page, Unreadable
from aidtopics.repair import repair_pages

BLOCK = 384  # pages classified at once; fewer cost calls of numpy, twice as many save 3 % for a third more memory
# Drift is watched in all of the first blocks and then in every so many-th: a thousand pages tell as much as a million.
_ALL_WATCHED = 4
_WATCHED = 4


class Drift:
    """Counts pages as they are labelled, to be held against those of training."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.tally = NO_PAGES


@dataclass(frozen=True, slots=True)
class Block:
    """What became of a block."""

    pages: list[LabelledPage | Unreadable]
    tally: Tally


def label_pages(
    pages: Iterable[Page | Unreadable], model: Classifier, explained: bool = False, drift: Drift | None = None
) -> Iterator[LabelledPage | Unreadable]:
    """Label pages in order, block by block; what could not be read is passed on as it is.

    Args:
        explained: with the reasons of each decision, which takes several times as long.
        drift: counts the pages on their way, of many a sample.
    """
    stream = iter(pages)
    with one_thread():
        for number, given in enumerate(iter(lambda: list(itertools.islice(stream, BLOCK)), [])):
            block = label_block(given, model, drift.reference if drift and watched(number) else None, explained)
            if drift:
                drift.tally += block.tally
            yield from block.pages


def one_thread() -> AbstractContextManager[object]:
    """Keeps the matrix library to one thread: the matrices are small, and a second one costs a core and saves nothing.

    Two threads took as long as one on two idle cores, and up to twice as long on busy ones.
    """
    limited: AbstractContextManager[object] = _libraries().limit(limits=1, user_api="blas")
    return limited


@functools.cache
def _libraries() -> ThreadpoolController:
    # Finding them takes milliseconds.
    return ThreadpoolController()


def watched(number: int) -> bool:
    """Whether the pages of the block with this number, from 0, are counted for drift."""
    return number < _ALL_WATCHED or number % _WATCHED == 0


def label_block(
    given: Sequence[Page | Unreadable], model: Classifier, reference: Reference | None, explained: bool
) -> Block:
    """Label pages at once.

    Args:
        reference: where the pages are to be counted for drift.
        explained: with the reasons of each decision.
    """
    repaired = repair_pages([page for page in given if isinstance(page, Page)])
    if not repaired:
        return Block([page for page in given if isinstance(page, Unreadable)], NO_PAGES)
    pages = [page for page, _ in repaired]
    block = block_of(split_pages(pages))
    scores = score(block, model)
    labelled = label([(page, ledger.counts) for page, ledger in repaired], block, scores, model.decision)
    if explained:
        from aidtopics.classify.contributions import explain

        reasons = explain(pages, block, model)
        labelled = [replace(page, explanation=reason) for page, reason in zip(labelled, reasons, strict=True)]
    counted = tally(pages, block, scores, reference) if reference else NO_PAGES
    remaining = iter(labelled)
    return Block([next(remaining) if isinstance(page, Page) else page for page in given], counted)
