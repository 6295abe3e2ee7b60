"""Figures against scikit-learn's, and intervals that mean something."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from aidtopics import scores

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
