"""What the classifier goes by: the n-grams and the layout that weigh most, in readable form."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from aidtopics.classify.block import LAYOUT_FEATURES
from aidtopics.classify.model import KIND_SHIFT, KINDS, TOPIC_ORDERS, FirstStage
from aidtopics.vectorize.ngrams import EDGE, ORDERS, fold, hash_ngrams

AID_DECISION = "aid"
_FREQUENT = 5
_NEARLY_ALONE = 0.9
_EDGE_SIGN = "▏"  # shown for the edge of a passage


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature and its weight for one decision."""

    decision: str  # a kind of passage, or AID_DECISION for the topic
    name: str  # an n-gram in its own characters, or what is seen of the layout
    weight: float
    share: float | None  # of what fell into its bucket in training, in (0, 1]; None where it was not counted


def strongest_features(stage: FirstStage, texts: Iterable[str], number: int) -> list[Feature]:
    """The features that speak most for each kind; for aid one half speaks for it and one half against.

    Hashing can't be undone, and several n-grams share a bucket and so a weight: a bucket is shown as the n-gram that
    fell into it most often in the texts given, with the share it had in all that fell there. N-grams of two or three
    characters that occur five times or more are ranked; single characters weigh more, but tell a reader nothing.

    Args:
        number: n-grams per decision; the strongest layout feature of a kind comes on top.
    """
    listed = tuple(texts)
    kinds = _named_buckets(listed, stage.bits - KIND_SHIFT, slice(None))
    topic = _named_buckets(listed, stage.bits, TOPIC_ORDERS)
    half = number // 2
    found = []
    for column, decision in enumerate((*KINDS, AID_DECISION)):
        is_topic = column == len(KINDS)
        named = topic if is_topic else kinds
        weights = stage.topic if is_topic else stage.kinds[:, column]
        influence = weights[[bucket.number for bucket in named]]
        order = np.argsort(-influence, kind="stable").tolist()
        for i in [*order[:half], *order[-half:]] if is_topic else order[:number]:
            found.append(Feature(str(decision), named[i].name, round(float(influence[i]), 3), round(named[i].share, 3)))
        if not is_topic:
            best = int(stage.layout[:, column].argmax())
            weight = float(stage.layout[best, column])
            found.append(Feature(str(decision), f"[{LAYOUT_FEATURES[best]}]", round(weight, 3), 1.0))
    return found


def as_markdown(features: Sequence[Feature]) -> str:
    """The strongest features as a table for the card, one row per decision, with what the hashing mixes up."""

    def shown(feature: Feature) -> str:
        mixed = f" ({feature.share:.0%})" if feature.share is not None and feature.share < _NEARLY_ALONE else ""
        # A blank at the end of a code span is stripped, and a bar would end the cell.
        is_layout = feature.name.startswith("[") and feature.name.endswith("]")
        name = feature.name if is_layout else feature.name.replace(" ", "␣").replace("|", "¦")
        return f"`{name}`{mixed}"

    rows = []
    for decision in dict.fromkeys(feature.decision for feature in features):
        here = [feature for feature in features if feature.decision == decision]
        speaking = {"": [f for f in here if f.weight > 0]}
        if decision == AID_DECISION:
            speaking = {"aid": speaking[""], "not aid": [f for f in reversed(here) if f.weight < 0]}
        rows += [f"| {name or decision} | {' '.join(map(shown, some))} |" for name, some in speaking.items()]
    mixed = sum(f.share is not None and f.share < _NEARLY_ALONE for f in features)
    return "\n".join(
        [
            "| speaks for | strongest features first |",
            "|---|---|",
            *rows,
            "",
            f"{_EDGE_SIGN} is the edge of a passage, 0 any digit, ␣ a blank, [...] what is seen of the layout.",
            "N-grams are hashed, and those that fall into one bucket share its weight.",
            f"{mixed} of the {len(features)} features shown are less than {_NEARLY_ALONE:.0%} of what fell into their",
            "bucket in training; in brackets how much of it they are.",
        ]
    )


@dataclass(frozen=True, slots=True)
class _Bucket:
    """A bucket as it is shown."""

    number: int
    name: str  # the n-gram that fell into it most often
    share: float  # of what fell into it, in (0, 1]


def _named_buckets(texts: Sequence[str], bits: int, orders: slice) -> list[_Bucket]:
    """The buckets that are ranked, in order."""
    counts: Counter[tuple[int, str]] = Counter()
    for text in texts:
        folded = fold([text])
        buckets = hash_ngrams(folded, bits)
        shown = "".join(_EDGE_SIGN if code == EDGE else chr(code) for code in folded.codes.tolist())
        for order in range(ORDERS)[orders]:
            for position, bucket in enumerate(buckets[order].tolist()):
                if bucket < 1 << bits:
                    counts[bucket, shown[position : position + order + 1]] += 1
    names: dict[int, str] = {}
    own: dict[int, int] = {}
    frequency: dict[int, int] = {}
    for (bucket, ngram), count in counts.most_common():
        names.setdefault(bucket, ngram)
        own.setdefault(bucket, count)
        frequency[bucket] = frequency.get(bucket, 0) + count
    ranked = sorted(bucket for bucket, name in names.items() if len(name) > 1 and frequency[bucket] >= _FREQUENT)
    return [_Bucket(bucket, names[bucket], own[bucket] / frequency[bucket]) for bucket in ranked]
