"""Words: both engines, domain words whole, and the two word lists."""

import importlib.util
import sys
from importlib import resources

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidtopics.errors import UsageError
from aidtopics.segment import ENGINES, Segmenter, default_engine, read_word_list

LISTS = resources.files("aidtopics.segment")
DOMAIN_WORDS = read_word_list(str(LISTS / "health_aid_words.txt"))
STOP_WORDS = read_word_list(str(LISTS / "stop_words.txt"))
SENTENCE = "组团式援疆医疗队在县人民医院义诊，为先心病患儿免费做了手术。"

needs_rjieba = pytest.mark.skipif(
    importlib.util.find_spec("rjieba") is None, reason="the extra 'fast' is not installed"
)
every_engine = pytest.mark.parametrize(
    "engine", [pytest.param(engine, marks=needs_rjieba if engine == "rjieba" else []) for engine in ENGINES]
)
untimed = settings(deadline=None, max_examples=50)  # the first call reads a dictionary
texts = st.lists(
    st.sampled_from(
        ["医疗队", "义诊", "，", "。", " ", "\n", "CT", "3.5℃", "（HIV）", "🙏", "２０２３", "𠮷", "乾安", "&amp;"]
    )
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    max_size=15,
).map("".join)


@every_engine
@untimed
@given(text=texts)
def test_cut_loses_nothing(engine, text):
    assert "".join(Segmenter(engine).cut(text)) == text


@every_engine
@untimed
@given(text=texts)
def test_words_come_from_the_text_in_order(engine, text):
    rest = text.lower()
    for word in Segmenter(engine).words(text):
        before, found, rest = rest.partition(word)
        assert found, f"{word!r} is not behind {before!r}"


@every_engine
@pytest.mark.parametrize("frame", ["{}", "今年{}有了进展", "他们说，{}。", "关于{}的报道", "CT{}3"])
def test_domain_words_are_never_cut(engine, frame):
    segmenter = Segmenter(engine)
    assert [word for word in DOMAIN_WORDS if word not in segmenter.cut(frame.format(word))] == []


@every_engine
def test_domain_words_say_something(engine):
    segmenter = Segmenter(engine)
    assert [word for word in DOMAIN_WORDS if segmenter.words(f"今年{word}。") != [word]] == []


@every_engine
def test_sentence_to_words(engine):
    words = Segmenter(engine).words(SENTENCE)
    assert {"组团式援疆", "医疗队", "义诊", "先心病患儿", "手术"} <= set(words)
    assert not {"在", "为", "了", "，", "。"} & set(words)


@every_engine
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("", [], id="empty"),
        pytest.param(" \n\t　", [], id="blanks"),
        pytest.param("，。！？——……（）“”《》", [], id="marks"),
        pytest.param("2023 1,860 38.5 100% ３６", [], id="bare numbers"),
        pytest.param("他们已经和我们一起", [], id="function words"),
        pytest.param("CT、ICU", ["ct", "icu"], id="Latin in small letters"),
        pytest.param("义诊。诊所", ["义诊", "诊所"], id="no word across a mark"),
        pytest.param("义诊义诊", ["义诊", "义诊"], id="a word as often as it stands"),
    ],
)
def test_words(engine, text, wanted):
    assert Segmenter(engine).words(text) == wanted


@every_engine
def test_no_stop_word_comes_through(engine):
    segmenter = Segmenter(engine)
    assert [word for word in STOP_WORDS if word in segmenter.words(f"义诊，{word}，捐赠")] == []


@every_engine
@pytest.mark.parametrize(
    ("option", "text", "with_it", "without"),
    [
        pytest.param({"words": ["马背诊室"]}, "马背诊室", ["马背诊室"], ["马背", "诊室"], id="words"),
        pytest.param({"words": []}, "组团式援疆", ["组团式", "援疆"], ["组团式援疆"], id="no words"),
        pytest.param({"stop_words": ["医院"]}, "医院手术", ["手术"], ["医院", "手术"], id="stop words"),
        pytest.param({"stop_words": []}, "主要手术", ["主要", "手术"], ["手术"], id="no stop words"),
        pytest.param({"shortest": 1}, "药", ["药"], [], id="shortest 1"),
        pytest.param({"shortest": 3}, "医疗队手术", ["医疗队"], ["医疗队", "手术"], id="shortest 3"),
    ],
)
def test_each_option_changes_something(engine, option, text, with_it, without):
    assert Segmenter(engine, **option).words(text) == with_it
    assert Segmenter(engine).words(text) == without


