"""Repair: cases filed by origin, and properties of the ledger over generated damage."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidtopics.passages import split
from aidtopics.records import Block, Edit, Page, Repair
from aidtopics.repair import REASONS, repair, repair_page, to_raw, to_repaired, undo
from conftest import ROOT

CASES = Path(__file__).parent / "cases" / "repair"
ORIGINS = ("in_the_wild", "synthetic", "negative", "known_failures")
untimed = settings(deadline=None)  # the first call reads OpenCC's dictionaries


def rows(origin: str) -> list[dict[str, str]]:
    return json.loads((CASES / f"{origin}.json").read_text(encoding="utf-8"))


def cases(origin: str) -> list:
    return [
        pytest.param(row["raw"], row["repaired"], id=row["label"], marks=expected(origin, row)) for row in rows(origin)
    ]


def expected(origin: str, row: dict[str, str]) -> list[pytest.MarkDecorator]:
    failing = origin == "known_failures"
    return [pytest.mark.xfail(strict=True, raises=AssertionError, reason=row["comment"])] if failing else []


class Piece(NamedTuple):
    """A piece of a generated page: as damaged, and as it should come out."""

    raw: str
    repaired: str


CLEAN = ["医疗队", "义诊三天。", "≥38.5℃", "艾滋病(HIV)", "血压(mmHg)", "乾安县", "12 台，", "未见异常\n", "🙏", "R&D "]
DAMAGED = [
    *(Piece(f"{clean}({pinyin})", clean) for clean, pinyin in [("医", "yī"), ("医院", "yī yuàn"), ("绿", " lǜ ")]),
    Piece("援（yuán）", "援"),
    *(Piece(raw, "") for raw in ["\u200b", "\ufeff", "\u00ad", "\x00", "\x1b", "<b>", "</span>", '<font color="red">']),
    Piece("<br>", "\n"),
    *(Piece(raw, clean) for raw, clean in [("&nbsp;", " "), ("&ge;", "≥"), ("&ldquo;", "“"), ("&#21307;", "医")]),
    *(Piece(raw, clean) for raw, clean in [("２０２３", "2023"), ("ＣＴ", "CT")]),
]
pieces = st.lists(st.sampled_from([*(Piece(text, text) for text in CLEAN), *DAMAGED]), max_size=20)

# Fragments of damage that may meet and make new damage: a tag round a bracket, an entity for half a bracket.
FRAGMENTS = [
    *("醫", "院", "医", "診", "乾", "(yī)", "（yuàn）", "( zhěn )", "(HIV)", "yī", "(", ")", "（", "）"),
    "?qǐng)",
    *("<b>", "</p>", "<br/>", "<", ">", "b", "&lt;", "&gt;", "&amp;", "&", "amp;", "lt;", "#40;", "&#41;", "&nbsp;"),
    *("\u200b", "\u200d", "\ufeff", "\u00a0", "\u3000", "\x00", "\r", "\n", "\t", "\x85", "\u2028", "\ufffd"),
    *("１", "Ａ", "ｂ", "＜", "＞", "＆", "，", "。", "👩", "e\u0301", "か", "1", " "),
]
mixtures = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=25).map("".join)


@pytest.mark.parametrize("origin", ORIGINS)
def test_case_files_hold_what_their_name_says(origin):
    found = rows(origin)
    assert all(set(row) == {"label", "comment", "raw", "repaired"} and row["comment"] for row in found)
    assert len({row["label"] for row in found}) == len(found)
    assert all((row["raw"] == row["repaired"]) is (origin == "negative") for row in found)


@pytest.mark.parametrize(("raw", "repaired"), cases("in_the_wild") + cases("synthetic") + cases("known_failures"))
def test_case(raw, repaired):
    assert repair(raw).text == repaired


@pytest.mark.parametrize(("raw", "repaired"), cases("negative"))
def test_clean_text_gets_no_edits(raw, repaired):
    assert repair(raw) == Repair(repaired)


@pytest.mark.parametrize("row", [row for origin in ORIGINS for row in rows(origin)], ids=lambda row: row["label"])
def test_case_is_undone_and_stable(row):
    once = repair(row["raw"])
    assert undo(once) == row["raw"]
    again = repair(once.text)
    assert again.text == once.text
    assert set(again.counts) <= {"lost"}  # a mark for text that is gone; it changes nothing


@untimed
@given(pieces)
def test_each_piece_is_repaired_wherever_it_stands(parts):
    assert repair("".join(part.raw for part in parts)).text == "".join(part.repaired for part in parts)


@untimed
@given(mixtures)
def test_undo_gives_back_the_raw_text(raw):
    assert undo(repair(raw)) == raw


@untimed
@given(mixtures)
def test_repair_twice_is_repair_once(raw):
    once = repair(raw)
    again = repair(once.text)
    assert again.text == once.text
    assert set(again.counts) <= {"lost"}  # a mark for text that is gone; it changes nothing


@untimed
@given(mixtures)
def test_edits_are_sorted_apart_and_true(raw):
    text, result = raw, repair(raw)
    for edits in result.passes:
        assert edits, "an empty pass says nothing"
        assert all(left.end <= right.start for left, right in pairwise(edits))
        assert all(text[edit.start : edit.end] == edit.before for edit in edits)
        assert all((edit.before == edit.after) == (edit.step == "lost") for edit in edits)
        for edit in reversed(edits):
            text = text[: edit.start] + edit.after + text[edit.end :]
    assert text == result.text
    assert sum(result.counts.values()) == len(result.edits)


@pytest.mark.parametrize("raw", ["<" * 20 + "b>" * 20, "医" + "(yī)" * 20], ids=["tags", "pinyin"])
def test_damage_in_many_layers_is_repaired_at_once(raw):
    once = repair(raw)
    again = repair(once.text)
    assert again.text == once.text
    assert set(again.counts) <= {"lost"}  # a mark for text that is gone; it changes nothing


STEP = re.compile(r'Edit\(\s*"(\w+)"')


def test_every_step_has_its_reason():
    in_code = {step for path in (ROOT / "src/aidtopics/repair").glob("*.py") for step in STEP.findall(path.read_text())}
    in_cases = {edit.step for origin in ORIGINS for row in rows(origin) for edit in repair(row["raw"]).edits}
    assert in_cases <= in_code == set(REASONS)
    assert all(len(reason.split()) > 3 and not reason.endswith(".") for reason in REASONS.values())


def test_lone_surrogate_does_not_stop_the_repair():
    # json.loads makes them of a broken escape; OpenCC encodes to UTF-8 and can't take them.
    assert undo(repair("醫院\ud800")) == "醫院\ud800"


@pytest.mark.parametrize(
    ("raw", "counts"),
    [
        pytest.param("县医(yī)院(yuàn)的专家", {"pinyin": 2}, id="pinyin counts brackets"),
        pytest.param("<b>县</b>医(yī)院", {"tag": 2, "pinyin": 1}, id="two steps"),
        pytest.param("县医院", {}, id="none"),
    ],
)
def test_ledger_counts_edits_by_step(raw, counts):
    assert repair(raw).counts == counts


@untimed
@given(pieces)
def test_offsets_of_unchanged_text_lead_both_ways(parts):
    raw = "".join(part.raw for part in parts)
    result = repair(raw)
    starts = [("".join(p.raw for p in parts[:i]), "".join(p.repaired for p in parts[:i])) for i in range(len(parts))]
    for part, (before, after) in zip(parts, starts, strict=True):
        if part.raw in CLEAN:  # its first offset is also the end of what was removed before it
            inner = range(1, len(part.raw))
            there, back = [len(before) + i for i in inner], [len(after) + i for i in inner]
            assert to_repaired(result, there) == back
            assert to_raw(result, back) == there


@untimed
@given(mixtures)
def test_offsets_stay_in_order_and_in_the_text(raw):
    result = repair(raw)
    for source, target, follow in ((raw, result.text, to_repaired), (result.text, raw, to_raw)):
        offsets = follow(result, range(len(source) + 1))
        assert offsets == sorted(offsets)
        assert all(0 <= offset <= len(target) for offset in offsets)
    assert to_repaired(result, [0, len(raw)]) == [0, len(result.text)]


def test_offset_inside_an_edit_goes_to_its_start():
    result = Repair("县医院", ((Edit("pinyin", 2, 6, "(yī)", ""),),))
    assert to_repaired(result, [1, 2, 3, 5, 6, 7]) == [1, 2, 2, 2, 2, 3]
    grown = Repair("a≥b", ((Edit("entity", 1, 5, "&ge;", "≥"),),))
    assert to_repaired(grown, [1, 3, 5, 6]) == [1, 1, 2, 3]
    assert to_raw(grown, [1, 2, 3]) == [1, 5, 6]


def test_page_keeps_its_facts_and_moves_its_blocks():
    lines = [
        ("h1", "醫(yī)療隊進村義診", "医疗队进村义诊"),
        ("p", "２０２３年５月，專家&nbsp;為<b>老人</b>檢查眼睛。", "2023年5月，专家 为老人检查眼睛。"),
        ("p", "醫院(yī yuàn)\u200b捐贈藥品。", "医院捐赠药品。"),
        ("footer", "請勿轉載", "请勿转载"),
    ]
    text, blocks = "", []
    for tag, raw, _ in lines:
        blocks.append(Block(len(text), len(text) + len(raw), tag, 0.25))
        text += raw + "\n"
    names = {"title": "醫(yī)療隊進村", "publisher": "邊城健康報&amp;網"}
    facts = {"url": "https://example.org/?a=1&b=2", "date": "2023-05-06", "encoding": "gb18030"}
    page, ledger = repair_page(Page("7", "crawl.jsonl#7", text, blocks=tuple(blocks), **names, **facts))

    assert [page.text[b.start : b.end] for b in page.blocks] == [repaired for _, _, repaired in lines]
    assert [(b.tag, b.link_density) for b in page.blocks] == [(tag, 0.25) for tag, _, _ in lines]
    assert (page.title, page.publisher) == ("医疗队进村", "边城健康报&网")
    assert {name: getattr(page, name) for name in facts} == facts
    assert (page.page_id, page.source) == ("7", "crawl.jsonl#7")
    assert ledger == repair(text)
    assert page.text == ledger.text


@untimed
@given(st.lists(pieces, max_size=6))
def test_moved_blocks_hold_their_own_repaired_text(contents):
    text, blocks = "", []
    for parts in contents:
        raw = "“" + "".join(part.raw for part in parts) + "”"  # the marks keep removed text inside its block
        blocks.append(Block(len(text), len(text) + len(raw), "p", 0.0))
        text += raw + "\n"
    page, _ = repair_page(Page("1", "a.html", text, blocks=tuple(blocks)))
    wanted = ["“" + "".join(part.repaired for part in parts) + "”" for parts in contents]
    assert [page.text[b.start : b.end] for b in page.blocks] == wanted


def test_blocks_of_readings_are_left_empty():
    lines = ["yī liáo duì jìn cūn", "醫療隊進村", "wèi qún zhòng yì zhěn", "為群眾義診", "編輯小滿"]
    starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
    blocks = tuple(Block(start, start + len(line), "p", 0.0) for start, line in zip(starts, lines, strict=True))
    page, _ = repair_page(Page("1", "reader.html", "\n".join(lines), blocks=blocks))
    assert [page.text[b.start : b.end] for b in page.blocks] == ["", "医疗队进村", "", "为群众义诊", "编辑小满"]
    assert [page.text[p.start : p.end] for p in split(page)] == ["医疗队进村", "为群众义诊", "编辑小满"]


def test_clean_page_stays_as_it_is():
    page = Page("1", "a.txt", "医疗队进村义诊。", title="义诊", blocks=(Block(0, 8, "p", 0.0),))
    assert repair_page(page) == (replace(page, script="simplified"), Repair(page.text))
