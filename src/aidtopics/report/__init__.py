"""A run as one HTML file that works offline."""

import base64
import csv
from pathlib import Path
from typing import Any

import orjson

__all__ = ["render"]

_PAGES = 300  # shown with their passages; more would make the file too heavy to open
_ERRORS = 60
_TYPICAL = 3  # passages per topic
_PLOTS = {
    "topic_words": "Words of the topics",
    "page_topics": "Topics of the pages",
    "topics_over_time": "Topics over time",
    "sweep": "How many topics",
    "confusion_matrix": "Right and wrong decisions",
    "precision_recall": "Precision and recall",
    "calibration": "Calibration",
    "learning_curve": "Learning curve",
    "strongest_features": "What the classifier goes by",
}


def render(folder: Path) -> str:
    """The report of a run folder: figures, plots, topics with typical passages, errors, pages with labelled passages.

    Page text is untrusted and is escaped throughout; nothing is loaded from elsewhere.
    """
    from jinja2 import Environment, PackageLoader, select_autoescape

    environment = Environment(
        loader=PackageLoader("aidtopics.report", "."),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    metrics = orjson.loads((folder / "metrics.json").read_bytes())
    pages = _rows(folder / "pages.jsonl")
    judged = _rows(folder / "judged.jsonl")
    threshold = metrics.get("classify", {}).get("threshold", 0.5)
    return environment.get_template("report.html.j2").render(
        metrics=metrics,
        summary=(folder / "summary.md").read_text("utf-8"),
        config=(folder / "config.toml").read_text("utf-8"),
        plots=[
            (title, _inline(path))
            for name, title in _PLOTS.items()
            if (path := folder / "plots" / f"{name}.png").exists()
        ],
        topics=_topics(folder, pages),
        errors=_errors(judged, threshold)[:_ERRORS],
        label_errors=_table(folder / "label_errors.csv")[:_ERRORS],
        pages=[_page(row) for row in pages[:_PAGES]],
        total=len(pages),
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def _table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _inline(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def _topics(folder: Path, pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    path = folder / "topics" / "topics.json"
    if not path.exists():
        return []
    topics: list[dict[str, Any]] = orjson.loads(path.read_bytes())
    modelled = [row for row in pages if row.get("topics")]
    for topic in topics:
        number = topic["topic_id"]
        best = sorted(modelled, key=lambda row: -row["topics"][number])[:_TYPICAL]
        topic["typical"] = [
            (row["page_id"], row["topics"][number], (row["aid_text"] or row["text"] or "")[:200]) for row in best
        ]
    return topics


def _errors(judged: list[dict[str, Any]], threshold: float) -> list[dict[str, Any]]:
    """Judged pages on the wrong side of the threshold, the most confident first."""
    wrong = [row for row in judged if (row["aid_probability"] >= threshold) != (row["gold"] == "aid")]
    return sorted(wrong, key=lambda row: -abs(row["aid_probability"] - threshold))


def _page(row: dict[str, Any]) -> dict[str, Any]:
    text = row["text"] or ""
    passages = [(p["kind"], p["label"], p["aid_probability"], text[p["start"] : p["end"]]) for p in row["passages"]]
    return {**row, "passages": passages}
