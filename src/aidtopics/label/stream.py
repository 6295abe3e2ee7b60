"""Pages in, labelled pages out, in order, on one core or many."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace

from aidtopics.classify import Classifier
from aidtopics.classify.block import block_of
from aidtopics.classify.decision import label
from aidtopics.classify.drift import NO_PAGES, Reference, Tally, tally
from aidtopics.classify.model import score
from aidtopics.passages import split
from aidtopics.records import LabelledPage, Page, Unreadable
from aidtopics.repair import repair_page

BLOCK = 256  # pages classified at once; the arrays of a block fit the processor's cache
# Drift is watched in all of the first blocks and then in every so many-th: a thousand pages tell as much as a million.
_ALL_WATCHED = 4
_WATCHED = 4


class Drift:
    """Counts pages as they are labelled, to be held against those of training."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.tally = NO_PAGES


@dataclass(frozen=True, slots=True)
class _Task:
    """What is done with every block."""

    model: Classifier
    reference: Reference | None  # where drift is watched
    explained: bool


@dataclass(frozen=True, slots=True)
class _Block:
    """What became of a block."""

    pages: list[LabelledPage | Unreadable]
    tally: Tally


def label_pages(
    pages: Iterable[Page | Unreadable],
    model: Classifier,
    jobs: int = 1,
    explained: bool = False,
    drift: Drift | None = None,
) -> Iterator[LabelledPage | Unreadable]:
    """Label pages in order, block by block; what could not be read is passed on as it is.

    Args:
        jobs: processes that label; the reading stays in this one.
        explained: with the reasons of each decision, which takes several times as long.
        drift: counts the pages on their way, of many a sample.
    """
    task = _Task(model, drift.reference if drift else None, explained)
    for block in _blocks(pages, task, jobs):
        if drift:
            drift.tally += block.tally
        yield from block.pages


def _blocks(pages: Iterable[Page | Unreadable], task: _Task, jobs: int) -> Iterator[_Block]:
    stream = iter(pages)
    blocks = enumerate(iter(lambda: list(itertools.islice(stream, BLOCK)), []))
    if jobs == 1:
        for number, block in blocks:
            yield _label_block(number, block, task)
        return
    with ProcessPoolExecutor(jobs, initializer=_set_task, initargs=(task,)) as pool:
        # Two blocks a process are under way at most, so that memory does not grow with the input.
        pending: deque[Future[_Block]] = deque()
        for number, block in blocks:
            pending.append(pool.submit(_label_in_process, number, block))
            if len(pending) > 2 * jobs:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def _label_block(number: int, given: Sequence[Page | Unreadable], task: _Task) -> _Block:
    prepared = []
    for page in given:
        if isinstance(page, Page):
            repaired, ledger = repair_page(page)
            prepared.append((repaired, split(repaired), ledger.counts))
    if not prepared:
        return _Block([page for page in given if isinstance(page, Unreadable)], NO_PAGES)
    pages = [(page, passages) for page, passages, _ in prepared]
    block = block_of(pages)
    scores = score(block, task.model)
    labelled = label(prepared, block, scores, task.model.decision)
    if task.explained:
        from aidtopics.classify.contributions import explain

        reasons = explain(pages, task.model)
        labelled = [replace(page, explanation=reason) for page, reason in zip(labelled, reasons, strict=True)]
    watched = number < _ALL_WATCHED or number % _WATCHED == 0
    counted = tally(pages, block, scores, task.reference) if task.reference and watched else NO_PAGES
    remaining = iter(labelled)
    return _Block([next(remaining) if isinstance(page, Page) else page for page in given], counted)


_process_task: _Task | None = None  # of a worker process, sent once and not with every block


def _set_task(task: _Task) -> None:
    global _process_task
    _process_task = task


def _label_in_process(number: int, block: Sequence[Page | Unreadable]) -> _Block:
    assert _process_task is not None
    return _label_block(number, block, _process_task)
