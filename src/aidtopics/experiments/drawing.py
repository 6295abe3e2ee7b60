"""The figures of a finished run, drawn from nothing but its folder."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from aidtopics import plots
from aidtopics.errors import UsageError
from aidtopics.records import Label, Topic
from aidtopics.store import load_classifier
from aidtopics.topics.trends import yearly_shares

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(folder: Path) -> list[Path]:
    """Draw every figure that the run has the figures for, into `folder`/plots.

    Raises:
        UsageError: the folder is not a run's.
    """
    metrics = read_metrics(folder)
    figures = {**_classifier_figures(folder, metrics), **_topic_figures(folder, metrics)}
    drawn = []
    for name, figure in figures.items():
        path = folder / "plots" / f"{name}.png"
        plots.save(figure(), path)
        drawn.append(path)
    return drawn


def read_metrics(folder: Path) -> dict[str, Any]:
    """A run's metrics.json. Raises UsageError if there is none."""
    try:
        metrics: dict[str, Any] = orjson.loads((folder / "metrics.json").read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageError(f"found no finished run in {folder}; expected a folder that 'aidtopics run' wrote") from error
    return metrics


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSON Lines file of the run, none if the run has no such file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def read_topics(folder: Path) -> tuple[Topic, ...]:
    """The topics that the run's model folder lists."""
    rows = orjson.loads((folder / "topics" / "topics.json").read_bytes())
    return tuple(
        Topic(row["topic_id"], row["name"], row["share"], tuple((word, weight) for word, weight in row["words"]))
        for row in rows
    )


def _classifier_figures(folder: Path, metrics: dict[str, Any]) -> dict[str, Callable[[], "Figure"]]:
    rows = read_rows(folder / "judged.jsonl")
    series = {}
    for part in dict.fromkeys(row["part"] for row in rows):
        chosen = [row for row in rows if row["part"] == part]
        truth = np.array([row["gold"] == Label.AID for row in chosen])
        series[part] = truth, np.array([row["aid_probability"] for row in chosen])
    figures: dict[str, Callable[[], Figure]] = {}
    if not series:
        return figures
    threshold = metrics.get("classify", {}).get("threshold")
    first = next(iter(series.values()))
    figures["confusion_matrix"] = lambda: plots.confusion_matrix(*first, threshold if threshold is not None else 0.5)
    figures["precision_recall"] = lambda: plots.precision_recall(series, threshold)
    figures["calibration"] = lambda: plots.calibration(series)
    if curve := metrics.get("classify", {}).get("learning_curve"):
        figures["learning_curve"] = lambda: plots.learning_curve(curve)
    if (folder / "classifier").is_dir():
        features = load_classifier(folder / "classifier").features
        figures["strongest_features"] = lambda: plots.strongest_features(features)
    return figures


def _topic_figures(folder: Path, metrics: dict[str, Any]) -> dict[str, Callable[[], "Figure"]]:
    figures: dict[str, Callable[[], Figure]] = {}
    if "topics" not in metrics:
        return figures
    topics = read_topics(folder)
    rows = [row for row in read_rows(folder / "pages.jsonl") if row.get("topics")]
    shares = np.array([row["topics"] for row in rows])
    figures["topic_words"] = lambda: plots.topic_words(topics)
    figures["page_topics"] = lambda: plots.page_topics(shares, topics)
    yearly = yearly_shares(shares, [row["date"] for row in rows])
    # One point is no course over time.
    if len(yearly.years) > 1:
        figures["topics_over_time"] = lambda: plots.topics_over_time(yearly, topics)
    sweep = metrics["topics"]["sweep"]
    if len({entry["number"] for entry in sweep}) > 1:
        measures = {
            "npmi": "NPMI",
            "c_v": "C_V",
            "diversity": "diversity",
            "stability": "stability over seeds",
            "robustness": "robustness",
            "perplexity": "perplexity",
        }
        curves = {
            title: [(entry["number"], entry[key]) for entry in sweep if entry[key] is not None]
            for key, title in measures.items()
        }
        best = metrics["topics"]["recommended"]["number"]
        figures["sweep"] = lambda: plots.sweep({t: c for t, c in curves.items() if c}, best)
    return figures
