"""When a page is from, as year and quarter."""

import datetime
import re
from dataclasses import dataclass

from aidtopics.records import Page

_FIGURES = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_WRITTEN_YEAR = re.compile(
    r"(?<![〇○零一二三四五六七八九十])([一二][〇○零九][〇○零一二三四五六七八九]{2})年(十?[一二三四五六七八九十])月"
)
_YEAR_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:年|[-/.])\s*(\d{1,2})(?!\d)\s*(?:月|[-/.]|$)")
_DAY_FIRST = re.compile(r"(?<![\d.])\d{1,2}\.(\d{1,2})\.((?:19|20)\d\d)(?!\d)")
# A report opens with its date; further on, a date is that of what is told.
_OPENING = 40
_PROSE = 60
_BYLINE = 40
_BYLINES = 12


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter of a year."""

    year: int
    quarter: int  # 1 to 4

    def __str__(self) -> str:
        return f"{self.year}-Q{self.quarter}"


def period_of(page: Page, today: datetime.date | None = None) -> Period | None:
    """The quarter a page is from: of its date, else of a month that a byline or the opening words state.

    Never of a date that stands deep in the text, so None for many pages.
    """
    if page.date:
        return _period(int(page.date[:4]), int(page.date[5:7]), today)
    lines = [line.strip() for line in page.text.splitlines() if line.strip()]
    for line in lines[:_BYLINES]:
        if len(line) <= _BYLINE and (found := _stated(line, today)):
            return found
    opening = next((line for line in lines if len(line) >= _PROSE), "")
    return _stated(opening[:_OPENING], today)


def _stated(text: str, today: datetime.date | None) -> Period | None:
    if match := _YEAR_MONTH.search(text):
        return _period(int(match[1]), int(match[2]), today)
    if match := _DAY_FIRST.search(text):
        return _period(int(match[2]), int(match[1]), today)
    if match := _WRITTEN_YEAR.search(text):
        month = match[2].translate(_FIGURES).replace("十", "1" if len(match[2]) == 2 else "10")
        return _period(int(match[1].translate(_FIGURES)), int(month), today)
    return None


def _period(year: int, month: int, today: datetime.date | None) -> Period | None:
    limit = today or datetime.date.today()
    if not 1 <= month <= 12 or (year, month) > (limit.year, limit.month):
        return None
    return Period(year, (month + 2) // 3)
