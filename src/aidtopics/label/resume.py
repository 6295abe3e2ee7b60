"""What an interrupted run has written, so that the next one goes on behind it."""

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import orjson

from aidtopics.errors import UsageError
from aidtopics.label.output import Form
from aidtopics.pages import Piece
from aidtopics.pages.opening import zstd

_CHUNK = 1 << 20


class Done:
    """Which records of which files are labelled: ranges of numbers by file, small however many pages there are."""

    def __init__(self) -> None:
        self.rows = 0
        self._ranges: dict[str, list[tuple[int, int]]] = {}

    def add(self, source: str) -> None:
        """Count a row that was written."""
        self.rows += 1
        file, number = _numbered(source)
        file = sys.intern(file)
        ranges = self._ranges.setdefault(file, [])
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))

    def left(self, piece: Piece) -> Piece | None:
        """The piece without what is labelled already; None where nothing of it is left."""
        file, number = (piece.source, piece.first) if piece.first is not None else _numbered(piece.source)
        for low, high in self._ranges.get(file, ()):
            if low <= number <= high:
                passed = high + 1 - number
                return None if piece.first is None or passed >= len(piece) else piece.after(passed)
        return piece

    def left_of(self, pieces: Iterable[Piece], passed: Callable[[int, int], None]) -> Iterator[Piece]:
        """The pieces that are left to do; told are the bytes and pages of those that are not."""
        for piece in pieces:
            left = self.left(piece)
            if left is None:
                passed(piece.size, 0)
            else:
                yield left


def read_done(path: Path, form: Form) -> Done:
    """Read which rows an interrupted run left in a file of JSON lines; what is half written at its end is cut off.

    Raises:
        UsageError: the file is of another format.
    """
    done = Done()
    with path.open("r+b") as stream:
        try:
            for lines, _ in _whole(stream, form):
                for line in lines:
                    done.add(orjson.loads(line)["source"])
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise UsageError(
                f"found {path} with other lines than 'aidtopics label' writes; name a new file with -o"
            ) from error
    return done


def _whole(stream: IO[bytes], form: Form) -> Iterator[tuple[list[bytes], int]]:
    """Lines that are whole, and where they end; then the file is cut there."""
    end = 0
    for content, end in _members(stream, _UNPACKERS[form.packing]) if form.packing else _plain(stream):
        yield [line for line in content.split(b"\n") if line], end
    stream.truncate(end)


def _plain(stream: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    end, left = 0, b""
    while chunk := stream.read(_CHUNK):
        content, newline, left = (left + chunk).rpartition(b"\n")
        if newline:
            end += len(content) + 1
            yield content, end


def _members(stream: IO[bytes], unpacker: Callable[[], Any]) -> Iterator[tuple[bytes, int]]:
    """The content of each block that was compressed as a whole, and where it ends in the file."""
    end, chunk = 0, stream.read(_CHUNK)
    while chunk:
        member, parts, size = unpacker(), [], 0
        try:
            while chunk and not member.eof:
                parts.append(member.decompress(chunk))
                size += len(chunk)
                chunk = b"" if member.eof else stream.read(_CHUNK)
        except (zlib.error, _zstd_error()):
            return
        if not member.eof:
            return
        chunk = member.unused_data
        end += size - len(chunk)
        yield b"".join(parts), end
        chunk = chunk or stream.read(_CHUNK)


def _zstd_error() -> type[Exception]:
    error: type[Exception] = zstd().ZstdError
    return error


_UNPACKERS: dict[str, Callable[[], Any]] = {
    "gz": lambda: zlib.decompressobj(wbits=31),
    "zst": lambda: zstd().ZstdDecompressor(),
}


def _numbered(source: str) -> tuple[str, int]:
    """A row's source as its file and the number there; 0 of a file that is one page."""
    file, mark, number = source.rpartition("#")
    return (file, int(number)) if mark and number.isdecimal() else (source, 0)
