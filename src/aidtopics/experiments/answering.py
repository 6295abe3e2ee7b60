"""The answers of a person to questions of `aidtopics review`, as gold pages beside those of the experiment."""

from collections.abc import Sequence
from dataclasses import dataclass

from aidtopics.errors import UsageError, problems
from aidtopics.records import GoldPage, Label
from aidtopics.review import gold_pages, read_answers
from aidtopics.store import default_model, load_classifier

# Says which passages of an answered page are its title, its body, its navigation; the label is the person's.
_PASSAGES_BY = "aid-classifier"


@dataclass(frozen=True, slots=True)
class Answered:
    """Gold pages made of answers, and the counts of the answers for metrics.json."""

    pages: tuple[GoldPage, ...]
    counts: dict[str, int]  # aid, noise, unclear, passed_over


def answered_pages(paths: Sequence[str], gold: Sequence[GoldPage]) -> Answered:
    """Read questions files back.

    Raises:
        UsageError: rows that are no answers, or answers to pages that are gold pages already.
    """
    if not paths:
        return Answered((), {})
    answers = read_answers(paths)
    known = {page.page_id for page in gold}
    again = [f"{a.where}: page_id {a.page_id} is a gold page of pages.paths" for a in answers if a.page_id in known]
    if again:
        raise UsageError(problems(again, "the answers"))
    pages = gold_pages(answers, load_classifier(default_model(_PASSAGES_BY)).classifier)
    if not pages:
        raise UsageError(
            f"found no page labelled aid or noise in {', '.join(paths)}; fill the column 'label', then run again"
        )
    counts = {str(label): sum(a.answer == label for a in answers) for label in (*Label, "unclear")}
    return Answered(pages, {**counts, "passed_over": sum(not a.answer for a in answers)})
