"""What one page says of time, place and programme."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from aidtopics.places.aid import aid_of
from aidtopics.places.article import article_of
from aidtopics.places.dates import Period, period_of
from aidtopics.places.gazetteer import Gazetteer
from aidtopics.places.mentions import PlaceFinder
from aidtopics.places.programmes import programmes_of
from aidtopics.records import Aid, Mention, Page, Place


@dataclass(frozen=True, slots=True)
class PagePlaces:
    """When a page is from, which places it names, who helps whom, and by which programmes."""

    page: Page  # repaired; mentions and aids count in its text
    period: Period | None
    mentions: tuple[Mention, ...]
    aids: tuple[Aid, ...]
    programmes: tuple[str, ...]

    @property
    def donors(self) -> tuple[Place, ...]:
        """Provinces and countries that help, each once."""
        return tuple(dict.fromkeys(aid.donor for aid in self.aids if aid.donor))

    @property
    def recipients(self) -> tuple[Place, ...]:
        """Provinces and countries that are helped, each once."""
        return tuple(dict.fromkeys(aid.recipient for aid in self.aids if aid.recipient))


def places_of(page: Page, finder: PlaceFinder) -> PagePlaces:
    """Read time, places, aid and programmes off a repaired page."""
    mentions = finder.mentions(page.text)
    aids = aid_of(page.text, mentions, finder.gazetteer)
    return PagePlaces(page, period_of(page), mentions, aids, programmes_of(article_of(page.text), aids))


def places_row(read: PagePlaces, gazetteer: Gazetteer) -> dict[str, Any]:
    """The output row of a page: the contract of `aidtopics places`; the places most often named come first."""
    counts = Counter(mention.place for mention in read.mentions)
    return {
        "page_id": read.page.page_id,
        "source": read.page.source,
        "date": read.page.date,
        "period": str(read.period) if read.period else None,
        "donors": [place.name for place in read.donors],
        "recipients": [place.name for place in read.recipients],
        "aid": [
            {
                "donor": aid.donor.name if aid.donor else None,
                "recipient": aid.recipient.name if aid.recipient else None,
                "evidence": read.page.text[aid.start : aid.end].strip(),
            }
            for aid in read.aids
        ],
        "programmes": list(read.programmes),
        "places": [
            {
                "code": place.code,
                "name": place.name,
                "level": place.level,
                "province": gazetteer.province(place).name,
                "count": count,
            }
            for place, count in counts.most_common()
        ],
        "error": None,
    }


def unreadable_row(page_id: str, source: str, error: str) -> dict[str, Any]:
    """The row of a page that could not be read."""
    empty: dict[str, Any] = {"donors": [], "recipients": [], "aid": [], "programmes": [], "places": []}
    return {"page_id": page_id, "source": source, "date": None, "period": None, **empty, "error": error}
