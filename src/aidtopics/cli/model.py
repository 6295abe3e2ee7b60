"""`aidtopics model`: what a saved model is, and whether it still is."""

import argparse
import sys
from pathlib import Path
from typing import Any

from aidtopics.cli.arguments import command


def add(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    """Declare the command."""
    model = command(
        commands,
        "model",
        _model_command,
        "show or verify a saved model",
        "aidtopics model verify models/aid-classifier",
    )
    model.add_argument("action", choices=("show", "verify"))
    model.add_argument("model", metavar="DIR", type=Path)


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
