"""Figures of topic shares by time, place, programme, and by who helps whom."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from aidtopics.plots.style import drawing, look_of, plain
from aidtopics.plots.topics import titled
from aidtopics.records import Topic
from aidtopics.topics.groups import GroupShares, PairShares

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEWEST = 5  # pages; the mean of fewer is the topic of a page, not of a year or a place
_PANELS = 16  # topics drawn over time
_ROWS = 35  # groups in a heat map
_LEGEND = 30


def topics_over_time(yearly: GroupShares, topics: Sequence[Topic]) -> "Figure | None":
    """A panel for each topic with its share by year and the interval as a band, and below the pages of each year.

    Years of fewer than FEWEST pages have no point. None where fewer than two years have one: that is no course.

    Args:
        yearly: groups are years as text, in order.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    years, pages = np.array([int(str(year)) for year in yearly.groups]), np.array(yearly.pages)
    enough = pages >= FEWEST
    if enough.sum() < 2:
        return None
    # Columns of shares go by place: ids have gaps where a topic is hidden, merged or gone.
    chosen = sorted(sorted(range(len(topics)), key=lambda column: -topics[column].share)[:_PANELS])
    columns = min(4, len(chosen))
    rows = -(-len(chosen) // columns)
    # A year without a point breaks the line, as nothing is known between its neighbours.
    span = np.arange(years[0], years[-1] + 1)
    place = np.flatnonzero(np.isin(span, years[enough]))
    with drawing():
        figure = Figure(figsize=(max(2.9 * columns, 5), 1.9 * rows + 1.9), layout="constrained")
        grid = figure.add_gridspec(rows + 1, columns, height_ratios=[*[1.0] * rows, 0.7])
        first = None
        for index, column in enumerate(chosen):
            topic = topics[column]
            first = axes = figure.add_subplot(grid[divmod(index, columns)], sharex=first, sharey=first)
            look = look_of(topic.topic_id)
            share, low, high = (np.full(len(span), np.nan) for _ in range(3))
            for line, table in ((share, yearly.shares), (low, yearly.low), (high, yearly.high)):
                line[place] = table[enough, column]
            axes.fill_between(span, low, high, color=look.colour, alpha=0.25, linewidth=0)
            axes.plot(span, share, color=look.colour, marker=look.marker, markersize=4, linewidth=1.4)
            axes.set_title(titled(topic), fontsize=9)
            axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
            axes.grid(alpha=0.3)
            axes.tick_params(labelbottom=index + columns >= len(chosen), labelleft=index % columns == 0)
        figure.axes[0].set_ylim(0, min(1.0, 1.1 * float(np.nanmax([yearly.shares[enough], yearly.high[enough]]))))
        lower = figure.add_subplot(grid[rows, :])
        lower.set_xlim(years[0] - 0.7, years[-1] + 0.7)
        lower.bar(years, pages, color=["#555555" if kept else "#CCCCCC" for kept in enough])
        lower.set(xlabel="year 年份", ylabel="pages 网页数")
        lower.set_title(f"Different pages of each year; from {FEWEST} on it has a point 各年网页数", fontsize=9)
        for axes in figure.axes:
            axes.xaxis.set_major_locator(MaxNLocator(5 if axes is not lower else 12, integer=True))
        what = "Topics" if len(chosen) == len(topics) else f"The {len(chosen)} largest topics"
        figure.suptitle(f"{what} over time, with 95 % intervals 主题随时间的变化")
        figure.supylabel("mean share of a page 平均占比", fontsize=9)
    return figure


def group_topics(
    found: GroupShares, mean: npt.NDArray[np.float64], topics: Sequence[Topic], kind: str, title: str
) -> "Figure | None":
    """Heat map of groups by topics with the shares as figures, groups in their order.

    Groups of fewer than FEWEST pages are left out, and of many the smallest. None where no two groups are left.

    Args:
        mean: topic shares of all pages; a share whose interval lies above is bold. Nothing is said of shares below:
            resampling a few pages without a topic never brings it up.
        kind: what the groups are, for the axis.
    """
    pages = np.array(found.pages)
    largest = np.argsort(-pages, kind="stable")[:_ROWS]
    chosen = np.array(sorted(group for group in largest.tolist() if pages[group] >= FEWEST), int)
    if len(chosen) < 2:
        return None
    from matplotlib import patheffects
    from matplotlib.figure import Figure

    shares = found.shares[chosen]
    above = found.low[chosen] > mean
    top = max(float(shares.max()), 1e-9)
    with drawing():
        size = (0.62 * len(topics) + 3.6, 0.3 * len(chosen) + 2.6)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        image = axes.imshow(shares, aspect="auto", cmap="Blues", vmin=0, vmax=top, interpolation="nearest")
        for (row, column), share in np.ndenumerate(shares):
            bold, colour = bool(above[row, column]), "white" if share > 0.6 * top else "black"
            text = axes.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=7.5, color=colour)
            text.set_alpha(1.0 if bold else 0.6)
            if bold:
                text.set_path_effects([patheffects.withStroke(linewidth=0.6, foreground=colour)])
        names = [titled(topic) for topic in topics]
        axes.set_xticks(range(len(topics)), names, rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(chosen)), [f"{plain(str(found.groups[g]))} ({pages[g]})" for g in chosen])
        left = len(pages) - len(chosen)
        note = f"\n{left} more have fewer pages and are left out" if left else ""
        axes.set(
            xlabel=f"topic 主题 (bold: the interval lies above the mean of all pages){note}",
            ylabel=f"{kind} (pages 网页数)",
        )
        axes.set_title(title)
        axes.spines[:].set_visible(False)
        figure.colorbar(
            image, label="mean share of a page 平均占比", format=lambda share, _: f"{share:.0%}", shrink=0.8
        )
    return figure


