"""Topics that look like scraped noise: what the classifier thinks of their pages, and whether few sources make them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from aidtopics.topics.measures import FIRST
from aidtopics.topics.model import TopicModel

_SURE = 0.8  # the probability is calibrated: below it a fifth of what the topic says is expected to be no aid
_HALF = 0.5  # a topic whose larger part one site or reprints say is theirs, and not one of the field
_TIMES = 1.5  # and that many times the site's share of everything: on a crawl of one site every topic is that site's
_WORDS = 5
_SITES = 3

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why a topic looks like noise, and what makes it so."""

    reason: str
    words: tuple[str, ...]  # of its first ten, those that mostly occur on the pages in question
    sites: tuple[str, ...]  # of these pages, the heaviest first


@dataclass(frozen=True, slots=True)
class TopicSources:
    """What a topic's text comes from; shares are of the topic's tokens, in [0, 1]."""

    topic_id: int
    aid_probability: float | None  # mean over its tokens of that of their page; None without a classifier
    site: str | None  # that says most of it; None where no page names its site
    site_share: float | None
    reprint_share: float  # on pages that repeat an earlier one
    suspicions: tuple[Suspicion, ...]


def topic_sources(
    model: TopicModel,
    counts: sparse.csr_array,
    shares: Doubles,
    probabilities: Sequence[float | None],
    sites: Sequence[str | None],
    clusters: npt.NDArray[np.integer],
) -> tuple[TopicSources, ...]:
    """Where the text of each topic comes from, and what is suspicious about it.

    Args:
        counts: document-term matrix, shape (pages, words).
        shares: topic shares of the pages, shape (pages, topics).
        probabilities: of being aid, of each page.
        sites: of each page.
        clusters: number of the near-duplicate cluster of each page, shape (pages,).
    """
    tokens = shares * np.asarray(counts.sum(axis=1), np.float64).reshape(-1, 1)
    pages = _Pages(counts, tokens, *_site_rows(sites), _repeats(clusters))
    values = np.array([np.nan if value is None else value for value in probabilities], np.float64)
    columns = {word: column for column, word in enumerate(model.vocabulary)}
    words = [[(word, columns[word]) for word in row] for row in model.words(FIRST)]
    return tuple(_sources(pages, topic, model.ids[topic], words[topic], values) for topic in range(model.number))


@dataclass(frozen=True, slots=True)
class _Pages:
    """What is known of the pages, the same for every topic."""

    counts: sparse.csr_array
    tokens: Doubles  # (pages, topics)
    sites: tuple[str, ...]
    of_site: npt.NDArray[np.bool_]  # (sites, pages)
    repeats: npt.NDArray[np.bool_]  # (pages,)


def _sources(
    pages: _Pages, topic: int, topic_id: int, words: Sequence[tuple[str, int]], values: Doubles
) -> TopicSources:
    weights = pages.tokens[:, topic]
    whole = max(float(weights.sum()), 1e-12)
    questions: list[tuple[str, npt.NDArray[np.bool_]]] = []
    probability = site = site_share = None
    known = ~np.isnan(values)
    if weights[known].sum() > 0:
        probability = float(np.average(values[known], weights=weights[known]))
        if probability < _SURE:
            questions.append((f"its pages are aid with a mean probability of {probability:.2f}", values < _SURE))
    if pages.sites:
        by_site = pages.of_site @ weights / whole
        heaviest = int(by_site.argmax())
        site, site_share = pages.sites[heaviest], float(by_site[heaviest])
        overall = pages.tokens[pages.of_site[heaviest]].sum() / pages.tokens.sum()
        if site_share > _HALF and site_share > _TIMES * overall:
            questions.append((f"{site_share:.0%} of it comes from one site", pages.of_site[heaviest]))
    reprint_share = float(weights[pages.repeats].sum()) / whole
    if reprint_share > _HALF:
        questions.append((f"{reprint_share:.0%} of it are reprints", pages.repeats))
    found = tuple(_suspicion(reason, pages, chosen, weights, words) for reason, chosen in questions)
    return TopicSources(topic_id, probability, site, site_share, reprint_share, found)


def _suspicion(
    reason: str,
    pages: _Pages,
    chosen: npt.NDArray[np.bool_],
    weights: Doubles,
    words: Sequence[tuple[str, int]],
) -> Suspicion:
    """The words that mostly occur on the chosen pages, and the sites that these come from."""
    own = pages.counts[:, [column for _, column in words]]
    there = np.asarray(own[np.flatnonzero(chosen)].sum(axis=0), np.float64).ravel()
    part = there / np.maximum(np.asarray(own.sum(axis=0)).ravel(), 1)
    order = np.argsort(-part, kind="stable")[:_WORDS]
    mass = pages.of_site @ (weights * chosen)
    heaviest = np.argsort(-mass, kind="stable")[:_SITES]
    return Suspicion(
        reason,
        tuple(words[i][0] for i in order.tolist() if part[i] > _HALF),
        tuple(pages.sites[i] for i in heaviest.tolist() if mass[i] > 0),
    )


def _site_rows(sites: Sequence[str | None]) -> tuple[tuple[str, ...], npt.NDArray[np.bool_]]:
    """The sites in order, and which pages are of each, shape (sites, pages)."""
    names = tuple(sorted({site for site in sites if site}))
    return names, np.array([[site == name for site in sites] for name in names], bool).reshape(len(names), len(sites))


def _repeats(clusters: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    repeats = np.ones(len(clusters), bool)
    repeats[np.unique(clusters, return_index=True)[1]] = False
    return repeats
