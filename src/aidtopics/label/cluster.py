"""Labelling on a Dask cluster: parts handed out, and handed out again when a worker or the scheduler goes away.

What is finished stands in the output folder and not in the scheduler, so nothing is lost with either.
"""

import asyncio
import pickle
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from aidtopics.errors import AidtopicsError, UsageError
from aidtopics.label.files import Task
from aidtopics.label.parts import (
    LabelledPart,
    Part,
    PartFolder,
    Plan,
    Slice,
    check_plan,
    records_in,
    slices_of,
    with_files,
)
from aidtopics.pages.opening import is_url
from aidtopics.pages.pieces import files_of

Key = TypeVar("Key")
Item = TypeVar("Item")
Result = TypeVar("Result")

ANSWER = 10  # seconds that a scheduler has to answer at first
_PATIENCE = 300  # seconds that a scheduler may be away
_RETRIES = 2  # of a part that failed, say because a disk was away for a moment
# What is raised when the scheduler is gone.
_GONE = (CancelledError, asyncio.CancelledError, OSError)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run finds."""

    plan: Plan
    left: int  # parts
    size: int  # bytes of input in them
    workers: int  # processes of the cluster


def label_parts(
    paths: Iterable[str], folder: PartFolder, task: Task, model: str, address: str
) -> Iterator[Beginning | LabelledPart]:
    """Label files into a folder of parts; first comes what is to be done, then each part as it is finished.

    Parts that an earlier run finished are not labelled again. When all are finished, call `folder.finish`.

    Args:
        model: SHA-256 of the classifier.
        address: of the Dask scheduler, as in tcp://10.0.0.1:8786.

    Raises:
        UsageError: no scheduler answers; or the folder was begun with something else.
        AidtopicsError: a part could not be labelled; the others were.
    """
    output = task.form.format
    plan = folder.read_plan() or Plan(model, output, ())
    check_plan(plan, model, output, folder.url)
    known = {piece.source for part in plan.parts for piece in part.slices}
    new = [source for source in _absolute(files_of(paths)) if source not in known]
    with _Cluster(address) as cluster:
        if new:
            plan = with_files(plan, _numbered([piece for source in new for piece in slices_of(source)], cluster))
            folder.write_plan(plan)
        finished = folder.finished()
        left = {part.name: part for part in plan.parts if part.name not in finished}
        yield Beginning(plan, len(left), sum(part.size for part in left.values()), cluster.workers)
        packed = zlib.compress(pickle.dumps((version("aidtopics"), folder.url, task)), 1)
        for _, labelled in cluster.results(_label_part, left, packed):
            yield labelled


def _absolute(files: Iterable[str]) -> list[str]:
    """Workers stand in other folders than whoever calls them."""
    found = list(files)
    if "-" in found:
        raise UsageError("found - (standard input) with --dask, expected files that all workers reach")
    return list(dict.fromkeys(name if is_url(name) else str(Path(name).resolve()) for name in found))


def _numbered(slices: list[Slice], cluster: "_Cluster") -> list[Slice]:
    """Ranges with the number of their first record, for which those before are counted."""
    ranges = {(piece.source, piece.start): piece for piece in slices if not piece.is_whole}
    counts = dict(cluster.results(_count_records, ranges, b""))
    numbered, first = [], 1
    for piece in slices:
        first = 1 if piece.start == 0 else first
        numbered.append(Slice(piece.source, piece.size, piece.start, piece.end, first))
        first += counts.get((piece.source, piece.start), 0)
    return numbered


def _count_records(piece: Slice, common: None) -> int:
    return records_in(piece)


def _label_part(part: Part, common: tuple[str, str, Task]) -> LabelledPart:
    installed, url, task = common
    if installed != version("aidtopics"):
        raise AidtopicsError(
            f"found aidtopics {version('aidtopics')} on a worker, expected {installed}; install the same"
        )
    return PartFolder(url).label(part, task)


def _unpacked(packed: bytes) -> Any:  # noqa: ANN401 - what was packed
    return pickle.loads(zlib.decompress(packed)) if packed else None


class _Cluster:
    """A scheduler that may be restarted while we wait for it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = connected(address, ANSWER)

    def __enter__(self) -> "_Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def workers(self) -> int:
        """Processes that work for it now."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def results(
        self, function: Callable[[Item, Any], Result], items: Mapping[Key, Item], packed: bytes
    ) -> Iterator[tuple[Key, Result]]:
        """What a function makes of each item, with the item's key, as it comes.

        Raises:
            AidtopicsError: of some items nothing came, after all others are through.
        """
        left = dict(items)
        failed: dict[Key, Exception] = {}
        while left:
            try:
                for key, future in self._submitted(function, left, packed):
                    try:
                        result = future.result()
                    except Exception as error:
                        if isinstance(error, _GONE):
                            raise
                        failed[key] = error
                        del left[key]
                        continue
                    del left[key]
                    yield key, result
            except _GONE:
                # The scheduler went away: what is left is handed out again.
                self._client.close()
                self._client = connected(self._address, _PATIENCE)
        if failed:
            key, reason = next(iter(failed.items()))
            raise AidtopicsError(
                f"could not do {len(failed)} of {len(items)} parts, the first {key}: {reason}; run it again to go on"
            ) from reason

    def _submitted(
        self, function: Callable[[Item, Any], Result], items: Mapping[Key, Item], packed: bytes
    ) -> Iterator[tuple[Key, Any]]:
        from distributed import as_completed

        # A result of the cluster and not data put there: what a killed worker held is then made again.
        common = self._client.submit(_unpacked, packed, pure=False)
        # Keys of their own: a second caller, or a scheduler that outlived the first, does not give us its results.
        futures = self._client.map(
            function, list(items.values()), common=common, key=f"{function.__name__}-{uuid4().hex}", retries=_RETRIES
        )
        key_of = dict(zip((future.key for future in futures), items, strict=True))
        for future in as_completed(futures, loop=self._client.loop):  # type: ignore[no-untyped-call]
            yield key_of[future.key], future


def connected(address: str, seconds: float) -> Any:  # noqa: ANN401 - a Client
    """A Dask client, waited for so long.

    Raises:
        UsageError: no scheduler answers, or the packages for it are not installed.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(f"could not use --dask ({error}); install aidtopics[dask]") from error
    until = time.monotonic() + seconds
    while True:
        try:
            return Client(address, timeout=min(seconds, 10), set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            if time.monotonic() > until or isinstance(error, ValueError):
                raise UsageError(
                    f"found no Dask scheduler at {address} ({error}); start one with 'dask scheduler'"
                ) from error
