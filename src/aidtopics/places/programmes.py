"""What kinds of programme a page tells of; the names are those of the corpus (`programme` of a gold page)."""

import re
import tomllib
from collections.abc import Sequence
from importlib import resources

from aidtopics.records import Aid, Level

_WORDS: dict[str, list[str]] = tomllib.loads(
    resources.files("aidtopics.places").joinpath("programmes.toml").read_text("utf-8")
)
PROGRAMMES = tuple(_WORDS)
_PATTERNS = {name: re.compile("|".join(words)) for name, words in _WORDS.items()}
_BY_CODE = {"650000": "aid to Xinjiang", "540000": "aid to Tibet and Qinghai", "630000": "aid to Tibet and Qinghai"}
# One word in passing is not what a page is about; the first lines tell its subject.
_SUBJECT = 150
_IN_PASSING = 1


def programmes_of(text: str, aids: Sequence[Aid]) -> tuple[str, ...]:
    """The programmes whose words a page uses more than once, or in its title or opening; in the order of PROGRAMMES.

    Args:
        text: the repaired text, better the aid text alone, because menus name many programmes.
        aids: who helps whom on the page; a team from elsewhere in Tibet is aid to Tibet whatever it is called.
    """
    found = []
    elsewhere = {aid.recipient for aid in aids if aid.recipient and aid.donor not in (None, aid.recipient)}
    by_place = {_BY_CODE[place.code] for place in elsewhere if place.code in _BY_CODE}
    if any(aid.recipient and aid.recipient.level is Level.COUNTRY for aid in aids):
        by_place.add("teams abroad")
    for name, pattern in _PATTERNS.items():
        if name in by_place:
            found.append(name)
            continue
        first = pattern.search(text)
        if first and (first.start() < _SUBJECT or sum(1 for _ in pattern.finditer(text)) > _IN_PASSING):
            found.append(name)
    return tuple(found)
