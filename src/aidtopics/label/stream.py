"""Pages in, labelled pages out, in order, on one core or many."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor

from aidtopics.classify import Classifier, classify
from aidtopics.passages import split
from aidtopics.records import LabelledPage, Page, Unreadable
from aidtopics.repair import repair_page

BLOCK = 256  # pages classified at once; the arrays of a block fit the processor's cache


def label_pages(
    pages: Iterable[Page | Unreadable], model: Classifier, jobs: int = 1
) -> Iterator[LabelledPage | Unreadable]:
    """Label pages in order, block by block; what could not be read is passed on as it is.

    Args:
        jobs: processes that label; the reading stays in this one.
    """
    stream = iter(pages)
    blocks = iter(lambda: list(itertools.islice(stream, BLOCK)), [])
    if jobs == 1:
        for block in blocks:
            yield from _label_block(block, model)
        return
    with ProcessPoolExecutor(jobs, initializer=_set_model, initargs=(model,)) as pool:
        # Two blocks a process are under way at most, so that memory does not grow with the input.
        pending: deque[Future[list[LabelledPage | Unreadable]]] = deque()
        for block in blocks:
            pending.append(pool.submit(_label_in_process, block))
            if len(pending) > 2 * jobs:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()


def _label_block(block: Sequence[Page | Unreadable], model: Classifier) -> list[LabelledPage | Unreadable]:
    prepared = []
    for page in block:
        if isinstance(page, Page):
            repaired, ledger = repair_page(page)
            prepared.append((repaired, split(repaired), ledger.counts))
    labelled = iter(classify(prepared, model))
    return [next(labelled) if isinstance(page, Page) else page for page in block]


_process_model: Classifier | None = None  # of a worker process, sent once and not with every block


def _set_model(model: Classifier) -> None:
    global _process_model
    _process_model = model


def _label_in_process(block: Sequence[Page | Unreadable]) -> list[LabelledPage | Unreadable]:
    assert _process_model is not None
    return _label_block(block, _process_model)
