"""The command line: parse, one library call, show."""

import argparse
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from aidtopics.errors import AidtopicsError, UsageError

# Nothing else is imported here: `aidtopics --help` must not wait for numpy.

_CLASSIFIER = "aid-classifier"
_TOPICS = "aid-topics"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0, 1 for a run that failed or met unreadable pages, 2 for a user's mistake."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # what a Chinese text needs, whatever the locale says
    try:
        code: int = options.call(options)
        sys.stdout.flush()
        return code
    except AidtopicsError as error:
        print(f"aidtopics: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe has seen enough; a second error at the interpreter's end would be noise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("aidtopics: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aidtopics",
        description="Find the health-aid content in scraped Chinese web pages, and model its topics.",
        epilog="example: aidtopics label crawl.jsonl.gz -o labelled.jsonl",
    )
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    parser.set_defaults(call=_version)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    run = _command(
        commands, "run", _run, "run an experiment from its TOML file", "aidtopics run experiments/quickstart.toml"
    )
    run.add_argument("experiment", metavar="EXPERIMENT.toml", type=Path)
    run.add_argument("--set", dest="settings", metavar="table.key=value", action="append", default=[])
    run.add_argument("--runs", metavar="DIR", type=Path, default=Path("runs"), help="where run folders go (runs)")

    _add_label(commands)
    repair = _command(
        commands, "repair", _repair, "repair a damaged text", "curl -s URL | aidtopics repair - > repaired.txt"
    )
    repair.add_argument("path", metavar="PATH|-")
    repair.add_argument("--explain", action="store_true", help="write the edits as JSON lines instead of the text")

    evaluate = _command(
        commands, "evaluate", _evaluate, "score a classifier on gold pages", "aidtopics evaluate gold.jsonl --json"
    )
    evaluate.add_argument(
        "gold", metavar="GOLD.jsonl", help='rows {"text": ..., "label": "aid"|"noise", "group"?: ...}'
    )
    _model(evaluate, _CLASSIFIER)
    evaluate.add_argument("--json", action="store_true", help="print JSON")

    topics = _command(
        commands,
        "topics",
        _topics,
        "topic shares of new pages",
        "aidtopics topics crawl.jsonl --model runs/quickstart/topics",
    )
    _paths(topics)
    _model(topics, _TOPICS)
    topics.add_argument("--classifier", metavar="DIR", type=Path, help="finds the aid text (the one that comes along)")

    plot = _command(
        commands, "plot", _plot, "draw the figures of a finished run again", "aidtopics plot runs/quickstart"
    )
    plot.add_argument("run", metavar="RUN_DIR", type=Path)

    model = _command(
        commands,
        "model",
        _model_command,
        "show or verify a saved model",
        "aidtopics model verify models/aid-classifier",
    )
    model.add_argument("action", choices=("show", "verify"))
    model.add_argument("model", metavar="DIR", type=Path)
    return parser


def _add_label(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    label = _command(
        commands,
        "label",
        _label,
        "label pages as aid or noise",
        "aidtopics label page.html crawl.warc.gz -o out.parquet",
    )
    _paths(label)
    _model(label, _CLASSIFIER)
    label.add_argument("-o", "--output", metavar="FILE", type=Path, help="write here; the ending chooses the format")
    label.add_argument(
        "--format", choices=("table", "jsonl", "csv", "parquet"), help="without -o: table on a terminal, else jsonl"
    )
    label.add_argument("--jobs", metavar="N", type=_positive, default=1, help="processes (1)")
    label.add_argument("--resume", action="store_true", help="go on with an interrupted -o FILE.jsonl")


def _command(commands: Any, name: str, call: Any, help_: str, example: str) -> argparse.ArgumentParser:  # noqa: ANN401
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help_, description=help_[0].upper() + help_[1:] + ".", epilog=f"example: {example}"
    )
    parser.set_defaults(call=call)
    return parser


def _paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        help="txt, html, jsonl, csv, parquet, warc (also .gz), a folder, or - for standard input",
    )


