"""A folder of labelled parts: which slices of which files belong to each, and what became of them.

A part is written under a name of its own and then put in its place, its entry after it. Only the entry makes it
finished, so whoever is ended on the way leaves nothing that is taken for a result, and a part done twice is there once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from uuid import uuid4

import orjson

from aidtopics.classify.drift import NO_PAGES, Tally
from aidtopics.errors import AidtopicsError, UsageError
from aidtopics.label.files import Counts, Task, label_pieces
from aidtopics.label.output import write_blocks
from aidtopics.pages import Piece
from aidtopics.pages.opening import filesystem, size_of
from aidtopics.pages.pieces import can_be_split, pieces_of, pieces_of_range

PART_BYTES = 1 << 26  # of input: one to two minutes of a core are lost with a worker
_MOST_FILES = 10_000
_FORMAT = 1
PLAN, MANIFEST, _ENTRIES = "plan.json", "manifest.json", "entries"


@dataclass(frozen=True, slots=True)
class Slice:
    """A file, or a range of bytes of one: the lines that begin there."""

    source: str
    size: int  # bytes of the whole file
    start: int
    end: int
    first: int = 1  # number of its first record in the file

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole file."""
        return (self.start, self.end) == (0, self.size)


@dataclass(frozen=True, slots=True)
class Part:
    """What is labelled into one file."""

    name: str
    slices: tuple[Slice, ...]

    @property
    def size(self) -> int:
        """Bytes of input."""
        return sum(piece.end - piece.start for piece in self.slices)


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of a folder. It only grows: a later run adds parts for files that are new."""

    model: str  # SHA-256 of the classifier
    output: str  # format
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class LabelledPart:
    """A finished part."""

    name: str
    counts: Counts
    tally: Tally  # for drift
    size: int  # bytes of input


class PartFolder:
    """The output folder, on a disk or behind a URL that all workers reach."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._system, self._base = filesystem(url)

    def read_plan(self) -> Plan | None:
        """The plan of an earlier run.

        Raises:
            UsageError: the folder holds something else.
        """
        if not self._system.exists(self._base) or not self._system.ls(self._base, detail=False):
            return None
        if not self._system.exists(f"{self._base}/{PLAN}"):
            raise UsageError(f"found other files in {self.url} and no {PLAN}; name a new or empty folder with -o")
        row = orjson.loads(self._system.cat_file(f"{self._base}/{PLAN}"))
        if row["format"] != _FORMAT:
            raise UsageError(
                f"found a {PLAN} of format {row['format']} in {self.url}, expected {_FORMAT}; name a new folder"
            )
        parts = (Part(p["name"], tuple(Slice(*given) for given in p["slices"])) for p in row["parts"])
        return Plan(row["model"], row["output"], tuple(parts))

    def write_plan(self, plan: Plan) -> None:
        """Put a plan in the place of an older one."""
        self._system.makedirs(f"{self._base}/{_ENTRIES}", exist_ok=True)
        parts = [
            {"name": part.name, "slices": [list(asdict(piece).values()) for piece in part.slices]}
            for part in plan.parts
        ]
        row = {"format": _FORMAT, "model": plan.model, "output": plan.output, "parts": parts}
        self._put(PLAN, orjson.dumps(row))

    def finished(self) -> dict[str, Counts]:
        """The counts of each finished part by its name."""
        names = self._system.glob(f"{self._base}/{_ENTRIES}/*.json")
        rows = [orjson.loads(content) for content in self._system.cat(names).values()] if names else []
        return {row.pop("name"): Counts(**row) for row in rows}

    def label(self, part: Part, task: Task) -> LabelledPart:
        """Label a part and put it in its place.

        Raises:
            AidtopicsError: a file is not there, or another than when the plan was made.
        """
        for piece in part.slices:
            if size_of(piece.source) != piece.size:
                raise AidtopicsError(
                    f"found {piece.source} with {size_of(piece.source)} bytes on a worker, expected {piece.size}; put "
                    "it where all workers see it, and label a changed file into a new folder"
                )
        counts, tally = Counts(), NO_PAGES
        temporary = f"{self._base}/.{part.name}-{uuid4().hex}"

        def contents() -> Iterator[bytes]:
            nonlocal counts, tally
            for block in label_pieces((piece for given in part.slices for piece in _pieces(given)), task, jobs=1):
                counts += block.counts
                tally += block.tally
                yield block.content

        try:
            with self._system.open(temporary, "wb") as stream:
                write_blocks(contents(), stream, task.form)
            self._system.mv(temporary, f"{self._base}/{part.name}")
        except BaseException:
            if self._system.exists(temporary):
                self._system.rm(temporary)
            raise
        self._put(f"{_ENTRIES}/{part.name}.json", orjson.dumps({"name": part.name, **asdict(counts)}))
        return LabelledPart(part.name, counts, tally, part.size)

    def finish(self, plan: Plan) -> Counts:
        """Write the manifest of a folder whose parts are all finished, and clear away what ended workers left."""
        finished = self.finished()
        total = sum(finished.values(), Counts())
        parts = [{"name": p.name, "rows": finished[p.name].rows, **asdict(finished[p.name])} for p in plan.parts]
        row = {"format": _FORMAT, "model": plan.model, "output": plan.output, "rows": total.rows, **asdict(total)}
        self._put(MANIFEST, orjson.dumps(row | {"parts": parts}, option=orjson.OPT_INDENT_2))
        for name in self._system.ls(self._base, detail=False):
            if name.rsplit("/", 1)[-1].startswith(".part-"):
                self._system.rm(name)
        return total

    def _put(self, name: str, content: bytes) -> None:
        """Write a file so that it is there whole or not at all."""
        folder, _, last = f"{self._base}/{name}".rpartition("/")
        temporary = f"{folder}/.{last}-{uuid4().hex}"
        with self._system.open(temporary, "wb") as stream:
            stream.write(content)
        self._system.mv(temporary, f"{folder}/{last}")


