"""Drift: pages unlike those of training are told of, and pages like them are not."""

import json
import os
import random
from pathlib import Path
from pydoc_data.topics import topics

import numpy as np
import orjson
import pytest

from aidtopics.classify.block import block_of
from aidtopics.classify.drift import BINS, MEASURES, NO_PAGES, count, known_pairs, measure, tally
from aidtopics.classify.model import score
from aidtopics.corpus import example, read_gold
from aidtopics.label import Drift, Form, Task, label_pages, label_pieces
from aidtopics.label.drift import FEWEST, differences, drift_figures, note
from aidtopics.label.stream import BLOCK
from aidtopics.pages import page_from_text, read_pieces
from aidtopics.passages import split_pages
from aidtopics.records import Unreadable
from conftest import ROOT

GOODS = "蓝牙耳机 保温杯 羊毛大衣 运动跑鞋 儿童绘本 机械键盘 电动牙刷 空气炸锅 真皮钱包 折叠雨伞".split()


def shop(number):
    chance = random.Random(number)
    goods = chance.choice(GOODS)
    others = [f"{name} ¥{chance.randint(9, 899)}" for name in chance.sample(GOODS, 6)]
    head = [
        "亲，请登录 免费注册",
        "购物车0 收藏夹",
        f"首页 > 全部商品 > {goods}",
        f"促销价 ¥{chance.randint(9, 899)}.00",
    ]
    return "\n".join([*head, f"月销量 {chance.randint(9, 9999)}", "立即购买 加入购物车", "商品详情 买家评论", *others])


def poem(number):
    """Five characters a line, as unlike prose in their pairs as verse is."""
    chance = random.Random(number)
    lines = [
        "".join(chance.sample("山水月风花雪云松竹烟舟江夜秋春鸟落寒孤远空明照深独闻归舍青柳", 5)) for _ in range(4)
    ]
    return "，\n".join(lines) + "。"


FOREIGN = {
    "English": [text for text in topics.values() if len(text) > 300][:40],
    "code": [path.read_text("utf-8")[:3000] for path in sorted(Path(os.__file__).parent.glob("*.py"))[:40]],
    "shop pages": [shop(number) for number in range(40)],
    "poems": [poem(number) for number in range(40)],
}


def watched(texts, fitted):
    drift = Drift(fitted.reference)
    pages = [page_from_text(text, f"p{number}") for number, text in enumerate(texts)]
    assert len(list(label_pages(pages, fitted.classifier, drift=drift))) == len(texts)
    return drift.tally


@pytest.fixture(scope="module")
def others(gold):
    """Pages of the corpus from sites that the small classifier has not seen, of all hands mixed."""
    sites = {page.site for page in gold}
    texts = [page.text for page in read_gold([ROOT / "corpus" / "pages"]) if page.site not in sites]
    return random.Random(0).sample(texts, 200)


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("number", [FEWEST, 40])
def test_foreign_pages_are_told_of(name, number, fitted):
    told = note(watched(FOREIGN[name][:number], fitted), fitted.reference)
    assert told.startswith(f"note: these pages ({number} looked at) are not like those")
    assert "in training" in told


def test_pages_of_other_sites_are_not_told_of(others, fitted):
    for start in range(0, len(others), 50):
        assert note(watched(others[start : start + 50], fitted), fitted.reference) is None
    assert note(watched(others, fitted), fitted.reference) is None


def test_few_pages_say_nothing(fitted):
    assert note(watched(FOREIGN["English"][: FEWEST - 1], fitted), fitted.reference) is None
    assert note(NO_PAGES, fitted.reference) is None


def test_the_note_says_in_words_what_differs_and_shows_pages(fitted):
    lines = note(watched(FOREIGN["shop pages"], fitted), fitted.reference).splitlines()
    assert any("passages are shorter" in line for line in lines)
    assert any("of the text is prose" in line for line in lines)
    shown = lines[lines.index("  pages that stand out most:") + 1 :]
    assert len(shown) == 3
    for line in shown:
        source, excerpt = line.strip().split(": ", 1)
        assert excerpt in " ".join(FOREIGN["shop pages"][int(source.removeprefix("p"))].split())


