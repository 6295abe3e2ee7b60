"""`aidtopics corpus`: gold pages checked, and how they cover the grid."""

import argparse
from pathlib import Path
from typing import Any

from aidtopics.cli.arguments import command


def add(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    """Declare the command."""
    corpus = command(
        commands,
        "corpus",
        _corpus,
        "check gold pages, or count what they cover",
        "aidtopics corpus check corpus/pages",
    )
    corpus.add_argument(
        "action",
        choices=("check", "coverage"),
        help="check: problems (exit code 1), what to look at, coverage; coverage: the tables alone",
    )
    corpus.add_argument("gold", metavar="PATH", nargs="+", help="gold pages: .jsonl files or folders of them")
    output = corpus.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print JSON")
    output.add_argument(
        "--into", metavar="FILE", type=Path, help="with coverage: write the tables into a document, between its marks"
    )


def _corpus(options: argparse.Namespace) -> int:
    return _check(options) if options.action == "check" else _coverage(options)


def _check(options: argparse.Namespace) -> int:
    import json

    from aidtopics.corpus.check import as_dict, as_text, check_gold
    from aidtopics.errors import UsageError

    if options.into:
        raise UsageError("found --into with corpus check; it belongs to corpus coverage")
    checked = check_gold(options.gold)
    print(json.dumps(as_dict(checked), ensure_ascii=False) if options.json else as_text(checked))
    return 1 if checked.problems else 0


def _coverage(options: argparse.Namespace) -> int:
    import json

    from aidtopics.corpus import read_gold
    from aidtopics.corpus.coverage import as_dicts, as_markdown, coverage, write_into

    tables = coverage(read_gold(options.gold))
    if options.into:
        write_into(options.into, tables)
    else:
        print(json.dumps(as_dicts(tables), ensure_ascii=False) if options.json else as_markdown(tables))
    return 0
