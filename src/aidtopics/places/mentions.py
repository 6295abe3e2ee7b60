"""The places that a text names."""

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from aidtopics.places.gazetteer import Form, Gazetteer, load_gazetteer
from aidtopics.records import Level, Mention, Place

# 南京西路 is a road in Shanghai.
_ROAD = re.compile(r"[东西南北中]?(?:路|大街|街(?!道)|大道|巷|胡同|牌|籍)")
_ROAD_BEGINS = frozenset("东西南北中路大街巷胡牌籍")
# 茂县 and 理县 also stand across the border of two words (治理县域).
_NO_UNIT = frozenset("域级里内外")
_IS_UNIT = re.compile(r"第|人民|中医|妇|县委|县政|县卫|县人|疾控|卫生|医院|残联|红十字")
_BEFORE_UNIT = frozenset("来到赴在向给为对由经至往")
_TWO = 2
# Counties of Qinghai and Hunan, but also "in Henan, counties" and "together with the county": they need a parent.
_TWO_WORDS = frozenset(("河南县", "会同县"))
# A bare name with the suffix of a smaller place is the name of that one: 大连乡 lies in Henan.
_SMALLER = frozenset("乡镇村屯寨")
# Surnames that are no function words, and what follows a name of a person: 王海南说, not 赴海南.
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范石姚谭廖邹熊"
    "金陆郝孔崔康邱秦史顾侯邵孟龙段雷钱汤尹黎武乔贺赖龚"
)
_AFTER_PERSON = re.compile(r"[说（(、，。：:\s]|介绍|表示|告诉|主任|医生|医师|院长|书记|局长|教授|同志|带领|率|主持|$")
_TITLE = re.compile(
    r"(?:主席|书记|主任|院长|局长|部长|处长|科长|队长|市长|县长|教授|医生|医师|记者|员|编辑|作者[:：]?)$"
)
_NEAR = 300  # characters within which a parent speaks for a name that several places share


@dataclass(slots=True)
class _Hit:
    start: int
    end: int
    forms: tuple[Form, ...]
    place: Place | None = None


class PlaceFinder:
    """Finds the places of a gazetteer in texts; a text of a megabyte takes about a tenth of a second."""

    def __init__(self, gazetteer: Gazetteer | None = None) -> None:
        self.gazetteer = gazetteer or load_gazetteer()
        names = [*self.gazetteer.forms, *sorted(self.gazetteer.not_places - self.gazetteer.forms.keys())]
        self._forms = [self.gazetteer.forms.get(name, ()) for name in names]
        self._automaton = AhoCorasick(names, matchkind=MatchKind.LeftmostLongest)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """The places that a repaired text names, in order, not overlapping.

        A name that one place alone bears counts where it stands. A name that several share, or that is also a word,
        counts where its parent stands before it, or where the page speaks of one of the candidates' parents. What stays
        open is left out.
        """
        hits = self._hits(text)
        for hit in hits:
            hit.place = _certain(hit, text)
        _by_neighbours(hits)
        for settle in (_shared, _bare, _ordinary):
            context = _Context(hits)
            for hit in hits:
                if hit.place is None:
                    hit.place = settle(hit, text, context)
        return tuple(Mention(hit.start, hit.end, hit.place) for hit in hits if hit.place)

    def _hits(self, text: str) -> list[_Hit]:
        hits = []
        for number, start, end in self._automaton.find_matches_as_indexes(text):
            forms = self._forms[number]
            if not forms or (text[end : end + 1] in _ROAD_BEGINS and _ROAD.match(text, end)):
                continue
            bare, province = not forms[0].full, forms[0].place.level is Level.PROVINCE
            if bare and text[end : end + 1] in _SMALLER:
                continue
            if (bare or (province and end - start == _TWO)) and _is_person(text, start, end, province):
                continue
            if text[start] == "和" and text[start + 1 : end] in self.gazetteer.forms:
                start += 1  # 九龙镇和安县: the "and" is no part of the name, though Xinjiang has a 和安县 by now
                forms = self.gazetteer.forms[text[start:end]]
            hits.append(_Hit(start, end, forms))
        return hits


