"""Repair against what else there is: simulated mirrors, clean text, encodings, speed, all in one run.

Simulated mirrors of held-out pages, which the language model has not seen (the simulator is tests/mirror.py); peers are
OpenCC alone, and ftfy with the settings that harm Chinese least. Speed is a ratio to `json.loads` of the same text as a
JSON line, in processor time; mirrors are timed as they come, no text a second time.
Encodings are found from the bytes of whole pages and of their first lines, beside charset-normalizer.

`--clean DIR` also repairs the text files of a folder that should not change, and says how much did.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from time import process_time
from typing import Any

import charset_normalizer
import ftfy
from opencc import OpenCC

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from aidtopics.corpus import read_gold  # noqa: E402
from aidtopics.pages.encoding import decode  # noqa: E402
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


def seconds(call: Callable[[Any], object], texts: Sequence[str | bytes], runs: int) -> float:
    """The best of some runs."""
    times = []
    for _ in range(runs):
        start = process_time()
        for text in texts:
            call(text)
        times.append(process_time() - start)
    return min(times)


def lines(texts: Sequence[str]) -> list[bytes]:
    """The texts as lines of a JSON Lines file."""
    return [json.dumps({"text": text}, ensure_ascii=False).encode() for text in texts]


def encoded(texts: list[str]) -> Iterator[tuple[str, str, bytes]]:
    """What is encoded how, the text, and its bytes: whole pages and their first lines."""
    to_traditional = OpenCC("s2t")
    for what, pieces in (("page", texts), ("first line", [text.split("\n")[0] for text in texts])):
        for encoding in ("utf-8", "gbk", "gb18030", "big5"):
            for piece in pieces:
                text = to_traditional.convert(piece) if encoding == "big5" else piece
                content = text.encode(encoding, "ignore")
                if content:
                    yield f"{encoding}, {what}", content.decode(encoding), content


def compare_encodings(texts: list[str]) -> None:
    """Print how often the text comes out of its bytes as it was."""
    right: dict[str, Counter[str]] = {"aidtopics": Counter(), "charset-normalizer": Counter()}
    total: Counter[str] = Counter()
    for kind, text, content in encoded(texts):
        total[kind] += 1
        right["aidtopics"][kind] += decode(content)[0] == text
        right["charset-normalizer"][kind] += str(charset_normalizer.from_bytes(content).best()) == text
    print(f"{'text right, of':<22} {'pieces':>7} " + " ".join(f"{name:>20}" for name in right))
    for kind, number in total.items():
        print(f"{kind:<22} {number:>7} " + " ".join(f"{found[kind]:>20}" for found in right.values()))


def check_clean(folder: Path) -> None:
    """Print how much repair changes of the text files in a folder that need none."""
    checked = changed = 0
    steps: Counter[str] = Counter()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = decode(path.read_bytes())[0]
        result = repair(text)
        edits = [edit for edit in result.edits if edit.step != "lost"]
        checked += len(text)
        changed += sum(max(len(edit.before), len(edit.after)) for edit in edits)
        steps.update(edit.step for edit in edits)
    print(f"{folder}: {checked:,} characters checked, {changed:,} changed {dict(steps) or ''}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clean", type=Path, metavar="DIR", help="text files that repair should not change")
    options = parser.parse_args()
    held_out = [page.text for page in read_gold([ROOT / "corpus" / "held_out"])]
    clean = [repair(page.text).text for page in read_gold([ROOT / "corpus" / "pages"])]
    to_simplified = OpenCC("t2s")
    tools: dict[str, Callable[[str], str]] = {
        "aidtopics repair": lambda text: repair(text).text,
        "OpenCC t2s": to_simplified.convert,
        "ftfy, safe settings, then OpenCC t2s": lambda text: to_simplified.convert(ftfy.fix_text(text, SAFE)),
    }
    seeds = (range(1000, 1000 + len(held_out)), range(3000, 3000 + len(held_out)))
    mirrors = [mirror(text, seed) for numbers in seeds for seed, text in zip(numbers, held_out, strict=True)]
    wanted = [repair(mirrored.clean).text.translate(NARROW) for mirrored in mirrors]
    damaged = [mirrored.damaged for mirrored in mirrors]
    loading, damaged_loading = (seconds(json.loads, lines(texts), 5) for texts in (clean, damaged))
    torn = sum(mirrored.torn for mirrored in mirrors)
    print(
        f"{len(mirrors)} simulated mirrors with {torn} torn places; {sum(map(len, clean)):,} characters of clean text"
    )
    print(f"{'':<38} {'wrong':>8} {'exact':>7} {'clean changed':>14} {'speed, clean':>13} {'damaged':>8}")
    for name, tool in tools.items():
        speed = loading / seconds(tool, clean, 3)
        for text in clean[:100]:
            tool(mirror(text, 1).damaged)  # a crawl loads its tables once
        slow = damaged_loading / seconds(tool, damaged, 1)
        found = [tool(text).translate(NARROW) for text in damaged]
        wrong = sum(map(wrong_characters, found, wanted)) / sum(map(len, wanted))
        exact = sum(a == b for a, b in zip(found, wanted, strict=True)) / len(wanted)
        changed = sum(wrong_characters(tool(text), text) for text in clean)
        print(f"{name:<38} {wrong:>8.3%} {exact:>7.1%} {changed:>14,} {speed:>13.3f} {slow:>8.4f}")
    print("speed: of json.loads on the same text")
    compare_encodings(held_out)
    if options.clean:
        check_clean(options.clean)


if __name__ == "__main__":
    main()
