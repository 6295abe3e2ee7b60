"""What a corpus teaches about its own words: phrases, web chrome, names of persons."""

import pytest

from aidtopics.segment import Segmenter, tokens_of
from aidtopics.segment.chrome import chrome_words
from aidtopics.segment.learning import learn_words
from aidtopics.segment.names import person_names
from aidtopics.segment.phrases import find_phrases


def chosen(segmenter, pieces):
    """The words selected from the pieces of one text."""
    return segmenter.select(tokens_of([pieces])).texts()[0]


ARTICLES = [
    "先天性心脏病患儿来到县医院，专家为孩子做了手术。",
    "筛查先天性心脏病，手术免费。",
    "专家说先天性心脏病能治。",
]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter("jieba", words=["心脏病", "先天性"], stop_words=["我们"])


def test_words_that_stand_together_are_a_phrase_and_chance_neighbours_are_none():
    cuts = [["先天性", "心脏病", "手术", "专家", "手术"], ["手术", "先天性", "心脏病", "专家"]] * 5
    assert find_phrases(tokens_of(cuts), lambda word: True) == {("先天性", "心脏病"): 10}
    assert find_phrases(tokens_of(cuts), lambda word: word != "心脏病") == {}
    assert find_phrases(tokens_of(cuts[:4]), lambda word: True) == {}  # on too few pages to say so


def test_a_mark_between_words_keeps_them_apart():
    cuts = tokens_of([["先天性", "，", "心脏病", "手术"]] * 9)
    assert find_phrases(cuts, lambda word: word != "，") == {("心脏病", "手术"): 9}


def test_phrases_are_joined_from_left_to_right():
    pieces = ["复杂", "先天性", "心脏病", "心脏病"]
    pairs = [("复杂", "先天性"), ("先天性", "心脏病"), ("心脏病", "心脏病")]
    plain = Segmenter("jieba", words=pieces, stop_words=[])
    assert chosen(plain, pieces) == pieces
    assert chosen(Segmenter("jieba", pieces, [], 2, pairs), pieces) == ["复杂先天性", "心脏病心脏病"]
    assert chosen(Segmenter("jieba", pieces, ["复杂"], 2, pairs), pieces) == ["先天性心脏病", "心脏病"]


def test_words_of_rejected_passages_are_web_chrome():
    kept = [["医院", "手术", "患者"] * 40] * 50
    rejected = [["首页", "返回", "医院"] * 20] * 50
    found = chrome_words(tokens_of(kept), tokens_of(rejected))
    assert set(found) == {"首页", "返回"}
    assert min(found.values()) >= 7


@pytest.mark.parametrize("rejected", [[], [[]], [["首页"]]])
def test_one_mention_makes_no_web_chrome(rejected):
    assert chrome_words(tokens_of([["医院", "手术"]] * 20), tokens_of(rejected)) == {}


def test_names_stand_beside_titles_and_verbs_of_saying():
    cuts = [
        ["石永红", "说", "，", "院长", "石永红", "来", "了"],
        ["高峰", "高峰", "说"],
        ["白内障", "医生"],
    ]
    assert person_names(tokens_of(cuts), {"白内障": "n", "高峰": "nr"}) == {"石永红": 2}
    assert person_names(tokens_of(cuts), {"石永红": "ns"}) == {}


def test_each_kind_of_learned_word_can_be_switched_off(segmenter):
    articles = [f"{text}张建国说，张建国医生来了。" for text in ARTICLES] * 20
    cuts = tokens_of(map(segmenter.cut, articles))
    rejected = tokens_of([segmenter.cut("返回 收藏 " * 99)] * 12)
    full, learned = learn_words(segmenter, cuts, rejected, True, True, True)
    assert ("先天性", "心脏病") in learned.phrases
    assert {"返回", "收藏"} <= learned.chrome.keys()
    assert "张建国" in learned.names
    assert full.words("先天性心脏病，返回，张建国") == ["先天性心脏病"]
    off, nothing = learn_words(segmenter, cuts, rejected, False, False, False)
    assert off == segmenter
    assert (nothing.phrases, nothing.chrome, nothing.names) == ({}, {}, {})
    for kind, switches in enumerate(((True, False, False), (False, True, False), (False, False, True))):
        _, one = learn_words(segmenter, cuts, rejected, *switches)
        assert [bool(found) for found in (one.phrases, one.chrome, one.names)] == [n == kind for n in range(3)]


def test_domain_words_are_never_web_chrome(segmenter):
    cuts, rejected = tokens_of([["手术", "专家"] * 99] * 9), tokens_of([["心脏病", "返回"] * 99] * 9)
    _, learned = learn_words(segmenter, cuts, rejected, True, True, True)
    assert set(learned.chrome) == {"返回"}
