"""Full-width digits and Latin letters to ordinary ones; Chinese punctuation keeps its width."""

import re

from aidtopics.records import Edit

_WIDE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+")
_OFFSET = 0xFEE0  # between U+FF10 (full-width 0) and U+0030


def wide_alphanumerics(text: str) -> list[Edit]:
    """Runs of full-width digits and letters. Marks such as ，。！？：； are right as they are."""
    return [
        Edit("width", m.start(), m.end(), m[0], "".join(chr(ord(c) - _OFFSET) for c in m[0]))
        for m in _WIDE.finditer(text)
    ]
