"""How well gold pages cover the grid: counts by cell, and the cells that are empty."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aidtopics.corpus.grid import AXES
from aidtopics.corpus.surroundings import CONTENT
from aidtopics.errors import UsageError
from aidtopics.records import GoldPage, Label

_BEGIN, _END = "<!-- coverage: begin -->", "<!-- coverage: end -->"
# Upper ends; the last band is open.
_LENGTHS = (150, 400, 800, 1500, 2500)
_YEARS = (2007, 2011, 2015, 2019, 2022)
_CHROME = (0.05, 0.2, 0.5)


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of pages over one or two axes of the grid."""

    label: Label
    rows: str  # axis of the rows
    columns: str | None  # axis of the columns
    counts: dict[str, dict[str, int]]  # row to column to pages; every value of both axes, 0 where there is no page

    @property
    def empty(self) -> tuple[tuple[str, str], ...]:
        """The cells without a page, row by row."""
        return tuple((row, column) for row, cells in self.counts.items() for column, n in cells.items() if not n)


def coverage(pages: Sequence[GoldPage]) -> tuple[Table, ...]:
    """Tables over the grid, for the labels and axes that the pages name, then over what is read off the pages."""
    tables = []
    placed = [page for page in pages if page.cell]
    for label, rows, columns in (
        (Label.AID, "programme", "genre"),
        (Label.AID, "region", None),
        (Label.AID, "style", None),
        (Label.NOISE, "noise", "style"),
        (Label.NOISE, "trade", None),
    ):
        chosen = [page for page in placed if page.label is label]
        if chosen:
            tables.append(_grid_table(chosen, label, rows, columns))
    for name, band_of, bands in (
        ("length", _length, _bands(_LENGTHS, "characters")),
        ("year", _year, [*_bands(_YEARS, ""), "undated"]),
        ("around the article", _chrome, _bands([round(100 * end) for end in _CHROME], "% chrome")),
    ):
        tables += [
            _band_table([page for page in pages if page.label is label], label, name, band_of, bands)
            for label in Label
            if any(page.label is label for page in pages)
        ]
    return tuple(tables)


def as_markdown(tables: Sequence[Table]) -> str:
    """The tables for a reader: a row says what there is, most first, and what is missing."""
    parts = []
    for label in Label:
        chosen = [table for table in tables if table.label is label]
        parts += [_two_axes(table) for table in chosen if table.columns]
        single = [_one_axis(table) for table in chosen if not table.columns]
        if single:
            parts.append("\n".join([f"| {label}, by | pages | no page yet |", "|---|---|---|", *single]))
    return "\n\n".join(parts)


def as_dicts(tables: Sequence[Table]) -> list[dict[str, Any]]:
    """The tables for a program."""
    return [
        {
            "label": str(table.label),
            "rows": table.rows,
            "columns": table.columns,
            "counts": table.counts,
            "empty": [list(cell) for cell in table.empty],
        }
        for table in tables
    ]


def write_into(path: Path, tables: Sequence[Table]) -> None:
    """Put the tables into a document, between its two coverage marks.

    Raises:
        UsageError: the document is missing, or does not have both marks in order.
    """
    if not path.is_file():
        raise UsageError(f"found no {path}; expected a document with the lines {_BEGIN} and {_END}")
    text = path.read_text("utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise UsageError(f"found no {_END if begin else _BEGIN} in {path}; put both marks where the tables should go")
    path.write_text(f"{before}{_BEGIN}\n\n{as_markdown(tables)}\n\n{_END}{after}", "utf-8")


def _grid_table(pages: Sequence[GoldPage], label: Label, rows: str, columns: str | None) -> Table:
    axes = AXES[label]
    found = Counter((page.cell[rows], page.cell[columns] if columns else "pages") for page in pages)
    across = axes[columns] if columns else ("pages",)
    return Table(label, rows, columns, {row: {column: found[row, column] for column in across} for row in axes[rows]})


def _band_table(
    pages: Sequence[GoldPage], label: Label, name: str, band_of: Callable[[GoldPage], int], bands: list[str]
) -> Table:
    found = Counter(bands[band_of(page)] for page in pages)
    return Table(label, name, None, {band: {"pages": found[band]} for band in bands})


def _bands(ends: Sequence[int], unit: str) -> list[str]:
    starts = [0, *(end + 1 for end in ends)]
    names = [f"to {ends[0]}", *(f"{a} to {b}" for a, b in zip(starts[1:-1], ends[1:], strict=True)), f"over {ends[-1]}"]
    return [f"{name} {unit}".strip() for name in names]


def _band(value: float, ends: Sequence[float]) -> int:
    return sum(value > end for end in ends)


def _length(page: GoldPage) -> int:
    return _band(len(page.text), _LENGTHS)


def _year(page: GoldPage) -> int:
    return _band(int(page.date[:4]), _YEARS) if page.date else len(_YEARS) + 1


def _chrome(page: GoldPage) -> int:
    """Band of the share of characters that belong neither to the article nor to other prose."""
    total = sum(len(passage.text) for passage in page.passages)
    around = sum(len(passage.text) for passage in page.passages if passage.kind not in CONTENT)
    return _band(around / total, _CHROME)


def _two_axes(table: Table) -> str:
    head = [f"| {table.rows} | pages | by {table.columns} | no page yet |", "|---|---:|---|---|"]
    rows = [
        f"| {row} | {sum(cells.values())} | {_most_first(cells)} | {_missing(cells)} |"
        for row, cells in table.counts.items()
    ]
    return "\n".join([*head, *rows])


def _one_axis(table: Table) -> str:
    cells = {row: sum(columns.values()) for row, columns in table.counts.items()}
    is_band = table.rows not in AXES[table.label]
    return f"| {table.rows} | {_listed(cells) if is_band else _most_first(cells)} | {_missing(cells)} |"


def _missing(cells: dict[str, int]) -> str:
    """The empty cells by name, unless most are empty: then what is there says it shorter."""
    empty = [value for value, n in cells.items() if not n]
    return ", ".join(empty) if len(empty) <= len(cells) // 2 else f"the other {len(empty)}"


def _most_first(cells: dict[str, int]) -> str:
    return _listed(dict(sorted(cells.items(), key=lambda cell: -cell[1])))


def _listed(cells: dict[str, int]) -> str:
    return ", ".join(f"{value} {n}" for value, n in cells.items() if n)
