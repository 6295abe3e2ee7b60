import json
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidtopics.corpus import grid, read_gold
from aidtopics.pages import page_from_text
from aidtopics.places import PROGRAMMES, PlaceFinder, aid_of, load_gazetteer, period_of, places_of, programmes_of
from aidtopics.places.article import article_of, line_weights
from aidtopics.records import Level, Page
from conftest import ROOT

CASES = ROOT / "tests" / "cases" / "places"
FINDER = PlaceFinder()
GAZETTEER = FINDER.gazetteer
SHORT = re.compile(r"(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)$")


def cases(name):
    return json.loads((CASES / name).read_text("utf-8"))


def aids(text):
    return aid_of(text, FINDER.mentions(text), GAZETTEER)


# The gazetteer.


def test_the_gazetteer_holds_the_units_of_the_mainland():
    current = [place for place in GAZETTEER.places.values() if place.level is not Level.COUNTRY]
    assert sum(place.level is Level.PROVINCE for place in current) == 34
    assert {"320000", "632700", "653222", "810000", "710000"} <= {place.code for place in current}


def test_every_place_knows_its_parents():
    for place in GAZETTEER.places.values():
        assert all(parent[:2] == place.code[:2] for parent in place.parents)
        assert GAZETTEER.province(place).level in (Level.PROVINCE, Level.COUNTRY)


def test_a_district_of_a_municipality_lies_right_under_it():
    assert GAZETTEER.places["310115"].parents == ("310000",)


def test_no_name_of_a_place_is_hidden_by_the_list_of_what_is_no_place():
    assert not GAZETTEER.not_places & GAZETTEER.forms.keys()


@pytest.mark.parametrize("name", ["institutions.csv", "short_forms.csv"])
def test_the_lists_name_codes_that_there_are(name):
    rows = (ROOT / "src/aidtopics/places" / name).read_text("utf-8").splitlines()[1:]
    assert all(row.split(",")[1] in GAZETTEER.places for row in rows)


# Mentions.


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["about"], marks=[pytest.mark.xfail] if case["origin"] == "known failure" else [])
        for case in cases("mentions.json")
    ],
)
def test_places_are_found(case):
    text = case["text"]
    assert {text[m.start : m.end]: m.place.code for m in FINDER.mentions(text)} == case["found"]


@given(
    st.lists(
        st.sampled_from(["江苏", "墨玉县", "鼓楼区", "和平", "，", "医院", "赴", "河南县", "a", "\n", "和安县"]),
        max_size=30,
    )
)
def test_mentions_are_in_order_and_do_not_overlap(pieces):
    text = "".join(pieces)
    mentions = FINDER.mentions(text)
    ends = [0, *(mention.end for mention in mentions)]
    assert all(end <= mention.start < mention.end for end, mention in zip(ends, mentions, strict=False))


# Who helps whom.


def named(aid):
    return [aid.donor.name if aid.donor else None, aid.recipient.name if aid.recipient else None]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["about"]) for case in cases("aid.json")])
def test_who_helps_whom(case):
    assert [named(aid) for aid in aids(case["text"])] == case["pairs"]


def test_the_evidence_is_the_sentence_that_names_both():
    text = "天气很好。江苏省人民医院对口支援青海省人民医院。病人很多，医生也很多，大家都在门诊忙着。"
    (aid,) = aids(text)
    assert text[aid.start : aid.end] == "江苏省人民医院对口支援青海省人民医院。"


def test_a_headline_beside_the_article_does_not_outweigh_it():
    article = "浙江省援疆医疗队在阿克苏地区为群众义诊，队员们看了三百个病人，还给村医上了两天课，留下一批药品。"
    beside = "\n".join(["广东医疗队赴西藏", "上海医生对口支援云南"])
    assert [named(aid) for aid in aids(f"{article}\n{beside}")] == [["浙江省", "新疆维吾尔自治区"]]


