"""The value types that travel through the flow. Offsets count code points, end exclusive."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import overload


class Label(StrEnum):
    """What a page or a passage is."""

    AID = "aid"
    NOISE = "noise"


class Kind(StrEnum):
    """What part a passage plays on its page."""

    TITLE = "title"  # headline of an aid article
    BODY = "body"  # prose of an aid article
    NAVIGATION = "navigation"
    LINK_LIST = "link_list"
    ADVERT = "advert"
    NOTICE = "notice"  # copyright, disclaimer, record number
    BYLINE = "byline"  # date, source, editor
    OTHER_TOPIC = "other_topic"  # prose about something else

    @property
    def label(self) -> Label:
        """Aid for a title or body, noise for all other kinds."""
        return Label.AID if self in (Kind.TITLE, Kind.BODY) else Label.NOISE


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a page's text that came from one HTML block element."""

    start: int
    end: int
    tag: str  # h1 … h6, p, li, td, div, nav, footer …
    link_density: float  # share of its characters inside links, in [0, 1]


@dataclass(frozen=True, slots=True)
class Page:
    """One scraped page as read from a file, boilerplate included."""

    page_id: str
    source: str  # path as given, '#N' behind it for the N-th row or record of a file
    text: str
    url: str | None = None
    title: str | None = None
    date: str | None = None  # YYYY-MM-DD, where the page states one
    publisher: str | None = None  # the outlet a byline names (来源)
    encoding: str | None = None  # None where the text came decoded
    blocks: tuple[Block, ...] = ()  # of HTML pages, in order, not overlapping
    script: str | None = None  # before repair: simplified, traditional, taiwan or hong kong; None where it is neither


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file or record that gave no page, and why."""

    page_id: str
    source: str
    error: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a repair step; offsets count in the text that its pass was given."""

    step: str
    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Repair:
    """Repaired text and the ledger of what led to it."""

    text: str
    passes: tuple[tuple[Edit, ...], ...] = ()  # in order of application; the edits of one pass do not overlap

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits in order of application."""
        return tuple(edit for edits in self.passes for edit in edits)

    @property
    def counts(self) -> dict[str, int]:
        """Edits per step, steps in order of first application."""
        return dict(Counter(edit.step for edit in self.edits)) if self.passes else {}


@dataclass(frozen=True, slots=True)
class Passage:
    """A line, list item or paragraph: `page.text[start:end]`, never blank, no outer white space."""

    page_id: str
    start: int
    end: int
    tag: str | None = None  # of the HTML block it lies in
    link_density: float | None = None  # in [0, 1]; None where the page was not HTML


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage with the classifier's decision."""

    start: int
    end: int
    kind: Kind
    label: Label
    aid_probability: float  # in [0, 1], to four decimals


@dataclass(frozen=True, slots=True)
class LabelledPassages(Sequence[LabelledPassage]):
    """The labelled passages of a page, in order. Kept as columns, because a crawl has many that nobody looks at."""

    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    kinds: Sequence[Kind] = ()
    labels: Sequence[Label] = ()
    aid_probabilities: Sequence[float] = ()

    def rows(self) -> Iterator[tuple[int, int, Kind, Label, float]]:
        """Start, end, kind, label and probability of each passage."""
        return zip(self.starts, self.ends, self.kinds, self.labels, self.aid_probabilities, strict=True)

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[LabelledPassage]:
        return itertools.starmap(LabelledPassage, self.rows())

    @overload
    def __getitem__(self, index: int) -> LabelledPassage: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LabelledPassage, ...]: ...
    def __getitem__(self, index: int | slice) -> LabelledPassage | tuple[LabelledPassage, ...]:
        return tuple(self)[index]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a page's text with what it adds to the log-odds of aid."""

    start: int
    end: int
    weight: float  # above 0 for aid, below 0 against it


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a page got its label. The weights of `passages` and `rest` add up to `log_odds`."""

    log_odds: float  # of aid
    threshold: float  # log-odds from which a page is aid
    pieces: tuple[Piece, ...]  # words and phrases within passages, the weightiest first; they do not overlap
    passages: tuple[Piece, ...]  # all passages of the page, in order
    rest: tuple[tuple[str, float], ...]  # what no single passage stands for


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page with its label, its passages and the aid text among them."""

    page: Page  # repaired
    label: Label
    aid_probability: float  # in [0, 1], calibrated
    needs_review: bool
    passages: LabelledPassages
    repairs: dict[str, int]  # edits per repair step
    explanation: Explanation | None = None  # where one was asked for

    @property
    def aid_text(self) -> str:
        """The aid passages, joined with newlines; empty on a noise page."""
        if self.label is Label.NOISE:
            return ""
        text, passages = self.page.text, self.passages
        spans = zip(passages.starts, passages.ends, passages.labels, strict=True)
        return "\n".join([text[start:end] for start, end, label in spans if label is Label.AID])


@dataclass(frozen=True, slots=True)
class GoldPassage:
    """A passage as a person labelled it."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page of the corpus: passages in page order, each with its kind."""

    page_id: str
    site: str  # groups pages for splits
    label: Label
    passages: tuple[GoldPassage, ...]
    date: str | None = None  # YYYY-MM-DD
    note: str = ""
    cell: Mapping[str, str] = field(default_factory=dict)  # its place in the grid of the corpus; empty: not placed

    @property
    def text(self) -> str:
        """The page as scraped: one passage a line."""
        return "\n".join(passage.text for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of a fitted model."""

    topic_id: int
    name: str
    share: float  # of all tokens, in [0, 1]
    words: tuple[tuple[str, float], ...]  # most telling first, with their weight in (0, 1]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its bootstrap interval."""

    value: float
    low: float
    high: float


class Level(StrEnum):
    """How large a place is."""

    COUNTRY = "country"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of the gazetteer."""

    code: str  # six digits of GB/T 2260, or two letters of ISO 3166 for a country
    name: str
    level: Level
    parents: tuple[str, ...] = ()  # codes, the province first


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a text: `text[start:end]`."""

    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True)
class Aid:
    """Who helps whom, as provinces or countries, and the sentence that says so; at least one side is known."""

    donor: Place | None  # None where the page does not say, as with a national foundation
    recipient: Place | None
    start: int
    end: int
