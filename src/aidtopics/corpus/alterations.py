"""Forms of a page that put something into its lines or damage them; a line keeps its kind.

Every character of an altered line, what was put into it included, has the kind of that line: passages are labelled
whole, and a brand name inside a sentence does not make the sentence an advert.
"""

import functools
import random
import re
from collections.abc import Callable

from aidtopics.corpus.surroundings import CONTENT, PROSE, Lines, Pool
from aidtopics.records import GoldPassage, Kind
from aidtopics.repair import repair

_CLAUSE_END = re.compile(r"(?<=[，；。、：,;])(?=[^”’」』）)])")
_NAME = re.compile(r"(?:^|[\s_|、，,·/])([\u4e00-\u9fff]{4,10})(?=$|[\s_|、，,·/])")
_LONG = 40  # characters of a line of prose that has room for something else
_CAPTION = range(8, 31)  # characters of a clause that can be a caption
_NARROW = str.maketrans("，；：？！（）", ",;:?!()")
# What cut tags, templates and scripts leave in text; repair takes most of it off again, and not all.
_RESIDUE = (
    *(
        "&nbsp;",
        "&nbsp;&nbsp;",
        "&ldquo;",
        "&amp;nbsp;",
        "<br />",
        "<br>",
        "/p>",
        "?/p>",
        "?!/strong>",
        "</span>",
        "<p>",
    ),
    *(
        '<span style="font-size:16px">',
        "<!--[if !supportLists]-->",
        "{dede:field.body/}",
        "[!--page--]",
        "\\r\\n",
        "\u200b",
    ),
)


def branded(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """The name of a shop or a keyword it wants to be found by, several times inside the sentences of the article."""
    names = [name for advert in pool.adverts for name in _NAME.findall(advert.text)]
    long = [n for n, line in enumerate(lines) if line.kind in PROSE and len(line.text) >= _LONG]
    if not names or not long:
        return []
    name = chance.choice(names)
    form = chance.choice(("{}", "{}", "（{}）", "【{}】", " {} ", "“{}”"))
    result = list(lines)
    for number in chance.sample(long, k=min(len(long), chance.choice((1, 2, 4)))):
        result[number] = _inserted(result[number], form.format(name), chance)
    return result


def captioned(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """Captions of pictures between the paragraphs, made of clauses of the article."""
    del pool
    clauses = [c.strip("，；。、：,;") for line in lines if line.kind in PROSE for c in _CLAUSE_END.split(line.text)]
    clauses = [clause for clause in clauses if len(clause) in _CAPTION]
    places = [n for n, line in enumerate(lines) if line.kind in PROSE]
    if not clauses:
        return []
    form = chance.choice(
        ("图为{}。", "▲{}", "图片说明：{}", "（图：{}）", "{}（图片加载失败）", "[图{}]", "{}。资料图片")
    )
    result = list(lines)
    for place in sorted(chance.sample(places, k=min(len(places), chance.choice((1, 2, 3)))), reverse=True):
        result.insert(place + 1, GoldPassage(form.format(chance.choice(clauses)), lines[place].kind))
    return result


def spliced(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """Date, source and editor in one line with the headline, the first paragraph or the last."""
    own = [line for line in lines if line.kind is Kind.BYLINE and len(line.text) <= _LONG]
    content = [n for n, line in enumerate(lines) if line.kind in CONTENT]
    bylines = own or pool.bylines
    if not bylines or not content:
        return []
    byline = chance.choice(bylines)
    gap = chance.choice(("", " ", " ", "\u3000"))
    number = chance.choice((content[0], content[min(1, len(content) - 1)], content[-1]))
    line = lines[number]
    behind = number != content[min(1, len(content) - 1)] or chance.random() < 0.2
    splice = " ".join(byline.text.split())  # wide blanks would set it apart again
    text = line.text + gap + splice if behind else splice + gap + line.text
    result = [*lines[:number], GoldPassage(text, line.kind), *lines[number + 1 :]]
    return [line for line in result if line is not byline]


def residue(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """Left-overs of tags, entities and templates inside and between the words, repaired as any page is.

    Repair ends a line at some tags; the pieces keep the kind.
    """
    del pool
    result = []
    for line in lines:
        text = line.text
        for _ in range(chance.choice((0, 0, 1, 2))):
            place = chance.randint(0, len(text))
            text = text[:place] + chance.choice(_RESIDUE) + text[place:]
        pieces = (piece.strip() for piece in repair(text).text.split("\n"))
        result += [GoldPassage(piece, line.kind) for piece in pieces if piece]
    return result


def narrow(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """Marks as many dumps keep them: commas and brackets narrow, the full stop wide."""
    del pool, chance
    return [GoldPassage(line.text.translate(_NARROW), line.kind) for line in lines]


def mirrored(lines: Lines, pool: Pool, chance: random.Random) -> Lines:
    """A mirror's copy, repaired as any page: traditional, with some readings, marks doubled or narrow."""
    del pool
    convert = _converter(chance.choice(("s2t", "s2t", "s2tw", "s2hk")))
    annotated = chance.random() < 0.7
    narrowed, doubled = chance.random() < 0.6, chance.random() < 0.2
    rate = chance.choice((0.02, 0.1, 0.3))
    result = []
    for line in lines:
        text = convert(line.text)
        if doubled:
            text = text.replace("。", ",。")
        if narrowed:
            text = text.translate(_NARROW)
        if annotated:
            text = "".join(c + _reading(c) if "\u4e00" <= c <= "\u9fff" and chance.random() < rate else c for c in text)
        result.append(text)
    # Repair judges script and readings by the page as a whole.
    texts = repair("\n".join(result)).text.split("\n")
    if len(texts) != len(lines):
        return []
    repaired = [GoldPassage(text.strip(), line.kind) for text, line in zip(texts, lines, strict=True)]
    return [line for line in repaired if line.text]


def _inserted(line: GoldPassage, what: str, chance: random.Random) -> GoldPassage:
    """The line with something between two of its clauses, or behind them where it has only one."""
    places = [match.start() for match in _CLAUSE_END.finditer(line.text)] or [len(line.text)]
    place = chance.choice(places)
    return GoldPassage(line.text[:place] + what + line.text[place:], line.kind)


@functools.cache
def _converter(mode: str) -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC(mode).convert
    return convert


@functools.cache
def _reading(character: str) -> str:
    """The character's first reading in brackets, as mirrors write it; empty where there is none."""
    from pypinyin.constants import PINYIN_DICT

    readings = PINYIN_DICT.get(ord(character))
    return f"({readings.split(',')[0]})" if readings else ""
