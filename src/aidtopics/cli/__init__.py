"""The command line: parse, one library call, show. A file a command."""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from aidtopics.cli import corpus, evaluate, label, model, places, repair, review, run, topics
from aidtopics.errors import AidtopicsError

# Nothing else is imported here or at the top of a command: `aidtopics --help` must not wait for numpy.

_COMMANDS = (run, label, review, repair, evaluate, topics, places, model, corpus)


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
    for module in _COMMANDS:
        module.add(commands)
    return parser


def _version(options: argparse.Namespace) -> int:
    if options.version:
        from importlib.metadata import version

        print(f"aidtopics {version('aidtopics')}")
        return 0
    _parser().print_help(sys.stderr)
    return 2
