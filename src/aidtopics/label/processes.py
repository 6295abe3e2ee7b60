"""A function over a stream in several processes, in order, with large arrays shared and not copied."""

import mmap
import multiprocessing
import pickle
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, TypeVar

from aidtopics.errors import AidtopicsError

Item = TypeVar("Item")
Result = TypeVar("Result")
Shared = TypeVar("Shared")

_ALIGNED = 64
_UNDER_WAY = 2  # items a process: one in its hands, one waiting; so memory does not grow with the stream


def in_order(
    function: Callable[[Item, Shared], Result],
    items: Iterable[Item],
    shared: Shared,
    jobs: int,
    prepare: Callable[[], object],
) -> Iterator[Result]:
    """What a function makes of each item, in the order of the items.

    Args:
        shared: what every call needs; its arrays are mapped into the memory of all processes and can't be written to.
        jobs: processes; with one the calls happen here.
        prepare: called once in each process that is started.

    Raises:
        AidtopicsError: a process was ended from outside.
    """
    if jobs == 1:
        for item in items:
            yield function(item, shared)
        return
    with tempfile.TemporaryDirectory(prefix="aidtopics-") as folder:
        _write_shared(shared, Path(folder))
        # A forked process would inherit locks that threads of numpy hold; a spawned one starts clean.
        pool = ProcessPoolExecutor(
            jobs, multiprocessing.get_context("spawn"), initializer=_start, initargs=(Path(folder), prepare)
        )
        pending: deque[Future[Result]] = deque()
        try:
            for item in items:
                pending.append(pool.submit(_call, function, item))
                if len(pending) > _UNDER_WAY * jobs:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool as error:
            raise AidtopicsError(
                "found a process ended from outside, mostly because memory ran out; use fewer --jobs, and go on with "
                "--resume"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


_shared: Any = None  # of a process that was started here


def _start(folder: Path, prepare: Callable[[], object]) -> None:
    global _shared
    prepare()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that reads ends the others
    _shared = _read_shared(folder)


def _call(function: Callable[[Item, Any], Result], item: Item) -> Result:
    return function(item, _shared)


def _write_shared(value: object, folder: Path) -> None:
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    bounds = []
    with (folder / "arrays").open("wb") as stream:
        stream.write(bytes(_ALIGNED))  # a file of no bytes can't be mapped
        for buffer in buffers:
            stream.write(bytes(-stream.tell() % _ALIGNED))
            start = stream.tell()
            stream.write(buffer.raw())
            bounds.append((start, stream.tell()))
    (folder / "head").write_bytes(pickle.dumps((head, bounds)))


def _read_shared(folder: Path) -> object:
    head, bounds = pickle.loads((folder / "head").read_bytes())
    with (folder / "arrays").open("rb") as stream:
        view = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    return pickle.loads(head, buffers=[view[start:end] for start, end in bounds])
