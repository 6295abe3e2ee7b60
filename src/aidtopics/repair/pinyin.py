"""Takes off the readings that mirror sites write behind characters: 醫(yī)院 becomes 醫院."""

import functools
import re
import unicodedata
from itertools import islice
from operator import attrgetter

from aidtopics.records import Edit
from aidtopics.repair.script import is_traditional, simplified

TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
LETTERS = f"a-züê{TONED}"
HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Letters as textbooks print them.
AS_TYPED = str.maketrans("ɑɡ", "ag")
_BRACKET = re.compile(rf"[(（]\s{{0,2}}([{LETTERS}ɑɡ']{{1,24}}(?:\s[{LETTERS}ɑɡ]{{1,6}}){{0,7}})\s{{0,2}}[)）]")
_ALL_HAN = re.compile(rf"[{HAN}]+")
# A reading without a tone mark is taken off only on a page that shows it is annotated, because 啊(a) or 安(an) can be
# meant.
_ENOUGH = 3
_WIDENED = dict(zip(",;:!?()", "，；：！？（）", strict=True))


def annotations(text: str) -> list[Edit]:
    """Brackets that hold the reading of the character (or the several characters) before them."""
    if "(" not in text and "\uff08" not in text:
        return []
    sure, unsure = [], []
    anchor = last_end = -1  # where the characters end that an unbroken row of brackets annotates
    for match in _BRACKET.finditer(text):
        start = match.start()
        if start != last_end and match[1] in readings(text[start - 1 : start]):  # nearly all of them
            anchor, last_end = start, match.end()
            sure.append(Edit("pinyin", start, last_end, match[0], ""))
            continue
        syllables = match[1].translate(AS_TYPED).split()
        place = anchor if start == last_end else start
        characters = text[max(0, place - len(syllables)) : place]
        edit = Edit("pinyin", start, match.end(), match[0], "")
        whole = len(characters) == len(syllables) and bool(_ALL_HAN.fullmatch(characters))
        if whole and all(s in readings(c) for c, s in zip(characters, syllables, strict=True)):
            anchor, last_end = place, match.end()
            sure.append(edit)
        elif len(syllables) == 1 and (
            _straddles(text[max(0, place - 2) : place], syllables[0])
            or _joined(text[max(0, place - 4) : place], syllables[0])
        ):
            sure.append(edit)
        elif whole:
            anchor, last_end = place, match.end()
            if all(s in toneless(c) for c, s in zip(characters, syllables, strict=True)):
                unsure.append(edit)
    if len(sure) + len(unsure) < _ENOUGH:
        unsure = []
    if sure:
        # A page of notes alone is rare, and a few brackets tell that it is none.
        others = (edit for edit in sure if not _is_note(text[edit.start - 1], edit.before[1:-1].strip()))
        few = list(islice(others, _ENOUGH))
        if len(few) < _ENOUGH and not is_traditional(text):
            sure = few
    return sorted(sure + unsure, key=attrgetter("start")) if unsure else sure


def _is_note(character: str, letters: str) -> bool:
    """Whether an author may have told the reading: of a rare character, or one that is not its usual reading.

    Mirrors annotate characters of ordinary use.
    """
    usual = _pinyin(character)[:1]
    return not _is_ordinary(character) or (letters in syllables() and letters not in usual)


def _is_ordinary(character: str) -> bool:
    """Of the 3,755 characters of the first level of GB 2312, or the traditional form of one."""
    return b"\xb0" <= simplified(character).encode("gb2312", "replace") < b"\xd8"


def _joined(characters: str, letters: str) -> bool:
    """Whether the letters are the readings of the last two to four characters, run together."""
    plain = letters.replace("'", "")
    if len(plain) < 4 or plain == bare(plain):
        return False
    endings = {plain}
    for count, character in enumerate(reversed(characters), 1):
        known = readings(character) | toneless(character)
        endings = {e[: -len(r)] for e in endings for r in known if e.endswith(r)}
        if count > 1 and "" in endings:
            return True
    return False


def _straddles(text: str, letters: str) -> bool:
    """Whether a mirror found the second byte of a character and the ASCII behind it, which together are another one."""
    if len(text) != 2 or not "@" <= text[1] <= "~":
        return False
    # A narrow mark may have been a wide one when the mirror searched.
    first = _WIDENED.get(text[0], text[0])
    try:
        return is_reading(bytes((first.encode("gbk")[-1], ord(text[1]))).decode("gbk"), letters)
    except UnicodeError:
        return False


def is_reading(character: str, letters: str) -> bool:
    """Whether the letters, with or without a tone mark, are a reading of the character."""
    return len(character) == 1 and (letters in readings(character) or letters in toneless(character))


@functools.cache
def syllables() -> frozenset[str]:
    """All readings of all characters, with and without tone marks."""
    from pypinyin.constants import PINYIN_DICT

    toned = {reading for row in PINYIN_DICT.values() for reading in row.split(",")} - {""}
    return frozenset(toned | {bare(reading) for reading in toned})


@functools.lru_cache(maxsize=8192)
def readings(character: str) -> frozenset[str]:
    """Readings with a tone mark; neutral-tone syllables carry none and count as toneless."""
    return frozenset(r for r in _pinyin(character) if r and r != bare(r))


@functools.lru_cache(maxsize=8192)
def toneless(character: str) -> frozenset[str]:
    """Readings without a tone mark, ü also typed as v."""
    plain = {bare(reading) for reading in _pinyin(character)} - {""}
    return frozenset(plain | {reading.replace("ü", "v") for reading in plain})


def _pinyin(character: str) -> list[str]:
    from pypinyin.constants import PINYIN_DICT

    return str(PINYIN_DICT.get(ord(character), "")).split(",") if character else []


@functools.lru_cache(maxsize=8192)
def bare(reading: str) -> str:
    """The reading without its tone mark; the two dots of ü stay."""
    decomposed = unicodedata.normalize("NFD", reading)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if c == "\u0308" or not unicodedata.combining(c)))