def donors_recipients(found: PairShares, topics: Sequence[Topic]) -> "Figure":
    """A map-like table of who helps whom: in each cell the pages, and their topics as stacked parts.

    Rows and columns are in the order given; in that of the provinces' codes neighbours on the map stand together.
    A cell's bar grows with the pages.
    """
    from matplotlib import patheffects
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch, Rectangle

    rows, columns = found.pages.shape
    most = found.pages.max()
    with drawing():
        figure = Figure(figsize=(0.3 * columns + 4.2, max(0.3 * rows + 1.6, 4)), layout="constrained")
        axes = figure.subplots()
        for row, column in zip(*np.nonzero(found.pages), strict=True):
            # By the square root, as the eye compares areas; never too small to be seen.
            side = 0.4 + 0.54 * np.sqrt(found.pages[row, column] / most)
            left, bottom = column - side / 2, row - side / 2
            for topic in np.argsort(-found.shares[row, column], kind="stable").tolist():
                look, part = look_of(topics[topic].topic_id), side * float(found.shares[row, column, topic])
                box = Rectangle((left, bottom), part, side, facecolor=look.colour, hatch=look.hatch, linewidth=0)
                box.set_edgecolor("white")
                axes.add_patch(box)
                left += part
            if found.pages[row, column] > 1:
                text = axes.text(column, row, str(found.pages[row, column]), fontsize=7, ha="center", va="center")
                text.set_path_effects([patheffects.withStroke(linewidth=1.8, foreground="white")])
        axes.set_xlim(-0.5, columns - 0.5)
        axes.set_ylim(rows - 0.5, -0.5)
        axes.set_aspect("equal")
        axes.set_xticks(range(columns), [plain(str(name)) for name in found.recipients], rotation=90)
        axes.set_yticks(range(rows), [plain(str(name)) for name in found.donors])
        axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
        axes.grid(which="minor", color="#DDDDDD", linewidth=0.5)
        axes.tick_params(which="both", length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel="recipient 受援方\n(area and figure: pages 网页数, no figure: one; parts: topics 主题)")
        axes.set_ylabel("donor 支援方")
        axes.set_title("Who helps whom, and with what 谁援助谁")
        looks = [(look_of(topic.topic_id), titled(topic)) for topic in topics]
        patches = [Patch(facecolor=a.colour, hatch=a.hatch, edgecolor="white", linewidth=0, label=b) for a, b in looks]
        axes.legend(
            handles=patches,
            loc="upper left",
            bbox_to_anchor=(1.01, 1),
            borderaxespad=0,
            ncols=-(-len(topics) // _LEGEND),
            title="topic 主题",
            alignment="left",
        )
    return figure
