"""What each modelled page tells beside its topics: when, where, who helps whom, by which programme, on which site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from aidtopics.duplicates import clusters
from aidtopics.places import PlaceFinder, places_of
from aidtopics.records import Aid, Page, Place


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of one page that its topics are grouped by."""

    period: str | None  # year and quarter, YYYY-QN
    aids: tuple[Aid, ...]
    programmes: tuple[str, ...]
    site: str | None
    cluster: int  # pages with the same number are near-duplicates

    @property
    def year(self) -> str | None:
        """The year of the period."""
        return self.period[:4] if self.period else None

    @property
    def recipients(self) -> tuple[Place, ...]:
        """Who is helped, each once."""
        return tuple(dict.fromkeys(aid.recipient for aid in self.aids if aid.recipient))

    @property
    def pairs(self) -> tuple[tuple[Place, Place], ...]:
        """Who helps whom, where the page tells both."""
        return tuple(dict.fromkeys((aid.donor, aid.recipient) for aid in self.aids if aid.donor and aid.recipient))

    def as_row(self) -> dict[str, Any]:
        """The facts as they stand in the page's row of pages.jsonl."""
        donors = dict.fromkeys(aid.donor.name for aid in self.aids if aid.donor)
        return {
            "period": self.period,
            "donors": list(donors),
            "recipients": [place.name for place in self.recipients],
            "pairs": [[donor.name, recipient.name] for donor, recipient in self.pairs],
            "programmes": list(self.programmes),
            "site": self.site,
            "cluster": self.cluster,
        }


def told_by(pages: Sequence[Page], texts: Sequence[str], sites: Mapping[str, str]) -> tuple[Told, ...]:
    """The facts of each page.

    Args:
        pages: repaired pages.
        texts: what the topics were fitted on, of each page. Near-duplicates are sought among these: a mirror has other
            menus around the same article.
        sites: site by page_id, where it is known; see `site_of` for the others.
    """
    finder = PlaceFinder()
    number: npt.NDArray[np.intp] = clusters(texts)
    found = []
    for page, cluster in zip(pages, number.tolist(), strict=True):
        read = places_of(page, finder)
        site = site_of(page, sites)
        found.append(Told(str(read.period) if read.period else None, read.aids, read.programmes, site, cluster))
    return tuple(found)


def site_of(page: Page, sites: Mapping[str, str]) -> str | None:
    """The known site of a page, else the host of its address, else the outlet that a byline names."""
    return sites.get(page.page_id) or _host(page.url) or page.publisher


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:
        return None  # a damaged address says nothing about the site
