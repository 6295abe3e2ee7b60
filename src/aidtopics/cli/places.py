"""`aidtopics places`: pages in; when they are from, which places they name and who helps whom out."""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from aidtopics.cli.arguments import command, paths, progress


def add(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    """Declare the command."""
    places = command(
        commands,
        "places",
        _places,
        "date, places, donors, recipients and programmes of pages, as JSON lines",
        "aidtopics places corpus/samples > places.jsonl",
    )
    paths(places)


def _places(options: argparse.Namespace) -> int:
    from aidtopics.label import write_json_lines
    from aidtopics.pages import read_pages
    from aidtopics.places import PlaceFinder, places_of, places_row, unreadable_row
    from aidtopics.records import Unreadable
    from aidtopics.repair import repair_page

    finder = PlaceFinder()
    failed = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal failed
        for page in progress(read_pages(options.paths), "places"):
            if isinstance(page, Unreadable):
                failed += 1
                yield unreadable_row(page.page_id, page.source, page.error)
            else:
                yield places_row(places_of(repair_page(page)[0], finder), finder.gazetteer)

    write_json_lines(rows(), sys.stdout.buffer)
    return 1 if failed else 0
