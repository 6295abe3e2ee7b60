"""Which pages of the user's own crawl a person should label next, and the answers back as gold pages."""

from aidtopics.review.answers import Answer, read_answers
from aidtopics.review.choosing import Proposal, Question, propose
from aidtopics.review.gold import gold_pages
from aidtopics.review.questions import COLUMNS, question_rows
from aidtopics.review.sheet import pack, sheet_format

__all__ = [
    "COLUMNS",
    "Answer",
    "Proposal",
    "Question",
    "gold_pages",
    "pack",
    "propose",
    "question_rows",
    "read_answers",
    "sheet_format",
]
