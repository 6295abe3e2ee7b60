"""Saved models: the same after a round trip, refused when damaged, unable to run code."""

import hashlib
import io
import json
import pickle
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from aidtopics.classify import classify, strongest_features
from aidtopics.corpus import corpus_hash, example
from aidtopics.errors import ModelError
from aidtopics.segment import Segmenter
from aidtopics.store import (
    Manifest,
    load_classifier,
    load_topics,
    model_kind,
    read_card,
    save_classifier,
    save_topics,
    verify,
)
from aidtopics.topics import NO_FLOORS, Floors, TopicModel
from aidtopics.topics.registry import first_registry


@pytest.fixture
def classifier_folder(tmp_path, fitted, gold):
    manifest = Manifest(
        kind="classifier",
        corpus={"hash": corpus_hash(gold)},
        settings={"seed": 0},
        settings_hash="x",
        metrics={},
        decision={name: getattr(fitted.classifier.decision, name) for name in fitted.classifier.decision.__slots__},
    )
    golden = classify([(e.page, e.passages) for e in map(example, gold[:4])], fitted.classifier)
    features = strongest_features(fitted.classifier.first, [gold[0].text], 3)
    save_classifier(tmp_path / "model", fitted.classifier, manifest, features, golden, "# 卡片\n", fitted.reference)
    return tmp_path / "model"


@pytest.fixture
def topics_folder(tmp_path):
    segmenter = Segmenter("jieba", words=["健康快车"], stop_words=["我们"])
    weights = np.array([[5, 1, 1], [1, 1, 6]], np.float32)
    halves = np.full(2, 0.5, np.float32)
    model = TopicModel("gensim", ("健康快车", "医院", "村医"), weights, halves, halves, ("甲", "乙"))
    settings = {"segment": {"engine": "jieba", "shortest": 2}, "topics": {"of": "aid", "engine": "gensim"}}
    manifest = Manifest("topics", {"hash": "x"}, settings, "x", {})
    text = "健康快车开进山村，村医来了"
    from aidtopics.vectorize import count_words

    shares = model.infer(count_words(segmenter.words_of([text]), model.vocabulary))
    save_topics(tmp_path / "topics", model, segmenter, manifest, [(text, shares[0])], "# 主题\n", first_registry(model))
    return tmp_path / "topics"


def test_a_classifier_comes_back_as_it_was(classifier_folder, fitted, gold):
    saved = load_classifier(classifier_folder)
    assert saved.classifier.first.kinds.tobytes() == fitted.classifier.first.kinds.tobytes()
    assert saved.classifier.decision == fitted.classifier.decision
    pages = [(e.page, e.passages) for e in map(example, gold[:10])]
    assert classify(pages, saved.classifier) == classify(pages, fitted.classifier)
    assert verify(classifier_folder) == (4, [])
    assert (model_kind(classifier_folder), read_card(classifier_folder)) == ("classifier", "# 卡片\n")


def test_the_reference_for_drift_comes_back(classifier_folder, fitted):
    reference = load_classifier(classifier_folder).reference
    assert np.array_equal(reference.pairs, fitted.reference.pairs)
    assert np.array_equal(reference.counts, fitted.reference.counts)