class _Context:
    """What a page has already said for certain."""

    def __init__(self, hits: Iterable[_Hit]) -> None:
        self.codes: dict[str, list[int]] = {}
        for hit in hits:
            if hit.place:
                for code in (hit.place.code, *hit.place.parents):
                    self.codes.setdefault(code, []).append(hit.start)

    def best(self, candidates: Sequence[Place], position: int) -> Place | None:
        """The one candidate whose own name or parent the page has; a parent near by decides between two."""
        own = [place for place in candidates if place.code in self.codes]
        if len(own) == 1:
            return own[0]
        for level in (-1, 0):  # the nearest parent, then the province
            held = [place for place in candidates if place.parents and place.parents[level] in self.codes]
            if len(held) == 1:
                return held[0]
            near = [place for place in held if self._distance(place.parents[level], position) <= _NEAR]
            if len(near) == 1:
                return near[0]
        return None

    def _distance(self, code: str, position: int) -> int:
        starts = self.codes[code]
        after = bisect_left(starts, position)
        return min(abs(position - other) for other in starts[max(0, after - 1) : after + 1])


def _certain(hit: _Hit, text: str) -> Place | None:
    """The place of a name that can mean no other."""
    forms = hit.forms
    if len(forms) == 1:
        form = forms[0]
        large = form.place.level is not Level.COUNTY
        if form.full and (large or hit.end - hit.start > _TWO):
            return None if text[hit.start : hit.end] in _TWO_WORDS else form.place
        return form.place if large and not form.ordinary else None
    highest = _highest(forms)
    return highest.place if highest and (highest.place.level is Level.PROVINCE or not highest.ordinary) else None


def _highest(forms: tuple[Form, ...]) -> Form | None:
    """Of a province or prefecture and the places in it that share its bare name, the larger one."""
    for level in (Level.PROVINCE, Level.PREFECTURE):
        found = [form for form in forms if form.place.level is level]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _by_neighbours(hits: Sequence[_Hit]) -> None:
    """A name right behind its parent is its child, whatever else it may mean: 大理州云龙."""
    for parent, hit in itertools.pairwise(hits):
        if hit.place is None and parent.place and parent.end == hit.start:
            inside = [form.place for form in hit.forms if parent.place.code in form.place.parents]
            if len(inside) == 1:
                hit.place = inside[0]


def _shared(hit: _Hit, text: str, context: _Context) -> Place | None:
    """A full name of several places, or one so short that it also arises by chance."""
    full = [form.place for form in hit.forms if form.full]
    if not full or (hit.end - hit.start == _TWO and text[hit.end : hit.end + 1] in _NO_UNIT):
        return None
    if len(full) == 1 and hit.end - hit.start == _TWO and _IS_UNIT.match(text, hit.end):
        before = text[hit.start - 1 : hit.start] if hit.start else ""
        # 寿县第一人民医院 is one; 建成县医院, 州和县人民医院 are not.
        if before in _BEFORE_UNIT or not "\u4e00" <= before <= "\u9fff":
            return full[0]
    return context.best(full, hit.start)


def _bare(hit: _Hit, text: str, context: _Context) -> Place | None:
    """A name without its suffix that is no ordinary word."""
    return None if hit.forms[0].ordinary else context.best([form.place for form in hit.forms], hit.start)


def _ordinary(hit: _Hit, text: str, context: _Context) -> Place | None:
    """An ordinary word that is also a bare name counts where the page names the place itself."""
    named = [form.place for form in hit.forms if form.place.code in context.codes and not form.full]
    return named[0] if len(named) == 1 and hit.forms[0].place.level is not Level.PROVINCE else None


def _is_person(text: str, start: int, end: int, province: bool) -> bool:
    """Whether a bare name is part of the name of a person; a province's name is so rarely, and only behind a title."""
    if not _AFTER_PERSON.match(text, end):
        return False
    before = text[start - 1 : start] if start else ""
    if before in _SURNAMES and before:
        ahead = text[start - 2 : start - 1] if start > 1 else ""
        titled = bool(_TITLE.search(text, max(0, start - 5), start - 1))
        return titled or (not province and not "\u4e00" <= ahead <= "\u9fff")
    return not province and text[start] in _SURNAMES and bool(_TITLE.search(text, max(0, start - 4), start))