@every_engine
def test_segmenters_do_not_share_their_words(engine):
    before = Segmenter(engine).cut("牧道送诊车来了")
    assert "牧道送诊车" in Segmenter(engine, words=["牧道送诊车"]).cut("牧道送诊车来了")
    assert Segmenter(engine).cut("牧道送诊车来了") == before
    assert "牧道送诊车" not in before


def test_jiebas_own_dictionary_is_left_alone():
    Segmenter("jieba", words=["牧道送诊车"]).cut("牧道送诊车来了")
    assert "牧道送诊车" not in jieba.lcut("牧道送诊车来了")


@needs_rjieba
def test_engines_agree_on_plain_prose():
    assert Segmenter("jieba").words(SENTENCE) == Segmenter("rjieba").words(SENTENCE)


def test_words_may_come_as_any_iterable():
    given_once = Segmenter(words=iter(["马背诊室"]), stop_words=iter(["手术"]))
    assert [given_once.words("马背诊室手术") for _ in range(2)] == [["马背诊室"]] * 2


def test_equal_settings_make_equal_segmenters():
    one, same, other = Segmenter(words=["义诊"]), Segmenter(words=["义诊"]), Segmenter(words=["捐赠"])
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != "义诊"


@needs_rjieba
def test_faster_engine_is_the_default():
    assert default_engine() == "rjieba"
    assert Segmenter() == Segmenter("rjieba")
    assert "rjieba" in repr(Segmenter())


def test_jieba_steps_in_where_rjieba_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "rjieba", None)
    assert default_engine() == "jieba"
    assert Segmenter() == Segmenter("jieba")


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        pytest.param("jeiba", r"'jeiba'.*rjieba, jieba", id="misspelt"),
        pytest.param("", r"''.*rjieba, jieba", id="empty"),
        pytest.param("hanlp", r"'hanlp'.*rjieba, jieba", id="another library"),
    ],
)
def test_unknown_engine_is_refused_by_name(engine, message):
    with pytest.raises(UsageError, match=message):
        Segmenter(engine)


def test_missing_engine_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "rjieba", None)
    with pytest.raises(UsageError, match=r"rjieba.*(install|aidtopics\[fast\])"):
        Segmenter("rjieba")


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        pytest.param("义诊\n捐赠\n", ("义诊", "捐赠"), id="one a line"),
        pytest.param("# 项目\n义诊  # 免费\n#捐赠\n巡诊", ("义诊", "巡诊"), id="comments"),
        pytest.param("\n  义诊\t\n\n　捐赠　\r\n", ("义诊", "捐赠"), id="blanks"),
        pytest.param("\ufeff义诊\n", ("义诊",), id="byte order mark"),
        pytest.param("", (), id="empty"),
    ],
)
def test_word_list(tmp_path, content, wanted):
    path = tmp_path / "words.txt"
    path.write_bytes(content.encode())
    assert read_word_list(path) == read_word_list(str(path)) == wanted


def test_missing_word_list_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.txt"):
        read_word_list(tmp_path / "nowhere.txt")


def test_word_list_of_another_encoding_is_named(tmp_path):
    path = tmp_path / "gbk.txt"
    path.write_bytes("义诊\n捐赠".encode("gbk"))
    with pytest.raises(UsageError, match=r"(?s)gbk\.txt.*UTF-8"):
        read_word_list(path)


@pytest.mark.parametrize("words", [DOMAIN_WORDS, STOP_WORDS], ids=["domain words", "stop words"])
def test_shipped_lists_are_in_order(words):
    assert len(words) > 100
    assert len(set(words)) == len(words)
    assert all(word == "".join(word.split()) for word in words)


def test_no_domain_word_is_a_stop_word():
    assert not set(DOMAIN_WORDS) & set(STOP_WORDS)
