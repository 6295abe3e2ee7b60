"""Traditional characters to simplified ones, line by line, where the line is traditional."""

import functools
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from aidtopics.records import Edit

# A line counts by itself from this many characters that only the traditional script has.
_OWN_EVIDENCE = 3
# 乾 that is read qián is no 干: counties, reigns, the trigram.
_NAMES = re.compile("乾(?=[安隆縣县陵坤清元德寧宁潭封])")
# Words that one region's pages use and the others' hardly do.
_TAIWAN = re.compile(
    "資訊|網路|軟體|品質|超音波|愛滋病|健保|志工|偏鄉|計畫|影片|公車|捷運|衛福部|診所|台灣|臺灣|新臺幣|新台幣|視訊|"
    "滑鼠|儲存|數位|程式|後天免疫缺乏|嚴重特殊傳染性肺炎|透過|醫師公會|村里長"
)
_HONG_KONG = re.compile(
    "衞|裏|綫|牀|麪|港幣|港元|社署|醫管局|公屋|巴士|的士|義工|愛滋病|嘅|咗|喺|啲|冇|電郵|資助額|長者"
)
_REGION_EVIDENCE = 2  # different words
# After conversion: what is said otherwise on the mainland.
_TERMS = {
    "爱滋病": "艾滋病",
    "后天免疫缺乏症候群": "获得性免疫缺陷综合征",
    "后天免疫缺乏综合症": "获得性免疫缺陷综合征",
    "后天免疫缺乏综合征": "获得性免疫缺陷综合征",
    "严重特殊传染性肺炎": "新型冠状病毒肺炎",
}
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character; OpenCC takes whole ones only


def traditional(text: str) -> list[Edit]:
    """Simplify the lines in traditional script; Japanese lines stay as they are.

    A line is traditional if it has more characters that only that script has than characters that only the simplified
    one has, and either at least three of them or a page that is traditional as a whole. So 乾隆 and 乾安 stay on a
    simplified page. On a page that uses Taiwan's or Hong Kong's words these become the mainland's.
    """
    codes = codes_of(text)
    script = script_table().take(codes, mode="clip")
    if not (script > 0).any():
        return []
    lines = text.split("\n")
    starts = np.append(0, (codes == ord("\n")).nonzero()[0] + 1)
    # A zero behind the text is the end of its last line, so that no line is empty.
    padded = np.append(script, np.int8(0))
    balance = np.add.reduceat(padded, starts, dtype=np.intp)
    counts = balance > 0
    if balance.sum() <= 0:
        counts &= np.add.reduceat(padded > 0, starts, dtype=np.intp) >= _OWN_EVIDENCE
    chosen = counts.nonzero()[0].tolist()
    chosen = [n for n in chosen if not _is_japanese(lines[n]) and not _SURROGATE.search(lines[n])]
    after = _convert([lines[n] for n in chosen], _mode(text))
    edits = []
    same_length = lines.copy()
    for n, line in zip(chosen, after, strict=True):
        if len(line) == len(lines[n]):
            same_length[n] = line
        else:
            edits += _differences(lines[n], line, int(starts[n]))
    edits += _replaced(text, "\n".join(same_length))
    return sorted(edits, key=attrgetter("start"))


def is_traditional(text: str) -> bool:
    """Whether more characters are of the traditional script alone than of the simplified one alone."""
    return _balance(text) > 0


def script_of_page(text: str) -> str | None:
    """'simplified', 'traditional', 'taiwan' or 'hong kong'; None for a text that could be either."""
    balance = _balance(text)
    if balance == 0:
        return None
    return {"t2s": "traditional", "tw2sp": "taiwan", "hk2s": "hong kong"}[_mode(text)] if balance > 0 else "simplified"


def _balance(text: str) -> int:
    """Characters that only the traditional script has, less those that only the simplified one has."""
    return int(script_table().take(codes_of(text), mode="clip").sum())


def _mode(text: str) -> str:
    """OpenCC's configuration for the page: the region whose own words it uses, from two different ones on."""
    taiwan, hong_kong = ({m[0] for m in pattern.finditer(text)} for pattern in (_TAIWAN, _HONG_KONG))
    if max(len(taiwan), len(hong_kong)) < _REGION_EVIDENCE:
        return "t2s"
    return "tw2sp" if len(taiwan) >= len(hong_kong) else "hk2s"


def _convert(lines: Sequence[str], mode: str) -> list[str]:
    """Simplified, names kept, and the terms of health that the mainland has other words for."""
    # OpenCC is called once: a call takes as long as some hundred characters.
    converted: str = _converter(mode).convert("\n".join(_NAMES.sub("\n乾\n", line) for line in lines))
    for term, mainland in _TERMS.items():
        converted = converted.replace(term, mainland)
    pieces = iter(converted.split("\n"))
    result = []
    for line in lines:
        parts = [next(pieces)]
        for _ in _NAMES.findall(line):
            next(pieces)
            parts += "乾", next(pieces)
        result.append("".join(parts))
    return result


def script_of(character: str) -> int:
    """1 for a character that only the traditional script has, -1 for one that only the simplified one has, else 0."""
    return int(script_table()[min(ord(character), 0xFFFF)])


def simplified(text: str) -> str:
    """The simplified form of each character by itself; of the length of the text."""
    return text.translate(_simplified())


def _is_japanese(line: str) -> bool:
    """Japanese has kana between its characters; Chinese pages use の by itself at most."""
    return 10 * len(_KANA.findall(line)) >= len(line)


@functools.cache
def _converter(mode: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - opencc ships no types
    from opencc import OpenCC

    return OpenCC(mode)


@functools.cache
def _simplified() -> dict[int, str]:
    """The simplified form of each character of the basic plane that has one."""
    han = [chr(code) for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00))]
    converted = _converter("t2s").convert("\n".join(han)).split("\n")
    return {ord(old): new for old, new in zip(han, converted, strict=True) if len(new) == 1 and new != old}


@functools.cache
def script_table() -> npt.NDArray[np.int8]:
    """Per code point of the basic plane: 1 only traditional, -1 only simplified, 0 both or neither."""
    from opencc import OpenCC

    table = np.zeros(0x10000, np.int8)
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    to_traditional = OpenCC("s2t").convert("\n".join(han)).split("\n")
    for character, other in zip(han, to_traditional, strict=True):
        if ord(character) in _simplified():
            table[ord(character)] = 1
        elif other != character:
            table[ord(character)] = -1
    return table


def _replaced(before: str, after: str) -> list[Edit]:
    """One edit for each run of characters that changed; both texts are of one length."""
    changed = np.flatnonzero(codes_of(before) != codes_of(after))
    if not len(changed):
        return []
    breaks = np.flatnonzero(np.diff(changed) > 1)
    starts = changed[np.append(0, breaks + 1)].tolist()
    ends = (changed[np.append(breaks, -1)] + 1).tolist()
    return [Edit("script", i, j, before[i:j], after[i:j]) for i, j in zip(starts, ends, strict=True)]


def _differences(before: str, after: str, offset: int) -> list[Edit]:
    """One edit for each stretch of a line that changed."""
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [
        Edit("script", offset + i, offset + j, before[i:j], after[k:m])
        for operation, i, j, k, m in codes
        if operation != "equal"
    ]


def codes_of(text: str) -> npt.NDArray[np.uint32]:
    """The code points of a text, shape (characters,)."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
