"""Labelled pages as rows: the contract of `aidtopics label`."""

from typing import Any

from aidtopics.label.explained import explanation_row
from aidtopics.records import LabelledPage, Unreadable

COLUMNS = (
    "page_id",
    "source",
    "label",
    "aid_probability",
    "needs_review",
    "aid_text",
    "passages",
    "repairs",
    "text",
    "error",
)
EXPLANATION = "explanation"  # the last column, where one is asked for

Row = dict[str, Any]


def row_of(labelled: LabelledPage | Unreadable, explained: bool = False) -> Row:
    """The output row of a page: the contract of `aidtopics label`, keys in stable order.

    Args:
        explained: with the key `explanation` at the end, null for a page about which nothing was decided.
    """
    row = _plain_row(labelled)
    if explained:
        reason = None if isinstance(labelled, Unreadable) else labelled.explanation
        row["explanation"] = None if reason is None else explanation_row(reason, row["text"])
    return row


def _plain_row(labelled: LabelledPage | Unreadable) -> Row:
    if isinstance(labelled, Unreadable):
        return {
            "page_id": labelled.page_id,
            "source": labelled.source,
            "label": None,
            "aid_probability": None,
            "needs_review": None,
            "aid_text": None,
            "passages": [],
            "repairs": {},
            "text": None,
            "error": labelled.error,
        }
    return {
        "page_id": labelled.page.page_id,
        "source": labelled.page.source,
        "label": labelled.label,
        "aid_probability": round(labelled.aid_probability, 4),
        "needs_review": labelled.needs_review,
        "aid_text": labelled.aid_text,
        "passages": [
            {"start": start, "end": end, "kind": kind, "label": label, "aid_probability": probability}
            for start, end, kind, label, probability in labelled.passages.rows()
        ],
        "repairs": labelled.repairs,
        "text": labelled.page.text,
        "error": None,
    }
