"""The whole chain of one experiment, into one run folder."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import orjson

from aidtopics.corpus import corpus_hash, read_gold
from aidtopics.errors import UsageError
from aidtopics.experiments.config import Experiment
from aidtopics.experiments.drawing import draw
from aidtopics.experiments.summary import summarize
from aidtopics.experiments.telling import site_of
from aidtopics.label import Row, label_pages, row_of
from aidtopics.pages import read_pages
from aidtopics.plots.style import COLOURS
from aidtopics.records import GoldPage, Label, LabelledPage, Page, Unreadable
from aidtopics.repair import repair_page
from aidtopics.report import render
from aidtopics.store.folder import replace_folder

if TYPE_CHECKING:
    from aidtopics.experiments.modelling import Source
    from aidtopics.experiments.telling import Told


@dataclass(frozen=True, slots=True)
class _Texts:
    """What the topics are fitted on, and the row of every page read."""

    rows: list[Row]
    texts: list[str]
    pages: list[Page]  # repaired, of each text
    of_row: list[int]  # row number of each text


def run(experiment: Experiment, runs: Path, progress: bool = False) -> Path:
    """Run an experiment and write `runs`/<name>; an older run of that name is replaced when the new one is complete.

    Raises:
        UsageError: paths or models that are not there.
        FittingError: the pages do not suffice for what was asked.
    """
    start = perf_counter()
    runs.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{experiment.name}-", dir=runs))
    try:
        folder.chmod(0o755)
        (folder / "config.toml").write_text(experiment.to_toml(), "utf-8")
        metrics = _run_parts(experiment, folder, runs, progress)
        metrics = {
            "experiment": experiment.name,
            "seed": experiment.seed,
            "seconds": round(perf_counter() - start, 1),
            **metrics,
        }
        _write_json(folder / "metrics.json", metrics)
        draw(folder)
        (folder / "summary.md").write_text(summarize(metrics, folder), "utf-8")
        (folder / "report.html").write_text(render(folder, COLOURS), "utf-8")
        target = runs / experiment.name
        replace_folder(folder, target)
        return target
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _run_parts(experiment: Experiment, folder: Path, runs: Path, progress: bool) -> dict[str, Any]:
    metrics: dict[str, Any] = {}
    judged: list[dict[str, Any]] = []
    classifier = None
    if experiment.classify:
        from aidtopics.experiments.classifying import classifier_of, training_settings

        outcome = classifier_of(experiment, folder, progress)
        classifier = outcome.classifier
        metrics["classify"] = outcome.metrics
        judged += outcome.judged
        if experiment.ablation and outcome.fitted is not None:
            from aidtopics.experiments.ablating import ablate

            settings, fitted = training_settings(experiment), outcome.fitted
            whole, decision = fitted.judged, fitted.classifier.decision
            metrics["ablation"] = ablate(experiment, outcome.pages, settings, whole, decision)
    if experiment.vectorize.compare:
        from aidtopics.experiments.comparing import compare_vectorizers

        metrics["vectorize"], rows = compare_vectorizers(experiment, read_gold(experiment.pages.paths))
        judged += rows
    if judged:
        _write_rows(folder / "judged.jsonl", judged)
    table = experiment.topics
    if table is None and (classifier is None or experiment.classify is None or experiment.classify.train):
        # Fitting and comparing are done; there is nothing else that the pages were read for.
        return {"pages": {"read": len({row["page_id"] for row in judged})}, **metrics}

    labels = classifier is not None and (table is None or table.of == "aid")
    gold = _gold(experiment)
    sites = {page.page_id: page.site for page in gold}
    found = _aid_texts(experiment, classifier, sites, progress) if labels else _all_texts(experiment, sites)
    if table is not None:
        from aidtopics.experiments.modelling import model_topics
        from aidtopics.experiments.tables import write_tables
        from aidtopics.experiments.telling import told_by

        told = told_by(found.pages, found.texts, sites)
        topics = model_topics(experiment, _sources(found, told), _corpus(gold, found), folder, runs, progress)
        for number, facts, shares in zip(found.of_row, told, topics.shares.tolist(), strict=True):
            found.rows[number] |= {"topics": [round(share, 4) for share in shares], **facts.as_row()}
        ids = [page.page_id for page in found.pages]
        metrics["topics"] = {**topics.metrics, "groups": write_tables(folder, topics, told, ids, experiment.seed)}
    _write_rows(folder / "pages.jsonl", found.rows)
    counts = {"read": len(found.rows), "unreadable": sum(row["error"] is not None for row in found.rows)}
    if labels:
        counts["aid"] = sum(row["label"] == Label.AID for row in found.rows)
        counts["needs_review"] = sum(bool(row["needs_review"]) for row in found.rows)
    return {"pages": counts, **metrics}


def _aid_texts(
    experiment: Experiment,
    classifier: Any,  # noqa: ANN401
    sites: Mapping[str, str],
    progress: bool,
) -> _Texts:
    labelled = label_pages(read_pages(experiment.pages.paths), classifier)
    if progress:
        from tqdm import tqdm

        labelled = iter(tqdm(labelled, desc="labelling", unit="page", leave=False))
    rows, texts, pages, of_row = [], [], [], []
    for number, page in enumerate(labelled):
        rows.append(_dated(row_of(page), page.page if isinstance(page, LabelledPage) else None, sites))
        if isinstance(page, LabelledPage) and page.label is Label.AID:
            texts.append(page.aid_text)
            pages.append(page.page)
            of_row.append(number)
    return _Texts(rows, texts, pages, of_row)


def _all_texts(experiment: Experiment, sites: Mapping[str, str]) -> _Texts:
    rows, texts, pages, of_row = [], [], [], []
    for number, page in enumerate(read_pages(experiment.pages.paths)):
        if isinstance(page, Unreadable):
            rows.append(_dated(row_of(page), None, sites))
            continue
        repaired, ledger = repair_page(page)
        row = row_of(Unreadable(page.page_id, page.source, ""))
        rows.append(_dated({**row, "text": repaired.text, "repairs": ledger.counts, "error": None}, repaired, sites))
        texts.append(repaired.text)
        pages.append(repaired)
        of_row.append(number)
    return _Texts(rows, texts, pages, of_row)


def _sources(found: _Texts, told: "Sequence[Told]") -> "list[Source]":
    from aidtopics.experiments.modelling import Source

    sources = []
    for text, number, facts in zip(found.texts, found.of_row, told, strict=True):
        row = found.rows[number]
        noise = [row["text"][p["start"] : p["end"]] for p in row["passages"] if p["label"] == Label.NOISE]
        sources.append(Source(text, "\n".join(noise), row["aid_probability"], facts.site, facts.cluster))
    return sources


def _dated(row: Row, page: Page | None, sites: Mapping[str, str]) -> Row:
    facts = {name: getattr(page, name, None) for name in ("title", "date", "url")}
    return {**row, **facts, "site": site_of(page, sites) if page else None}


def _gold(experiment: Experiment) -> Sequence[GoldPage]:
    """The gold pages of the experiment, none where its pages are of another kind."""
    try:
        return read_gold(experiment.pages.paths)
    except UsageError:
        return ()


def _corpus(gold: Sequence[GoldPage], found: _Texts) -> dict[str, Any]:
    """Which pages a topic model rests on; the hash is that of the gold pages where they are gold."""
    pages = {"pages": len(found.rows), "modelled": len(found.texts)}
    if gold:
        return {"hash": corpus_hash(gold), **pages}
    from aidtopics.store.folder import settings_hash

    return {"hash": settings_hash({"texts": [row["text"] for row in found.rows]}), **pages}


def _write_json(path: Path, content: Any) -> None:  # noqa: ANN401
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _write_rows(path: Path, rows: Sequence[Row]) -> None:
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
