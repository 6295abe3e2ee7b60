"""The models that come along belong to the corpus and the experiments beside them, and work on real pages."""

import orjson
import pytest

from aidtopics.corpus import corpus_hash, read_gold
from aidtopics.experiments import read_experiment
from aidtopics.experiments.classifying import classifier_settings
from aidtopics.experiments.modelling import topic_settings
from aidtopics.experiments.wording import segmenter_of
from aidtopics.label import label_pages
from aidtopics.pages import read_pages
from aidtopics.records import Label
from aidtopics.repair import repair_page
from aidtopics.scores import character_f1
from aidtopics.store import default_model, load_classifier, load_topics, read_manifest, verify
from aidtopics.store.folder import settings_hash
from conftest import ROOT

# The lines of the five real pages that are the article: title and body, nothing of what stands around them.
SEED_ARTICLES = {
    "000": [4, *range(6, 25, 2)],
    "001": [1, 5, 9, 11, 15, 17],
    "002": [3, *range(7, 22, 2)],
    "003": [1, *range(3, 13)],
    "004": [*range(1, 8)],
}


@pytest.fixture(scope="module")
def classifier():
    return load_classifier(default_model("aid-classifier")).classifier


@pytest.mark.parametrize("name", ["aid-classifier", "aid-topics"])
def test_a_model_was_fitted_on_the_corpus_as_it_stands(name):
    manifest = read_manifest(default_model(name))
    assert manifest.corpus["hash"] == corpus_hash(read_gold([ROOT / "corpus" / "pages"])), "run 'make models'"


def test_the_classifier_was_fitted_with_the_experiment_as_it_stands():
    settings = classifier_settings(read_experiment(ROOT / "experiments" / "aid_classifier.toml"))
    manifest = read_manifest(default_model("aid-classifier"))
    assert (manifest.settings, manifest.settings_hash) == (settings, settings_hash(settings)), "run 'make models'"


def test_the_topics_were_fitted_with_the_experiment_as_it_stands():
    experiment = read_experiment(ROOT / "experiments" / "aid_topics.toml")
    settings = topic_settings(experiment, segmenter_of(experiment))
    manifest = read_manifest(default_model("aid-topics"))
    assert (manifest.settings, manifest.settings_hash) == (settings, settings_hash(settings)), "run 'make models'"


@pytest.mark.parametrize("name", ["aid-classifier", "aid-topics"])
def test_the_models_compute_here_what_they_computed_where_they_were_fitted(name):
    count, wrong = verify(default_model(name))
    assert count > 0
    assert wrong == []


def test_the_classifier_stays_small():
    assert sum(path.stat().st_size for path in default_model("aid-classifier").iterdir()) < 3_000_000


def test_no_word_of_web_chrome_is_among_the_first_of_a_topic():
    model = load_topics(default_model("aid-topics")).model
    first = {word for topic in model.topics(10) for word, _ in topic.words}
    assert not first & {"首页", "上一篇", "下一篇", "版权", "点击", "编辑", "责任编辑", "来源", "浏览", "网站", "返回"}


def test_the_sample_pages_get_the_label_they_were_written_for(classifier):
    samples = ROOT / "corpus" / "samples"
    expected = orjson.loads((samples / "expected.json").read_bytes())
    labelled = label_pages(read_pages([samples]), classifier)
    found = {page.page.source.removeprefix(f"{samples}/"): str(page.label) for page in labelled}
    assert found == expected


def test_the_article_comes_out_of_every_real_page(seeds, classifier):
    for path, page in zip(seeds, label_pages(read_pages(seeds), classifier), strict=True):
        assert page.label is Label.AID, path.name
        lines = page.page.text.split("\n")
        raw = next(iter(read_pages([path])))
        assert len(lines) == len(repair_page(raw)[0].text.split("\n")) == len(raw.text.split("\n"))
        starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
        wanted = []
        for number in SEED_ARTICLES[path.name[:3]]:
            line = lines[number - 1]
            start = starts[number - 1] + len(line) - len(line.lstrip())
            wanted.append((start, start + len(line.strip())))
        found = [(p.start, p.end) for p in page.passages if p.label is Label.AID]
        precision, recall, f1 = character_f1(wanted, found, len(page.page.text))
        assert f1 >= 0.98, f"{path.name}: precision {precision:.3f}, recall {recall:.3f}"


def test_real_pages_are_repaired_without_loss(seeds):
    from aidtopics.repair import repair, undo

    for page in read_pages(seeds):
        repaired = repair(page.text)
        assert undo(repaired) == page.text
        assert repair(repaired.text).text == repaired.text
