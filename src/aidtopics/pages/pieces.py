"""Files to pieces: records cut out of a file and not yet parsed, which is so cheap that one process can feed many."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from aidtopics.errors import UnreadableError, UsageError
from aidtopics.pages import cutting, formats, opening
from aidtopics.pages.encoding import decode
from aidtopics.pages.opening import COMPRESSED, Opened, existing, inside_folder, opened, size_of

MOST_RECORDS = 256  # of a piece
_WHOLE = ("text", "html")  # kinds of files that are one page
_MOST_BYTES = 1 << 22  # of a piece, unless a single record is longer
_ENCODING_SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive records of one file. It travels between processes, so it holds nothing open."""

    source: str
    first: int | None  # number of its first record in the file, from 1; None where the file is one page
    records: Any  # a sequence; of what, says `kind`
    kind: str  # a key of formats.PARSERS
    encoding: str | None
    size: int  # bytes of the file that it took, as stored there

    def __len__(self) -> int:
        return len(self.records)

    def after(self, passed: int) -> "Piece":
        """The piece without its first records."""
        assert self.first is not None
        return Piece(self.source, self.first + passed, self.records[passed:], self.kind, self.encoding, self.size)


def read_pieces(paths: Iterable[str]) -> Iterator[Piece]:
    """Cut files, folders (recursively, in name order), URLs and '-' into pieces, in order.

    Raises:
        UsageError: a path does not exist, at once; or a folder holds no file of a known format, when it is met.
    """
    here = existing(paths)
    return (piece for path in here for source in _files_in(path) for piece in pieces_of(source))


def files_of(paths: Iterable[str]) -> list[str]:
    """The files that paths stand for: of a folder those whose ending names a format.

    Raises:
        UsageError: a path does not exist, or a folder holds no file of a known format.
    """
    return [source for path in existing(paths) for source in _files_in(path)]


def size_of_all(paths: Iterable[str]) -> int | None:
    """Bytes of all files; None where standard input is among them. Raises UsageError as `files_of` does."""
    sizes = [size_of(source) for source in files_of(paths)]
    return None if None in sizes else sum(size or 0 for size in sizes)


def _files_in(path: str) -> list[str]:
    inside = inside_folder(path)
    if inside is None:
        return [path]
    readable = [name for name in inside if _ending(name) in _KINDS]
    if not readable:
        raise UsageError(
            f"found no readable file in the folder {path}; expected files ending in {', '.join(sorted(_KINDS))}"
        )
    return readable


def pieces_of(source: str) -> Iterator[Piece]:
    """The pieces of one file. Damage gives a piece that tells of it, behind what could be read."""
    done = 0
    kind = _KINDS.get(_ending(source))
    if kind in _WHOLE and source != "-":
        # Whoever parses the piece opens the file, so that many small files are read side by side.
        yield Piece(source, None, [source], kind, None, size_of(source) or 0)
        return
    try:
        with opened(source) as file:
            kind = kind or _sniff(file.plain)
            if kind in _WHOLE:
                content = opening.read_whole(file)
                yield Piece(source, None, [content], kind, None, max(file.taken(), len(content)))
                return
            for piece in _CUTTERS[kind](file, source):
                done += len(piece)
                yield piece
            if file.damage():
                raise UnreadableError(file.damage())
        if not done:
            raise UnreadableError(opening.EMPTY)
    except (UnreadableError, OSError) as error:
        reason = str(error) if isinstance(error, UnreadableError) else f"damaged file: {error}"
        yield Piece(source, done + 1 if done else None, [reason], "error", None, 0)


def pieces_of_range(source: str, start: int, end: int, first: int) -> Iterator[Piece]:
    """The lines of a JSON Lines file in UTF-8, not compressed, that begin in a range of bytes.

    Args:
        first: the number of the first record there.
    """
    try:
        with opened(source) as file:
            if start:
                file.plain.seek(start - 1)
                file.plain.readline()
            lines = _lines(file.plain, lambda: file.plain.tell() < end, file.damage)
            yield from _gathered(file, source, lines, "json", "utf-8", first, file.taken())
    except (UnreadableError, OSError) as error:
        yield Piece(source, first, [f"damaged file: {error}"], "error", None, 0)


def can_be_split(source: str) -> bool:
    """Whether `pieces_of_range` reads the file."""
    if _KINDS.get(_ending(source)) != "json":
        return False
    try:
        with opened(source) as file:
            return file.plain is file.file and decode(file.plain.read(_ENCODING_SAMPLE))[1] == "utf-8"
    except UnreadableError:
        return False


