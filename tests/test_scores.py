"""Figures against scikit-learn's, and intervals that mean something."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from aidtopics import scores
from aidtopics.corpus import Example
from aidtopics.pages import page_from_text
from aidtopics.passages import split
from aidtopics.records import Kind, Label

RANDOM = np.random.default_rng(5)
labels_and_probabilities = st.lists(
    st.tuples(st.booleans(), st.floats(0, 1).map(lambda p: round(p, 2))), min_size=2, max_size=60
).filter(lambda rows: 0 < sum(truth for truth, _ in rows) < len(rows))


@given(labels_and_probabilities)
def test_area_under_curve_equals_scikit_learns(rows):
    truth, probabilities = (np.array(column) for column in zip(*rows, strict=True))
    assert scores.area_under_curve(truth, probabilities) == pytest.approx(metrics.roc_auc_score(truth, probabilities))


@given(labels_and_probabilities, st.floats(0, 1))
def test_precision_recall_f1_equal_scikit_learns(rows, threshold):
    truth, probabilities = (np.array(column) for column in zip(*rows, strict=True))
    decided = probabilities >= threshold
    precision, recall, f1 = scores.precision_recall_f1(truth, decided)
    expected = metrics.precision_recall_fscore_support(truth, decided, average="binary", zero_division=np.nan)
    assert recall == pytest.approx(expected[1])
    assert f1 == pytest.approx(expected[2], nan_ok=True)
    assert precision == pytest.approx(expected[0], nan_ok=True)


@given(labels_and_probabilities)
def test_the_precision_recall_curve_has_a_point_for_each_threshold(rows):
    truth, probabilities = (np.array(column) for column in zip(*rows, strict=True))
    precision, recall, thresholds = scores.precision_recall_curve(truth, probabilities)
    for p, r, threshold in zip(precision, recall, thresholds, strict=True):
        assert (p, r) == pytest.approx(scores.precision_recall_f1(truth, probabilities >= threshold)[:2])
    assert len(thresholds) == len(set(probabilities.tolist()))


def test_equal_mass_bins_hold_about_as_many_pages_each():
    probabilities = RANDOM.random(1000) ** 4
    predicted, observed, count = scores.calibration_curve(RANDOM.random(1000) < probabilities, probabilities)
    assert count.tolist() == [100] * 10
    assert (np.diff(predicted) > 0).all()
    assert np.abs(predicted - observed).max() < 0.2


def test_calibration_is_compared_with_what_chance_gives():
    probabilities = RANDOM.random(120)
    calibrated = RANDOM.random(120) < probabilities
    overconfident = np.where(probabilities > 0.5, 0.99, 0.01)
    good = scores.score_calibration(calibrated, probabilities, np.arange(120), seed=0)
    bad = scores.score_calibration(calibrated, overconfident, np.arange(120), seed=0)
    assert good.of_perfect.low < good.error.value < good.of_perfect.high
    assert bad.error.low > bad.of_perfect.high
    assert 0 <= good.error.low <= good.error.value <= good.error.high
    # The error that chance alone makes shrinks with the number of pages.
    assert scores.perfect_calibration_error(RANDOM.random(3000), 0).value < good.of_perfect.value / 2


def test_calibration_error_is_the_mean_gap_between_probability_and_share():
    probabilities = np.array([0.15] * 10 + [0.85] * 10)
    truth = np.array([True] * 2 + [False] * 8 + [True] * 8 + [False] * 2)
    assert scores.calibration_error(truth, probabilities) == pytest.approx(0.05)


def test_intervals_are_wider_where_pages_come_from_few_sites():
    random = np.random.default_rng(1)
    truth = random.random(300) < 0.5
    site_is_easy = random.random(30) < 0.8
    groups = np.repeat(np.arange(30), 10)
    probabilities = np.where(site_is_easy[groups], truth, ~truth) * 0.8 + 0.1
    by_site = scores.score_decisions(truth, probabilities, 0.5, groups, seed=0).f1
    by_page = scores.score_decisions(truth, probabilities, 0.5, None, seed=0).f1
    assert by_site.value == by_page.value
    assert by_site.high - by_site.low > 1.5 * (by_page.high - by_page.low)
    assert by_site.low < by_site.value < by_site.high


def test_figures_that_do_not_exist_become_null():
    figures = scores.score_decisions(np.array([True, True]), np.array([0.9, 0.8]), 0.5, None, seed=0).as_dict()
    assert figures["auc"] == {"value": None, "low": None, "high": None}
    assert figures["f1"]["value"] == 1.0


def test_character_f1_counts_characters_and_not_spans():
    precision, recall, f1 = scores.character_f1([(0, 10)], [(0, 5), (5, 8), (10, 12)], 20)
    assert (precision, recall) == (0.8, 0.8)
    assert f1 == pytest.approx(0.8)


def test_confusion_puts_the_truth_in_rows():
    truth, decided = np.array([True, True, False]), np.array([True, False, False])
    assert scores.confusion(truth, decided).tolist() == [[1, 1], [0, 1]]


def test_character_counts_of_pages_add_up_to_the_f1_of_all():
    counts = np.array([scores.character_counts([(0, 10)], [(0, 8)], 10), scores.character_counts([], [(0, 2)], 5)])
    assert counts.tolist() == [[8, 8, 10], [0, 2, 0]]
    assert scores.f1_of_counts(counts) == pytest.approx(2 * 8 / (10 + 10))
    assert np.isnan(scores.f1_of_counts(np.zeros((1, 3))))


LENGTH = 240


def pages_of(truth, kind_of_page):
    """A page for each label; `kind_of_page` says how its site, lines and date come out of its label."""
    examples, dates = [], []
    for number, aid in enumerate(truth.tolist()):
        site, lines, date = kind_of_page(number, aid)
        page = page_from_text("\n".join("字" * (LENGTH // lines) for _ in range(lines)), str(number))
        passages = split(page)
        label = Label.AID if aid else Label.NOISE
        examples.append(Example(page, passages, (Kind.BODY,) * len(passages), label, site, "plain"))
        dates.append(date)
    return examples, dates


TRUTH = RANDOM.random(200) < 0.4
CHANCE = RANDOM.random(200)
FOLDS = np.arange(200) % 5
SHORTCUTS = {
    "site": lambda number, aid: (f"{'good' if aid else 'bad'}{number % 9}", 2, None),
    "layout": lambda number, aid: (str(number), 8 if aid else 2, None),
    "date": lambda number, aid: (str(number), 2, "2015-03-02" if aid else "2019-03-02"),
}


@pytest.mark.parametrize("name", SHORTCUTS)
def test_a_shortcut_that_tells_the_label_is_found_and_explains_the_score(name):
    examples, dates = pages_of(TRUTH, SHORTCUTS[name])
    probabilities = np.clip(TRUTH * 0.4 + CHANCE * 0.6, 0, 1)
    found = {s.name: s for s in scores.audit_shortcuts(examples, dates, TRUTH, probabilities, FOLDS, seed=0)}
    assert found[name].auc.low > 0.95
    assert found[name].explains
    other = {"site", "layout", "length", "date", "marks"} - {name, *(("length", "marks") if name == "layout" else ())}
    assert [n for n in other if found[n].explains or found[n].auc.value > 0.65] == []


def test_pages_alike_in_everything_give_no_shortcut_and_strata_keep_the_classifier():
    examples, dates = pages_of(TRUTH, lambda number, aid: (str(number), 2, None))
    probabilities = np.clip(TRUTH * 0.4 + CHANCE * 0.6, 0, 1)
    for shortcut in scores.audit_shortcuts(examples, dates, TRUTH, probabilities, FOLDS, seed=0):
        assert 0.4 < shortcut.auc.value < 0.6
        assert shortcut.kept > 0.9
        assert not shortcut.explains


def test_a_classifier_that_lives_on_a_shortcut_loses_its_gain_among_pages_alike_in_it():
    """The date agrees with four labels of five: too few to have the score alone, if the score came from reading too."""
    year = np.where(RANDOM.random(200) < 0.8, TRUTH, ~TRUTH)
    examples, dates = pages_of(
        TRUTH, lambda number, aid: (str(number), 2, "2015-03-02" if year[number] else "2019-03-02")
    )
    cheat = 0.8 * year + 0.2 * CHANCE
    found = {s.name: s for s in scores.audit_shortcuts(examples, dates, TRUTH, cheat, FOLDS, seed=0)}
    assert found["date"].kept < 0.3
    assert found["date"].explains
    assert found["date"].as_dict()["explains"] is True


def test_a_classifier_that_knows_nothing_has_nothing_to_explain():
    examples, dates = pages_of(TRUTH, lambda number, aid: (str(number), 2, None))
    for shortcut in scores.audit_shortcuts(examples, dates, TRUTH, np.full(200, 0.5), FOLDS, seed=0):
        assert not shortcut.explains
        assert shortcut.as_dict()["share"] is None


def test_label_errors_are_those_of_cleanlab():
    """Expected: cleanlab 2.9.0, find_label_issues(filter_by="confident_learning", ranked by "self_confidence")."""
    truth = np.array([True, True, True, True, True, False, False, False, False, False, False, False])
    aid = np.array([0.95, 0.9, 0.85, 0.05, 0.45, 0.02, 0.1, 0.05, 0.97, 0.5, 0.66, 0.2])
    found = scores.find_label_errors([f"p{i}" for i in range(12)], truth, aid)
    assert [error.page_id for error in found] == ["p8", "p3", "p10"]
    assert (found[0].given, found[0].suggested, found[0].probability) == (Label.NOISE, Label.AID, pytest.approx(0.97))
    assert found[0].reason == "labelled noise, but 97% sure to be aid; pages labelled aid are 64% sure on average"


def test_one_label_alone_has_no_errors():
    assert scores.find_label_errors(["a", "b"], np.array([True, True]), np.array([0.1, 0.9])) == ()
