"""The bytes of GBK: which pairs are characters, which are none, and what a pair with a lost byte can be.

What is known of a first byte is kept as `bytes`: all that it can be, one if it is known.
"""

import functools

import numpy as np
import numpy.typing as npt

from aidtopics.repair.pinyin import readings, toneless
from aidtopics.repair.script import codes_of, script_table

LEADS = bytes(range(0x81, 0xFF))
TRAILS = bytes((*range(0x40, 0x7F), *range(0x80, 0xFF)))


@functools.lru_cache(maxsize=30_000)
def decoded(lead: int, trail: int) -> str:
    """The character of two GBK bytes, empty if there is none."""
    try:
        character = bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return ""
    return character if len(character) == 1 else ""


@functools.lru_cache(maxsize=30_000)
def encoded(character: str) -> bytes:
    """The bytes of a character, none if GBK lacks it."""
    try:
        return character.encode("gbk")
    except UnicodeEncodeError:
        return b""


@functools.cache
def undefined() -> dict[int, bytes]:
    """For each first byte the second bytes with which it is no character, and which can begin one."""
    # 80 begins nothing at all.
    found = {a: bytes(b for b in LEADS if not decoded(a, b)) for a in (0x80, *LEADS)}
    return {a: seconds for a, seconds in found.items() if seconds}


@functools.cache
def before_undefined() -> bytes:
    """The second bytes of a character that can be the first of a pair that is no character."""
    return bytes(trail for trail in TRAILS if trail in undefined())


@functools.cache
def _by_reading() -> dict[str, list[bytes]]:
    """The bytes of the characters that have a reading, with or without its tone mark."""
    found: dict[str, list[bytes]] = {}
    for lead in LEADS:
        for trail in TRAILS:
            character = decoded(lead, trail)
            for reading in readings(character) | toneless(character):
                found.setdefault(reading, []).append(bytes((lead, trail)))
    return found


def read_as(first: int, seconds: bytes, reading: str) -> bytes:
    """The second bytes that make a character of this reading with the first."""
    return bytes(trail for lead, trail in _by_reading().get(reading, ()) if lead == first and trail in seconds)


def traditional_with(first: int) -> bytes:
    """The second bytes that can begin a character and make a traditional one with the first."""
    return _traditional().get(first, b"")


@functools.cache
def _traditional() -> dict[int, bytes]:
    script = np.append(script_table().take(codes_of(characters())), np.int8(0))  # the last for no character
    grid = script[_place_of()].reshape(256, 256) > 0
    return {lead: bytes(b for b in grid[lead].nonzero()[0].tolist() if b in LEADS) for lead in LEADS}


def candidates(leads: bytes, trails: bytes, reading: str | None) -> npt.NDArray[np.intp]:
    """Places in `characters` of what two bytes can be, each one of several; with a reading those that have it."""
    if reading is None:
        grid = np.frombuffer(leads, np.uint8).astype(np.intp)[:, None] * 256 + np.frombuffer(trails, np.uint8)
        places = _place_of()[grid.ravel()]
        return places[places >= 0]
    pairs = _by_reading().get(reading, ())
    return _place_of()[[lead * 256 + trail for lead, trail in pairs if lead in leads and trail in trails]]


@functools.cache
def characters() -> str:
    """All characters of two bytes, in order."""
    return "".join(decoded(lead, trail) for lead in LEADS for trail in TRAILS)


@functools.cache
def _place_of() -> npt.NDArray[np.intp]:
    """The place of each pair of bytes among the characters, -1 for pairs that are none; shape (65536,)."""
    table = np.full(0x10000, -1, np.intp)
    pairs = [lead * 256 + trail for lead in LEADS for trail in TRAILS if decoded(lead, trail)]
    table[pairs] = np.arange(len(pairs))
    return table
