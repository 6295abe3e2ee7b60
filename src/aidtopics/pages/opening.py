"""Files, URLs and standard input as binary streams, decompressed as their first bytes say."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from aidtopics.errors import UnreadableError, UsageError

COMPRESSED = (".gz", ".zst")
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_BUFFER = 1 << 18
LONGEST = 1 << 26  # bytes of one record: more is no page, and would fill the memory
TOO_LONG = f"found more than {LONGEST >> 20} MiB in one record, expected a page"
EMPTY = "found no page in it (an empty file), expected text"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file while it is read."""

    plain: IO[bytes]  # decompressed; it has `peek`
    file: IO[bytes]  # as it is stored

    def taken(self) -> int:
        """Bytes of the file read so far; 0 for standard input."""
        try:
            return self.file.tell()
        except OSError:
            return 0

    def damage(self) -> str | None:
        """Why the decompressed stream ended before its end, once it did."""
        raw = getattr(self.plain, "raw", None)
        return raw.damage if isinstance(raw, _Salvaged) else None


@contextmanager
def opened(source: str) -> Iterator[Opened]:
    """A path, a URL or '-' (standard input) to read from.

    Raises:
        UnreadableError: it can't be opened.
        UsageError: a URL, and the package that reads it is not installed.
    """
    try:
        file = _peekable(sys.stdin.buffer if source == "-" else _open(source))
        plain = _decompressed(file)
    except OSError as error:
        raise UnreadableError(f"could not be opened: {error.strerror or error}") from error
    try:
        yield Opened(plain, file)
    finally:
        if source != "-":
            file.close()


def read_whole(file: Opened) -> bytes:
    """All of a file. Raises UnreadableError if it is empty, damaged or longer than LONGEST."""
    content = file.plain.read(LONGEST + 1)
    if file.damage():
        raise UnreadableError(file.damage())
    if not content:
        raise UnreadableError(EMPTY)
    if len(content) > LONGEST:
        raise UnreadableError(TOO_LONG)
    return content


def _decompressed(file: IO[bytes]) -> IO[bytes]:
    head: bytes = file.peek(4)[:4]  # type: ignore[attr-defined]
    if head.startswith(_GZIP):
        return io.BufferedReader(_Salvaged(gzip.GzipFile(fileobj=file, mode="rb"), zlib.error), _BUFFER)
    if head.startswith(_ZSTD):
        return io.BufferedReader(_Salvaged(zstd().ZstdFile(file, "rb"), zstd().ZstdError), _BUFFER)
    return file


class _Salvaged(io.RawIOBase):
    """A decompressed stream that ends where the damage begins, so that all before it is read."""

    def __init__(self, stream: Any, own_error: type[Exception]) -> None:  # noqa: ANN401 - they have no common type
        self._stream = stream
        self._errors = (OSError, EOFError, own_error)
        self.damage: str | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the buffer protocol has no name in typing before 3.12
        try:
            content = b"" if self.damage else self._stream.read1(len(buffer))
        except self._errors as error:
            self.damage = f"damaged file: {' '.join(str(error).split())}"
            return 0
        buffer[: len(content)] = content
        return len(content)


def zstd() -> Any:  # noqa: ANN401 - a module
    """The module of Python 3.14 that reads and writes zst, or its twin for older ones."""
    if sys.version_info >= (3, 14):
        from compression import zstd as module
    else:
        from backports import zstd as module
    return module


def is_url(source: str) -> bool:
    """Whether a source is not on this machine's disk."""
    return "://" in source


def filesystem(url: str) -> tuple[Any, str]:
    """The fsspec file system of a path or URL, and the path there.

    Raises:
        UsageError: fsspec, or what it needs for this kind of URL, is not installed.
    """
    try:
        from fsspec.core import url_to_fs

        found: tuple[Any, str] = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise UsageError(f"could not use the URL {url} ({error}); install aidtopics[dask] and what it names") from error
    return found


def existing(paths: Iterable[str]) -> list[str]:
    """The paths and URLs, patterns in URLs replaced by what they match.

    Raises:
        UsageError: one does not exist.
    """
    found, missing = [], []
    for path in paths:
        if not is_url(path):
            here = [path] if path == "-" or Path(path).exists() else []
        else:
            system, inside = filesystem(path)
            here = [system.unstrip_protocol(name) for name in sorted(system.glob(inside))]
        found += here
        missing += [] if here else [path]
    if missing:
        raise UsageError(f"found no file or folder {', '.join(missing)}; expected paths of pages to read")
    return found


def inside_folder(path: str) -> list[str] | None:
    """All files under a folder in name order, hidden ones left out; None if the path is no folder."""
    if is_url(path):
        system, inside = filesystem(path)
        if not system.isdir(inside):
            return None
        base = len(inside.rstrip("/"))
        return [system.unstrip_protocol(n) for n in sorted(system.find(inside)) if "/." not in n[base:]]
    if path == "-" or not Path(path).is_dir():
        return None
    return [str(name) for name in sorted(Path(path).rglob("[!.]*")) if name.is_file()]


def size_of(source: str) -> int | None:
    """Bytes of a file; None of standard input, and where the place does not say."""
    if source == "-":
        return None
    if is_url(source):
        system, inside = filesystem(source)
        size = system.size(inside)
        return None if size is None else int(size)
    try:
        return Path(source).stat().st_size
    except OSError:
        return 0


def _open(source: str) -> IO[bytes]:
    if not is_url(source):
        return Path(source).open("rb", buffering=_BUFFER)
    system, inside = filesystem(source)
    stream: IO[bytes] = system.open(inside, "rb")
    return stream


def _peekable(stream: IO[bytes]) -> IO[bytes]:
    return stream if hasattr(stream, "peek") else io.BufferedReader(cast(io.RawIOBase, stream), _BUFFER)