def test_a_note_needs_a_harmful_side(fitted):
    """Pages with nothing unknown in them, such as those of training, are no reason to doubt a model."""
    found = {d.measure: d for d in differences(watched(["医院"] * 40, fitted), fitted.reference)}
    unknown = found["share of character pairs unknown"]
    assert (unknown.higher, unknown.distance > unknown.bound, unknown.told) == (False, True, False)


def test_the_reference_is_of_pages_that_were_left_out(gold, fitted):
    assert fitted.reference.counts.sum(axis=1).tolist() == [len(gold)] * len(MEASURES)
    column = [m.name for m in MEASURES].index("share of character pairs unknown")
    left_out = [
        f[column] for f, e in zip(fitted.judged.figures, fitted.judged.examples, strict=True) if e.form == "plain"
    ]
    seen = watched([page.text for page in gold], fitted)
    assert seen.counts[column, 0] > 0.95 * len(gold)
    assert np.median(left_out) > 0.1


def test_figures_are_what_they_are_called(fitted):
    page = example(read_gold([ROOT / "corpus" / "pages"])[0])
    block = block_of(split_pages([page.page]))
    found = dict(
        zip(
            [m.name for m in MEASURES],
            measure(block, score(block, fitted.classifier), known_pairs([block]))[0],
            strict=True,
        )
    )
    text = [page.page.text[p.start : p.end] for p in page.passages]
    assert found["log2 of characters"] == pytest.approx(np.log2(sum(map(len, text))))
    assert found["log2 of characters per passage"] == pytest.approx(np.log2(sum(map(len, text)) / len(text)))
    chinese = sum("\u4e00" <= c < "\ua000" for c in "".join(text)) / sum(map(len, text))
    assert found["share of Chinese characters"] == pytest.approx(chinese)
    assert found["share of character pairs unknown"] == 0
    assert 0 <= found["share of prose"] <= 1


def test_counting_in_blocks_and_processes_comes_to_the_same(fitted, tmp_path):
    texts = [FOREIGN["shop pages"][n % 40] + str(n) for n in range(BLOCK + 40)]
    path = tmp_path / "pages.jsonl"
    path.write_bytes(b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts))
    task = Task(fitted.classifier, fitted.reference, Form("jsonl"))
    one, two = (
        sum((block.tally for block in label_pieces(read_pieces([str(path)]), task, jobs)), NO_PAGES) for jobs in (1, 2)
    )
    assert np.array_equal(one.counts, two.counts)
    assert np.array_equal(one.counts, watched(texts, fitted).counts)
    assert one.ends == two.ends
    assert one.pages == len(texts)
    assert all(len(end) == 3 for ends in one.ends for end in ends)


def test_of_a_large_crawl_a_sample_is_watched(fitted):
    assert watched(["义诊"] * (7 * BLOCK), fitted).pages == 5 * BLOCK


def test_pages_without_text_do_not_count(fitted):
    drift = Drift(fitted.reference)
    given = [page_from_text(" ", "a"), Unreadable("b", "b", "gone"), page_from_text("医院", "c")]
    assert len(list(label_pages(given, fitted.classifier, drift=drift))) == 3
    assert drift.tally.pages == 1
    alone = Drift(fitted.reference)
    assert list(label_pages(given[1:2], fitted.classifier, drift=alone)) == given[1:2]
    assert alone.tally.pages == 0


def test_values_outside_the_bins_fall_into_the_last(fitted):
    figures = np.array([[99, 99, 1, 1, 1, 99], [0, 0, 0, 0, 0, 0]], np.float32)
    counts = count(figures)
    assert counts[:, 0].tolist() == counts[:, BINS - 1].tolist() == [1] * len(MEASURES)


def test_figures_as_json(fitted):
    figures = json.loads(json.dumps(drift_figures(watched(FOREIGN["code"], fitted), fitted.reference)))
    assert figures["pages"] == 40
    assert set(figures["measures"]) == {m.name for m in MEASURES}
    for row in figures["measures"].values():
        assert 0 <= row["distance"] <= 1
        assert (len(row["pages"]), sum(row["pages"])) == (BINS, 40)
        assert row["told"] is False or row["distance"] > row["bound"]
        assert [set(s) for s in row["standouts"]] == [{"value", "source", "excerpt"}] * 3


def test_no_block_gives_an_empty_tally(fitted):
    block = block_of(split_pages([]))
    assert tally([], block, score(block, fitted.classifier), fitted.reference) == NO_PAGES
