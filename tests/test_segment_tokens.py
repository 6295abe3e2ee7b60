"""Segmented texts as columns: nothing is lost, and words are selected as going through them one by one would."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidtopics.experiments import wording
from aidtopics.segment import Segmenter, tokens_of
from aidtopics.segment.tokens import joined, renamed

PIECES = ["县", "医院", "人民医院", "人民", "手术", "，", "我们", "CT", "ct", "ctct"]
PAIRS = [("人民", "医院"), ("医院", "手术"), ("手术", "手术"), ("ct", "ct")]
texts_of_pieces = st.lists(st.lists(st.sampled_from(PIECES), max_size=9), max_size=6)


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter("jieba", words=PIECES, stop_words=["我们"], phrases=PAIRS)


def one_by_one(segmenter, pieces):
    """The words of a text, each word joined with the one right before it where that makes a phrase."""
    found, last = [], None
    for word in map(str.lower, pieces):
        if not segmenter.tells(word):
            last = None
        elif (last, word) in PAIRS:
            found[-1] += word
            last = None
        else:
            found.append(word)
            last = word
    return found


@given(texts=texts_of_pieces)
def test_texts_come_back(texts):
    tokens = tokens_of(texts)
    assert tokens.texts() == texts
    assert len(set(tokens.words)) == len(tokens.words)
    assert tokens.lengths.tolist() == [len(text) for text in texts]
    assert [texts[text][-1:] for text in tokens.text_of[~tokens.followed]] == [text[-1:] for text in texts if text]


@given(parts=st.lists(texts_of_pieces, max_size=4))
def test_parts_are_joined_in_order(parts):
    assert joined([tokens_of(part) for part in parts]).texts() == [text for part in parts for text in part]


@given(texts=texts_of_pieces)
def test_words_renamed_alike_are_one(texts):
    tokens = tokens_of(texts)
    small = renamed(tokens, [word.lower() for word in tokens.words])
    assert small.texts() == [[word.lower() for word in text] for text in texts]
    assert len(set(small.words)) == len(small.words)


@settings(deadline=None)  # the first call reads a dictionary
@given(texts=texts_of_pieces)
def test_selected_words_are_those_that_one_by_one_gives(segmenter, texts):
    selected = segmenter.select(tokens_of(texts))
    assert selected.texts() == [one_by_one(segmenter, text) for text in texts]
    assert len(set(selected.words)) == len(selected.words)


def test_words_of_many_texts_are_those_of_each(segmenter):
    texts = ["县人民医院做手术，我们做CT", "", "手术手术手术"]
    assert segmenter.words_of(texts).texts() == [segmenter.words(text) for text in texts]


def test_texts_that_were_cut_before_are_remembered(segmenter, tmp_path, monkeypatch):
    monkeypatch.setattr(wording, "_AT_ONCE", 2)
    texts = ["县人民医院义诊", "免费手术", "捐赠救护车", "医疗队援藏"]
    whole = wording.cut_texts(texts, segmenter, tmp_path, 1, progress=False)
    assert whole.texts() == [segmenter.cut(text) for text in texts]
    cut = []
    monkeypatch.setattr(wording, "tokens_of", lambda pieces: cut.append(1) or tokens_of(pieces))
    longer = wording.cut_texts([*texts, "新来的一页"], segmenter, tmp_path, 1, progress=False)
    assert longer.texts()[:4] == whole.texts()
    assert len(cut) == 1
    wording.cut_texts(texts, Segmenter("jieba", words=["县人民"]), tmp_path, 1, progress=False)
    assert len(cut) == 3


def test_many_texts_are_cut_in_processes_to_the_same_words(segmenter, tmp_path, monkeypatch):
    monkeypatch.setattr(wording, "_AT_ONCE", 1)
    texts = [f"第{number}个县人民医院义诊，医生做手术。" for number in range(wording._WORTH_PROCESSES)]
    parallel = wording.cut_texts(texts, segmenter, tmp_path / "two", 2, progress=False)
    assert parallel.texts() == wording.cut_texts(texts, segmenter, tmp_path / "one", 1, progress=False).texts()
    assert parallel.texts() == [segmenter.cut(text) for text in texts]
