"""The report file: tables by template, topics and pages by scripts of our own, nothing else allowed to run."""

import base64
import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from aidtopics.report.payload import pack, short
from aidtopics.report.topics import topics_shown

_WEB = Path(__file__).parent / "web"
_SCRIPTS = ("dom.js", "topics.js", "years.js", "pages.js", "start.js")
_ERRORS = 60
_PLOT_BYTES = 1_200_000  # of all plots; those that don't fit are named
_FIGURES = {
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "auc": "AUC",
    "calibration_error": "calibration error",
}
# Words of topics are not among them: the scripts show those.
_PLOTS = {
    "topic_sizes": "Size and coherence of the topics",
    "page_map": "Pages by their topics",
    "page_topics": "Topics of the pages",
    "topics_over_time": "Topics over time, with intervals",
    "province_topics": "Topics by recipient",
    "programme_topics": "Topics by programme",
    "site_topics": "Topics by site",
    "donors_recipients": "Who helps whom, and with what",
    "sweep": "How many topics",
    "topic_stability": "Which topics stay when fitted again",
    "model_comparison": "Which topic became which in other models",
    "confusion_matrix": "Right and wrong decisions",
    "precision_recall": "Precision and recall",
    "calibration": "Calibration",
    "learning_curve": "Learning curve",
    "strongest_features": "What the classifier goes by",
}


def render(folder: Path, colours: Sequence[str]) -> str:
    """The report of a run folder: figures, plots, topics with typical passages, errors, pages with labelled passages.

    Page text is untrusted: the template escapes it, the scripts make text nodes of it, and the file's own policy
    forbids the browser to run or load anything but what stands in the file. Texts are cut to keep it below 5 MB.

    Args:
        folder: of a run, without its report.
        colours: of the topics, as in the plots; the first follows the last.
    """
    from jinja2 import Environment, PackageLoader, select_autoescape
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("aidtopics.report", "web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    metrics = orjson.loads((folder / "metrics.json").read_bytes())
    pages = _rows(folder / "pages.jsonl")
    judged = _rows(folder / "judged.jsonl")
    classify = metrics.get("classify", {})
    errors = _errors(judged, classify.get("threshold", 0.5))
    script = "\n".join((_WEB / name).read_text("utf-8") for name in _SCRIPTS)
    style = (_WEB / "report.css").read_text("utf-8")
    shown, pages = topics_shown(folder, pages)
    sites = {row["page_id"]: row["site"] for row in judged}
    plots, left_out = _plots(folder / "plots")
    return environment.get_template("report.html.j2").render(
        metrics=metrics,
        figures=_figures(classify),
        summary=(folder / "summary.md").read_text("utf-8"),
        config=(folder / "config.toml").read_text("utf-8"),
        plots=plots,
        left_out=left_out,
        topics=shown["topics"],
        errors=errors[:_ERRORS],
        wrong=len(errors),
        label_errors=_table(folder / "label_errors.csv")[:_ERRORS],
        total=len(pages),
        payload=pack({**shown, "colours": list(colours)}, pages, sites),
        script=Markup(script),
        style=Markup(style),
        policy=f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
    )


def _hash(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode('ascii')}'"


def _rows(path: Path) -> list[dict[str, Any]]:
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []
    return [{**row, "page_id": short(row["page_id"])} for row in rows]


def _table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{**row, "page_id": short(row["page_id"])} for row in csv.DictReader(file)]


def _plots(folder: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """Titles and images of the plots that fit, and the file names of those that don't."""
    shown, left_out, room = [], [], _PLOT_BYTES
    for name, title in _PLOTS.items():
        path = folder / f"{name}.png"
        if not path.exists():
            continue
        image = "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
        if len(image) <= room:
            room -= len(image)
            shown.append((title, image))
        else:
            left_out.append(path.name)
    return shown, left_out


def _figures(classify: dict[str, Any]) -> list[tuple[str, dict[str, Any] | None, dict[str, Any] | None]]:
    """Each figure by cross-validation and on the held-out pages."""
    held_out = classify.get("held_out", {})
    return [
        (title, classify.get(name), held_out.get(name))
        for name, title in _FIGURES.items()
        if name in classify or name in held_out
    ]


def _errors(judged: list[dict[str, Any]], threshold: float) -> list[dict[str, Any]]:
    """Judged pages on the wrong side of the threshold, the most confident first."""
    wrong = [row for row in judged if (row["aid_probability"] >= threshold) != (row["gold"] == "aid")]
    return sorted(wrong, key=lambda row: -abs(row["aid_probability"] - threshold))
