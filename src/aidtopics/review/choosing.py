"""Which pages of a crawl a person should label next."""

import heapq
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from aidtopics.duplicates import clusters
from aidtopics.records import Kind, LabelledPage, Unreadable
from aidtopics.review.answers import Answer

_CONTENT = (Kind.TITLE, Kind.BODY, Kind.OTHER_TOPIC)
_BITS = 15  # log2 of the buckets in which pages are compared
_SURE = 1e-4  # probabilities beyond this count as this sure
# Candidates held of a crawl of any length, for each question and at least; twice as many with those drawn by lot.
_PER_QUESTION = 20
_LEAST = 1000


@dataclass(frozen=True, slots=True)
class Question:
    """A page worth a person's label."""

    labelled: LabelledPage
    doubt: float  # distance from the threshold in log-odds; 0 is the least sure
    is_unlike: bool  # chosen before less sure pages because those are more like the questions before it
    copies: int  # near-duplicates among the candidates that it stands for


@dataclass(frozen=True, slots=True)
class Proposal:
    """The questions, most valuable first, and what became of the other pages."""

    questions: tuple[Question, ...]
    read: int
    unreadable: int
    asked_before: int  # pages of an answers file


def propose(
    labelled: Iterable[LabelledPage | Unreadable],
    asked: Sequence[Answer],
    threshold: float,
    number: int,
    seed: int,
) -> Proposal:
    """Choose at most `number` pages: uncertain ones that differ, one of each near-duplicate cluster, none asked before.

    Pages stream by; what is held is bounded by `number`. The first n of many questions are those that asking for n
    would give, but for the draw among large crawls.

    Args:
        threshold: from this probability a page is aid.
        asked: pages that a person was asked about already, answered or not.
    """
    known = {answer.page_id for answer in asked}
    counts = {"read": 0, "unreadable": 0, "asked_before": 0}

    def open_pages() -> Iterator[LabelledPage]:
        for page in labelled:
            counts["read"] += 1
            if isinstance(page, Unreadable):
                counts["unreadable"] += 1
            elif page.page.page_id in known:
                counts["asked_before"] += 1
            elif page.passages:
                yield page

    pool = _candidates(open_pages(), threshold, max(_LEAST, _PER_QUESTION * number), seed)
    of_cluster = clusters([*(answer.text for answer in asked), *(page.page.text for page in pool)])
    answered, open_clusters = set(of_cluster[: len(asked)].tolist()), of_cluster[len(asked) :].tolist()
    doubt = distances(np.array([page.aid_probability for page in pool]), threshold)
    best: dict[int, int] = {}  # candidate of each cluster: its least sure page
    for candidate in np.argsort(doubt, kind="stable").tolist():
        if open_clusters[candidate] in answered:
            counts["asked_before"] += 1
        else:
            best.setdefault(open_clusters[candidate], candidate)
    members = sorted(best.values())
    chosen = spread(doubt[members], _sketch([pool[candidate] for candidate in members]), number) if members else []
    sizes = np.bincount(open_clusters, minlength=1) if open_clusters else np.zeros(1, np.intp)
    questions = tuple(
        Question(
            pool[members[place]],
            float(doubt[members[place]]),
            is_unlike,
            int(sizes[open_clusters[members[place]]]) - 1,
        )
        for place, is_unlike in chosen
    )
    return Proposal(questions, **counts)


def distances(probabilities: npt.NDArray[np.floating], threshold: float) -> npt.NDArray[np.float64]:
    """Distance of each probability from the threshold in log-odds, shape as given."""

    def log_odds(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        clipped = np.clip(np.asarray(values, np.float64), _SURE, 1 - _SURE)
        return np.asarray(np.log(clipped / (1 - clipped)))

    return np.abs(log_odds(probabilities) - log_odds(np.array(threshold)))


def spread(doubt: npt.NDArray[np.float64], sketch: sparse.csr_array, number: int) -> list[tuple[int, bool]]:
    """Pages one by one, each time the one whose uncertainty times its distance from those chosen is largest.

    Args:
        doubt: distance from the threshold in log-odds, shape (pages,).
        sketch: rows of length 1, shape (pages, features).

    Returns:
        At most `number` pages, and for each whether a less sure one had to wait because it is more like those before.
    """
    uncertainty = np.exp(-doubt / 2)
    nearest = np.zeros(len(doubt))
    is_open = np.ones(len(doubt), bool)
    chosen: list[tuple[int, bool]] = []
    for _ in range(min(number, len(doubt))):
        page = int(np.where(is_open, uncertainty * (1 - nearest), -1).argmax())
        chosen.append((page, bool((doubt[is_open] < doubt[page]).any())))
        is_open[page] = False
        likeness = sketch @ sketch[[page]].toarray()[0]
        nearest = np.maximum(nearest, np.minimum(likeness, 1))
    return chosen


def _candidates(pages: Iterable[LabelledPage], threshold: float, size: int, seed: int) -> list[LabelledPage]:
    """The `size` least sure pages, and as many drawn by lot (algorithm R of Vitter 1985), in order of appearance."""
    chance = random.Random(seed)
    nearest: list[tuple[float, int, LabelledPage]] = []
    drawn: list[tuple[int, LabelledPage]] = []
    for number, page in enumerate(pages):
        doubt = float(distances(np.array(page.aid_probability), threshold))
        # The number keeps pages of equal doubt apart, earlier ones first.
        heapq.heappush(nearest, (-doubt, -number, page))
        if len(nearest) > size:
            heapq.heappop(nearest)
        if len(drawn) < size:
            drawn.append((number, page))
        elif (place := chance.randrange(number + 1)) < size:
            drawn[place] = (number, page)
    by_number = {-number: page for _, number, page in nearest} | dict(drawn)
    return [by_number[number] for number in sorted(by_number)]


def _sketch(pages: Sequence[LabelledPage]) -> sparse.csr_array:
    """Which character n-grams the prose of each page has, rarer ones weighing more; rows of length 1."""
    from aidtopics.vectorize.estimators import ngram_matrix
    from aidtopics.vectorize.ngrams import fold

    texts = []
    for labelled in pages:
        text = labelled.page.text
        prose = " ".join(text[p.start : p.end] for p in labelled.passages if p.kind in _CONTENT)
        texts.append(prose or text)
    said = ngram_matrix(fold(texts), _BITS)
    said.data[:] = 1
    rarity = np.log((1 + len(texts)) / (1 + np.bincount(said.indices, minlength=said.shape[1]))) + 1
    weighted = said @ sparse.diags_array(rarity)
    length = np.sqrt(weighted.multiply(weighted).sum(axis=1))
    return sparse.csr_array(sparse.diags_array(1 / np.maximum(length, 1e-9)) @ weighted)
