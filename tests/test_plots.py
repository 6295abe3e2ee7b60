"""Every figure can be drawn, shows what it is given, and has no box in place of a character."""

import warnings

import numpy as np
import pytest
from PIL import Image

from aidtopics import plots
from aidtopics.classify import Feature
from aidtopics.plots.style import drawing
from aidtopics.records import Topic
from aidtopics.topics.trends import YearlyShares

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.random(80) < 0.4
PROBABILITIES = np.clip(TRUTH * 0.5 + RANDOM.random(80) * 0.5, 0, 1)
TOPICS = [
    Topic(
        number,
        f"义诊·包虫病·$价{number}",
        0.1,
        tuple((f"词{number}{letter}", 0.1 - i / 100) for i, letter in enumerate("甲乙丙丁戊己庚辛")),
    )
    for number in range(10)
]
SHARES = RANDOM.dirichlet(np.ones(10), 100)
YEARLY = YearlyShares((2018, 2019, 2021), (9, 2, 30), SHARES[:3])
CURVE = [
    {
        "pages": 70 * 2**i,
        "f1": {"value": 0.8 + i / 20, "low": 0.75 + i / 20, "high": 0.85 + i / 20},
        "auc": {"value": 0.9 + i / 40, "low": 0.88 + i / 40, "high": 0.92 + i / 40},
        "deviation": {"f1": 0.02, "auc": 0.01},
    }
    for i in range(4)
]
FEATURES = [
    Feature(kind, f"{kind[:1]}▏医 {i}$", (-1) ** i * i / 3, 1.0)
    for kind in ("title", "link_list", "aid")
    for i in range(8)
]
FIGURES = {
    "topic_words": lambda: plots.topic_words(TOPICS),
    "one topic": lambda: plots.topic_words(TOPICS[:1]),
    "page_topics": lambda: plots.page_topics(SHARES, TOPICS),
    "topics_over_time": lambda: plots.topics_over_time(YEARLY, TOPICS),
    "sweep": lambda: plots.sweep({"NPMI": [(5, 0.1), (5, 0.2), (10, 0.3)], "C_V": [(5, 0.4)]}, 5),
    "confusion_matrix": lambda: plots.confusion_matrix(TRUTH, PROBABILITIES, 0.5),
    "precision_recall": lambda: plots.precision_recall({"字 characters": (TRUTH, PROBABILITIES)}, 0.5),
    "calibration": lambda: plots.calibration({"交叉验证": (TRUTH, PROBABILITIES), "b": (TRUTH, PROBABILITIES)}),
    "learning_curve": lambda: plots.learning_curve(CURVE),
    "strongest_features": lambda: plots.strongest_features(FEATURES),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_with_every_glyph(name, tmp_path):
    # Warnings are errors here, and matplotlib warns of a missing glyph.
    plots.save(FIGURES[name](), tmp_path / "figure.png")
    pixels = np.asarray(Image.open(tmp_path / "figure.png").convert("L"))
    assert min(pixels.shape) > 300
    assert 0.005 < (pixels < 128).mean() < 0.6


def test_a_missing_glyph_would_fail(tmp_path):
    from matplotlib.figure import Figure

    with drawing():
        figure = Figure()
        figure.text(0.5, 0.5, "\U0001f3e5\U00020bb7")
    with pytest.warns(UserWarning, match="Glyph .* missing from font"):
        plots.save(figure, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 0


def test_the_process_keeps_its_own_settings(tmp_path):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plots.save(FIGURES["topic_words"](), tmp_path / "figure.png")
    assert dict(mpl.rcParams) == before


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        plots.save(FIGURES["page_topics"](), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_nothing_is_cut_off(tmp_path):
    for name, figure in FIGURES.items():
        plots.save(figure(), tmp_path / "figure.png")
        pixels = np.asarray(Image.open(tmp_path / "figure.png").convert("L"))
        edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        assert edge.min() > 200, name


def test_a_year_with_few_pages_is_not_drawn_as_a_point():
    upper = plots.topics_over_time(YEARLY, TOPICS).axes[0]
    assert {tuple(line.get_xdata()) for line in upper.lines} == {(2018, 2021)}


def test_the_confusion_matrix_shows_the_counts():
    figure = plots.confusion_matrix(np.array([True, True, False]), np.array([0.9, 0.1, 0.2]), 0.5)
    assert [text.get_text().split("\n")[0] for text in figure.axes[0].texts] == ["1", "1", "0", "1"]


def test_importing_plots_draws_nothing_and_warns_of_nothing():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        plots.topic_words(TOPICS)
    assert caught == []