def _ending(source: str) -> str:
    suffixes = [suffix.lower() for suffix in PurePosixPath(source).suffixes]
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _sniff(stream: IO[bytes]) -> str:
    """The kind that fits a stream without a telling name, from its first bytes (looked at, not consumed)."""
    head: bytes = stream.peek(512)[:512]  # type: ignore[attr-defined]
    head = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith((b'{"', b"{ ")):
        return "json"
    if head[:100].lower().startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<div", b"<!--")):
        return "html"
    return "text"


def _cut_lines(file: Opened, source: str) -> Iterator[Piece]:
    encoding, stream = _in_utf8(file.plain)
    yield from _gathered(file, source, _lines(stream, lambda: True, file.damage), "json", encoding, 1, 0)


def _cut_csv(file: Opened, source: str) -> Iterator[Piece]:
    encoding, stream = _in_utf8(file.plain)
    yield from _gathered(file, source, cutting.csv_rows(stream), "row", encoding, 1, 0)


def _cut_warc(file: Opened, source: str) -> Iterator[Piece]:
    yield from _gathered(file, source, cutting.warc_records(file.plain), "warc", None, 1, 0)


def _cut_parquet(file: Opened, source: str) -> Iterator[Piece]:
    first, size = 1, 0 if source == "-" else size_of(source) or 0
    for batch, share in cutting.parquet_batches(file.plain, MOST_RECORDS):
        # A batch of long rows is sent on in parts.
        step = max(1, min(len(batch), _MOST_BYTES * len(batch) // max(batch.nbytes, 1)))
        for start in range(0, len(batch), step):
            part = batch.slice(start, step)
            yield Piece(source, first, part, "parquet", None, int(size * share * len(part) / len(batch)))
            first += len(part)


_CUTTERS: dict[str, Callable[[Opened, str], Iterator[Piece]]] = {
    "json": _cut_lines,
    "csv": _cut_csv,
    "parquet": _cut_parquet,
    "warc": _cut_warc,
}
_KINDS = {
    ".txt": "text",
    ".md": "text",
    ".html": "html",
    ".htm": "html",
    ".shtml": "html",
    ".xhtml": "html",
    ".jsonl": "json",
    ".ndjson": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".warc": "warc",
    ".wet": "warc",
}


def _gathered(
    file: Opened, source: str, records: Iterable[Any], kind: str, encoding: str | None, first: int, start: int
) -> Iterator[Piece]:
    gathered: list[Any] = []
    length, before, damage = 0, start, None
    stream = iter(records)
    while damage is None:
        try:
            record = next(stream, None)
        except (UnreadableError, OSError) as error:
            record, damage = None, error  # behind what was read before it
        if record is not None:
            gathered.append(record)
            length += cutting.length_of(record)
        if gathered and (record is None or len(gathered) == MOST_RECORDS or length >= _MOST_BYTES):
            taken = file.taken()
            yield Piece(source, first, gathered, kind, encoding, taken - before)
            first += len(gathered)
            gathered, length, before = [], 0, taken
        if record is None:
            break
    if damage is not None:
        raise damage


def _lines(
    stream: IO[bytes], go_on: Callable[[], bool], damage: Callable[[], str | None]
) -> Iterator[bytes | formats.RawRecord]:
    """Lines that are not blank. One that would fill the memory is told of; one that damage cuts off is not there."""
    while go_on() and (line := stream.readline(opening.LONGEST)):
        if len(line) == opening.LONGEST and not line.endswith(b"\n"):
            while (line := stream.readline(opening.LONGEST)) and not line.endswith(b"\n"):
                pass
            yield formats.RawRecord(error=opening.TOO_LONG)
        elif not line.isspace() and (line.endswith(b"\n") or not damage()):
            yield line


def _in_utf8(stream: IO[bytes]) -> tuple[str, IO[bytes]]:
    """The stream's encoding, told from its first megabyte, and the whole of it in UTF-8."""
    head = stream.read(_ENCODING_SAMPLE)
    head += stream.readline(opening.LONGEST)  # no character is cut in two
    encoding = decode(head)[1] if head else "utf-8"
    joined = io.BufferedReader(_Chained(head, stream), _ENCODING_SAMPLE)
    if encoding == "utf-8":
        return encoding, joined
    return encoding, io.BufferedReader(_Recoded(joined, encoding), _ENCODING_SAMPLE)


class _Chained(io.RawIOBase):
    """Bytes already read, then the rest of the stream they came from."""

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self._head = io.BytesIO(head)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the buffer protocol has no name in typing before 3.12
        chunk = self._head.read(len(buffer)) or self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _Recoded(io.RawIOBase):
    """A stream of another encoding as UTF-8."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as above
        content = self._left or self._text.read(len(buffer)).encode("utf-8")
        buffer[: len(content)] = content[: len(buffer)]
        self._left = content[len(buffer) :]
        return min(len(content), len(buffer))
