"""What each character and passage of a page adds to the log-odds that the page is aid.

The page is decided from sums over its passages and n-grams, bent by a few functions of one number. Such a function is
replaced by the straight line from a neutral page to this one, so that all contributions add up to the decision (the
rescale rule of DeepLIFT: Shrikumar, Greenside and Kundaje 2017, section 3.5.1). A neutral page speaks neither for
health aid nor against it, and half of its prose looks like that of an aid report.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from aidtopics.classify.block import PassageBlock
from aidtopics.classify.model import (
    AID,
    CONTENT,
    FLOOR,
    IS_CONTENT,
    KIND_SHIFT,
    PAGE_COLUMNS,
    TOPIC_ORDERS,
    Classifier,
    FirstStage,
    Impressions,
    impressions,
)
from aidtopics.classify.pieces import pieces
from aidtopics.records import Explanation, Page, Piece
from aidtopics.vectorize.ngrams import EDGE, ORDERS, Buckets, hash_ngrams

_Array = npt.NDArray[np.float64]
_NEUTRAL = 0.5  # share of aid prose on a neutral page


def explain(pages: Sequence[Page], block: PassageBlock, model: Classifier) -> list[Explanation | None]:
    """Explain the decisions on the repaired pages of a block; None for a page without passages: none was decided."""
    if not pages:
        return []
    seen = impressions(block, model.first)
    buckets = hash_ngrams(block.folded, model.first.bits)
    threshold = model.decision.page_threshold
    border = float(np.log(threshold / (1 - threshold)))
    found: list[Explanation | None] = []
    for number, page in enumerate(pages):
        starts, ends = (column.tolist() for column in block.passages.of_page(number))
        if not starts:
            found.append(None)
            continue
        characters, rest = _contributions(number, block, buckets, seen, model)
        sums = [float(values.sum()) for values in characters]
        found.append(
            Explanation(
                log_odds=sum(sums) + sum(weight for _, weight in rest),
                threshold=border,
                pieces=pieces(page.text, starts, characters),
                passages=tuple(map(Piece, starts, ends, sums)),
                rest=tuple(rest),
            )
        )
    return found


def _contributions(
    number: int, block: PassageBlock, buckets: Buckets, seen: Impressions, model: Classifier
) -> tuple[list[_Array], list[tuple[str, float]]]:
    """Of one page: weights per character, an array a passage; and what belongs to no character."""
    first, last = block.starts[number], block.starts[number + 1]
    edges = block.folded.edges[first : last + 1]
    here = slice(edges[0], edges[-1])
    looks = seen.looks[first:last].astype(np.float64)
    lengths = np.diff(edges) - 1
    weight = dict(zip(PAGE_COLUMNS, model.second.page.astype(np.float64).tolist(), strict=True))
    content = looks[:, CONTENT].sum(axis=1)
    prose = max(float(content @ lengths), 1.0)

    topic = _topic_by_place(buckets[:, here], np.diff(edges), content, model.first)
    topic_sum = float(topic.sum()) if topic.any() else model.first.topic_intercept
    bend = np.tanh(topic_sum) / topic_sum if topic_sum else 1.0
    scale = weight["topic"] + weight["bounded topic"] * bend
    leaning = (looks[:, AID].sum(axis=1) - _NEUTRAL * content) * lengths / prose * weight["share of aid prose"]
    by_place = topic * scale + _spread_by_look(buckets[:, here], edges - edges[0], looks, leaning, model.first)

    characters = _to_characters(by_place, block.folded.codes[here] == EDGE)
    # What of the share of aid prose is not told by how the passages lean: all of it on a page without prose.
    untold = weight["share of aid prose"] * float(_NEUTRAL * (content @ lengths / prose - 1))
    rest = [
        ("a neutral page", model.second.page_intercept + weight["share of aid prose"] * _NEUTRAL),
        ("no prose", (0.0 if topic.any() else topic_sum * scale) + untold),
    ]
    spans = np.column_stack([edges[:-1], edges[1:]]) - edges[0]
    return [characters[start + 1 : end] for start, end in spans], [
        (name, float(value)) for name, value in rest if value
    ]


def _topic_by_place(buckets: Buckets, sizes: npt.NDArray[np.intp], content: _Array, stage: FirstStage) -> _Array:
    """Share of each n-gram, by the place it starts at, in the page's topic score; shape (ORDERS, positions).

    An n-gram counts once however often it stands on the page: its places share its weight. The intercept is shared by
    all, so that a word of no weight speaks against aid as much as the intercept does.
    """
    counts_here = np.repeat(content >= IS_CONTENT, sizes) & (buckets != 1 << stage.bits)
    counts_here[: TOPIC_ORDERS.start] = False
    used, inverse, times = np.unique(buckets[counts_here], return_inverse=True, return_counts=True)
    result = np.zeros(buckets.shape)
    if len(used):
        weights = stage.topic[used].astype(np.float64) / np.sqrt(len(used)) + stage.topic_intercept / len(used)
        result[counts_here] = (weights / times)[inverse]
    return result


def _spread_by_look(
    buckets: Buckets, edges: npt.NDArray[np.intp], looks: _Array, amounts: _Array, stage: FirstStage
) -> _Array:
    """What a passage adds by its look, spread over the n-grams that gave it that look; shape (3, positions).

    An n-gram takes part by how much it pushes towards aid prose or away from it: the gradient of the log-odds of the
    aid kinds. Only those that push the way the passage went share its amount; where none does, all share alike.
    """
    result = np.zeros(buckets.shape)
    aid = looks[:, AID].sum(axis=1, keepdims=True)
    direction = -looks / np.maximum(1 - aid, FLOOR)
    direction[:, AID] = looks[:, AID] / np.maximum(aid, FLOOR)
    for number, amount in enumerate(amounts.tolist()):
        here = slice(edges[number], edges[number + 1])
        counting = buckets[:, here] != 1 << stage.bits
        push = np.where(counting, stage.kinds[buckets[:, here] >> KIND_SHIFT] @ direction[number] * np.sign(amount), 0)
        parts = np.maximum(push, 0)
        parts = parts if parts.any() else counting.astype(np.float64)
        result[:, here] = amount * parts / max(float(parts.sum()), 1e-12)
    return result


def _to_characters(by_place: _Array, is_edge: npt.NDArray[np.bool_]) -> _Array:
    """Share the weight of each n-gram among its characters, edges left out; shape (positions,)."""
    places = by_place.shape[1]
    inside = np.append(~is_edge, np.zeros(ORDERS, bool))
    result = np.zeros(places + ORDERS)
    for order in range(ORDERS):
        covered = np.stack([inside[k : k + places] for k in range(order + 1)])
        part = by_place[order] / np.maximum(covered.sum(axis=0), 1)
        for k in range(order + 1):
            result[k : k + places] += part * covered[k]
    return result[:places]
