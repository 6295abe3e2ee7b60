"""Repair against what else there is: simulated mirrors, clean text, speed, all in one run.

Simulated mirrors of held-out pages, which the language model has not seen (the simulator is tests/mirror.py); peers are
OpenCC alone, and ftfy with the settings that harm Chinese least. Speed is a ratio to `json.loads` of the same text.
"""

import json
import sys
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from time import perf_counter

import ftfy
from opencc import OpenCC

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from aidtopics.corpus import read_gold  # noqa: E402
from aidtopics.repair import repair  # noqa: E402
from mirror import mirror  # noqa: E402

NARROW = str.maketrans("，；：？！（）", ",;:?!()")
SAFE = ftfy.TextFixerConfig(
    decode_inconsistent_utf8=False,
    normalization=None,
    uncurl_quotes=False,
    fix_character_width=False,
    fix_latin_ligatures=False,
)


def wrong_characters(found: str, wanted: str) -> int:
    """Characters that differ, by the longest matching stretches."""
    changes = SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for operation, a, b, c, d in changes if operation != "equal")


def seconds(call: Callable[[str], object], texts: list[str]) -> float:
    """The better of two runs."""
    times = []
    for _ in range(2):
        start = perf_counter()
        for text in texts:
            call(text)
        times.append(perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the tables."""
    held_out = [page.text for page in read_gold([ROOT / "corpus" / "held_out"])]
    clean = [repair(page.text).text for page in read_gold([ROOT / "corpus" / "pages"])]
    to_simplified = OpenCC("t2s")
    tools: dict[str, Callable[[str], str]] = {
        "aidtopics repair": lambda text: repair(text).text,
        "OpenCC t2s": to_simplified.convert,
        "ftfy, safe settings, then OpenCC t2s": lambda text: to_simplified.convert(ftfy.fix_text(text, SAFE)),
    }
    mirrors = [mirror(text, 1000 + seed) for seed, text in enumerate(held_out)]
    wanted = [repair(mirrored.clean).text.translate(NARROW) for mirrored in mirrors]
    loading = seconds(json.loads, [json.dumps(text, ensure_ascii=False) for text in clean])
    damaged = [mirrored.damaged for mirrored in mirrors]
    damaged_loading = seconds(json.loads, [json.dumps(text, ensure_ascii=False) for text in damaged])
    torn = sum(mirrored.torn for mirrored in mirrors)
    print(
        f"{len(mirrors)} simulated mirrors with {torn} torn places; {sum(map(len, clean)):,} characters of clean text"
    )
    print(f"{'':<38} {'wrong':>8} {'exact':>7} {'clean changed':>14} {'speed, clean':>13} {'damaged':>8}")
    for name, tool in tools.items():
        found = [tool(text).translate(NARROW) for text in damaged]
        wrong = sum(map(wrong_characters, found, wanted)) / sum(map(len, wanted))
        exact = sum(a == b for a, b in zip(found, wanted, strict=True)) / len(wanted)
        changed = sum(wrong_characters(tool(text), text) for text in clean)
        speed, slow = loading / seconds(tool, clean), damaged_loading / seconds(tool, damaged)
        print(f"{name:<38} {wrong:>8.3%} {exact:>7.1%} {changed:>14,} {speed:>13.3f} {slow:>8.4f}")
    print("speed: of json.loads on the same text")


if __name__ == "__main__":
    main()
