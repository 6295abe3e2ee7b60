"""Passages: every visible character once, in order, and lines cut where a reader would cut them."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidtopics.passages import gather, split, split_pages
from aidtopics.records import Block, Page
from aidtopics.repair import repair

SENTENCES = [
    "医疗队上午八点在乡卫生院门口摆开桌子，附近三个村的老人已经排起了队。",
    "眼科医生查出十七名白内障患者，当天就约好了下周的免费手术。",
    "“以前看病要坐一天的车，现在家门口就有专家！”一位牧民说。",
    "县医院院长介绍，五年来共有四十二名医生轮流驻点，帮助建起了重症监护室。",
    "带教的护士长每周查房两次，本地护士已经能独立完成血液透析……",
]


def prose(length: int) -> str:
    """Sentences of at least this many characters in all, and no line end among them."""
    text = ""
    while len(text) < length:
        text += SENTENCES[len(text) % len(SENTENCES)]
    return text


def page(text: str, *blocks: Block) -> Page:
    return Page("p1", "p1.txt", text, blocks=blocks)


def texts(text: str, *blocks: Block) -> list[str]:
    return [text[passage.start : passage.end] for passage in split(page(text, *blocks))]


def visible(text: str) -> str:
    return "".join(text.split())


def assert_sound(source: Page) -> None:
    """What holds on every page, whatever it looks like."""
    passages = split(source)
    found = [source.text[passage.start : passage.end] for passage in passages]
    assert all(passage.page_id == source.page_id for passage in passages)
    assert all(0 <= passage.start < passage.end <= len(source.text) for passage in passages)
    assert all(left.end <= right.start for left, right in pairwise(passages))
    assert [text.strip() for text in found] == found
    assert visible("".join(found)) == visible(source.text)


SPLIT = [
    pytest.param("标题\n\n第一段。\n第二段。", ["标题", "第一段。", "第二段。"], id="lines"),
    pytest.param("\n \n\t\n　　\n正文。\n\n", ["正文。"], id="blank lines give no passage"),
    pytest.param("　　医疗队抵达。　\n\t义诊开始。 ", ["医疗队抵达。", "义诊开始。"], id="indents stay outside"),
    pytest.param(
        "首页   新闻   义诊   捐赠   联系我们", ["首页", "新闻", "义诊", "捐赠", "联系我们"], id="navigation by spaces"
    ),
    pytest.param("首页\t新闻\t义诊\t捐赠", ["首页", "新闻", "义诊", "捐赠"], id="navigation by tabs"),
    pytest.param(
        "首页　　新闻　　义诊　　捐赠", ["首页", "新闻", "义诊", "捐赠"], id="navigation by ideographic spaces"
    ),
    pytest.param("首页 \t 新闻　\t　义诊\t\t捐赠", ["首页", "新闻", "义诊", "捐赠"], id="navigation by mixed blanks"),
    pytest.param(
        "我市医疗队启程援疆　　牧区新建三个巡诊点　　先心病患儿免费手术　　乡村医生培训班开课",
        ["我市医疗队启程援疆", "牧区新建三个巡诊点", "先心病患儿免费手术", "乡村医生培训班开课"],
        id="list of headlines on one line",
    ),
    pytest.param(
        prose(70) + "　　" + prose(80) + "　　" + prose(60),
        [prose(70), prose(80), prose(60)],
        id="paragraphs joined by their indents",
    ),
]
WHOLE = [
    pytest.param("2023-05-16 10:20   来源：边城健康报   编辑：李晓东", id="byline of three parts"),
    pytest.param("2023-05-16　　来源：边城健康报", id="byline of two parts"),
    pytest.param("发布时间：2023-05-16\t浏览：128 次", id="byline with a tab"),
    pytest.param("Doctors from Xi'an treated 40 patients. They will stay for a year.", id="English sentence"),
    pytest.param("责任编辑： 王小雨 审核： 陈大伟 校对： 刘明", id="single blanks"),
    pytest.param("他等了三年。她也等了三年。", id="two sentences on one line"),
    pytest.param(prose(1500), id="paragraph of 1500 characters"),
]


@pytest.mark.parametrize(("text", "wanted"), SPLIT)
def test_line_is_split_into_its_items(text, wanted):
    assert texts(text) == wanted
    assert_sound(page(text))


@pytest.mark.parametrize("line", WHOLE)
def test_line_stays_whole_among_others(line):
    title, closing = "医疗队进村义诊三天", "医院供稿，转载请注明出处。"
    assert texts("\n".join([title, line, prose(200), closing])) == [title, line, prose(200), closing]


def test_long_paragraph_stays_whole_under_no_more_than_a_headline_and_a_byline():
    lines = ["医疗队进村义诊三天", "2023-05-16   来源：边城健康报", prose(1500), "医院供稿"]
    assert texts("\n".join(lines)) == lines


@pytest.mark.parametrize("text", ["", " ", "\n\n\t　\n"], ids=["none", "blank", "blanks"])
def test_page_without_visible_characters_has_no_passages(text):
    assert split(page(text)) == ()


def test_short_page_of_one_line_stays_whole():
    line = SENTENCES[0] + SENTENCES[1]
    assert texts(line) == [line]


def test_page_that_lost_its_line_ends_is_split_at_sentences():
    text = prose(1200)
    found = texts(text)
    assert_sound(page(text))
    assert set(found) <= set(SENTENCES)
    assert "".join(found) == text


def test_lost_line_ends_split_between_headline_and_prose_too():
    text = "医疗队进村义诊三天 " + prose(600)
    assert texts(text)[0] == "医疗队进村义诊三天"


def test_line_longer_than_any_paragraph_is_split_at_sentences():
    text = "\n".join(["医疗队进村义诊三天", prose(6000), *["相关新闻：牧区义诊"] * 200])
    found = texts(text)
    assert_sound(page(text))
    assert max(map(len, found)) <= max(map(len, SENTENCES))


def test_closing_quote_stays_with_its_sentence():
    text = "“家门口就有专家了！”老人高兴地说，他已经三年没有出过远门看病了。“明年你们还来吗？”" * 12
    assert not [passage for passage in texts(text) if passage.startswith("”")]


def test_offsets_count_code_points():
    text = "🙏谢谢医生👩\u200d⚕\ufe0f\n𠮷村义诊"
    first, second = split(page(text))
    assert (first.start, first.end) == (0, 9)
    assert (second.start, second.end) == (10, 14)


def test_passages_carry_tag_and_link_density_of_their_block():
    lines = [("nav", "首页\t新闻\t义诊\t捐赠", 1.0), ("h1", "医疗队进村", 0.0), ("p", "义诊三天。", 0.25)]
    text, blocks = "", []
    for tag, line, density in lines:
        blocks.append(Block(len(text), len(text) + len(line), tag, density))
        text += line + "\n"
    found = [(passage.tag, passage.link_density) for passage in split(page(text, *blocks))]
    assert found == [*[("nav", 1.0)] * 4, ("h1", 0.0), ("p", 0.25)]


def test_passages_of_plain_text_have_no_tag():
    assert [(passage.tag, passage.link_density) for passage in split(page("义诊\n三天"))] == [(None, None)] * 2


def test_passage_outside_all_blocks_has_no_tag():
    before, inside, after = split(page("网站标题\n义诊三天。\n版权所有", Block(5, 10, "p", 0.5)))
    assert [(passage.tag, passage.link_density) for passage in (before, inside, after)] == [
        (None, None),
        ("p", 0.5),
        (None, None),
    ]


untimed = settings(deadline=None)  # the first repair reads OpenCC's dictionaries
# Passages are cut from repaired text, which knows no other blanks than these, but for the Ogham space.
blanks = st.sampled_from(["", " ", "   ", "\t", "　", "　　", "\n", "\n\n", "\r\n", "\u00a0", "\u2028"])
odd = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\u1680"), max_size=5)
words = odd | st.sampled_from(["义诊", "来源：日报", "CT 3 台", "“好！”", "……", "🙏", "a", *SENTENCES])
layouts = st.lists(words | blanks, max_size=50).map(lambda parts: repair("".join(parts)).text)


@untimed
@given(layouts)
def test_every_visible_character_is_in_one_passage(text):
    assert_sound(page(text))


@untimed
@given(layouts, st.sampled_from([300, 1500, 3000]))
def test_so_it_is_with_long_lines(text, length):
    assert_sound(page(text + prose(length)))


@untimed
@given(st.lists(st.text("义诊abc ,，", max_size=20), max_size=8))
def test_no_passage_crosses_a_line_end(lines):
    text = "\n".join(lines)
    assert [passage for passage in texts(text) if "\n" in passage] == []
    assert len(texts(text)) >= sum(bool(line.strip()) for line in lines)


@untimed
@given(st.lists(layouts, min_size=1, max_size=5))
def test_block_of_a_passage_is_the_one_it_lies_in(contents):
    text, blocks = "", []
    for number, content in enumerate(contents):
        blocks.append(Block(len(text), len(text) + len(content), f"h{number + 1}", number / 10))
        text += content + "\n"
    for passage in split(page(text, *blocks)):
        block = next(b for b in blocks if b.start <= passage.start < b.end)
        assert (passage.tag, passage.link_density) == (block.tag, block.link_density)


@untimed
@given(st.lists(layouts, max_size=5))
def test_pages_split_together_are_split_as_each_alone(contents):
    pages = [
        page(content, Block(0, len(content), "p", 0.25)) if n % 2 else page(content)
        for n, content in enumerate(contents)
    ]
    together, gathered = split_pages(pages), gather([(page, split(page)) for page in pages])
    for name in ("codes", "pages", "first", "starts", "ends", "tags"):
        assert list(getattr(together, name)) == list(getattr(gathered, name))
    assert together.link_density.tolist() == pytest.approx(gathered.link_density.tolist(), nan_ok=True)
    for number, alone in enumerate(pages):
        starts, ends = together.of_page(number)
        assert [*zip(starts.tolist(), ends.tolist(), strict=True)] == [(p.start, p.end) for p in split(alone)]
