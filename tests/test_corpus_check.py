"""Checking gold pages: our corpus passes, each kind of slip is named, and the tables say what is missing."""

import dataclasses

import orjson
import pytest

from aidtopics.cli import main
from aidtopics.corpus import example, gold_from_row
from aidtopics.corpus.check import as_dict, as_text, check_gold, offset_problem
from aidtopics.corpus.coverage import as_markdown, coverage, write_into
from aidtopics.errors import UsageError
from aidtopics.records import Kind, Label
from conftest import ROOT

CORPUS = ROOT / "corpus"
AID_CELL = {"programme": "free clinic", "genre": "county hospital news", "region": "Yunnan", "style": "plain"}
NOISE_CELL = {"noise": "notice", "trade": "hospital", "style": "notice"}
STORY = "六月十日，县医院内科和眼科的九名医生到磨盘寨义诊，给一百二十位老人量了血压，查了眼底，还送去两箱药品。"
NOTICE = "因门诊楼改造，自下周一起医保结算窗口迁到二楼，请各位患者按照指示牌前往办理，不便之处敬请谅解。"
FOOTER = "版权所有　磨盘县人民医院信息科维护"


def aid(*extra, **changes):
    passages = [("首页", "navigation"), ("义诊队走进磨盘寨", "title"), (STORY, "body"), *extra]
    row = {"page_id": "a", "site": "a.cn", "date": "2019-06-12", "label": "aid", "cell": AID_CELL, "passages": passages}
    return row | changes


def noise(*extra, **changes):
    passages = [("首页", "navigation"), ("窗口迁移通知", "other_topic"), (NOTICE, "other_topic"), *extra]
    row = {"page_id": "n", "site": "a.cn", "date": None, "label": "noise", "cell": NOISE_CELL, "passages": passages}
    return row | changes


def write(path, *rows):
    lines = []
    for row in rows:
        passages = [{"text": text, "kind": kind} for text, kind in row["passages"]]
        lines.append(orjson.dumps(row | {"passages": passages}))
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.fixture(scope="module")
def ours():
    return check_gold([CORPUS / "pages"])


def test_our_corpus_has_no_problems_and_only_the_residue_that_is_meant(ours):
    assert ours.problems == ()
    meant = ("wf-", "oa-16")  # farms and one broken extraction keep their templates
    assert [s for s in ours.suspicions if "mark-up" not in s or not s.startswith(meant)] == []
    assert ours.sites_of_both_labels >= 30


def test_the_data_card_shows_the_coverage(ours):
    assert as_markdown(ours.coverage) in (CORPUS / "README.md").read_text("utf-8")


def test_gold_without_a_grid_or_with_one_page_of_a_label_is_fine(tmp_path):
    checked = check_gold([write(tmp_path / "own.jsonl", aid(cell=None))])
    assert (checked.problems, checked.suspicions, checked.sites_of_both_labels) == ((), (), 0)
    assert {table.rows for table in checked.coverage} == {"length", "year", "around the article"}


COPY = aid(page_id="b", site="b.cn", passages=[("转载", "navigation"), ("义诊队走进磨盘寨", "title"), (STORY, "body")])
PROBLEMS = {
    "label": ([aid(label="help")], "found label 'help'; known: aid, noise"),
    "kind": ([aid(("正文", "text"))], "found kind 'text'"),
    "cell": ([aid(cell=AID_CELL | {"genre": "diry"})], "found genre 'diry'; did you mean 'diary'"),
    "no body": ([aid(passages=[("义诊", "title")])], "found an aid page without a body passage"),
    "aid on a noise page": ([noise(("医疗队来了", "title"))], "found title or body passages on a noise page"),
    "one id twice": ([aid(), noise(page_id="a")], "page_id a stands 2 times"),
    "copy on another site": ([aid(), COPY], "a and b are 100% the same, of a.cn and b.cn"),
    "copy on the same site": ([aid(), COPY | {"site": "a.cn"}], "a and b are 100% the same, both of a.cn"),
    "copy with another label": (
        [aid(), noise(page_id="b", passages=[("义诊队走进磨盘寨", "other_topic"), (STORY, "other_topic")])],
        "a and b are 100% the same, both of a.cn, labelled aid and noise",
    ),
    "endless passage": ([aid((STORY * 60, "body"))], "a: found a passage of 3060 characters, expected at most 2500"),
}


