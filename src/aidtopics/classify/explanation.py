"""What the classifier goes by: the n-grams and the layout that weigh most, in readable form."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from aidtopics.classify.block import LAYOUT_FEATURES
from aidtopics.classify.model import KINDS, FirstStage
from aidtopics.vectorize.ngrams import EDGE, ORDERS, fold, hash_ngrams

_FREQUENT = 5
_EDGE_SIGN = "▏"  # shown for the edge of a passage


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature and its weight for one decision."""

    decision: str  # a kind of passage, or "aid" for the topic
    name: str  # an n-gram in its own characters, or what is seen of the layout
    weight: float


def strongest_features(stage: FirstStage, texts: Iterable[str], number: int) -> list[Feature]:
    """The features that speak most for each kind; for aid one half speaks for it and one half against.

    A bucket is shown as the n-gram that fell into it most often in the texts given. N-grams of two or three characters
    that occur five times or more are ranked; single characters weigh more, but tell a reader nothing.

    Args:
        number: n-grams per decision; the strongest layout feature of a kind comes on top.
    """
    names, frequency = _bucket_names(texts, stage.bits)
    buckets = np.array([b for b in sorted(names) if len(names[b]) > 1 and frequency[b] >= _FREQUENT], np.intp)
    influence = np.column_stack([stage.kinds, stage.topic])[buckets]
    found = []
    for column, decision in enumerate((*KINDS, "aid")):
        is_topic = column == len(KINDS)
        order = np.argsort(-influence[:, column], kind="stable")
        half = number // 2
        chosen = [*order[:half], *order[-half:]] if is_topic else order[:number].tolist()
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
