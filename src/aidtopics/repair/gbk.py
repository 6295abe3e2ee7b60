"""The bytes of GBK: which pairs are characters, which are none, and what a pair with a lost byte can be.

What is known of a first byte is kept as `bytes`: all that it can be, one if it is known.
"""

import functools

from aidtopics.repair.pinyin import is_reading
from aidtopics.repair.script import script_of

LEADS = bytes(range(0x81, 0xFF))
TRAILS = bytes((*range(0x40, 0x7F), *range(0x80, 0xFF)))
LOST = -1  # a second byte that was lost


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


@functools.lru_cache(maxsize=8192)
def read_as(first: int, seconds: bytes, reading: str) -> bytes:
    """The second bytes that make a character of this reading with the first."""
    return bytes(b for b in seconds if is_reading(decoded(first, b), reading))


@functools.lru_cache(maxsize=512)
def traditional_with(first: int) -> bytes:
    """The second bytes that can begin a character and make a traditional one with the first."""
    return bytes(b for b in LEADS if script_of(decoded(first, b) or " ") > 0)


@functools.lru_cache(maxsize=8192)
def candidates(leads: bytes, trail: int, reading: str | None) -> tuple[str, ...]:
    """The characters that two bytes can be, either of which may be unknown; with a reading those that have it."""
    trails = TRAILS if trail == LOST else (trail,)
    found = (decoded(a, b) for a in leads for b in trails)
    return tuple(c for c in found if c and (reading is None or is_reading(c, reading)))
