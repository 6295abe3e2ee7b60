"""A mirror site in miniature: damages a clean page the way mirrors do, so that repair can be tried on text of our own.

What it does is described in the docstring of `aidtopics.repair.shift`; the tables, orders and chances here are its own.
"""

import random
from dataclasses import dataclass

from opencc import OpenCC
from pypinyin.constants import PINYIN_DICT

_TO_TRADITIONAL = OpenCC("s2t")
_NARROW = str.maketrans("，；：？！（）", ",;:?!()")


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A damaged page and what it was."""

    damaged: str
    clean: str  # in traditional characters, marks as the mirror's later clean-up left them
    torn: int  # characters torn apart


def mirror(simplified: str, seed: int, drop: float = 0.25) -> Mirrored:
    """Damage a page; the same page and seed give the same damage.

    `drop` is the share of torn places that lose their reading too, as in 專科 read as `??疲`.
    """
    chance = random.Random(seed)
    clean = _TO_TRADITIONAL.convert(simplified)
    clean = clean.encode("gbk", "ignore").decode("gbk")
    table = _table(chance)
    content = clean.encode("gbk")
    torn = 0
    starts = _starts(content)
    # All finds of the whole table in the untouched bytes, as one pass over them with one table would make them.
    finds = [i for i in range(len(content) - 1) if content[i : i + 2] in table]
    damaged = bytearray()
    position = 0
    for find in finds:
        reading = table[content[find : find + 2]]
        damaged += content[position : find + 2]
        position = find + 2
        if find in starts:
            damaged += b"(" + reading + b")"
        else:
            torn += 1
            damaged += b"\x00" if chance.random() < drop else b"(" + reading + b")"
    damaged += content[position:]
    text = _lenient(bytes(damaged))
    if chance.random() < 0.5:
        text, clean = text.translate(_NARROW), clean.translate(_NARROW)
    return Mirrored(text, clean, torn)


def _table(chance: random.Random) -> dict[bytes, bytes]:
    """Some dozens to some hundreds of traditional characters of ordinary use, each with one reading."""
    pool = _ordinary()
    chosen = chance.sample(pool, chance.choice((30, 80, 200, 400)))
    return {c.encode("gbk"): PINYIN_DICT[ord(c)].split(",")[0].encode("gbk", "ignore") for c in chosen}


def _ordinary() -> list[str]:
    """Traditional forms that differ from the simplified one, of the characters in the first level of GB 2312."""
    if not _ORDINARY:
        for lead in range(0xB0, 0xD8):
            for trail in range(0xA1, 0xFF):
                simple = bytes((lead, trail)).decode("gb2312", "ignore")
                traditional = _TO_TRADITIONAL.convert(simple)
                if simple and traditional != simple and len(traditional) == 1 and ord(traditional) in PINYIN_DICT:
                    _ORDINARY.append(traditional)
    return _ORDINARY


_ORDINARY: list[str] = []


def _starts(content: bytes) -> set[int]:
    starts, i = set(), 0
    while i < len(content):
        starts.add(i)
        i += 2 if content[i] >= 0x81 else 1
    return starts


def _lenient(content: bytes) -> str:
    """GBK as a careless decoder reads it: a first byte without a valid second one becomes "?" and swallows it."""
    parts, i = [], 0
    while i < len(content):
        if content[i] < 0x80:
            if content[i]:
                parts.append(chr(content[i]))
            i += 1
            continue
        try:
            parts.append(content[i : i + 2].decode("gbk"))
        except UnicodeDecodeError:
            parts.append("?")
        i += 2
    return "".join(parts)
