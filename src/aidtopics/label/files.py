"""Files in, encoded rows out: what every process and every node of a cluster does with a block of pages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aidtopics.classify import Classifier
from aidtopics.classify.drift import Reference, Tally
from aidtopics.label.output import Form, encode
from aidtopics.label.processes import in_order
from aidtopics.label.rows import row_of
from aidtopics.label.stream import BLOCK, label_block, one_thread, watched
from aidtopics.pages import Piece, pages_of

_BLOCK_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what they say."""

    aid: int = 0
    noise: int = 0
    review: int = 0  # among aid and noise
    errors: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.aid + other.aid, self.noise + other.noise, self.review + other.review, self.errors + other.errors
        )

    @property
    def rows(self) -> int:
        """All rows."""
        return self.aid + self.noise + self.errors


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with every block."""

    model: Classifier
    reference: Reference | None  # where drift is watched
    form: Form


@dataclass(frozen=True, slots=True)
class EncodedBlock:
    """What became of a block."""

    content: bytes  # as `write_blocks` takes it
    counts: Counts
    tally: Tally  # for drift
    size: int  # bytes of the input


def label_pieces(pieces: Iterable[Piece], task: Task, jobs: int) -> Iterator[EncodedBlock]:
    """Label pieces block by block, in order, in one process or several; only cutting happens in this one."""
    with one_thread():
        yield from in_order(_label, enumerate(_blocks(pieces)), task, jobs, one_thread)


def _blocks(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    block: list[Piece] = []
    records = size = 0
    for piece in pieces:
        if block and (records + len(piece) > BLOCK or size + piece.size > _BLOCK_BYTES):
            yield block
            block, records, size = [], 0, 0
        block.append(piece)
        records += len(piece)
        size += piece.size
    if block:
        yield block


def _label(numbered: tuple[int, list[Piece]], task: Task) -> EncodedBlock:
    number, pieces = numbered
    given = [page for piece in pieces for page in pages_of(piece)]
    block = label_block(given, task.model, task.reference if watched(number) else None, task.form.explained)
    rows = [row_of(page, task.form.explained) for page in block.pages]
    counts = Counts(
        aid=sum(row["label"] == "aid" for row in rows),
        noise=sum(row["label"] == "noise" for row in rows),
        review=sum(bool(row["needs_review"]) for row in rows),
        errors=sum(row["error"] is not None for row in rows),
    )
    return EncodedBlock(encode(rows, task.form), counts, block.tally, sum(piece.size for piece in pieces))
