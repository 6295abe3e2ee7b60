"""What the commands share: how one is declared, its paths and models, and the bar that shows its progress."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CLASSIFIER = "aid-classifier"
TOPICS = "aid-topics"

Command = Callable[[argparse.Namespace], int]


def command(commands: Any, name: str, call: Command, help_: str, example: str) -> argparse.ArgumentParser:  # noqa: ANN401 - argparse names its type privately
    """Declare a command; its help ends with the example."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=help_, description=help_[0].upper() + help_[1:] + ".", epilog=f"example: {example}"
    )
    parser.set_defaults(call=call)
    return parser


def paths(parser: argparse.ArgumentParser) -> None:
    """The files a command reads."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        help="txt, html, jsonl, csv, parquet, warc (also .gz), a folder, or - for standard input",
    )


def model(parser: argparse.ArgumentParser, default: str) -> None:
    """The model folder a command uses."""
    parser.add_argument("--model", metavar="DIR", type=Path, help=f"model folder (the {default} that comes along)")


def positive(written: str) -> int:
    """A whole number from 1, or argparse's error."""
    if not written.isdecimal() or int(written) < 1:
        raise argparse.ArgumentTypeError(f"found {written}, expected a whole number from 1")
    return int(written)


def progress(pages: Iterator[Any], name: str) -> Iterator[Any]:
    """A bar on a terminal, with rate; nothing where standard error is a file."""
    if not sys.stderr.isatty():
        return pages
    from tqdm import tqdm

    return iter(tqdm(pages, desc=name, unit="page", leave=False))
