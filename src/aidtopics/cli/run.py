"""`aidtopics run` and `aidtopics plot`: an experiment from its file, and its figures again."""

import argparse
import sys
from pathlib import Path
from typing import Any

from aidtopics.cli.arguments import command


def add(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    """Declare the commands."""
    run = command(
        commands, "run", _run, "run an experiment from its TOML file", "aidtopics run experiments/quickstart.toml"
    )
    run.add_argument("experiment", metavar="EXPERIMENT.toml", type=Path)
    run.add_argument("--set", dest="settings", metavar="table.key=value", action="append", default=[])
    run.add_argument("--runs", metavar="DIR", type=Path, default=Path("runs"), help="where run folders go (runs)")
    plot = command(
        commands, "plot", _plot, "draw the figures of a finished run again", "aidtopics plot runs/quickstart"
    )
    plot.add_argument("run", metavar="RUN_DIR", type=Path)


def _run(options: argparse.Namespace) -> int:
    from aidtopics.experiments import read_experiment
    from aidtopics.experiments.chain import run

    experiment = read_experiment(options.experiment, options.settings)
    folder = run(experiment, options.runs, progress=sys.stderr.isatty())
    print((folder / "summary.md").read_text("utf-8"))
    print(f"Everything is in {folder}/: open report.html in a browser, or look into plots/ and metrics.json.")
    return 0


def _plot(options: argparse.Namespace) -> int:
    from aidtopics.experiments.drawing import draw

    for path in draw(options.run):
        print(path)
    return 0
