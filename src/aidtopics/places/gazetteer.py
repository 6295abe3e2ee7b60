"""The units of the gazetteer and all the names they go by."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources

from aidtopics.records import Level, Place

# Short names of the provincial units; the rest of their names is their kind.
_PROVINCE_KIND = re.compile(r"(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)$")
_PREFECTURE_KIND = re.compile(r"(?:市|地区|盟)$")
_AUTONOMOUS = re.compile(r"自治[州县旗]$")
# Peoples in the names of autonomous units, taken off from the end: 玉树藏族自治州 is 玉树.
_PEOPLE = re.compile(
    r"(?:各|蒙古|朝鲜|柯尔克孜|哈萨克|塔吉克|锡伯|达斡尔|鄂温克|裕固|保安|东乡|撒拉|土家|哈尼|布依|仡佬|仫佬|毛南|水|侗|瑶|苗|壮|畲|回|藏|"
    r"彝|白|傣|黎|羌|土|满|佤|景颇|傈僳|拉祜|布朗|阿昌|普米|怒|独龙|纳西|德昂|基诺|京|高山)族?$"
)
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing a place."""

    place: Place
    full: bool  # with its suffix, or an institution that stands for the place
    ordinary: bool  # also an ordinary word


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Places by code, and the places that each name can mean."""

    places: Mapping[str, Place]
    forms: Mapping[str, tuple[Form, ...]]
    not_places: frozenset[str]

    def province(self, place: Place) -> Place:
        """The provincial unit a place lies in; a province or country itself."""
        return self.places[place.parents[0]] if place.parents else place


def load_gazetteer() -> Gazetteer:
    """The gazetteer that comes along; about 30 ms."""
    rows = list(_rows("gazetteer.csv"))
    places = {row["code"]: _place(row["code"], row["name"]) for row in rows if not row["until"]}
    successors = {(code[:2], _core(place.name), place.level): place for code, place in places.items()}
    forms: dict[str, dict[str, Form]] = defaultdict(dict)
    ordinary = frozenset(_words("ordinary_words.txt"))

    def add(name: str, place: Place, full: bool) -> None:
        known = forms[name].get(place.code)
        if not (known and known.full):
            forms[name][place.code] = Form(place, full, name in ordinary)

    for row in rows:
        place = places.get(row["code"])
        if row["until"]:
            # A county that became a city or a district is the same place under its new code.
            old = _place(row["code"], row["name"])
            place = successors.get((old.code[:2], _core(old.name), old.level)) or old
            places.setdefault(place.code, place)
        assert place is not None
        for name, full in _names(row["name"], place.level):
            add(name, place, full)
    for row in _rows("countries.csv"):
        country = Place(row["code"], row["name"], Level.COUNTRY)
        places[country.code] = country
        if country.code != "CN":
            for name in filter(None, (row["name"], *row["also"].split("|"))):
                add(name, country, full=True)
    for row in _rows("short_forms.csv"):
        add(row["form"], places[row["code"]], full=True)
    for row in _rows("institutions.csv"):
        add(row["name"], places[row["code"]], full=True)
    return Gazetteer(
        places, {name: tuple(found.values()) for name, found in forms.items()}, frozenset(_words("not_places.txt"))
    )


def _place(code: str, name: str) -> Place:
    if code.endswith("0000"):
        return Place(code, name, Level.PROVINCE)
    if code.endswith("00"):
        return Place(code, name, Level.PREFECTURE, (f"{code[:2]}0000",))
    # Districts of a municipality and counties right under a province have no prefecture above them.
    direct = code[:2] in ("11", "12", "31", "50") or code[2:4] == "90"
    return Place(code, name, Level.COUNTY, (f"{code[:2]}0000",) if direct else (f"{code[:2]}0000", f"{code[:4]}00"))


def _core(name: str) -> str:
    """The name without its kind and without the peoples of an autonomous unit."""
    if name in ("东乡族自治县", "鄂伦春自治旗"):
        return name[:2] if name[0] == "东" else "鄂伦春"
    bare = _AUTONOMOUS.sub("", name)
    if bare != name:
        while (less := _PEOPLE.sub("", bare)) != bare and len(less) >= _SHORTEST:
            bare = less
        return bare
    return re.sub(r"(?:市|地区|盟|新区|县|区|林区|特区|旗)$", "", name)


def _names(name: str, level: Level) -> Iterator[tuple[str, bool]]:
    """The names of a unit, each with whether it is a full one."""
    if name in ("城区", "郊区", "矿区"):
        return  # they mean the town or the suburbs of wherever the page is
    yield name, True
    if level is Level.PROVINCE:
        yield _PROVINCE_KIND.sub("", name), True
        return
    core = _core(name)
    autonomous = _AUTONOMOUS.search(name)
    if autonomous and len(core) >= _SHORTEST:
        yield core + autonomous[0][-1], True
        yield core + autonomous[0], True
    # The bare name of a district is hardly ever used for the district, and means something else when it is short.
    bare_district = name.endswith("区") and level is Level.COUNTY and len(core) <= _SHORTEST
    bare_banner = name.endswith("旗") and len(core) <= _SHORTEST
    if len(core) >= _SHORTEST and core != name and not bare_district and not bare_banner:
        yield core, False


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("aidtopics.places").joinpath(name).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


def _words(name: str) -> Iterable[str]:
    text = resources.files("aidtopics.places").joinpath(name).read_text("utf-8")
    return (word for line in text.splitlines() if not line.startswith("#") for word in line.split())
