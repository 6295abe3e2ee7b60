"""Figures of a topic model and its pages; a topic keeps its number and look in all of them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from aidtopics.plots.style import drawing, look_of, plain
from aidtopics.records import Topic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEAT_MAP_PAGES = 60
_LEGEND = 30  # rows of a legend column


def titled(topic: Topic) -> str:
    """Number and name of a topic, as every figure shows it."""
    return f"{topic.topic_id}  {plain(topic.name)}"


def topic_words(topics: Sequence[Topic], words: int = 10) -> "Figure":
    """A panel for each topic with its most telling words."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    columns = min(4, len(topics))
    rows = -(-len(topics) // columns)
    with drawing():
        figure = Figure(figsize=(max(3.2 * columns, 4.6), 0.24 * words * rows + 0.9 * rows + 0.4), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, topic in zip(grid, topics, strict=False):
            chosen, look = topic.words[:words][::-1], look_of(topic.topic_id)
            weights = [weight for _, weight in chosen]
            axes.barh(range(len(chosen)), weights, color=look.colour, hatch=look.hatch, edgecolor="white", linewidth=0)
            axes.set_yticks(range(len(chosen)), [plain(word) for word, _ in chosen])
            axes.set_title(f"{titled(topic)}\n{topic.share:.1%} of all words", fontsize=9)
            axes.tick_params(axis="x", labelsize=7)
            axes.locator_params(axis="x", nbins=4)
            axes.xaxis.set_major_formatter(PercentFormatter(1))
        for axes in grid[len(topics) :]:
            axes.set_visible(False)
        figure.suptitle("Words of the topics 主题词")
        figure.supxlabel("weight of the word in the topic 词在主题中的权重", fontsize=9)
        figure.supylabel("word 词", fontsize=9)
    return figure


def page_topics(shares: npt.NDArray[np.float64], topics: Sequence[Topic]) -> "Figure":
    """Heat map of pages by topics, pages ordered by their main topic; of many pages an even sample is shown."""
    from matplotlib.figure import Figure

    order = np.lexsort((-shares.max(axis=1), shares.argmax(axis=1)))
    if len(order) > _HEAT_MAP_PAGES:
        order = order[np.linspace(0, len(order) - 1, _HEAT_MAP_PAGES).round().astype(int)]
    with drawing():
        figure = Figure(figsize=(max(5, 0.5 * len(topics) + 2.5), 6), layout="constrained")
        axes = figure.subplots()
        image = axes.imshow(shares[order], aspect="auto", cmap="cividis", vmin=0, vmax=1, interpolation="nearest")
        names = [titled(topic) for topic in topics]
        axes.set_xticks(range(len(topics)), names, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks([])
        shown = "" if len(order) == len(shares) else f" ({len(order)} of {len(shares)})"
        axes.set(
            xlabel="topic 主题", ylabel=f"pages 网页{shown}, by main topic", title="Topics of the pages 网页的主题"
        )
        figure.colorbar(image, label="share of the page 占比")
    return figure


def page_map(
    positions: npt.NDArray[np.float64],
    main: npt.NDArray[np.integer],
    share: npt.NDArray[np.float64],
    topics: Sequence[Topic],
) -> "Figure":
    """Pages as points, near each other where their topics are alike; look and number are those of the main topic.

    Args:
        positions: shape (pages, 2).
        main: main topic of each page, shape (pages,).
        share: its share of the page, shape (pages,); the more, the larger the point.
        topics: all topics, in order.
    """
    from matplotlib import patheffects
    from matplotlib.figure import Figure

    crowd = min(1.0, 600 / max(len(positions), 1))
    with drawing():
        figure = Figure(figsize=(9, 6.2), layout="constrained")
        axes = figure.subplots()
        for topic in topics:
            own = main == topic.topic_id
            if not own.any():
                continue
            look, (x, y) = look_of(topic.topic_id), positions[own].T
            label = f"{titled(topic)} ({own.sum()})"
            sizes = (8 + 42 * share[own]) * (0.3 + 0.7 * crowd)
            axes.scatter(x, y, s=sizes, color=look.colour, marker=look.marker, alpha=0.7, linewidth=0, label=label)
        for topic in topics:
            own = main == topic.topic_id
            if own.any():
                x, y = np.median(positions[own], axis=0).tolist()
                text = axes.text(x, y, str(topic.topic_id), fontsize=13, ha="center", va="center")
                text.set_path_effects([patheffects.withStroke(linewidth=3, foreground="white")])
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(True)
        axes.spines[:].set_color("lightgrey")
        axes.set(title="Pages by their topics 网页分布", xlabel="near each other: alike in topics 距离近者主题相近")
        axes.set_ylabel("(the axes have no unit 坐标无单位)")
        legend = {"loc": "upper left", "bbox_to_anchor": (1.01, 1), "borderaxespad": 0}
        columns = -(-len(topics) // _LEGEND)
        axes.legend(**legend, ncols=columns, title="main topic 主要主题 (pages 网页数)", alignment="left")
    return figure


def topic_sizes(topics: Sequence[Topic], measures: Mapping[str, Sequence[float | None]]) -> "Figure":
    """A panel for each coherence measure: each topic's share of all words against how well its words belong together.

    Args:
        measures: by the measure's title, a value for each topic, None where it was not measured.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.ticker import PercentFormatter

    looks = [look_of(topic.topic_id) for topic in topics]
    with drawing():
        figure = Figure(figsize=(4 * len(measures) + 3, 4.4), layout="constrained")
        panels = figure.subplots(1, len(measures), squeeze=False)[0]
        for axes, (title, values) in zip(panels, measures.items(), strict=True):
            for topic, look, value in zip(topics, looks, values, strict=True):
                if value is None:
                    continue
                axes.scatter(value, topic.share, s=60, color=look.colour, marker=look.marker)
                axes.annotate(
                    str(topic.topic_id),
                    (value, topic.share),
                    (0, 6),
                    textcoords="offset points",
                    ha="center",
                    fontsize=8,
                )
            axes.set(
                xlabel=f"{title} of the topic's first words 一致性", ylabel="share of all words 占全部词", title=title
            )
            axes.margins(x=0.1, y=0.12)
            axes.set_ylim(0, None)
            axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            axes.grid(alpha=0.3)
        figure.suptitle("Size of the topics against their coherence 主题大小与一致性")
        handles = [Line2D([], [], linestyle="", color=a.colour, marker=a.marker) for a in looks]
        columns = -(-len(topics) // _LEGEND)
        figure.legend(
            handles,
            [titled(topic) for topic in topics],
            loc="outside right upper",
            ncols=columns,
            title="topic 主题",
            alignment="left",
        )
    return figure
