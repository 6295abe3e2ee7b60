"""Many pages labelled as a stream: read, repaired, split, classified; and their topics."""

from aidtopics.label.files import Counts, EncodedBlock, Task, label_pieces
from aidtopics.label.output import FORMATS, Form, encode, format_of, write_blocks, write_json_lines
from aidtopics.label.rows import Row, row_of
from aidtopics.label.stream import Drift, label_pages
from aidtopics.label.topics import topic_rows

__all__ = [
    "FORMATS",
    "Counts",
    "Drift",
    "EncodedBlock",
    "Form",
    "Row",
    "Task",
    "encode",
    "format_of",
    "label_pages",
    "label_pieces",
    "row_of",
    "topic_rows",
    "write_blocks",
    "write_json_lines",
]
