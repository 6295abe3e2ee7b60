"""Figures of a classifier: errors, the trade of precision for recall, calibration, what it goes by."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from aidtopics.classify import Feature
from aidtopics.plots.style import COLOURS, LINES, drawing, plain
from aidtopics.scores import calibration_curve, confusion, precision_recall_curve

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Truth = npt.NDArray[np.bool_]
Probabilities = npt.NDArray[np.floating]


def confusion_matrix(truth: Truth, probabilities: Probabilities, threshold: float) -> "Figure":
    """Counts of pages, rows the gold label, columns the decision."""
    from matplotlib.figure import Figure

    counts = confusion(truth, probabilities >= threshold)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    with drawing():
        figure = Figure(figsize=(4.2, 3.6), layout="constrained")
        axes = figure.subplots()
        image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for row in range(2):
            for column in range(2):
                axes.text(
                    column,
                    row,
                    f"{counts[row, column]}\n{shares[row, column]:.1%}",
                    ha="center",
                    va="center",
                    color="white" if shares[row, column] > 0.5 else "black",
                    fontsize=12,
                )
        names = ["aid 援助", "noise 噪声"]
        axes.set_xticks([0, 1], names)
        axes.set_yticks([0, 1], names, rotation=90, va="center")
        axes.set(xlabel="decision 判定", ylabel="gold label 标注", title=f"Pages at threshold {threshold:.2f}")
        axes.spines[:].set_visible(False)
        figure.colorbar(image, label="share of the row", shrink=0.8)
    return figure


def precision_recall(series: Mapping[str, tuple[Truth, Probabilities]], threshold: float | None) -> "Figure":
    """Precision against recall, a line for each series; a dot marks the threshold of the first."""
    from matplotlib.figure import Figure

    with drawing():
        figure = Figure(figsize=(5, 4), layout="constrained")
        axes = figure.subplots()
        for number, (name, (truth, probabilities)) in enumerate(series.items()):
            precision, recall, thresholds = precision_recall_curve(truth, probabilities)
            axes.plot(
                recall,
                precision,
                color=COLOURS[number % len(COLOURS)],
                linestyle=LINES[number % len(LINES)],
                label=name,
            )
            if threshold is not None and number == 0 and (thresholds >= threshold).any():
                chosen = int(np.flatnonzero(thresholds >= threshold)[-1])
                axes.plot(recall[chosen], precision[chosen], "o", color="black", label=f"threshold {threshold:.2f}")
        axes.set(xlabel="recall 召回率", ylabel="precision 准确率", title="Precision and recall", xlim=(0, 1.02))
        axes.set_ylim(min(0.5, axes.get_ylim()[0]), 1.02)
        axes.grid(alpha=0.3)
        axes.legend(loc="lower left")
    return figure


def calibration(series: Mapping[str, tuple[Truth, Probabilities]]) -> "Figure":
    """Share of aid pages against the probability given to them, in bins of equal mass; markers show their size."""
    from matplotlib.figure import Figure

    with drawing():
        figure = Figure(figsize=(5, 4), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="grey", linestyle=":", label="perfect")
        for number, (name, (truth, probabilities)) in enumerate(series.items()):
            predicted, observed, count = calibration_curve(truth, probabilities)
            colour = COLOURS[number % len(COLOURS)]
            axes.plot(predicted, observed, color=colour, linestyle=LINES[number % len(LINES)], label=name)
            axes.scatter(predicted, observed, s=10 + 150 * count / count.max(), color=colour, alpha=0.6)
        axes.set(xlabel="probability given 预测概率", ylabel="share that is aid 实际比例", title="Calibration")
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.grid(alpha=0.3)
        axes.legend(loc="upper left")
    return figure


def learning_curve(curve: Sequence[Mapping[str, Any]]) -> "Figure":
    """F1 and AUC against the pages trained on, with intervals as bands and the deviation between seeds as bars.

    Args:
        curve: rows with `pages`, `f1` and `auc` (each value, low, high) and `deviation` (of each), as in metrics.json.
    """
    from matplotlib.figure import Figure

    pages = [row["pages"] for row in curve]
    with drawing():
        figure = Figure(figsize=(5, 4), layout="constrained")
        axes = figure.subplots()
        for number, (name, title) in enumerate((("f1", "F1"), ("auc", "AUC"))):
            low, high = ([row[name][end] for row in curve] for end in ("low", "high"))
            axes.fill_between(pages, low, high, color=COLOURS[number], alpha=0.15, linewidth=0)
            axes.errorbar(
                pages,
                [row[name]["value"] for row in curve],
                yerr=[row["deviation"][name] for row in curve],
                color=COLOURS[number],
                linestyle=LINES[number],
                marker="o",
                capsize=3,
                label=title,
            )
        axes.set_xscale("log", base=2)
        axes.set_xticks(pages, [f"{count:.0f}" for count in pages])
        axes.minorticks_off()
        axes.set(xlabel="gold pages trained on 训练页数", title="Learning curve")
        axes.set_ylabel("on sites not seen 未见站点")
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right", title="band: 95 % interval\nbar: deviation of seeds")
    return figure


def strongest_features(features: Sequence[Feature]) -> "Figure":
    """Bars of the n-grams that speak most for each decision; those against aid point left.

    Facts of layout, whose names stand in square brackets, have other units and are left out.
    """
    from matplotlib.figure import Figure

    features = [feature for feature in features if not feature.name.startswith("[")]
    decisions = list(dict.fromkeys(feature.decision for feature in features))
    columns = 3
    rows = -(-len(decisions) // columns)
    with drawing():
        figure = Figure(figsize=(4 * columns, 3.4 * rows), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, decision in zip(grid, decisions, strict=False):
            chosen = sorted((f for f in features if f.decision == decision), key=lambda f: f.weight)
            weights = [feature.weight for feature in chosen]
            colours = [COLOURS[0] if weight >= 0 else COLOURS[1] for weight in weights]
            axes.barh(range(len(chosen)), weights, color=colours)
            axes.set_yticks(
                range(len(chosen)), [plain(feature.name.replace(" ", "␣")) for feature in chosen], fontsize=8
            )
            axes.set(title=decision.replace("_", " "), xlabel="weight")
            axes.axvline(0, color="black", linewidth=0.8)
        for axes in grid[len(decisions) :]:
            axes.set_visible(False)
        figure.suptitle("What the classifier goes by (▏ is the edge of a passage, ␣ a space)")
    return figure
