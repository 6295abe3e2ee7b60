"""What the classifier goes by: the n-grams and the layout that weigh most, in readable form."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from aidtopics.classify.block import LAYOUT_FEATURES
from aidtopics.classify.model import KINDS, FirstStage
from aidtopics.vectorize.ngrams import EDGE, ORDERS, fold, hash_ngrams

_EDGE_SIGN = "▏"  # shown for the edge of a passage


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature and its weight for one decision."""

    decision: str  # a kind of passage, or "aid" for the topic
    name: str  # an n-gram in its own characters, or what is seen of the layout
    weight: float


def strongest_features(stage: FirstStage, texts: Iterable[str], number: int) -> list[Feature]:
    """The features that speak most for each kind, and most for and against aid.

    A bucket is shown as the n-gram that fell into it most often in the texts given.

    Args:
        number: features per decision; for aid as many again that speak against it.
    """
    names, frequency = _bucket_names(texts, stage.bits)
    buckets = np.array(sorted(names))
    # A weight alone favours n-grams seen once; times the root of its frequency it says what decides in practice.
    weights = np.column_stack([stage.kinds, stage.topic])
    influence = weights[buckets] * np.sqrt([frequency[b] for b in buckets.tolist()])[:, None]
    found = []
    for column, decision in enumerate((*KINDS, "aid")):
        is_topic = column == len(KINDS)
        order = np.argsort(-influence[:, column], kind="stable")
        chosen = order[:number].tolist() + (order[::-1][:number].tolist() if is_topic else [])
        found += [Feature(str(decision), names[int(buckets[i])], round(float(influence[i, column]), 3)) for i in chosen]
        if not is_topic:
            best = int(stage.layout[:, column].argmax())
            weight = float(stage.layout[best, column])
            found.append(Feature(str(decision), f"[{LAYOUT_FEATURES[best]}]", round(weight, 3)))
    return found


def _bucket_names(texts: Iterable[str], bits: int) -> tuple[dict[int, str], dict[int, int]]:
    counts: Counter[tuple[int, str]] = Counter()
    for text in texts:
        folded = fold([text])
        buckets = hash_ngrams(folded, bits)
        shown = "".join(_EDGE_SIGN if code == EDGE else chr(code) for code in folded.codes.tolist())
        for order in range(ORDERS):
            for position, bucket in enumerate(buckets[order].tolist()):
                if bucket < 1 << bits:
                    counts[bucket, shown[position : position + order + 1]] += 1
    names: dict[int, str] = {}
    frequency: dict[int, int] = {}
    for (bucket, ngram), count in counts.most_common():
        names.setdefault(bucket, ngram)
        frequency[bucket] = frequency.get(bucket, 0) + count
    return names, frequency
