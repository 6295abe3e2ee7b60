"""`aidtopics repair`: a damaged text in, the repaired one out."""

import argparse
import sys
from pathlib import Path
from typing import IO, Any

from aidtopics.cli.arguments import command
from aidtopics.errors import UsageError


def add(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    """Declare the command."""
    repair = command(
        commands, "repair", _repair, "repair a damaged text", "curl -s URL | aidtopics repair - > repaired.txt"
    )
    repair.add_argument("path", metavar="PATH|-")
    repair.add_argument("--explain", action="store_true", help="write the edits, each with its reason, as JSON lines")


def _repair(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    import orjson

    from aidtopics.pages.encoding import decode
    from aidtopics.repair import REASONS, repair

    try:
        content = sys.stdin.buffer.read() if options.path == "-" else Path(options.path).read_bytes()
    except OSError as error:
        raise UsageError(
            f"could not read {options.path}: {error.strerror}; expected a text file, or - for standard input"
        ) from error
    result = repair(decode(content)[0])
    out: IO[bytes] = sys.stdout.buffer
    if options.explain:
        rows = (asdict(edit) | {"reason": REASONS[edit.step]} for edit in result.edits)
        out.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    else:
        out.write(result.text.encode("utf-8"))
    return 0
