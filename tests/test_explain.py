"""Explanations: they add up to the decision, and name what a reader sees to be the reason."""

import io
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidtopics.classify.block import block_of
from aidtopics.classify.contributions import explain
from aidtopics.classify.explanation import as_markdown, strongest_features
from aidtopics.classify.pieces import maximal_segments, pieces
from aidtopics.corpus import compose
from aidtopics.label import Form, Task, encode, label_pages, label_pieces, row_of, write_blocks
from aidtopics.pages import page_from_html, page_from_text, read_pieces
from aidtopics.passages import split_pages

CLINIC = "7月6日，省人民医院医疗队到那曲市比如县人民医院，为农牧民群众免费义诊，三天诊治患者四百余人次。"
TENDER = "投标人须提供有效的营业执照，开标现场不接受电子邮件报价，预算金额每包500元，中标公告另行发布。"
ODD = [
    "医",
    "。",
    "首页 > 新闻",
    "a" * 5000,
    "\U00020000\ud7ff",
    CLINIC + "\n" + CLINIC,
    f"{CLINIC}\n{TENDER}\n版权所有",
]


def explained(text, fitted):
    (page,) = label_pages([page_from_text(text, "a")], fitted.classifier, explained=True)
    return page


def check_sums(page):
    reason = page.explanation
    total = sum(p.weight for p in reason.passages) + sum(weight for _, weight in reason.rest)
    assert total == pytest.approx(reason.log_odds, abs=1e-6)
    # What the model itself came to, by another way.
    assert 1 / (1 + np.exp(-reason.log_odds)) == pytest.approx(page.aid_probability, abs=1e-6)
    threshold = 1 / (1 + np.exp(-reason.threshold))
    assert (page.aid_probability >= threshold - 1e-9) == (page.label == "aid")
    assert [(p.start, p.end) for p in reason.passages] == [(p.start, p.end) for p in page.passages]


def test_contributions_add_up_to_the_log_odds_of_every_page(gold, fitted):
    composed = [example.page for example in compose(gold[:25], 3, 0)]
    for page in label_pages([*composed, *(page_from_text(t, "o") for t in ODD)], fitted.classifier, explained=True):
        check_sums(page)


def test_the_weight_of_a_passage_is_that_of_its_pieces_and_of_what_lies_between(gold, fitted):
    for page in label_pages([page_from_text(g.text, "a") for g in gold[:20]], fitted.classifier, explained=True):
        found = page.explanation.pieces
        assert [abs(p.weight) for p in found] == sorted((abs(p.weight) for p in found), reverse=True)
        spans = sorted((p.start, p.end) for p in found)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
        for piece in found:
            inside = [p for p in page.explanation.passages if p.start <= piece.start and piece.end <= p.end]
            assert len(inside) == 1
            assert page.page.text[piece.start : piece.end].isprintable()


def test_a_reader_finds_the_words_that_decided(fitted):
    page = explained(f"{CLINIC}\n{TENDER}", fitted)
    clinic, tender = page.explanation.passages
    assert clinic.weight > 0.5 > -0.2 > tender.weight
    text = page.page.text
    strongest = {
        sign: [text[p.start : p.end] for p in page.explanation.pieces if sign * p.weight > 0] for sign in (1, -1)
    }
    assert any("医" in words or "诊" in words for words in strongest[1][:2])
    assert all(text.index(words) >= tender.start for words in strongest[-1][:2])


def test_saying_it_twice_shares_the_weight(fitted):
    """The page counts each n-gram once, so two mentions carry what one does."""
    once, twice = (explained(text, fitted) for text in (CLINIC, f"{CLINIC}\n{CLINIC}"))
    first, second = twice.explanation.passages
    assert first.weight == pytest.approx(second.weight, rel=0.2)
    assert first.weight + second.weight < 1.5 * once.explanation.passages[0].weight


def test_nothing_decided_is_not_explained(fitted):
    page = explained(" \n", fitted)
    assert page.explanation is None
    assert row_of(page, explained=True)["explanation"] is None
    assert explain([], block_of(split_pages([])), fitted.classifier) == []


def test_html_pages_are_explained_in_their_own_characters(fitted):
    page = page_from_html(f"<nav><a href=#>首页</a></nav><h1>义诊进山村</h1><p>{CLINIC}</p>", "a")
    (reason,) = explain([page], block_of(split_pages([page])), fitted.classifier)
    strongest = max(reason.passages, key=lambda p: p.weight)
    assert page.text[strongest.start : strongest.end] == CLINIC