def test_a_classifier_of_format_1_is_read_without_a_reference(classifier_folder):
    manifest = json.loads((classifier_folder / "manifest.json").read_text("utf-8"))
    (classifier_folder / "reference.npz").unlink()
    path = classifier_folder / "features.json"
    old = [{k: v for k, v in row.items() if k != "share"} for row in json.loads(path.read_bytes())]
    path.write_text(json.dumps(old), "utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    files = {name: its for name, its in manifest["files"].items() if name != "reference.npz"} | {path.name: digest}
    rewrite_manifest(classifier_folder, format=1, files=files)
    saved = load_classifier(classifier_folder)
    assert saved.reference is None
    assert {feature.share for feature in saved.features} == {None}
    assert verify(classifier_folder) == (4, [])


def test_a_reference_of_other_measures_is_refused(classifier_folder):
    stream = io.BytesIO()
    np.savez(stream, pairs=np.zeros(8, np.uint8), counts=np.zeros((2, 80), np.int32))
    (classifier_folder / "reference.npz").write_bytes(stream.getvalue())
    files = json.loads((classifier_folder / "manifest.json").read_text("utf-8"))["files"]
    digest = hashlib.sha256(stream.getvalue()).hexdigest()
    rewrite_manifest(classifier_folder, files=files | {"reference.npz": digest})
    with pytest.raises(ModelError, match="a reference for other measures; fit it again"):
        load_classifier(classifier_folder)


def test_the_floors_of_a_topic_model_come_back(tmp_path, topics_folder):
    saved = load_topics(topics_folder)
    assert saved.model.floors == NO_FLOORS  # as in models saved before there were floors
    floors = Floors(gain=0.25, known=0.5)
    manifest = replace(saved.manifest, decision=asdict(floors))
    save_topics(tmp_path / "again", saved.model, saved.segmenter, manifest, [], "", saved.registry)
    assert load_topics(tmp_path / "again").model.floors == floors


def test_a_topic_model_comes_back_with_its_words(topics_folder, tmp_path):
    saved = load_topics(topics_folder)
    assert saved.model.names == ("甲", "乙")
    assert saved.segmenter == Segmenter("jieba", words=["健康快车"], stop_words=["我们"])
    assert verify(topics_folder) == (1, [])
    # U+2028 and form feed end a line for Python, not for the file.
    vocabulary = ("甲\u2028乙", "丙\x0c丁", "村医")
    model = replace(saved.model, vocabulary=vocabulary)
    save_topics(tmp_path / "again", model, saved.segmenter, saved.manifest, [], "", saved.registry)
    assert load_topics(tmp_path / "again").model.vocabulary == vocabulary
    rows = json.loads((topics_folder / "topics.json").read_text("utf-8"))
    assert [set(row) for row in rows] == [{"topic_id", "name", "share", "words"}] * 2
    assert rows[0]["words"][0][0] == "健康快车"


def test_saving_again_gives_the_same_bytes(classifier_folder, tmp_path):
    saved = load_classifier(classifier_folder)
    before = {path.name: path.read_bytes() for path in classifier_folder.iterdir() if path.name != "golden.jsonl"}
    save_classifier(
        tmp_path / "again", saved.classifier, saved.manifest, saved.features, [], saved.card, saved.reference
    )
    after = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"manifest.json"}  # lists the golden pages' hash


def rewrite_manifest(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "weights.npz").unlink(), "not whole: weights.npz is missing"),
        (lambda f: (f / "card.md").write_text("x"), "not whole: card.md was altered"),
        (lambda f: (f / "manifest.json").unlink(), "found no model in .*manifest.json is missing"),
        (lambda f: (f / "manifest.json").write_text("{"), "found a damaged"),
        (lambda f: rewrite_manifest(f, format=99), "found a model of format 99 .* expected 3; update aidtopics"),
        (lambda f: rewrite_manifest(f, kind="topics"), "found a topics model .* expected a classifier model"),
        (lambda f: rewrite_manifest(f, colour="red"), "other fields than expected"),
        (lambda f: rewrite_manifest(f, files={"../secret": "x"}), "not whole: ../secret is missing"),
    ],
)
def test_a_damaged_model_is_refused_with_the_reason(classifier_folder, damage, message):
    damage(classifier_folder)
    with pytest.raises(ModelError, match=message):
        load_classifier(classifier_folder)


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


@pytest.mark.parametrize("pickled", ["array", "file"])
def test_a_pickle_in_a_model_is_never_loaded(classifier_folder, pickled):
    stream = io.BytesIO()
    if pickled == "array":
        np.savez(stream, kinds=np.array([Bomb()], dtype=object))
    else:
        pickle.dump(Bomb(), stream)
    (classifier_folder / "weights.npz").write_bytes(stream.getvalue())
    files = json.loads((classifier_folder / "manifest.json").read_text("utf-8"))["files"]
    files["weights.npz"] = hashlib.sha256(stream.getvalue()).hexdigest()
    rewrite_manifest(classifier_folder, files=files)
    with pytest.raises(ModelError, match="found arrays that can't be read"):
        load_classifier(classifier_folder)


def test_a_model_that_computes_otherwise_is_told(classifier_folder):
    path = classifier_folder / "golden.jsonl"
    path.write_text(path.read_text("utf-8").replace('"label":"aid"', '"label":"noise"', 1), "utf-8")
    files = json.loads((classifier_folder / "manifest.json").read_text("utf-8"))["files"]
    rewrite_manifest(classifier_folder, files=files | {"golden.jsonl": hashlib.sha256(path.read_bytes()).hexdigest()})
    count, wrong = verify(classifier_folder)
    assert (count, len(wrong)) == (4, 1)


def test_an_interrupted_save_leaves_the_old_model(classifier_folder, fitted, monkeypatch):
    before = (classifier_folder / "weights.npz").read_bytes()
    saved = load_classifier(classifier_folder)
    rename = Path.rename

    def interrupted(path, target):
        if path.name.startswith(".") and not path.name.endswith("-old"):
            raise KeyboardInterrupt("at the worst moment")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt, match="at the worst moment"):
        save_classifier(classifier_folder, saved.classifier, saved.manifest, [], [], "", None)
    assert list(classifier_folder.parent.glob(".model-*")) == []
    assert (classifier_folder / "weights.npz").read_bytes() == before