@pytest.mark.parametrize(("rows", "message"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_is_named(tmp_path, rows, message):
    checked = check_gold([write(tmp_path / "gold.jsonl", *rows)])
    assert len(checked.problems) == 1
    assert message in checked.problems[0]


CHROME = [
    noise(
        (FOOTER, "notice"),
        page_id=f"n{n}",
        site=f"{n}.cn",
        passages=[(f"第{n}号公告", "other_topic"), (FOOTER, "notice")],
    )
    for n in range(10)
]
SUSPICIONS = {
    "tag": ([aid(("<div class='share'>", "navigation"))], "a: mark-up “<div class='share'>” in navigation"),
    "entity": ([aid(("上一页&nbsp;下一页", "navigation"))], "a: mark-up “&nbsp;” in navigation “上一页&nbsp;下一页”"),
    "template": ([aid(("{dede:global/}", "notice"))], "a: mark-up “{dede:” in notice"),
    "full-width digits": ([aid(("电话１２３", "notice"))], "a: U+FF11, U+FF12, U+FF13 in notice"),
    "lost character": ([aid(("医\ufffd队", "notice"))], "a: U+FFFD in notice"),
    "invisible": ([aid(("医疗\u200b队", "notice"))], "a: U+200B in notice"),
    "hardly any body": ([aid(passages=[("今天县里义诊。", "body")])], "a: the body of an aid page has 7 characters"),
    "shared prose": (
        [aid((NOTICE, "other_topic")), noise()],
        "a, n share the other_topic “因门诊楼改造，自下周一起医保",
    ),
    "two kinds": (
        [aid((FOOTER, "notice")), noise((FOOTER, "navigation"))],
        "a, n label “版权所有 磨盘县人民医院信息科维护” as notice and as navigation",
    ),
    "chrome of many sites": (CHROME, "10 pages of 10 sites share the notice “版权所有"),
    "no cell beside others": ([aid(), noise(cell=None)], "1 of 2 pages name no cell of the grid: n"),
}


@pytest.mark.parametrize(("rows", "message"), SUSPICIONS.values(), ids=SUSPICIONS)
def test_what_is_odd_is_shown_and_is_no_problem(tmp_path, rows, message):
    checked = check_gold([write(tmp_path / "gold.jsonl", *rows)])
    assert checked.problems == ()
    assert len(checked.suspicions) == 1
    assert message in checked.suspicions[0]


def page(row):
    passages = [{"text": text, "kind": kind} for text, kind in row["passages"]]
    return gold_from_row(row | {"passages": passages})


def test_offsets_that_do_not_join_into_the_page_are_found():
    good = example(page(noise()))
    first, second, *rest = good.passages
    assert offset_problem(good) is None

    def problem(**changes):
        return offset_problem(dataclasses.replace(good, **changes))

    assert problem(passages=good.passages[1:], kinds=good.kinds[1:]) == "n (plain): found “首页” in no passage"
    assert "found 2 kinds for 3 passages" in problem(kinds=good.kinds[1:])
    assert "in no passage" in problem(passages=good.passages[:-1], kinds=good.kinds[:-1])
    blank = dataclasses.replace(first, start=first.end)
    assert "in no passage" in problem(passages=(blank, second, *rest))
    overlapping = dataclasses.replace(second, start=first.start)
    assert "behind one that ends at 2" in problem(passages=(first, overlapping, *rest))
    assert problem(kinds=(Kind.TITLE, *good.kinds[1:])) == "n (plain): found aid passages on a noise page"


def test_tables_count_pages_and_name_empty_cells():
    tables = coverage([page(aid()), page(noise()), page(noise(page_id="m", date="2007-01-01"))])
    clinics = next(table for table in tables if table.rows == "programme")
    assert clinics.counts["free clinic"]["county hospital news"] == 1
    assert len(clinics.empty) == len(clinics.counts) * len(clinics.counts["free clinic"]) - 1
    assert ("free clinic", "diary") in clinics.empty
    years = next(table for table in tables if table.rows == "year" and table.label is Label.NOISE)
    assert {band: n["pages"] for band, n in years.counts.items() if n["pages"]} == {"to 2007": 1, "undated": 1}
    assert "| free clinic | 1 | county hospital news 1 | the other 21 |" in as_markdown(tables)


def test_tables_go_between_the_marks_of_a_document(tmp_path):
    tables = coverage([page(aid())])
    card = tmp_path / "README.md"
    card.write_text("# Card\n<!-- coverage: begin -->\nold\n<!-- coverage: end -->\nmore\n", "utf-8")
    write_into(card, tables)
    once = card.read_text("utf-8")
    write_into(card, tables)
    assert card.read_text("utf-8") == once
    assert (
        once.startswith("# Card\n") and once.endswith("\nmore\n") and "old" not in once and as_markdown(tables) in once
    )
    for text, mark in (("# Card\n", "begin"), ("<!-- coverage: begin -->\n", "end")):
        card.write_text(text, "utf-8")
        with pytest.raises(UsageError, match=f"found no <!-- coverage: {mark} -->"):
            write_into(card, tables)
    with pytest.raises(UsageError, match="expected a document with the lines"):
        write_into(tmp_path / "missing.md", tables)


def test_the_command_lists_everything_and_ends_with_1_for_problems(tmp_path, capsys):
    good = write(tmp_path / "good.jsonl", aid(), noise())
    bad = write(tmp_path / "bad.jsonl", aid(), COPY, aid(("&nbsp;", "notice"), page_id="c", label="x"), aid(cell=None))
    assert main(["corpus", "check", str(good)]) == 0
    assert capsys.readouterr().out.endswith(
        "problems: none\n\n2 pages, 1 aid and 1 noise, of 1 sites, 1 of them with both\n"
    )
    assert main(["corpus", "check", str(bad)]) == 1
    out = capsys.readouterr().out
    assert out == as_text(check_gold([bad])) + "\n"
    assert "problems: 5" in out  # the unknown label, the id twice, and three copies
    assert main(["corpus", "check", str(bad), "--json"]) == 1
    assert orjson.loads(capsys.readouterr().out) == orjson.loads(orjson.dumps(as_dict(check_gold([bad]))))


def test_the_command_writes_coverage(tmp_path, capsys):
    good = write(tmp_path / "good.jsonl", aid(), noise())
    assert main(["corpus", "coverage", str(good)]) == 0
    text = capsys.readouterr().out
    card = tmp_path / "card.md"
    card.write_text("<!-- coverage: begin --><!-- coverage: end -->", "utf-8")
    assert main(["corpus", "coverage", str(good), "--into", str(card)]) == 0
    assert text.strip() in card.read_text("utf-8")
    capsys.readouterr()
    assert main(["corpus", "coverage", str(good), "--json"]) == 0
    tables = orjson.loads(capsys.readouterr().out)
    assert {"label": "noise", "rows": "trade"}.items() <= next(t for t in tables if t["rows"] == "trade").items()
