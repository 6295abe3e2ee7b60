"""What repair may not change: figures, units, dates, negations and their like, in clean text and beside damage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidtopics.repair import repair, undo
from mirror import mirror

slow = settings(deadline=None)  # the first call reads the language model and OpenCC's dictionaries

number = st.integers(1, 999).map(str) | st.integers(1, 9999).map(lambda n: f"{n / 10}")
comparison = st.sampled_from(["≥", "≤", "<", ">", "＜", "＞", "=", "≠", "±", "≈", "<=", ">="])
unit = st.sampled_from(
    [
        "mg",
        "g",
        "μg",
        "mL",
        "ml/min",
        "mg/kg",
        "mg/(kg·d)",
        "mmol/L",
        "mmHg",
        "kPa",
        "kg/m²",
        "IU",
        "×10^9/L",
        "㎡",
        "km",
    ]
)
day = st.dates()
parts = st.one_of(
    st.builds("{}{} {}".format, comparison, number, unit),
    st.builds("P{}0.0{}".format, comparison, st.integers(1, 9)),
    st.builds("{}{}".format, number, unit),
    st.builds("{}～{} {}/次".format, number, number, unit),
    st.builds("{}{}℃".format, comparison | st.just(""), number),
    st.builds("-{} °C".format, number),
    day.map("{0:%Y-%m-%d}".format) | day.map("{0.year}年{0.month}月{0.day}日".format) | day.map("{0:%Y/%m/%d}".format),
    st.times().map("{0:%H:%M}".format) | st.times().map("{0:%H:%M:%S}".format),
    st.builds(
        "{}{}".format, st.sampled_from(["￥", "¥", "$", "US$", "€", "£"]), st.integers(1, 10**8).map("{:,}".format)
    ),
    st.integers(1, 10**8).map("{:,}.00元".format) | number.map("{}万元".format),
    st.sampled_from(
        ["12320", "120", "110", "12345", "400-820-0143", "0991-555-0143", "(0991)5550143", "+86 10 5550 0143"]
    ),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9X]", fullmatch=True),
    st.from_regex(r"国药准字[HZSJ][0-9]{8}", fullmatch=True),
    number.map("{}%".format) | number.map("{}％".format) | number.map("{}‰".format),
    st.sampled_from(
        ["不收取任何费用", "未见异常", "非处方药", "无须预约", "严禁空腹", "并非免费", "没有传染性", "不得停药", "勿食"]
    ),
    st.from_regex(
        r"https?://[a-z]{2,8}\.example\.org/[a-z]{1,6}/[0-9]{1,6}\.html(\?id=[0-9]{1,4}&page=[0-9])?", fullmatch=True
    ),
    st.from_regex(r"[a-z]{2,8}_?[0-9]{0,4}@example\.(org|com)", fullmatch=True),
    st.sampled_from(
        ["(HIV)", "(mmHg)", "（WHO）", "(a)", "(an)", "(men)", "(1)", "（一）", "CO₂", "SpO₂", "H2O", "Ⅱ型", "α=0.05"]
    ),
)
around = st.sampled_from(
    "医疗队到县里义诊 体温 血压 每次口服 儿童用量 咨询电话 报名网址 截止日期 捐款总额 患者 为群众免费检查".split()
    + "请到发热门诊 其中 共 约 占".split()
    + "健康日报的记者在当地采访时，专科联盟的专家正在开展活动，受到群众的热烈欢迎。每人".split("。")
)
mark = st.sampled_from([*"，。；：、！？\n ", "", "——", "……", "“", "”"])
sentence = st.lists(st.tuples(around, parts, mark), min_size=1, max_size=6)


def written(pieces):
    return "".join(map("".join, pieces))


@slow
@given(sentence)
def test_clean_text_with_figures_is_not_touched(pieces):
    assert repair(written(pieces)).passes == ()


@slow
@given(sentence, st.integers(0, 10_000))
def test_figures_come_through_the_repair_of_a_mirror(pieces, seed):
    mirrored = mirror(written(pieces), seed)
    result = repair(mirrored.damaged)
    for _, part, _ in pieces:
        if part in mirrored.damaged:
            assert part in result.text


@slow
@given(sentence, st.integers(0, 10_000))
def test_a_mirror_is_undone_and_repaired_once_and_for_all(pieces, seed):
    raw = mirror(written(pieces), seed).damaged
    once = repair(raw)
    assert undo(once) == raw
    assert repair(once.text).text == once.text


MISREADINGS = [
    [("utf-8", "latin-1")],
    [("utf-8", "cp1252")],
    [("utf-8", "gbk")],
    [("gb18030", "latin-1")],
    [("big5hkscs", "cp1252")],
    [("big5hkscs", "gb18030")],
    [("gb18030", "big5hkscs")],
    [("gb18030", "utf-8")],
    [("utf-8", "latin-1"), ("utf-8", "latin-1")],
    [("utf-8", "gbk"), ("utf-8", "cp1252")],
]


@pytest.mark.parametrize("chain", MISREADINGS, ids=lambda chain: ", ".join(map(" as ".join, chain)))
@settings(deadline=None, max_examples=25)
@given(pieces=sentence, errors=st.sampled_from(["replace", "ignore", "backslashreplace"]))
def test_misread_text_is_undone_and_repaired_once_and_for_all(chain, pieces, errors):
    raw = written(pieces)
    for encoding, shown_as in chain:
        raw = raw.encode(encoding, "replace").decode(shown_as, errors)
    once = repair(raw)
    assert undo(once) == raw
    assert repair(once.text).text == once.text


@pytest.mark.parametrize("times", [1, 2])
@settings(deadline=None, max_examples=25)
@given(pieces=sentence)
def test_figures_come_back_from_lossless_mojibake(times, pieces):
    text = "医疗队到县里为群众免费检查身体，" + written(pieces).replace("\n", "，")
    raw = text
    for _ in range(times):
        raw = raw.encode("utf-8").decode("latin-1")
    assert repair(raw).text == text


@slow
@given(st.text(max_size=60))
def test_any_text_is_undone_and_repaired_once_and_for_all(raw):
    once = repair(raw)
    assert undo(once) == raw
    assert repair(once.text).text == once.text