def _model(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--model", metavar="DIR", type=Path, help=f"model folder (the {default} that comes along)")


def _positive(written: str) -> int:
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError(f"found {written}, expected a whole number from 1")
    return int(written)


def _version(options: argparse.Namespace) -> int:
    if options.version:
        from importlib.metadata import version

        print(f"aidtopics {version('aidtopics')}")
        return 0
    _parser().print_help(sys.stderr)
    return 2


def _run(options: argparse.Namespace) -> int:
    from aidtopics.experiments import read_experiment
    from aidtopics.experiments.chain import run

    experiment = read_experiment(options.experiment, options.settings)
    folder = run(experiment, options.runs, progress=sys.stderr.isatty())
    print((folder / "summary.md").read_text("utf-8"))
    print(f"Everything is in {folder}/: open report.html in a browser, or look into plots/ and metrics.json.")
    return 0


def _label(options: argparse.Namespace) -> int:
    from aidtopics.label import format_of, label_pages, labelled_sources, row_of, write_rows
    from aidtopics.pages import read_pages
    from aidtopics.store import default_model, load_classifier

    output: Path | None = options.output
    format_ = options.format or (format_of(output) if output else "table" if sys.stdout.isatty() else "jsonl")
    if options.resume and (output is None or format_ != "jsonl"):
        raise UsageError("found --resume without a JSON Lines file; expected -o FILE.jsonl from the interrupted run")
    saved = load_classifier(options.model or default_model(_CLASSIFIER))
    pages = _progress(read_pages(options.paths), "labelling")
    done = labelled_sources(output) if options.resume and output and output.exists() else set()
    if done:
        pages = (page for page in pages if page.source not in done)
    tally = _Tally(saved.manifest.decision["page_threshold"])
    rows = tally.count(row_of(page) for page in label_pages(pages, saved.classifier, options.jobs))
    if output is None:
        write_rows(rows, sys.stdout.buffer, format_)
    else:
        _write_file(rows, output, format_, append=bool(done))
    print(tally.told(len(done)), file=sys.stderr)
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


def _write_file(rows: Iterable[dict[str, Any]], path: Path, format_: str, append: bool) -> None:
    from aidtopics.label import write_rows

    try:
        with path.open("ab" if append else "wb") as stream:
            write_rows(rows, stream, format_)
    except OSError as error:
        raise UsageError(f"could not write {path}: {error.strerror or error}") from error


def _repair(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    import orjson

    from aidtopics.pages.encoding import decode
    from aidtopics.repair import repair

    try:
        content = sys.stdin.buffer.read() if options.path == "-" else Path(options.path).read_bytes()
    except OSError as error:
        raise UsageError(
            f"could not read {options.path}: {error.strerror}; expected a text file, or - for standard input"
        ) from error
    result = repair(decode(content)[0])
    out: IO[bytes] = sys.stdout.buffer
    if options.explain:
        out.writelines(orjson.dumps(asdict(edit), option=orjson.OPT_APPEND_NEWLINE) for edit in result.edits)
    else:
        out.write(result.text.encode("utf-8"))
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    import json

    from aidtopics.label.evaluation import as_table, evaluate, read_labelled_texts
    from aidtopics.store import default_model, load_classifier

    saved = load_classifier(options.model or default_model(_CLASSIFIER))
    result = evaluate(read_labelled_texts(options.gold), saved.classifier)
    print(json.dumps(result, ensure_ascii=False) if options.json else as_table(result))
    return 0


def _topics(options: argparse.Namespace) -> int:
    from aidtopics.label import topic_rows, write_rows
    from aidtopics.pages import read_pages
    from aidtopics.store import default_model, load_classifier, load_topics

    topics = load_topics(options.model or default_model(_TOPICS))
    classifier = load_classifier(options.classifier or default_model(_CLASSIFIER)).classifier
    failed = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal failed
        for row in topic_rows(_progress(read_pages(options.paths), "topics"), topics, classifier):
            failed += row["error"] is not None
            yield row

    write_rows(rows(), sys.stdout.buffer, "jsonl")
    return 1 if failed else 0


def _plot(options: argparse.Namespace) -> int:
    from aidtopics.experiments.drawing import draw

    for path in draw(options.run):
        print(path)
    return 0


def _model_command(options: argparse.Namespace) -> int:
    from aidtopics.store import read_card, verify

    if options.action == "show":
        print(read_card(options.model))
        return 0
    count, wrong = verify(options.model)
    for discrepancy in wrong:
        print(f"{discrepancy.page}: found {discrepancy.found}, expected {discrepancy.expected}", file=sys.stderr)
    print(f"{options.model}: files whole, {count - len(wrong)} of {count} golden pages as expected")
    return 1 if wrong else 0


def _progress(pages: Iterator[Any], name: str) -> Iterator[Any]:
    """A bar on a terminal, with rate; nothing where standard error is a file."""
    if not sys.stderr.isatty():
        return pages
    from tqdm import tqdm

    return iter(tqdm(pages, desc=name, unit="page", leave=False))
