"""`aidtopics run` and `aidtopics plot`: an experiment from its file, and its figures again."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
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
    run.add_argument("--dask", metavar="ADDRESS", help="fit on a Dask cluster instead of this machine's processes")
    plot = command(
        commands, "plot", _plot, "draw the figures of a finished run again", "aidtopics plot runs/quickstart"
    )
    plot.add_argument("run", metavar="RUN_DIR", type=Path)


def _run(options: argparse.Namespace) -> int:
    from aidtopics.experiments import read_experiment
    from aidtopics.experiments.chain import run

    experiment = read_experiment(options.experiment, options.settings)
    with on_cluster(options.dask) if options.dask else nullcontext():
        folder = run(experiment, options.runs, progress=sys.stderr.isatty())
    print((folder / "summary.md").read_text("utf-8"))
    print(f"Everything is in {folder}/: open report.html in a browser, or look into plots/ and metrics.json.")
    return 0


@contextmanager
def on_cluster(address: str) -> Iterator[None]:
    """What joblib would do in processes of this machine is done by the workers of a cluster."""
    from joblib import parallel_config

    from aidtopics.label.cluster import ANSWER, connected

    with connected(address, ANSWER) as client, parallel_config(backend="dask", client=client):
        yield


def _plot(options: argparse.Namespace) -> int:
    from aidtopics.experiments.drawing import draw

    for path in draw(options.run):
        print(path)
    return 0
