"""Chosen pages as rows that a person can answer in a spreadsheet."""

from typing import Any

from aidtopics.records import Kind, LabelledPage, LabelledPassage
from aidtopics.review.choosing import Question

COLUMNS = ("label", "aid_probability", "why", "extract", "page_id", "source", "url", "text")
# A spreadsheet's cell takes 32,767 characters and spills the rest over the next rows.
LONGEST = 30_000
_SHOWN = 120  # characters of a passage in the extract
_CONTENT = (Kind.BODY, Kind.OTHER_TOPIC)
_SENTENCE = 20  # characters; shorter prose decides nothing
_CLOSE, _NEAR = 1.0, 3.0  # in log-odds: 0.5 against 0.27 and 0.73, or against 0.05 and 0.95


def question_rows(questions: tuple[Question, ...], threshold: float) -> list[dict[str, Any]]:
    """A row for each question, keys as in COLUMNS, the label empty."""
    return [
        {
            "label": "",
            "aid_probability": round(question.labelled.aid_probability, 4),
            "why": _why(question, threshold),
            "extract": extract(question.labelled),
            "page_id": question.labelled.page.page_id,
            "source": question.labelled.page.source,
            "url": question.labelled.page.url or "",
            "text": _cut(question.labelled.page.text),
        }
        for question in questions
    ]


def extract(labelled: LabelledPage) -> str:
    """What decides most pages for a person: title, first prose, and the passages most and least like aid."""
    text = labelled.page.text
    prose = [p for p in labelled.passages if p.kind in _CONTENT and p.end - p.start >= _SENTENCE]
    shown: dict[tuple[int, int], str] = {}  # a passage shown once, under the first of its names
    if title := _title(labelled):
        shown[title.start, title.end] = ""
    if prose:
        strongest = max(prose, key=lambda p: p.aid_probability)
        weakest = min(prose, key=lambda p: p.aid_probability)
        for passage, name in ((prose[0], ""), (strongest, "most like aid: "), (weakest, "least like aid: ")):
            shown.setdefault((passage.start, passage.end), name)
    lines = [name + _short(text[start:end]) for (start, end), name in shown.items()]
    return "\n".join(lines) if lines else _short(text)


def _title(labelled: LabelledPage) -> LabelledPassage | None:
    """The headline: what the classifier takes for it, else the last line of an article before its first prose."""
    for passage in labelled.passages:
        if passage.kind is Kind.TITLE:
            return passage
    before = None
    for passage in labelled.passages:
        if passage.kind in _CONTENT:
            if passage.end - passage.start >= _SENTENCE and "。" in labelled.page.text[passage.start : passage.end]:
                return before
            before = passage
    return before


def _why(question: Question, threshold: float) -> str:
    probability = question.labelled.aid_probability
    sureness = next(
        (words for bound, words in ((_CLOSE, "very uncertain"), (_NEAR, "uncertain")) if question.doubt <= bound),
        "fairly sure of aid" if probability >= threshold else "fairly sure of noise",
    )
    reasons = [f"{sureness} ({probability:.2f}, aid from {threshold:.2f})"]
    if question.is_unlike:
        reasons.append("unlike the pages above")
    if question.copies:
        reasons.append(f"stands for {question.copies} near-duplicate{'s' if question.copies > 1 else ''}")
    return "; ".join(reasons)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _cut(text: str) -> str:
    """The text, a long one up to the last line end that fits."""
    if len(text) <= LONGEST:
        return text
    end = text.rfind("\n", 0, LONGEST)
    return text[: end if end > 0 else LONGEST]
