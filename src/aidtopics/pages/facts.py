"""Title, date and publisher as the text of a page states them."""

import datetime
import re

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_DATE_LABEL = re.compile(r"(?:发布|發布|更新|发表|發表|刊登|录入|添加|编辑)?(?:时间|時間|日期|于)\s*[:：]?\s*$")
_PUBLISHER = re.compile(
    r"(?<![\u4e00-\u9fff])(?:稿件|信息|文章|新闻|新聞|内容|图文|转载)?(?:来\s*源|來\s*源)\s*[:：]\s*([^\s|｜,，。;；:：()（）]{2,30})"
)
_NEXT_FIELD = re.compile(
    r"(?:(?:19|20)\d\d[-/.年]|作者|时间|時間|日期|编辑|編輯|点击|點擊|浏览|字体|发布|發布|责任).*$"
)
# A byline is a short line near the top or the end; a date inside prose is the date of what is told, not of the page.
_BYLINE_LENGTH = 120
_LINES = 60
_NEAR_THE_TOP = 20_000  # characters
# Most texts have nothing of the kind, and their lines are not looked at. A pattern that begins with fixed characters is
# searched several times as fast.
_DAY = r"\d\d\s*[-/.年]\s*\d\d?\s*[-/.月]\s*\d"
_IN_THIS_CENTURY, _IN_THE_LAST = re.compile("20" + _DAY), re.compile("19" + _DAY)
_SOURCE = re.compile(r"源\s*[:：]")


def stated_date(text: str, today: datetime.date | None = None) -> str | None:
    """The date a byline states, as YYYY-MM-DD: a labelled one first, else the first in a short line."""
    unlabelled = None
    for line in _byline_candidates(text) if _may_state_a_date(text) else ():
        for match in _DATE.finditer(line):
            date = as_date(match[0], today)
            if date and _DATE_LABEL.search(line[: match.start()]):
                return date
            if date and unlabelled is None and "。" not in line:
                unlabelled = date
    return unlabelled


def _may_state_a_date(text: str) -> bool:
    return bool(_IN_THIS_CENTURY.search(text, 0, _NEAR_THE_TOP) or _IN_THE_LAST.search(text, 0, _NEAR_THE_TOP))


def stated_publisher(text: str) -> str | None:
    """The outlet behind 来源: in a byline."""
    for line in _byline_candidates(text) if "源" in text and _SOURCE.search(text) else ():
        match = _PUBLISHER.search(line)
        if match:
            name = _NEXT_FIELD.sub("", match[1]).strip("-—· ")
            if len(name) >= 2:
                return name
    return None


def as_date(written: str, today: datetime.date | None = None) -> str | None:
    """A written date as YYYY-MM-DD; None if it is no calendar day or lies in the future."""
    match = _DATE.search(written) or _COMPACT.search(written)
    if not match:
        return None
    try:
        date = datetime.date(*(int(part) for part in match.groups()))
    except ValueError:
        return None
    return date.isoformat() if date <= (today or datetime.date.today()) else None


def _byline_candidates(text: str) -> list[str]:
    lines = [line.strip() for line in text[:_NEAR_THE_TOP].splitlines()]
    return [line for line in lines if 0 < len(line) <= _BYLINE_LENGTH][:_LINES]