def test_the_row_has_the_explanation_at_its_end(fitted):
    page = explained(f"{CLINIC}\n{TENDER}", fitted)
    row, plain = row_of(page, explained=True), row_of(page)
    assert list(row) == [*plain, "explanation"]
    reason = row["explanation"]
    assert list(reason) == ["log_odds", "threshold", "pieces", "passages", "rest"]
    total = sum(p["weight"] for p in reason["passages"]) + sum(reason["rest"].values())
    assert total == pytest.approx(reason["log_odds"], abs=1e-6)
    for piece in reason["pieces"]:
        assert list(piece) == ["start", "end", "text", "weight"]
        assert row["text"][piece["start"] : piece["end"]] == piece["text"]


class Terminal(io.BytesIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "marks"), [(io.BytesIO(), "【】"), (Terminal(), "\x1b[1;32m")], ids=["file", "tty"])
def test_the_table_marks_what_decided(fitted, stream, marks):
    page = explained(f"{CLINIC}\n{TENDER}", fitted)
    form = Form("table", explained=True, coloured=stream.isatty())
    write_blocks([encode([row_of(page, explained=True)], form)], stream, form)
    lines = stream.getvalue().decode("utf-8").splitlines()
    assert "the threshold" in lines[2]
    assert [line.split()[0] for line in lines[4:]] == ["for", "against"]
    assert all(mark in lines[4] for mark in marks)
    shown = lines[4].split("%")[1]
    for mark in "【】〔〕" if marks == "【】" else ["\x1b[1;32m", "\x1b[1;31m", "\x1b[0m"]:
        shown = shown.replace(mark, "")
    assert shown.strip().strip("…") in CLINIC


def test_processes_explain_alike(gold, fitted, tmp_path):
    for number, page in enumerate(gold[:4]):
        (tmp_path / f"{number}.txt").write_text(page.text[:200], "utf-8")
    task = Task(fitted.classifier, None, Form("jsonl", explained=True))
    one, two = (
        b"".join(block.content for block in label_pieces(read_pieces([str(tmp_path)]), task, jobs)) for jobs in (1, 2)
    )
    assert one == two
    assert one.count(b'"explanation":{') == 4


@given(st.lists(st.integers(-4, 4), max_size=9))
@settings(deadline=None)
def test_maximal_segments_are_those_of_the_definition(scores):
    """Ruzzo and Tompa 1999: take the best segment, the shortest of equals, then the same to its left and right."""

    def take(low, high):
        spans = [(a, b) for a in range(low, high) for b in range(a + 1, high + 1)]
        best = max(spans, key=lambda s: (sum(scores[s[0] : s[1]]), s[0] - s[1], -s[0]), default=None)
        if best is None or sum(scores[best[0] : best[1]]) <= 0:
            return []
        return [*take(low, best[0]), best, *take(best[1], high)]

    found = maximal_segments([float(s) for s in scores])
    assert [sum(scores[a:b]) for a, b in found] == [sum(scores[a:b]) for a, b in take(0, len(scores))]
    assert all(b <= c for (_, b), (c, _) in itertools.pairwise(found))


def test_pieces_keep_numbers_whole_and_stop_at_marks():
    text = "送药2.5万元，好医生"
    weights = np.array([1, 1, 0, 0, 2, 1, 1, 0, 3, 3, 3], float)
    found = pieces(text, [0], [weights])
    assert [text[p.start : p.end] for p in found] == ["好医生"]
    found = pieces(text, [0], [weights * [1, 1, 1, 1, 5, 1, 1, 1, 0, 0, 0]])
    assert [text[p.start : p.end] for p in found] == ["2.5"]
    assert found[0].weight == 10


def test_a_long_text_of_falling_weights_is_cut_in_linear_time():
    """The jumps matter here: without them every positive step would look at all before it."""
    scores = [-2.0, 1.0] * 200_000
    assert len(maximal_segments(scores)) == 200_000


def test_the_card_says_what_the_hashing_mixes(gold, fitted):
    features = strongest_features(fitted.classifier.first, (page.text for page in gold), 6)
    assert all(0 < feature.share <= 1 for feature in features)
    mixed = [feature for feature in features if feature.share < 0.9]
    text = as_markdown(features)
    assert f"{len(mixed)} of the {len(features)} features shown" in text
    assert mixed
    assert f"({mixed[0].share:.0%})" in text
    assert [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")][-2:] == [
        "aid",
        "not aid",
    ]
