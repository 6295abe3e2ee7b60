"""Many pages labelled as a stream: read, repaired, split, classified; and their topics."""

from aidtopics.label.rows import FORMATS, Row, format_of, labelled_sources, row_of, write_rows
from aidtopics.label.stream import Drift, label_pages
from aidtopics.label.topics import topic_rows

__all__ = [
    "FORMATS",
    "Drift",
    "Row",
    "format_of",
    "label_pages",
    "labelled_sources",
    "row_of",
    "topic_rows",
    "write_rows",
]
