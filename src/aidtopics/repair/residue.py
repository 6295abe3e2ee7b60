"""What HTML and copying leave in a text: entities, tags, invisible and control characters."""

import re
from html import unescape

from aidtopics.records import Edit

# `&amp;nbsp;` has been escaped twice, so any number of escaped ampersands may stand before the entity's name.
_ENTITY = re.compile(r"&(?:amp;|#38;|#x26;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});")
# An attribute needs its "=", or `a<b and c>d` would be a tag.
_TAG = re.compile(
    r"</?(?:a|b|big|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|rb|rp|rt|ruby|section|small|span|strong|sub|sup|table|"
    r"tbody|td|th|thead|tr|u|ul)(?:\s+[A-Za-z_:][-\w:.]{0,40}\s*=\s*(?:\"[^\"<>\n]{0,500}\"|'[^'<>\n]{0,500}'|[^\s\"'<>]{1,300}))*"
    r"\s{0,3}/?>",
    re.IGNORECASE | re.ASCII,
)
_LINE_TAG = re.compile(r"</?(?:br|div|h[1-6]|hr|li|ol|p|section|table|td|th|tr|ul)\b", re.IGNORECASE)
# What is raised or lowered carries meaning: 10<sup>9</sup> is not 109.
_RAISED = re.compile(r"<(sup|sub)>([0-9+-]{1,4})</\1>", re.IGNORECASE)
_PLACES = {
    "sup": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
    "sub": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"),
}
_READING = re.compile(r"<(rt|rp)>[^<>\n]{0,20}</\1>", re.IGNORECASE)
_HIDDEN = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))
# Zero width, direction and soft hyphen marks; control characters other than tab and newline; the byte order mark.
_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_ODD_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
_ODD_LINE_ENDS = "\r\x0b\x0c\u0085\u2028\u2029"
# Patterns that begin with a set of characters are searched several times as fast.
_ODD = re.compile(f"[{_INVISIBLE}{_ODD_SPACES}{_ODD_LINE_ENDS}](?:(?<=\r)\n)?")
_SHOWN = dict.fromkeys(_ODD_SPACES, " ") | dict.fromkeys(("\r\n", *_ODD_LINE_ENDS), "\n")
# Emoji and some scripts are joined by these two; between Chinese or Latin they join nothing.
_JOINERS = "\u200c\u200d"
_JOINS_NOTHING = re.compile(r"[\x00-\u02ff\u2e80-\ua4cf\uf900-\ufaff\uff00-\uffef]")


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


# What careless cutting leaves of a tag or a template. The regular expressions run where a plain search finds a sign.
_CUT_TAGS = tuple(f"/{name}>" for name in ("p", "div", "span", "strong", "b", "br", "li", "td", "font", "a"))
_LEFTOVER = re.compile(
    r"[?？]?!?(?<![A-Za-z0-9.])/(?:p|div|span|strong|b|br|li|td|font|a)>|\bpagebreak\b(?=\s*$)|\{\{[^{}\n]{1,60}\}\}|"
    r"\[!--[^\n\]]{1,60}--\]|\{(?:dede|pc|php|eyou):[^{}\n]{1,60}\}",
    re.MULTILINE | re.ASCII,
)
# Mirrors that put marks in twice: the one narrow, the other wide.
_DOUBLED = re.compile(
    r"[,;](?:(?<=[\u3400-\u9fff”’」》）],)(?=[。；！？])|(?<=[。；！？][,;])(?=[\u3400-\u9fff“‘「《（]))"
)


def leftovers(text: str) -> list[Edit]:
    """Ends of tags that lost their beginning, and placeholders of templates."""
    cut = ">" in text and any(tag in text for tag in _CUT_TAGS)
    if not (cut or "{" in text or "[!" in text or "pagebreak" in text):
        return []
    return [Edit("leftover", m.start(), m.end(), m[0], "") for m in _LEFTOVER.finditer(text)]


def doubled_marks(text: str) -> list[Edit]:
    """`,。` and the like: the narrow mark beside the wide one goes."""
    if "," not in text and ";" not in text:
        return []
    return [Edit("doubled_mark", m.start(), m.end(), m[0], "") for m in _DOUBLED.finditer(text)]


def hidden(text: str) -> list[Edit]:
    """Comments, scripts and style sheets with all they hold."""
    if "<" not in text:
        return []
    lowered = text.lower()
    edits: list[Edit] = []
    for opening, closing in _HIDDEN:
        start = lowered.find(opening)
        while start >= 0:
            end = lowered.find(closing, start)
            if end < 0:
                break
            end += len(closing)
            edits.append(Edit("tag", start, end, text[start:end], ""))
            start = lowered.find(opening, end)
    return _apart(edits)


def tags(text: str) -> list[Edit]:
    """Left-over HTML tags; those that end a line on a page become a newline, raised and lowered digits stay so."""
    if "<" not in text:
        return []
    edits = [
        Edit("tag", m.start(), m.end(), m[0], m[2].translate(_PLACES[m[1].lower()])) for m in _RAISED.finditer(text)
    ]
    edits += [Edit("ruby", m.start(), m.end(), m[0], "") for m in _READING.finditer(text)]
    edits += [
        Edit("tag", match.start(), match.end(), match[0], "\n" if _LINE_TAG.match(match[0]) else "")
        for match in _TAG.finditer(text)
    ]
    return _apart(edits)


def invisible(text: str) -> list[Edit]:
    """Characters that show nothing; spaces and line ends of unusual code become the usual ones."""
    return [
        Edit("invisible", m.start(), m.end(), m[0], _SHOWN.get(m[0], ""))
        for m in _ODD.finditer(text)
        if m[0] not in _JOINERS or _joins_nothing(text, m.start())
    ]


def _joins_nothing(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return not before or not after or bool(_JOINS_NOTHING.match(before) or _JOINS_NOTHING.match(after))


def _apart(edits: list[Edit]) -> list[Edit]:
    """Edits in order; of two that overlap the one that begins first stays, then the longer."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept
