"""`aidtopics label`: pages in, labelled pages out."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aidtopics.cli.arguments import CLASSIFIER, Progress, command, model, paths, positive
from aidtopics.errors import UsageError

if TYPE_CHECKING:
    from aidtopics.label import Counts, Drift, EncodedBlock, Form, Task
    from aidtopics.label.resume import Done
    from aidtopics.pages import Piece
    from aidtopics.store import SavedClassifier

# Written out, because `aidtopics --help` must not import what would tell them; a test holds them against label.FORMATS.
FORMATS = ("table", "jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst", "parquet")


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
    label.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write here; the ending chooses the format (.jsonl.gz, .csv, .parquet)",
    )
    label.add_argument("--format", choices=FORMATS, help="without -o: table on a terminal, else jsonl")
    label.add_argument("--jobs", metavar="N", type=positive, default=1, help="processes (1)")
    label.add_argument(
        "--dask", metavar="ADDRESS", help="label on a Dask cluster, into a folder of parts -o FOLDER; again goes on"
    )
    label.add_argument(
        "--explain", action="store_true", help="show the passages and words that decided (key 'explanation' in JSON)"
    )
    label.add_argument(
        "--drift", metavar="FILE.json", type=Path, help="write how the pages differ from those of training"
    )
    label.add_argument(
        "--resume", action="store_true", help="go on with an interrupted -o FILE.jsonl, .jsonl.gz or .jsonl.zst"
    )


def _label(options: argparse.Namespace) -> int:
    from aidtopics.label import Drift, Form, Task, format_of
    from aidtopics.pages import read_pieces
    from aidtopics.store import default_model, load_classifier

    if options.dask:
        from aidtopics.cli.cluster import label_on_cluster

        return label_on_cluster(options)
    output = Path(options.output) if options.output else None
    on_terminal = output is None and sys.stdout.isatty()
    form = Form(
        options.format or (format_of(output) if output else "table" if on_terminal else "jsonl"),
        options.explain,
        on_terminal,
    )
    if options.resume and (output is None or form.kind != "jsonl"):
        raise UsageError(
            "found --resume without a file of JSON lines; expected -o FILE.jsonl (also .gz, .zst) from the interrupted "
            "run. CSV and Parquet are written anew"
        )
    saved = load_classifier(options.model or default_model(CLASSIFIER))
    if options.drift and saved.reference is None:
        raise UsageError("found --drift with a model that says nothing of its training pages; fit it again")
    drift = Drift(saved.reference) if saved.reference else None
    done = _done(output, form) if options.resume and output else None
    task = Task(saved.classifier, saved.reference, form)
    pieces = read_pieces(options.paths)  # a path that is not there is told of before anything is written
    counts = _write(_blocks(pieces, options, task, done, drift), output, form, fresh=not (done and done.rows))
    print(told(counts, saved, done.rows if done else 0), file=sys.stderr)
    if drift:
        tell_drift(drift, options.drift)
    return 1 if counts.errors else 0


def told(counts: "Counts", saved: "SavedClassifier", before: int) -> str:
    """The line at the end of a run."""
    parts = [f"{counts.aid} aid", f"{counts.noise} noise"]
    if counts.review:
        parts.append(f"{counts.review} of them to review")
    if counts.errors:
        parts.append(f"{counts.errors} unreadable")
    if before:
        parts.append(f"{before} labelled before")
    return f"{', '.join(parts)} (aid from probability {saved.manifest.decision['page_threshold']:.2f})"


def _done(output: Path, form: "Form") -> "Done | None":
    from aidtopics.label.resume import read_done

    return read_done(output, form) if output.exists() else None


def _blocks(
    pieces: Iterator["Piece"], options: argparse.Namespace, task: "Task", done: "Done | None", drift: "Drift | None"
) -> Iterator["EncodedBlock"]:
    from aidtopics.label import label_pieces
    from aidtopics.pages import size_of_all

    with Progress(size_of_all(options.paths) if sys.stderr.isatty() else None) as progress:
        if done:
            pieces = done.left_of(pieces, progress.passed)
        for block in label_pieces(pieces, task, options.jobs):
            if drift:
                drift.tally += block.tally
            progress.passed(block.size, block.counts.rows)
            yield block


def _write(blocks: Iterator["EncodedBlock"], output: Path | None, form: "Form", fresh: bool) -> "Counts":
    from aidtopics.label import Counts, write_blocks

    total = Counts()

    def contents() -> Iterator[bytes]:
        nonlocal total
        for block in blocks:
            total += block.counts
            yield block.content

    if output is None:
        write_blocks(contents(), sys.stdout.buffer, form, fresh)
        return total
    try:
        with output.open("wb" if fresh else "ab") as stream:
            write_blocks(contents(), stream, form, fresh)
    except OSError as error:
        raise UsageError(f"could not write {output}: {error.strerror or error}") from error
    return total


def tell_drift(drift: "Drift", path: Path | None) -> None:
    """Say how the pages differ from those of training; with a path, write the figures there."""
    import orjson

    from aidtopics.label.drift import drift_figures, note

    words = note(drift.tally, drift.reference)
    if words:
        print(words, file=sys.stderr)
    if path:
        figures = drift_figures(drift.tally, drift.reference)
        try:
            path.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            raise UsageError(f"could not write {path}: {error.strerror or error}") from error
