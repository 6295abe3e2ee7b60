"""Figures that set models beside each other: a sweep, refits, other engines and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from aidtopics.plots.style import COLOURS, drawing, look_of, plain
from aidtopics.plots.topics import titled
from aidtopics.records import Topic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SEEN = 0.005  # of all pages; a thinner ribbon would only be a smear
_GAP = 0.012


@dataclass(frozen=True, slots=True)
class OtherModel:
    """A model of the same pages, and where the pages of each topic went."""

    title: str
    ids: tuple[int, ...]  # of its topics
    names: tuple[str, ...]
    pages: npt.NDArray[np.int64]  # (topics, its topics), pages by their main topic in both


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
        figure.suptitle("How many topics 主题数的选择")
        figure.supxlabel("number of topics 主题数 (dotted: recommended 推荐)", fontsize=9)
        figure.supylabel("value of the measure 指标值", fontsize=9)
    return figure


def topic_stability(kept: npt.NDArray[np.float64], refits: Sequence[str], topics: Sequence[Topic]) -> "Figure":
    """Matrix of topics by refits: the share of a topic's first ten words that its match in the refit has too.

    Args:
        kept: shape (topics, refits), in [0, 1].
    """
    from matplotlib.figure import Figure

    with drawing():
        size = (0.75 * len(refits) + 4.6, 0.32 * len(topics) + 2.6)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        image = axes.imshow(kept, aspect="auto", cmap="cividis", vmin=0, vmax=1, interpolation="nearest")
        for (row, column), share in np.ndenumerate(kept):
            colour = "black" if share > 0.5 else "white"
            axes.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=8, color=colour)
        axes.set_xticks(range(len(refits)), list(refits), rotation=45, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(topics)), [titled(topic) for topic in topics])
        axes.set(title="Which topics stay when fitted again 主题稳定性", ylabel="topic 主题")
        axes.set_xlabel("fitted again with 重新拟合")
        axes.spines[:].set_visible(False)
        figure.colorbar(
            image, label="first ten words kept 保留的前十词", format=lambda share, _: f"{share:.0%}", shrink=0.9
        )
    return figure


def model_comparison(others: Sequence[OtherModel], topics: Sequence[Topic], title: str) -> "Figure":
    """Which topic became which: pages flow from their main topic on the left to that in the other model on the right.

    A panel for each other model, whose topics stand in the order of where their pages come from. Ribbons of fewer than
    half a hundredth of the pages are not drawn.

    Args:
        title: what the model on the left is called.
    """
    from matplotlib.figure import Figure

    with drawing():
        height = max(0.42 * max(len(topics), *(len(other.names) for other in others)) + 1.2, 3.2)
        figure = Figure(figsize=(8.4 * len(others), height), layout="constrained")
        panels = figure.subplots(1, len(others), squeeze=False)[0]
        for axes, other in zip(panels, others, strict=True):
            _flow(axes, other, topics)
            axes.set_title(f"{title} → {other.title}", fontsize=10)
        figure.suptitle("Which topic became which 主题对应: ribbons are pages by their main topic")
    return figure


def _flow(axes: Any, other: OtherModel, topics: Sequence[Topic]) -> None:  # noqa: ANN401
    from matplotlib.patches import PathPatch, Rectangle

    flow = other.pages / max(int(other.pages.sum()), 1)
    # By the mean place of where its pages come from: few ribbons cross.
    origin = (flow * np.arange(len(flow))[:, np.newaxis]).sum(axis=0) / np.maximum(flow.sum(axis=0), 1e-12)
    order = np.lexsort((origin, flow.sum(axis=0) == 0))
    left, right = _edges(flow.sum(axis=1)), np.empty(len(order))
    right[order] = _edges(flow.sum(axis=0)[order])
    starts, ends = left.copy(), right.copy()
    for number, topic in enumerate(topics):
        look = look_of(topic.topic_id)
        axes.add_patch(
            Rectangle(
                (-0.02, left[number]), 0.02, flow[number].sum(), facecolor=look.colour, hatch=look.hatch, linewidth=0
            )
        )
        axes.text(-0.035, left[number] + flow[number].sum() / 2, titled(topic), ha="right", va="center", fontsize=8)
        for to in order.tolist():
            width = float(flow[number, to])
            if width >= _SEEN:
                path = _ribbon(starts[number], ends[to], width)
                axes.add_patch(
                    PathPatch(path, facecolor=look.colour, hatch=look.hatch, alpha=0.5, edgecolor="white", linewidth=0)
                )
            starts[number] += width
            ends[to] += width
    for to, (topic_id, name) in enumerate(zip(other.ids, other.names, strict=True)):
        height = float(flow[:, to].sum())
        axes.add_patch(Rectangle((1, right[to]), 0.02, height, facecolor="#555555", linewidth=0))
        axes.text(1.035, right[to] + height / 2, f"{topic_id}  {plain(name)}", ha="left", va="center", fontsize=8)
    axes.set_xlim(-0.7, 1.7)
    axes.set_ylim(max(left[-1] + flow[-1].sum(), float((right + flow.sum(axis=0)).max())) + _GAP, -_GAP)
    axes.set_axis_off()


def _edges(heights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Upper edge of each box of a stack, with gaps that leave room for a label beside even the thinnest."""
    room = np.maximum(heights, 0.035) + _GAP
    return np.concatenate([[0.0], np.cumsum(room)[:-1]]) + (room - _GAP - heights) / 2


def _ribbon(start: float, end: float, width: float) -> Any:  # noqa: ANN401
    from matplotlib.path import Path

    corners = [(0, start), (0.5, start), (0.5, end), (1, end), (1, end + width), (0.5, end + width)]
    corners += [(0.5, start + width), (0, start + width), (0, start)]
    curves = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return Path(corners, curves)
