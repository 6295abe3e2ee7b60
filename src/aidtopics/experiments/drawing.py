"""The figures of a finished run, drawn from nothing but its folder."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import orjson

from aidtopics import plots
from aidtopics.errors import UsageError
from aidtopics.experiments.tables import read_groups, read_table
from aidtopics.records import Label, Topic
from aidtopics.store import load_classifier, load_topics
from aidtopics.topics.groups import GroupShares, PairShares, shares_by_pair
from aidtopics.topics.registry import ShownTopics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COHERENCE = {"npmi": "NPMI", "c_v": "C_V"}
_SWEPT = {
    **_COHERENCE,
    "diversity": "diversity",
    "stability": "stability over seeds",
    "robustness": "robustness",
    "perplexity": "perplexity",
}
_GROUPED = {
    "province": ("recipient 受援方", "Topics by recipient 各受援省份的主题"),
    "programme": ("programme 项目", "Topics by programme 各项目的主题"),
    "site": ("site 站点", "Topics by site 各站点的主题"),
}

_CHINA = "CN"
_ABROAD = "abroad 国外"
_KIND_OF_PROVINCE = re.compile(r"(?:维吾尔|壮族|回族)?自治区$|特别行政区$|[省市]$")
_WORDS = 30  # of a topic, as in topics.json


def draw(folder: Path) -> list[Path]:
    """Draw every figure that the run has the figures for, into `folder`/plots; the paths written, PNG and SVG of each.

    Raises:
        UsageError: the folder is not a run's.
    """
    metrics = read_metrics(folder)
    figures: dict[str, Callable[[], Figure | None]] = {**_classifier_figures(folder, metrics)}
    figures |= _topic_figures(folder, metrics)
    drawn = []
    for name, drawing in figures.items():
        if (figure := drawing()) is not None:
            drawn += plots.save(figure, folder / "plots" / name)
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
    """The run's topics as its register shows them. Raises UsageError if the register holds something impossible."""
    return load_topics(folder / "topics").shown(_WORDS).topics


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


def _topic_figures(folder: Path, metrics: dict[str, Any]) -> dict[str, Callable[[], "Figure | None"]]:
    figures: dict[str, Callable[[], Figure | None]] = {}
    if "topics" not in metrics:
        return figures
    saved, found = load_topics(folder / "topics"), metrics["topics"]
    shown = saved.shown(_WORDS)
    topics = shown.topics
    rows = [row for row in read_rows(folder / "pages.jsonl") if row.get("topics")]
    shares = shown.fold(np.array([row["topics"] for row in rows]))
    figures["topic_words"] = lambda: plots.topic_words(topics)
    figures["page_topics"] = lambda: plots.page_topics(shares, topics)
    # Coherence and stability were measured topic by topic: what is merged stands there in its parts.
    parts = [topic for topic, part in zip(saved.model.topics(1), shown.members.sum(axis=1), strict=True) if part]
    measured = {row["topic_id"]: row for row in found["topics"]}
    values = {title: [measured[topic.topic_id][key] for topic in parts] for key, title in _COHERENCE.items()}
    if any(value is not None for column in values.values() for value in column):
        figures["topic_sizes"] = lambda: plots.topic_sizes(parts, values)
    codes = _codes(read_table(folder / "tables" / "topics_by_pair.csv"))
    if codes:
        figures["donors_recipients"] = lambda: plots.donors_recipients(_pairs(rows, shares, codes), topics)
    if refits := read_table(folder / "tables" / "topic_refits.csv"):
        titles = list(dict.fromkeys(row["refit"] for row in refits))
        kept = {(int(row["topic"]), row["refit"]): float(row["kept"]) for row in refits}
        matrix = np.array([[kept[topic.topic_id, title] for title in titles] for topic in parts])
        figures["topic_stability"] = lambda: plots.topic_stability(matrix, titles, parts)
    title = f"{found['number']} topics, {found['engine']}"
    figures |= _figures_of_tables(folder / "tables", shown, saved.model.ids, shares.mean(axis=0), title)
    sweep = found["sweep"]
    if len({entry["number"] for entry in sweep}) > 1:
        curves = {
            title: [(entry["number"], entry[key]) for entry in sweep if entry[key] is not None]
            for key, title in _SWEPT.items()
        }
        best = found["recommended"]["number"]
        figures["sweep"] = lambda: plots.sweep({t: c for t, c in curves.items() if c}, best)
    return figures


