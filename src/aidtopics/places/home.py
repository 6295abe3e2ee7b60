"""Where a page speaks from: the province of "our county" and of "the provincial hospital"."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from aidtopics.places.gazetteer import Gazetteer
from aidtopics.records import Level, Mention, Place

ABBREVIATIONS = {
    "京": "11", "津": "12", "冀": "13", "晋": "14", "蒙": "15", "辽": "21", "吉": "22", "黑": "23",
    "沪": "31", "苏": "32", "浙": "33", "皖": "34", "闽": "35", "赣": "36", "鲁": "37", "豫": "41",
    "鄂": "42", "湘": "43", "粤": "44", "桂": "45", "琼": "46", "渝": "50", "川": "51", "蜀": "51",
    "黔": "52", "贵": "52", "滇": "53", "云": "53", "藏": "54", "陕": "61", "甘": "62", "陇": "62",
    "青": "63", "宁": "64", "新": "65", "港": "81", "澳": "82",
}  # fmt: skip
# Every site of the mainland shows its record number, which begins with its province.
_RECORD = re.compile(rf"([{''.join(ABBREVIATIONS)}])\s*(?:ICP|公网安备|网宣|新网备|卫网)")
_BANNERS = re.compile(r"苏木|嘎查")  # townships and villages by these names exist in Inner Mongolia alone
_IMPRINT = re.compile(r"版权所有|主办|承办|主管|地址|Copyright|©|维护", re.IGNORECASE)
_SOURCE = re.compile(r"来源|供稿|通讯员|发布者|作者|讯|主办|单位|[（(][^）)]{2,20}[）)]$")
_TOLD = re.compile(
    r"赴|援|帮扶|走进|来|向|医疗队|义诊|免费|在.{2,8}(?:举行|召开|启动|开班)|抵|助|献|救"
)  # a headline names where things happen
_SITE_LINES = 6  # the name of the site stands in the first lines
_SHORT = 60


def home_province(text: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> Place | None:
    """The province that imprint, record number, byline and first lines point to; None if they do not agree.

    A record number alone is not enough: a stolen article keeps the thief's. It counts together with a place of the same
    province anywhere on the page.
    """
    votes: Counter[str] = Counter()
    named: Counter[str] = Counter()
    starts = [mention.start for mention in mentions]
    position = 0
    for number, line in enumerate(text.split("\n")):
        end = position + len(line)
        inside = mentions[bisect_left(starts, position) : bisect_left(starts, end)]
        position = end + 1
        if inside:
            weight = _says_where(line, number)
            for mention in inside:
                province = gazetteer.province(mention.place)
                if province.level is Level.PROVINCE:
                    named[province.code] += 1
                    votes[province.code] += weight
    for letter in set(_RECORD.findall(text)):
        code = f"{ABBREVIATIONS[letter]}0000"
        votes[code] += 3 if named[code] or not named else 1
    if _BANNERS.search(text):
        votes["150000"] += 2
    votes = +votes
    if not votes:
        # A page that never names its province, only counties of one, speaks from within; a guest says where it went.
        counties_only = not any(mention.place.level is Level.PROVINCE for mention in mentions)
        return gazetteer.places[next(iter(named))] if len(named) == 1 and counties_only else None
    (best, most), *others = votes.most_common()
    return gazetteer.places[best] if not others or others[0][1] < most else None


def _says_where(line: str, number: int) -> int:
    """How much a place in this line, the n-th of the page, says about where the page is at home."""
    if _IMPRINT.search(line):
        return 2
    if len(line) > _SHORT:
        return 0
    return 1 if _SOURCE.search(line) or (number < _SITE_LINES and not _TOLD.search(line)) else 0
