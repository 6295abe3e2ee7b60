"""What HTML and copying leave in a text: entities, tags, invisible and control characters."""

import re
from html import unescape

from aidtopics.records import Edit

# `&amp;nbsp;` has been escaped twice, so any number of escaped ampersands may stand before the entity's name.
_ENTITY = re.compile(r"&(?:amp;|#38;|#x26;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});")
_TAG = re.compile(
    r"</?(?:a|b|big|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|script|section|small|span|strong|style|sub|sup|table|"
    r"tbody|td|th|tr|u|ul)\b[^<>\n]{0,500}>",
    re.IGNORECASE,
)
_LINE_TAG = re.compile(r"</?(?:br|div|h[1-6]|hr|li|ol|p|section|table|tr|ul)\b", re.IGNORECASE)
# Zero width, direction and soft hyphen marks; control characters other than tab and newline; the byte order mark.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ODD_SPACE = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f]")
_ODD_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\u0085]")


def entities(text: str) -> list[Edit]:
    """Character entities that a page shows in place of the character."""
    if "&" not in text:
        return []
    edits = []
    for match in _ENTITY.finditer(text):
        after, before = unescape(match[0]), match[0]
        while after != before:
            after, before = unescape(after), after
        if after != match[0]:
            edits.append(Edit("entity", match.start(), match.end(), match[0], after))
    return edits


def tags(text: str) -> list[Edit]:
    """Left-over HTML tags; those that end a line on a page become a newline."""
    if "<" not in text:
        return []
    return [
        Edit("tag", match.start(), match.end(), match[0], "\n" if _LINE_TAG.match(match[0]) else "")
        for match in _TAG.finditer(text)
    ]


def invisible(text: str) -> list[Edit]:
    """Characters that show nothing; spaces and line ends of unusual code become the usual ones."""
    edits = [Edit("invisible", m.start(), m.end(), m[0], "\n") for m in _ODD_LINE_END.finditer(text)]
    taken = {edit.start + offset for edit in edits for offset in range(len(edit.before))}
    edits += [Edit("invisible", m.start(), m.end(), m[0], " ") for m in _ODD_SPACE.finditer(text)]
    edits += [
        Edit("invisible", m.start(), m.end(), m[0], "") for m in _INVISIBLE.finditer(text) if m.start() not in taken
    ]
    return sorted(edits, key=lambda edit: edit.start)
