"""Traditional characters to simplified ones, line by line, where the line is traditional."""

import functools
import re
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from aidtopics.records import Edit

# A line counts by itself from this many characters that only the traditional script has.
_OWN_EVIDENCE = 3
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half a character; OpenCC takes whole ones only


def traditional(text: str) -> list[Edit]:
    """Simplify the lines in traditional script; Japanese lines stay as they are.

    A line is traditional if it has more characters that only that script has than characters that only the simplified
    one has, and either at least three of them or a page that is traditional as a whole. So 乾隆 and 乾安 stay on a
    simplified page.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
    script = _script_table()[np.minimum(codes, 0xFFFF)]
    if not (script > 0).any():
        return []
    page_is_traditional = script.sum() > 0
    edits: list[Edit] = []
    start = 0
    for line in text.split("\n"):
        part = script[start : start + len(line)]
        only_traditional = int((part > 0).sum())
        counts = part.sum() > 0 and (page_is_traditional or only_traditional >= _OWN_EVIDENCE)
        if counts and not _is_japanese(line) and not _SURROGATE.search(line):
            edits += _differences(line, _converter().convert(line), start)
        start += len(line) + 1
    return edits


def script_of(character: str) -> int:
    """1 for a character that only the traditional script has, -1 for one that only the simplified one has, else 0."""
    return int(_script_table()[min(ord(character), 0xFFFF)])


@functools.lru_cache(maxsize=30_000)
def simplified(character: str) -> str:
    """The simplified form of one character by itself."""
    result: str = _converter().convert(character)
    return result if len(result) == 1 else character


def _is_japanese(line: str) -> bool:
    """Japanese has kana between its characters; Chinese pages use の by itself at most."""
    return 10 * len(_KANA.findall(line)) >= len(line)


@functools.cache
def _converter():  # type: ignore[no-untyped-def]  # noqa: ANN202 - opencc ships no types
    from opencc import OpenCC

    return OpenCC("t2s")


@functools.cache
def _script_table() -> npt.NDArray[np.int8]:
    """Per code point of the basic plane: 1 only traditional, -1 only simplified, 0 both or neither."""
    from opencc import OpenCC

    table = np.zeros(0x10000, np.int8)
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    simplified = _converter().convert("\n".join(han)).split("\n")
    traditional_ = OpenCC("s2t").convert("\n".join(han)).split("\n")
    for character, to_simplified, to_traditional in zip(han, simplified, traditional_, strict=True):
        if to_simplified != character:
            table[ord(character)] = 1
        elif to_traditional != character:
            table[ord(character)] = -1
    return table


def _differences(before: str, after: str, offset: int) -> list[Edit]:
    """One edit for each run of characters that changed."""
    if before == after:
        return []
    if len(before) == len(after):
        changed = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        runs: list[list[int]] = []
        for i in changed:
            if runs and runs[-1][1] == i:
                runs[-1][1] = i + 1
            else:
                runs.append([i, i + 1])
        spans = [(i, j, i, j) for i, j in runs]
    else:
        codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        spans = [(i, j, k, m) for operation, i, j, k, m in codes if operation != "equal"]
    return [Edit("script", offset + i, offset + j, before[i:j], after[k:m]) for i, j, k, m in spans]
