r"""Bytes that a decoder could not read and wrote down as `\xd2\xbd`: with them nothing is lost.

GBK read as UTF-8 mostly comes to U+FFFD, and what stood there is gone. Decoders that keep such bytes (Python's
"backslashreplace") read the pairs that are valid UTF-8 as other characters, so those are bytes again here too.
"""

import re
from collections import Counter

from aidtopics.records import Edit
from aidtopics.repair.plausible import RUNNING, mean_cost

_ESCAPE = re.compile(r"\\x([89a-fA-F][0-9a-fA-F])")
_STRETCH = re.compile(r"(?:\\x[89a-fA-F][0-9a-fA-F]|[^\x00-\x7f])+")
# Fewer bytes follow what longer stretches of the page showed.
_SHOWN = 4
_ENCODINGS = ("utf-8", "gb18030", "big5hkscs")
_QUOTES = ('"', "'")  # a string of a program means its escapes


def escaped_bytes(text: str) -> list[Edit]:
    """Escaped bytes, with the characters beside them, read in the encoding in which they are running text."""
    if "\\x" not in text:
        return []
    stretches = [
        match for match in _STRETCH.finditer(text) if "\\x" in match[0] and not text.endswith(_QUOTES, 0, match.start())
    ]
    shown: Counter[str] = Counter()
    for match in stretches:
        if len(_ESCAPE.findall(match[0])) >= _SHOWN:
            costs = [(mean_cost(found), name) for name in _ENCODINGS if (found := _read(match[0], name))]
            cost, name = min(costs, default=(RUNNING + 1, ""))
            if cost <= RUNNING:
                shown[name] += 1
    if not shown:
        return []
    [(usual, _)] = shown.most_common(1)
    return [
        Edit("escaped_bytes", match.start(), match.end(), match[0], found)
        for match in stretches
        if (found := _read(match[0], usual))
    ]


def _read(stretch: str, encoding: str) -> str | None:
    pieces = _ESCAPE.split(stretch)  # characters and the digits of an escape in turn
    content = b"".join(bytes.fromhex(p) if i % 2 else p.encode("utf-8", "replace") for i, p in enumerate(pieces))
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