def _figures_of_tables(
    tables: Path, shown: ShownTopics, ids: Sequence[int], mean: npt.NDArray[np.float64], title: str
) -> dict[str, Callable[[], "Figure | None"]]:
    """Figures of what the run wrote as tables; topics hidden or merged since then are so here too."""
    figures: dict[str, Callable[[], Figure | None]] = {}
    topics = shown.topics
    if mapped := read_table(tables / "page_map.csv"):
        positions = np.array([[float(row["x"]), float(row["y"])] for row in mapped])
        now = {ids[row]: topics[column].topic_id for row, column in zip(*np.nonzero(shown.members), strict=True)}
        main = np.array([now.get(int(row["topic"]), -1) for row in mapped])
        share = np.array([float(row["share"]) for row in mapped])
        figures["page_map"] = lambda: plots.page_map(positions, main, share, topics)
    if (found := read_groups(tables / "topics_by_year.csv")) is not None:
        yearly, told = _regrouped(*found, shown, ids)
        figures["topics_over_time"] = partial(plots.topics_over_time, yearly, [topics[column] for column in told])
    for kind, (axis, heading) in _GROUPED.items():
        if (found := read_groups(tables / f"topics_by_{kind}.csv")) is not None:
            grouped, told = _regrouped(*found, shown, ids)
            chosen = [topics[column] for column in told]
            figures[f"{kind}_topics"] = partial(plots.group_topics, grouped, mean[told], chosen, axis, heading)
    if others := _others(read_table(tables / "topic_models.csv"), shown, ids):
        figures["model_comparison"] = lambda: plots.model_comparison(others, topics, title)
    return figures


def _regrouped(
    found: GroupShares, columns: Sequence[int], shown: ShownTopics, ids: Sequence[int]
) -> tuple[GroupShares, list[int]]:
    """A table with the topics that are shown now, and the places of these among all that are shown.

    A topic that the run had hidden is not in its tables. Of those merged since, no interval is known.
    """
    parts = _parts(columns, shown, ids)
    told = np.flatnonzero(parts.any(axis=0)).tolist()
    parts = parts[:, told]
    low, high = (np.where(parts.sum(axis=0) > 1, np.nan, table @ parts) for table in (found.low, found.high))
    return GroupShares(found.groups, found.pages, found.shares @ parts, low, high), told


def _parts(columns: Sequence[int], shown: ShownTopics, ids: Sequence[int]) -> npt.NDArray[np.float64]:
    """Which topic shown now each topic of a table is a part of, shape (topics of the table, topics shown)."""
    return shown.members[[ids.index(topic_id) for topic_id in columns]]


def _codes(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    """Code of each donor and recipient by name."""
    return {row[side]: row[f"{side}_code"] for row in rows for side in ("donor", "recipient")}


def _pairs(rows: Sequence[dict[str, Any]], shares: npt.NDArray[np.float64], codes: dict[str, str]) -> PairShares:
    """Who helps whom, to fit on a page: short names in order of the codes, all countries abroad as one."""

    def shown(name: str) -> str:
        abroad = codes[name].isalpha() and codes[name] != _CHINA
        return _ABROAD if abroad else _KIND_OF_PROVINCE.sub("", name)

    order = {shown(name): ("Z" if shown(name) == _ABROAD else code) for name, code in codes.items()}
    pairs = [[(shown(donor), shown(recipient)) for donor, recipient in row["pairs"]] for row in rows]
    found = shares_by_pair(shares, pairs, np.array([row["cluster"] for row in rows]), seed=0, replicates=1)
    across, down = (
        sorted(range(len(side)), key=lambda i: order[str(side[i])]) for side in (found.donors, found.recipients)
    )
    cells = np.ix_(across, down)
    return PairShares(
        tuple(found.donors[i] for i in across),
        tuple(found.recipients[i] for i in down),
        found.pages[cells],
        found.shares[cells],
        found.low[cells],
        found.high[cells],
    )


def _others(rows: Sequence[dict[str, str]], shown: ShownTopics, ids: Sequence[int]) -> list[plots.OtherModel]:
    found = []
    for title in dict.fromkeys(row["model"] for row in rows):
        own = [row for row in rows if row["model"] == title]
        names = {int(row["other_topic"]): row["other_name"] for row in own}
        pages = np.array([int(row["pages"]) for row in own]).reshape(-1, len(names))
        columns = list(dict.fromkeys(int(row["topic"]) for row in own))
        flow = (_parts(columns, shown, ids).T @ pages).astype(np.int64)
        found.append(plots.OtherModel(title, tuple(names), tuple(names.values()), flow))
    return found
