"""`aidtopics topics`: pages in, their topic shares out."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aidtopics.cli.arguments import CLASSIFIER, TOPICS, command, model, paths, progress


def add(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    """Declare the command."""
    topics = command(
        commands,
        "topics",
        _topics,
        "topic shares of new pages",
        "aidtopics topics crawl.jsonl --model runs/quickstart/topics",
    )
    paths(topics)
    model(topics, TOPICS)
    topics.add_argument("--classifier", metavar="DIR", type=Path, help="finds the aid text (the one that comes along)")


def _topics(options: argparse.Namespace) -> int:
    from aidtopics.label import topic_rows, write_json_lines
    from aidtopics.pages import read_pages
    from aidtopics.store import default_model, load_classifier, load_topics

    topics = load_topics(options.model or default_model(TOPICS))
    classifier = load_classifier(options.classifier or default_model(CLASSIFIER)).classifier
    failed = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal failed
        for row in topic_rows(progress(read_pages(options.paths), "topics"), topics, classifier):
            failed += row["error"] is not None
            yield row

    write_json_lines(rows(), sys.stdout.buffer)
    return 1 if failed else 0
