"""Figures of a topic model; a topic keeps its number and colour in all of them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from aidtopics.plots.style import COLOURS, LINES, drawing
from aidtopics.records import Topic
from aidtopics.topics.trends import YearlyShares

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEAT_MAP_PAGES = 60
_YEAR_PAGES = 3  # the mean of fewer pages is the topic of a page, not of a year
_BANDS = 8  # topics drawn one by one over time; more are told apart by nobody


def topic_words(topics: Sequence[Topic], words: int = 10) -> "Figure":
    """A panel for each topic with its most telling words."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    columns = min(4, len(topics))
    rows = -(-len(topics) // columns)
    with drawing():
        figure = Figure(figsize=(3.2 * columns, 0.24 * words * rows + 0.9 * rows), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, topic in zip(grid, topics, strict=False):
            chosen = topic.words[:words][::-1]
            axes.barh(
                range(len(chosen)), [weight for _, weight in chosen], color=COLOURS[topic.topic_id % len(COLOURS)]
            )
            axes.set_yticks(range(len(chosen)), [_plain(word) for word, _ in chosen])
            axes.set_title(f"{topic.topic_id}  {_plain(topic.name)}\n{topic.share:.1%} of all words", fontsize=9)
            axes.tick_params(axis="x", labelsize=7)
            axes.locator_params(axis="x", nbins=4)
            axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=1))
        for axes in grid[len(topics) :]:
            axes.set_visible(False)
        figure.supxlabel("weight of the word in the topic 词在主题中的权重", fontsize=9)
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
        names = [f"{topic.topic_id} {_plain(topic.name)}" for topic in topics]
        axes.set_xticks(range(len(topics)), names, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks([])
        shown = "" if len(order) == len(shares) else f" ({len(order)} of {len(shares)})"
        axes.set(xlabel="topic 主题", ylabel=f"pages 网页{shown}, by main topic", title="Topics of the pages")
        figure.colorbar(image, label="share of the page 占比")
    return figure


def topics_over_time(yearly: YearlyShares, topics: Sequence[Topic]) -> "Figure":
    """Lines of topic shares per year, and below them the number of pages that each year's point rests on."""
    from matplotlib.figure import Figure

    enough = np.array(yearly.pages) >= _YEAR_PAGES
    years = np.array(yearly.years)
    chosen = sorted(sorted(topics, key=lambda t: -t.share)[:_BANDS], key=lambda t: t.topic_id)
    with drawing():
        figure = Figure(figsize=(8, 5), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        for topic in chosen:
            number = topic.topic_id
            upper.plot(
                years[enough],
                yearly.shares[enough, number],
                color=COLOURS[number % len(COLOURS)],
                linestyle=LINES[number % len(LINES)],
                marker="o",
                markersize=3,
                label=f"{number} {_plain(topic.name)}",
            )
        title = "Topics over time" if len(chosen) == len(topics) else f"The {len(chosen)} largest topics over time"
        upper.set(ylabel="mean share 平均占比", title=title, ylim=(0, None))
        upper.grid(alpha=0.3)
        upper.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)
        lower.bar(years, yearly.pages, color="grey")
        lower.axhline(_YEAR_PAGES, color="black", linewidth=0.8, linestyle=":")
        lower.set(xlabel=f"year 年份 (drawn above from {_YEAR_PAGES} pages a year)", ylabel="pages 网页")
        lower.xaxis.get_major_locator().set_params(integer=True)
    return figure


def sweep(curves: Mapping[str, Sequence[tuple[int, float]]], recommended: int) -> "Figure":
    """A panel for each measure: every fit's value, the mean over the number of topics, and the spread of the seeds."""
    from matplotlib.figure import Figure

    columns = min(3, len(curves))
    rows = -(-len(curves) // columns)
    with drawing():
        figure = Figure(figsize=(3.2 * columns, 2.8 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for index, (axes, (name, points)) in enumerate(zip(panels, curves.items(), strict=False)):
            numbers = sorted({number for number, _ in points})
            values = [[value for n, value in points if n == number] for number in numbers]
            colour = COLOURS[index % len(COLOURS)]
            axes.axvline(recommended, color="grey", linewidth=0.8, linestyle=":")
            axes.fill_between(
                numbers, [min(v) for v in values], [max(v) for v in values], color=colour, alpha=0.2, linewidth=0
            )
            axes.scatter([n for n, _ in points], [value for _, value in points], s=14, color=colour, alpha=0.5)
            axes.plot(numbers, [float(np.mean(v)) for v in values], color=colour)
            axes.set(title=name)
            axes.set_xticks(numbers)
            axes.grid(alpha=0.3)
        for axes in panels[len(curves) :]:
            axes.set_axis_off()
        figure.supxlabel("number of topics 主题数 (dotted: recommended 推荐)")
    return figure


def _plain(text: str) -> str:
    # A dollar sign would begin a formula.
    return text.replace("$", r"\$")