def figures(half):
    """Precision and recall of donors, recipients and pairs over all pages of a half."""
    gold = cases(f"{half}.json")
    pages = {page.page_id: page.text for page in read_gold([ROOT / "corpus" / "pages"])}
    right, found, wanted = ({"donors": 0, "recipients": 0, "pairs": 0} for _ in range(3))
    for page_id, expected in gold.items():
        told = [[name and SHORT.sub("", name) for name in named(aid)] for aid in aids(pages[page_id])]
        ours = {
            "donors": {donor for donor, _ in told if donor},
            "recipients": {recipient for _, recipient in told if recipient},
            "pairs": {(donor, recipient) for donor, recipient in told if donor and recipient},
        }
        theirs = {part: set(expected[part]) for part in ("donors", "recipients")}
        theirs["pairs"] = {(d, r) for d in expected["donors"] for r in expected["recipients"]}
        for part in ours:
            right[part] += len(ours[part] & theirs[part])
            found[part] += len(ours[part])
            wanted[part] += len(theirs[part])
    return {part: (f"{right[part] / found[part]:.3f}", f"{right[part] / wanted[part]:.3f}") for part in right}


@pytest.mark.parametrize("half", ["looked_at", "kept_for_the_figure"])
def test_the_figures_in_the_document_are_what_the_gold_pages_give(half):
    row = re.compile(rf"^\| `{half}` \| (\w+) \| ([\d.]+) \| ([\d.]+) \|$", re.MULTILINE)
    stated = {part: (p, r) for part, p, r in row.findall((ROOT / "docs" / "places.md").read_text("utf-8"))}
    assert stated == figures(half)


# Dates.


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("标题\n来源：县医院　时间：2016-11-25\n正文。", "2016-Q4"),
        ("20.09.2016  10:12\n正文。", "2016-Q3"),
        ("健康报　2008年3月\n正文。", "2008-Q1"),
        ("二〇一〇年四月\n正文。", "2010-Q2"),
        ("2016年5月25日上午，医院签约仪式在一楼大厅举行，" + "领导出席仪式并讲话，" * 6, "2016-Q2"),
        ("医院在一楼大厅举行仪式，" * 8 + "2016年5月25日有人说。", None),
        ("标题\n去年五月来了一支医疗队。", None),
        ("2016年13月\n正文。", None),
        ("2031年3月\n正文。", None),
    ],
)
def test_the_quarter_comes_from_byline_or_opening(text, period):
    found = period_of(page_from_text(text, "a"), today=date(2025, 1, 1))
    assert (str(found) if found else None) == period


def test_the_date_of_the_page_comes_first():
    assert str(period_of(Page("a", "a", "2008年3月", date="2019-12-31"))) == "2019-Q4"


# Programmes and the page as a whole.


@pytest.mark.parametrize(
    ("text", "programmes"),
    [
        ("专家到县里义诊，为白内障患者做复明手术。", ("free clinic", "eye surgery")),
        ("医院今天开会。", ()),
        ("医院今天开会，" * 30 + "会上有人提到义诊。", ()),
        ("宁波市援藏医疗队", ("aid to Tibet and Qinghai",)),
    ],
)
def test_programmes_by_their_words(text, programmes):
    assert programmes_of(text, ()) == programmes


def test_programmes_have_the_names_of_the_corpus_cells():
    assert set(PROGRAMMES) <= set(grid.PROGRAMMES)


def test_programmes_by_place():
    text = "江苏省医生到青海省玉树州做手术，江苏省人民医院对口支援青海省人民医院。"
    assert "aid to Tibet and Qinghai" in programmes_of("", aids(text))
    assert set(programmes_of("", aids(text))) <= set(PROGRAMMES)


def test_a_page_is_read_as_a_whole():
    page = page_from_text("时间：2019-08-06\n宁波市援藏医疗队在比如县义诊，看了一百个病人，也给村医上课。", "a")
    read = places_of(page, FINDER)
    assert (str(read.period), [place.name for place in read.donors], [place.name for place in read.recipients]) == (
        "2019-Q3",
        ["浙江省"],
        ["西藏自治区"],
    )
    assert all(page.text[m.start : m.end] for m in read.mentions)


def test_the_article_is_prose_and_what_stands_right_above_it():
    prose = "医疗队在村里义诊，" * 8
    text = "\n".join([*(f"菜单{n}" for n in range(9)), "标题", prose, "相关新闻"])
    assert article_of(text).split() == ["菜单6", "菜单7", "菜单8", "标题", prose]


@given(st.text(alphabet="医院，。\n江苏赴 ", max_size=200))
def test_every_line_has_its_weight(text):
    assert [start for start, _ in line_weights(text)] == [m.start() for m in re.finditer(r"[^\n]+", text)]


def test_loading_twice_gives_the_same():
    assert load_gazetteer() == GAZETTEER
