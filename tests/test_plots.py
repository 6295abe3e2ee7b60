"""Every figure can be drawn, shows what it is given, and has no box in place of a character."""

import base64
import functools
import io
import warnings
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib.colors import to_rgba
from PIL import Image

from aidtopics import plots
from aidtopics.classify import Feature
from aidtopics.plots.style import drawing, look_of
from aidtopics.records import Topic
from aidtopics.topics.groups import GroupShares, PairShares

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
LOW, HIGH = np.maximum(SHARES - 0.1, 0), np.minimum(SHARES + 0.1, 1)


def grouped(names, pages):
    rows = slice(len(names))
    return GroupShares(names, pages, SHARES[rows], LOW[rows], HIGH[rows])


YEARLY = grouped(("2018", "2019", "2021"), (9, 2, 30))
PROVINCES = grouped(("青海省", "西藏自治区", "云南省", "$老挝"), (12, 5, 40, 1))
PAIRS = PairShares(
    ("江苏", "广东"),
    ("青海", "西藏", "abroad 国外"),
    np.array([[3, 0, 1], [0, 12, 0]]),
    SHARES[:6].reshape(2, 3, 10),
    LOW[:6].reshape(2, 3, 10),
    HIGH[:6].reshape(2, 3, 10),
)
OTHERS = [
    plots.OtherModel("8 topics", tuple(range(8)), tuple(f"另·{n}" for n in range(8)), RANDOM.integers(0, 9, (10, 8)))
]
COHERENCE = {"NPMI": [0.1 * number for number in range(9)] + [None], "C_V": [0.5] * 10}
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
    "page_map": lambda: plots.page_map(RANDOM.normal(size=(100, 2)), SHARES.argmax(axis=1), SHARES.max(axis=1), TOPICS),
    "topic_sizes": lambda: plots.topic_sizes(TOPICS, COHERENCE),
    "group_topics": lambda: plots.group_topics(
        PROVINCES, SHARES.mean(axis=0), TOPICS, "recipient 受援方", "Topics 主题"
    ),
    "donors_recipients": lambda: plots.donors_recipients(PAIRS, TOPICS),
    "topic_stability": lambda: plots.topic_stability(SHARES[:10, :3], ["seed 1", "seed 2", "少一成"], TOPICS),
    "model_comparison": lambda: plots.model_comparison(OTHERS * 2, TOPICS, "10 topics"),
    "sweep": lambda: plots.sweep({"NPMI": [(5, 0.1), (5, 0.2), (10, 0.3)], "C_V": [(5, 0.4)]}, 5),
    "confusion_matrix": lambda: plots.confusion_matrix(TRUTH, PROBABILITIES, 0.5),
    "precision_recall": lambda: plots.precision_recall({"字 characters": (TRUTH, PROBABILITIES)}, 0.5),
    "calibration": lambda: plots.calibration({"交叉验证": (TRUTH, PROBABILITIES), "b": (TRUTH, PROBABILITIES)}),
    "learning_curve": lambda: plots.learning_curve(CURVE),
    "strongest_features": lambda: plots.strongest_features(FEATURES),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Where each figure was saved: PNG and SVG, without the ending."""
    folder = tmp_path_factory.mktemp("figures")

    @functools.cache
    def save(name):
        # Warnings are errors here, and matplotlib warns of a missing glyph.
        path = folder / name.replace(" ", "_")
        assert plots.save(FIGURES[name](), path) == [path.with_suffix(".png"), path.with_suffix(".svg")]
        return path

    return save


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_with_every_glyph_and_nothing_cut_off(name, saved):
    pixels = np.asarray(Image.open(saved(name).with_suffix(".png")).convert("L"))
    assert min(pixels.shape) > 300
    assert 0.005 < (pixels < 128).mean() < 0.6
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    assert edge.min() > 200


def test_a_missing_glyph_would_fail(tmp_path):
    from matplotlib.figure import Figure

    with drawing():
        figure = Figure()
        figure.text(0.5, 0.5, "\U0001f3e5\U00020bb7")
    with pytest.warns(UserWarning, match="Glyph .* missing from font"):
        plots.save(figure, tmp_path / "figure")
    assert (tmp_path / "figure.png").stat().st_size > 0


def test_the_process_keeps_its_own_settings(tmp_path):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plots.save(FIGURES["topic_words"](), tmp_path / "figure")
    assert dict(mpl.rcParams) == before


def test_the_same_figure_gives_the_same_bytes(tmp_path, saved):
    for again in plots.save(FIGURES["topic_words"](), tmp_path / "again"):
        assert again.read_bytes() == saved("topic_words").with_suffix(again.suffix).read_bytes()


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_a_title_and_its_axes_have_names(name):
    figure = FIGURES[name]()
    axes = [a for a in figure.axes if a.get_visible() and a.axison and a.get_label() != "<colorbar>"]
    assert figure.get_suptitle() or axes[0].get_title()
    if axes:
        assert figure.get_supxlabel() or axes[-1].get_xlabel()
    if name not in ("strongest_features", "one topic"):
        assert not axes or figure.get_supylabel() or axes[-1].get_ylabel() or name == "sweep"


TOPIC_FIGURES = "topic_words page_topics page_map topic_sizes topics_over_time group_topics topic_stability"


@pytest.mark.parametrize("name", [*TOPIC_FIGURES.split(), "donors_recipients", "model_comparison"])
def test_the_svg_has_its_chinese_as_text_and_brings_the_glyphs(name, saved):
    svg = saved(name).with_suffix(".svg").read_text("utf-8")
    text = "".join(ET.fromstring(svg).itertext())
    for topic in TOPICS:
        assert f"{topic.topic_id}  {topic.name}" in text
    packed = base64.b64decode(svg.partition("data:font/woff;base64,")[2].partition(")")[0])
    glyphs = TTFont(io.BytesIO(packed)).getBestCmap()
    assert set(map(ord, "义诊包虫病价")) <= glyphs.keys()
    assert len(svg) < 500_000


def test_topics_are_told_apart_by_more_than_colour():
    looks = [look_of(topic) for topic in range(40)]
    assert len({(look.colour, look.marker) for look in looks}) == 40
    assert len({(look.colour, look.hatch) for look in looks}) == 40
    assert look_of(3) == looks[3]


def test_a_topic_looks_the_same_in_every_figure():
    colours = []
    for name in ("topic_words", "topics_over_time"):
        axes = next(a for a in FIGURES[name]().axes if a.get_title().startswith("4 "))
        colours.append(axes.patches[0].get_facecolor() if axes.patches else to_rgba(axes.lines[0].get_color()))
    assert colours[0] == colours[1] == to_rgba(look_of(4).colour)


def test_a_year_with_few_pages_is_not_drawn_as_a_point():
    first = plots.topics_over_time(YEARLY, TOPICS).axes[0]
    years, shares = first.lines[0].get_data()
    assert years[np.isfinite(shares)].tolist() == [2018, 2021]


def test_what_few_pages_tell_is_no_figure():
    assert plots.topics_over_time(grouped(("2018", "2019"), (9, 4)), TOPICS) is None
    few = grouped(("青海省", "云南省"), (9, 4))
    assert plots.group_topics(few, SHARES.mean(axis=0), TOPICS, "recipient", "Topics") is None


def test_a_heat_map_leaves_out_small_groups_and_says_so():
    axes = FIGURES["group_topics"]().axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["青海省 (12)", "西藏自治区 (5)", "云南省 (40)"]
    assert "1 more have fewer pages" in axes.get_xlabel()


def test_pages_of_pairs_are_counted_where_there_is_more_than_one():
    axes = FIGURES["donors_recipients"]().axes[0]
    assert [(text.get_position(), text.get_text()) for text in axes.texts] == [((0, 0), "3"), ((1, 1), "12")]


def test_the_confusion_matrix_shows_the_counts():
    figure = plots.confusion_matrix(np.array([True, True, False]), np.array([0.9, 0.1, 0.2]), 0.5)
    assert [text.get_text().split("\n")[0] for text in figure.axes[0].texts] == ["1", "1", "0", "1"]


def test_importing_plots_draws_nothing_and_warns_of_nothing():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        plots.topic_words(TOPICS)
    assert caught == []
