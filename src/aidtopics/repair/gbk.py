"""The bytes of GBK: which pairs are characters, which are none, and what a pair with a lost byte can be."""

import functools
from collections.abc import Sequence

from aidtopics.repair.pinyin import is_reading

LEADS = range(0x81, 0xFF)
TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
UNKNOWN = -1  # a first byte that was lost
# A question mark can also stand for two bytes that are no character, as every full-width comma becomes inside a shifted
# stretch. The second of the two begins the next character: -b is a first byte unknown but for the b before it.


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
def undefined() -> dict[int, tuple[int, ...]]:
    """For each first byte the second bytes with which it is no character, and which can begin one."""
    # 80 begins nothing at all.
    found = {a: tuple(b for b in LEADS if not decoded(a, b)) for a in (0x80, *LEADS)}
    return {a: seconds for a, seconds in found.items() if seconds}


def leads(pending: int) -> Sequence[int]:
    """The first bytes that a pending one can be."""
    if pending >= 0:
        return (pending,)
    return LEADS if pending == UNKNOWN else undefined()[-pending]


@functools.lru_cache(maxsize=4096)
def candidates(lead: int, trail: int, reading: str | None) -> tuple[str, ...]:
    """The characters that two bytes can be, either of which may be unknown; with a reading those that have it."""
    trails = TRAILS if trail == UNKNOWN else (trail,)
    found = (decoded(a, b) for a in leads(lead) for b in trails)
    return tuple(c for c in found if c and (reading is None or is_reading(c, reading)))
