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
        help="txt, html, jsonl, csv, parquet, warc (also .gz, .zst), a folder, a URL, or - for standard input",
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


class Progress:
    """A bar on a terminal over the bytes of the input: rate, and remaining time where the total is known."""

    def __init__(self, total: int | None) -> None:
        self._pages = 0
        self._bar: Any = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total or None, unit="B", unit_scale=True, desc="labelling", leave=False)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def passed(self, size: int, pages: int) -> None:
        """So many bytes and pages more are done."""
        self._pages += pages
        if self._bar is not None:
            elapsed = self._bar.format_dict["elapsed"]
            self._bar.set_postfix_str(f"{self._pages / max(elapsed, 1e-9):,.0f} pages/s", refresh=False)
            self._bar.update(size)
