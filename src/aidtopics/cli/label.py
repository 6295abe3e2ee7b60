"""`aidtopics label`: pages in, labelled pages out."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aidtopics.cli.arguments import CLASSIFIER, command, model, paths, positive, progress
from aidtopics.errors import UsageError

if TYPE_CHECKING:
    from aidtopics.label import Drift


def add(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    """Declare the command."""
    label = command(
        commands,
        "label",
        _label,
        "label pages as aid or noise",
        "aidtopics label page.html crawl.warc.gz -o out.parquet",
    )
    paths(label)
    model(label, CLASSIFIER)
    label.add_argument("-o", "--output", metavar="FILE", type=Path, help="write here; the ending chooses the format")
    label.add_argument(
        "--format", choices=("table", "jsonl", "csv", "parquet"), help="without -o: table on a terminal, else jsonl"
    )
    label.add_argument("--jobs", metavar="N", type=positive, default=1, help="processes (1)")
    label.add_argument(
        "--explain", action="store_true", help="show the passages and words that decided (key 'explanation' in JSON)"
    )
    label.add_argument(
        "--drift", metavar="FILE.json", type=Path, help="write how the pages differ from those of training"
    )
    label.add_argument("--resume", action="store_true", help="go on with an interrupted -o FILE.jsonl")


def _label(options: argparse.Namespace) -> int:
    from aidtopics.label import Drift, format_of, label_pages, labelled_sources, row_of, write_rows
    from aidtopics.label.drift import note
    from aidtopics.pages import read_pages
    from aidtopics.store import default_model, load_classifier

    output: Path | None = options.output
    format_ = options.format or (format_of(output) if output else "table" if sys.stdout.isatty() else "jsonl")
    if options.resume and (output is None or format_ != "jsonl"):
        raise UsageError("found --resume without a JSON Lines file; expected -o FILE.jsonl from the interrupted run")
    saved = load_classifier(options.model or default_model(CLASSIFIER))
    if options.drift and saved.reference is None:
        raise UsageError("found --drift with a model that says nothing of its training pages; fit it again")
    drift = Drift(saved.reference) if saved.reference else None
    pages = progress(read_pages(options.paths), "labelling")
    done = labelled_sources(output) if options.resume and output and output.exists() else set()
    if done:
        pages = (page for page in pages if page.source not in done)
    tally = _Tally(saved.manifest.decision["page_threshold"])
    labelled = label_pages(pages, saved.classifier, options.jobs, options.explain, drift)
    rows = tally.count(row_of(page, options.explain) for page in labelled)
    if output is None:
        write_rows(rows, sys.stdout.buffer, format_)
    else:
        _write_file(rows, output, format_, append=bool(done))
    print(tally.told(len(done)), file=sys.stderr)
    if drift:
        told = note(drift.tally, drift.reference)
        if told:
            print(told, file=sys.stderr)
        if options.drift:
            _write_drift(drift, options.drift)
    return 1 if tally.unreadable else 0


class _Tally:
    """Counts rows on their way out, for the line at the end."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.aid = self.noise = self.review = self.unreadable = 0

    def count(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            self.aid += row["label"] == "aid"
            self.noise += row["label"] == "noise"
            self.review += bool(row["needs_review"])
            self.unreadable += row["error"] is not None
            yield row

    def told(self, before: int) -> str:
        parts = [f"{self.aid} aid", f"{self.noise} noise"]
        if self.review:
            parts.append(f"{self.review} of them to review")
        if self.unreadable:
            parts.append(f"{self.unreadable} unreadable")
        if before:
            parts.append(f"{before} labelled before")
        return f"{', '.join(parts)} (aid from probability {self.threshold:.2f})"


def _write_drift(drift: "Drift", path: Path) -> None:
    import orjson

    from aidtopics.label.drift import drift_figures

    figures = drift_figures(drift.tally, drift.reference)
    try:
        path.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        raise UsageError(f"could not write {path}: {error.strerror or error}") from error


def _write_file(rows: Iterable[dict[str, Any]], path: Path, format_: str, append: bool) -> None:
    from aidtopics.label import write_rows

    try:
        with path.open("ab" if append else "wb") as stream:
            write_rows(rows, stream, format_)
    except OSError as error:
        raise UsageError(f"could not write {path}: {error.strerror or error}") from error
