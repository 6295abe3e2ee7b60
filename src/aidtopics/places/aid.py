"""Who helps whom: the provinces and countries that give and get the help a page tells of."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aidtopics.places.article import ASIDE_WEIGHT, PROSE_WEIGHT, line_weights
from aidtopics.places.gazetteer import Gazetteer
from aidtopics.places.home import ABBREVIATIONS, home_province
from aidtopics.places.roles import CUES, HOME, HOME_WORDS, PLACE, Role
from aidtopics.records import Aid, Level, Mention, Place

_SENTENCE = re.compile(r"[^。！？!?\n；;]+[。！？!?；;]?")
_LIST = re.compile(r"[、]")
# 援疆, 沪滇协作, 返渝: a province in one letter, only in these set phrases.
_AIDED = re.compile(r"援([疆藏青川鄂沪琼吉港])(?!建)")
_AIDED_CODES = {
    "疆": "65",
    "藏": "54",
    "青": "63",
    "川": "51",
    "鄂": "42",
    "沪": "31",
    "琼": "46",
    "吉": "22",
    "港": "81",
}
_PAIR = re.compile(
    r"([京津沪苏浙闽鲁粤辽])([蒙冀甘宁青藏新疆陕川渝桂黔滇贵])(?=协作|扶贫|对口|帮扶|携手|情|合作|东西部|结对|人才|两省|[两省区]{2}|远程|一家|山海|医疗)"
)
_RETURN = re.compile(
    r"(?:[返离抵赴来回]|在)([京津沪渝辽苏浙闽鲁粤沈])(?=进修|手术|接受|治疗|休整|学习|培训|就医|[。，,\n]|$)"
)
_CITY_LETTERS = {"沈": "21"}
# A hospital or office of "the province", "the city" without a name: it lies where the page is at home.
_LOCAL = re.compile(
    r"(?:(?<![\ue000\u4e00-\u9fff])|(?<=[由与和、从请经对是，。“”》]))(?:省|市|县|区|州|旗|盟|地区|自治区|自治县)(?:[级属直]|第?[一二三四五六]|人民|立|中心|中医|妇幼|"
    r"红十字|医学会|医师|残联|慈善|总工会|计生|卫生|卫健|卫计|疾控|肿瘤|儿童|眼科|侨联|工商联|律协|妇联|里)|我院|我校|我会|本院"
)
_HEALTH = re.compile(r"医|诊|病|卫生|药|救护|孕产|健康")
_HELPS = re.compile(r"派|赴|捐|赠|义诊|帮扶|支援|免费|救助|培训|巡诊|接诊|送医|会诊|医疗队|筛查|减免|手术")
# Helpers that belong to no province.
_NATIONAL = re.compile(r"基金会|中国(?!工|致)|中华|解放军|军[区医]|部队")
_OF_CHINA = re.compile(rf"中国(?:政府|军队)?(?:第[^。，{PLACE}]{{1,4}}[批期])?(?:赴|援|医疗|医生|专家|维和)")
# Our hospital goes to a named place, or Tibet is helped: the helpers come from somewhere else.
_OUTSIDE = re.compile(rf"{HOME}[^。；{PLACE}]{{0,40}}?(?:赴|援|前往){PLACE}|援[疆藏青川鄂]")
_SECOND_RATE = 0.34  # of the best score; below it a place is named beside the point
_ENOUGH = 1.4
_ALONE = 2.0  # a recipient without a donor takes more evidence


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    coded: str  # places and lists of places as one character each
    places: tuple[tuple[Place, ...], ...]  # provinces or countries behind these characters, in order
    weight: float


def aid_of(text: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> tuple[Aid, ...]:
    """Donor and recipient provinces (or countries) of the aid a page tells of, each with the sentence that says most.

    The words around a place speak for one part or the other; the evidence of the whole page is added up, and a place
    needs more than a passing remark. Help inside one province is that province twice. Empty where the page does not
    say, or says nothing of health. Made for pages that the classifier calls aid: other pages also tell who helps whom.

    Args:
        text: the repaired text of a page, or of its aid passages.
        mentions: the places in it, in order.
    """
    if not _HEALTH.search(text):
        return ()
    home = home_province(text, mentions, gazetteer)
    sentences = tuple(_sentences(text, mentions, gazetteer))
    scores = _scores(sentences, home, gazetteer)
    donors, recipients = _settle(scores, sentences, home, gazetteer)
    pairs = _pairs(donors or (None,), recipients or (None,), sentences) if donors or recipients else []
    return tuple(_evidence(donor, recipient, sentences) for donor, recipient in pairs)


def _sentences(text: str, mentions: Sequence[Mention], gazetteer: Gazetteer) -> Iterator[_Sentence]:
    starts = [mention.start for mention in mentions]
    spans = [match.span() for match in _SENTENCE.finditer(text)]
    weights = line_weights(text)
    for start, end in spans:
        inside = mentions[bisect_left(starts, start) : bisect_left(starts, end)]
        weight = weights[bisect_right(weights, (start, 2.0)) - 1][1]
        pieces: list[str] = []
        slots: list[list[Place]] = []
        position = start
        for mention in inside:
            province = gazetteer.province(mention.place)
            between = text[position : mention.start]
            if slots and position > start and (not between or _LIST.fullmatch(between)):
                if province not in slots[-1]:
                    slots[-1].append(province)
            else:
                pieces += [between, PLACE]
                slots.append([province])
            position = mention.end
        pieces.append(text[position:end])
        coded = HOME_WORDS.sub(HOME, "".join(pieces))
        yield _Sentence(start, end, coded, tuple(map(tuple, slots)), weight)


def _scores(sentences: Sequence[_Sentence], home: Place | None, gazetteer: Gazetteer) -> dict[Role, dict[Place, float]]:
    scores: dict[Role, dict[Place, float]] = {role: defaultdict(float) for role in Role}

    def add(role: Role, places: Sequence[Place], weight: float) -> None:
        for place in places:
            scores[role][place] += weight

    def province(letter: str) -> tuple[Place, ...]:
        code = _AIDED_CODES.get(letter) or _CITY_LETTERS.get(letter) or ABBREVIATIONS[letter]
        return (gazetteer.places[f"{code}0000"],)

    for sentence in sentences:
        coded = sentence.coded
        slots = [at for at, character in enumerate(coded) if character == PLACE]
        for role, weight, pattern in CUES if slots or HOME in coded else ():
            for match in pattern.finditer(coded):
                at = match.start("p")
                if coded[at] == HOME:
                    places: tuple[Place, ...] = (home,) if home else ()
                else:
                    places = sentence.places[bisect_left(slots, at)]
                add(role, places, weight * sentence.weight)
        for match in _AIDED.finditer(coded):
            add(Role.RECIPIENT, province(match[1]), 2 * sentence.weight)
        for match in _PAIR.finditer(coded):
            add(Role.DONOR, province(match[1]), 2 * sentence.weight)
            add(Role.RECIPIENT, province(match[2]), 2 * sentence.weight)
        for match in _RETURN.finditer(coded):
            add(Role.DONOR, province(match[1]), 2 * sentence.weight)
    return scores


def _settle(
    scores: dict[Role, dict[Place, float]],
    sentences: Sequence[_Sentence],
    home: Place | None,
    gazetteer: Gazetteer,
) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """The donors and the recipients of a page."""
    donor, recipient = scores[Role.DONOR], scores[Role.RECIPIENT]
    # Where a place shows both parts, the page says more of one than of the other.
    net_recipient = {place: score for place, score in recipient.items() if score >= donor.get(place, 0)}
    net_donor = {place: score for place, score in donor.items() if score > recipient.get(place, 0)}
    recipients, donors = _leading(net_recipient), _leading(net_donor)
    helping = [s.coded for s in sentences if s.weight > ASIDE_WEIGHT and _HELPS.search(s.coded)]
    local = any(_LOCAL.search(coded) for coded in helping)
    outside = any(_OUTSIDE.search(coded) for coded in helping)
    national = any(_NATIONAL.search(coded) for coded in helping)
    if not donors and home not in recipients and max(net_recipient.values(), default=0.0) < _ALONE:
        recipients = ()
    if not recipients and home and (helping or donors):
        recipients = (home,)
    elif donors and not recipients:
        others = {place for s in sentences if s.weight == PROSE_WEIGHT for places in s.places for place in places} - {
            *donors
        }
        recipients = tuple(others) if len(others) == 1 else ()
    if recipients and not donors and (local or not national):
        if home:
            donors = (home,)
        elif local and len(recipients) == 1 and recipients[0].level is Level.PROVINCE and not outside:
            donors = recipients
    if recipients and not donors and all(place.level is Level.COUNTRY for place in recipients):
        donors = (gazetteer.places["CN"],) if any(_OF_CHINA.search(coded) for coded in helping) else ()
    return donors, recipients


def _leading(scores: dict[Place, float]) -> tuple[Place, ...]:
    best = max(scores.values(), default=0.0)
    return tuple(place for place, score in scores.items() if score >= max(_ENOUGH, best * _SECOND_RATE))


def _pairs(
    donors: Sequence[Place | None], recipients: Sequence[Place | None], sentences: Sequence[_Sentence]
) -> list[tuple[Place | None, Place | None]]:
    """All pairs where one side is single; else those that stand in one sentence, and all if none does."""
    pairs = [(donor, recipient) for donor in donors for recipient in recipients]
    if len(donors) == 1 or len(recipients) == 1:
        return pairs
    together = [pair for pair in pairs if any(_holds(sentence, pair) for sentence in sentences)]
    return together or pairs


def _holds(sentence: _Sentence, pair: tuple[Place | None, Place | None]) -> bool:
    named = {place for places in sentence.places for place in places}
    return named.issuperset(pair)


def _evidence(donor: Place | None, recipient: Place | None, sentences: Sequence[_Sentence]) -> Aid:
    sides = {side for side in (donor, recipient) if side}

    def rank(sentence: _Sentence) -> tuple[int, bool, float, int]:
        named = {place for places in sentence.places for place in places}
        return (
            len(sides & named),
            recipient in named,
            sentence.weight if _HELPS.search(sentence.coded) else 0.0,
            -sentence.start,
        )

    best = max(sentences, key=rank)
    return Aid(donor, recipient, best.start, best.end)
