"""Topics keep id and name; what a person writes into the register is honoured, or refused with the reason."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidtopics.errors import UsageError
from aidtopics.store.registry import read_registry, registry_bytes
from aidtopics.topics import TopicModel
from aidtopics.topics.matching import match, similarity
from aidtopics.topics.registry import Entry, Registry, first_registry, shown_topics, succeed

WORDS = tuple("白内障 眼科 村医 培训 疫情 核酸 捐赠 设备".split())
# Rows by theme: eyes, training, epidemic, gifts.
THEMES = np.array([[n // 2 == theme for n in range(8)] for theme in range(4)], np.float32) * 90 + 1


def model_of(*rows: np.ndarray, words: tuple[str, ...] = WORDS) -> TopicModel:
    number = len(rows)
    shares = np.full(number, 1 / number, np.float32)
    return TopicModel("nmf", words, np.array(rows, np.float32), shares, shares, tuple("甲乙丙丁"[:number]))


@pytest.fixture
def before() -> TopicModel:
    return model_of(*THEMES[:3])


def test_a_topic_resembles_itself_whatever_the_order_of_the_words(before):
    turned = model_of(*THEMES[:3, ::-1], words=WORDS[::-1])
    assert np.diag(similarity(before, turned)) == pytest.approx(np.ones(3))
    assert similarity(before, model_of(np.ones(2), words=("首页", "返回"))).max() == 0


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
def test_ids_and_names_follow_the_topics(before, order):
    registry = Registry(tuple(replace(e, name=f"名{e.topic_id}") for e in first_registry(before).entries))
    rows, model, after, changes = succeed(model_of(*THEMES[list(order)]), before, registry)
    assert rows == [order.index(topic) for topic in range(3)]
    assert np.array_equal(model.word_weights, before.word_weights)
    assert (model.ids, model.names, changes) == ((0, 1, 2), ("名0", "名1", "名2"), ())
    assert [entry.name for entry in after.entries] == ["名0", "名1", "名2"]


@pytest.mark.parametrize(
    ("rows", "ids", "told"),
    [
        (THEMES[[0, 1, 2, 3]], (0, 1, 2, 7), ["topic 7 (捐赠·设备·白内障) is new: no topic of the last"]),
        (THEMES[[0, 1]], (0, 1), ["topic 2 (丙) of the last model is gone: no topic resembles it"]),
        ([*THEMES[:3], THEMES[1] + [0, 0, 60, 0, 0, 0, 0, 0]], (0, 1, 2, 7), ["was split off topic 1"]),
        ([THEMES[0] + 2 * THEMES[1], THEMES[2]], (1, 2), ["topic 0 (甲) of the last model is now within topic 1 (乙)"]),
    ],
    ids=["new", "vanished", "split", "merged"],
)  # fmt: skip
def test_what_became_of_topics_is_told(before, rows, ids, told):
    registry = replace(first_registry(before), vanished=(Entry(6, "旧", ()),))
    _, model, after, changes = succeed(model_of(*rows), before, registry)
    assert model.ids == ids
    assert all(part in change.told for part, change in zip(told, changes, strict=True))
    # An id that was given once is not given again.
    assert {entry.topic_id for entry in after.vanished} == {6} | ({0, 1, 2} - set(ids))


def test_no_pair_too_unlike_buys_a_better_one(before):
    found = match(model_of(THEMES[3]), before)
    assert (found.kept, found.new, found.vanished) == ({}, (0,), (0, 1, 2))


def test_merged_topics_are_one_and_hidden_ones_are_left_out(before):
    first, second, third = first_registry(before).entries
    registry = Registry((first, replace(second, merged_into=2), replace(third, name="合")))
    shown = shown_topics(before, registry, 4)
    assert [(t.topic_id, t.name, round(t.share, 3)) for t in shown.topics] == [(0, "甲", 0.333), (2, "合", 0.667)]
    assert {word for word, _ in shown.topics[1].words} == {"村医", "培训", "疫情", "核酸"}
    shares = np.array([[0.2, 0.3, 0.5]])
    assert shown.fold(shares).tolist() == [[0.2, 0.8]]
    hidden = shown_topics(before, Registry((replace(first, hidden=True), *registry.entries[1:])), 4)
    assert [topic.topic_id for topic in hidden.topics] == [2]
    assert hidden.fold(shares).tolist() == [[0.8]]
    # What is merged into a hidden topic is hidden with it.
    away = Registry((replace(first, hidden=True), replace(second, merged_into=0), third))
    assert [topic.topic_id for topic in shown_topics(before, away, 4).topics] == [2]


def test_a_merge_into_a_topic_that_is_gone_ends(before):
    entries = first_registry(before).entries
    registry = Registry((replace(entries[0], merged_into=2, hidden=True), *entries[1:]))
    _, _, after, _ = succeed(model_of(*THEMES[:2]), before, registry)
    assert (after.entries[0].merged_into, after.entries[0].hidden) == (None, True)


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip)


@given(st.lists(NAMES, min_size=2, max_size=5), NAMES, st.booleans())
def test_the_register_comes_back_as_it_was(tmp_path_factory, names, word, hidden):
    entries = tuple(Entry(3 * i, name, (word,), hidden and i == 0) for i, name in enumerate(names))
    registry = Registry(
        (*entries[:-1], replace(entries[-1], merged_into=0 if not hidden else None)), (Entry(99, word, ()),)
    )
    path = tmp_path_factory.mktemp("register") / "topics.toml"
    path.write_bytes(registry_bytes(registry))
    assert read_registry(path, [entry.topic_id for entry in entries]) == registry


TWO = '[[topic]]\nid = 0\nname = "甲"\n{}\n[[topic]]\nid = 1\nname = "乙"\n{}\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TWO.format("hiden = true", ""), "topic 0: unknown key 'hiden'; did you mean 'hidden'"),
        (TWO.format("hidden = 1", ""), "topic 0: found hidden = 1, expected true or false"),
        (TWO.format("merged_into = true", ""), "found merged_into = True, expected the id of a topic"),
        (TWO.format("merged_into = 0", ""), "topic 0 is merged into itself"),
        (TWO.format("merged_into = 7", ""), "merged_into = 7 is no topic of the model, which has 0, 1"),
        (TWO.format("merged_into = 1", "merged_into = 0"), "(?s)found 2 .*topic 0 is merged in a ring.*topic 1"),
        (TWO.format("hidden = true", "hidden = true"), "every topic is hidden"),
        (TWO.replace("id = 1", "id = 0").format("", ""), "(?s)topic 0 stands there 2 times.*topic 1 .* is missing"),
        (TWO.replace("id = 1", "id = 5").format("", ""), "(?s)topic 5 is not in the model, which has 0, 1.*topic 1 of"),
        (TWO.replace('"乙"', '" "').format("", ""), "topic 1: found an empty name"),
        ("[[topic]]\nid = 0\n", "topic 0: 'name' is missing"),
        ("[topic]\nid = 0\n", r"expected \[\[topic\]\]"),
        (TWO.format("", "") + "[topics]\n", "unknown table 'topics'; did you mean 'topic'"),
        ("[[topic", "found no valid TOML"),
    ],
)  # fmt: skip
def test_an_impossible_register_is_refused_with_the_reason(tmp_path, text, message):
    path = tmp_path / "topics.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=message):
        read_registry(path, [0, 1])