def slices_of(source: str) -> list[Slice]:
    """A file, or its ranges if it is large and may be split; the numbers of their records are not known yet.

    Raises:
        UsageError: the place does not say how large the file is.
    """
    size = size_of(source)
    if size is None:
        raise UsageError(f"found {source}, whose size is not known; expected files and URLs of files")
    if size <= PART_BYTES or not can_be_split(source):
        return [Slice(source, size, 0, size)]
    return [Slice(source, size, start, min(start + PART_BYTES, size)) for start in range(0, size, PART_BYTES)]


def records_in(piece: Slice) -> int:
    """How many records begin in a range."""
    return sum(map(len, pieces_of_range(piece.source, piece.start, piece.end, 1)))


def with_files(plan: Plan, slices: Sequence[Slice]) -> Plan:
    """The plan with parts for slices of new files, in order."""
    groups: list[list[Slice]] = []
    size = 0
    for piece in slices:
        if not groups or size + piece.end - piece.start > PART_BYTES or len(groups[-1]) == _MOST_FILES:
            groups.append([])
            size = 0
        groups[-1].append(piece)
        size += piece.end - piece.start
    ending = plan.output
    first = len(plan.parts)
    parts = (Part(f"part-{first + n:06}.{ending}", tuple(group)) for n, group in enumerate(groups))
    return Plan(plan.model, plan.output, (*plan.parts, *parts))


def check_plan(plan: Plan, model: str, output: str, url: str) -> None:
    """Hold a folder's plan against what is asked for now.

    Raises:
        UsageError: another model, another format, or files that have changed since.
    """
    wanted = {"the model": (plan.model, model), "the format": (plan.output, output)}
    for name, (found, expected) in wanted.items():
        if found != expected:
            raise UsageError(f"found {url} begun with {name} {found}, expected {expected}; name a new folder with -o")
    sizes = {piece.source: piece.size for part in plan.parts for piece in part.slices}
    changed = [source for source, size in sizes.items() if size_of(source) not in (size, 0)]
    if changed:
        raise UsageError(f"found {changed[0]} changed since {url} was begun; label it into a new folder")


def _pieces(piece: Slice) -> Iterator[Piece]:
    if piece.is_whole:
        return pieces_of(piece.source)
    return pieces_of_range(piece.source, piece.start, piece.end, piece.first)
