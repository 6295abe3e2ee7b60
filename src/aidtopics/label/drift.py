"""Pages held against those of training: what differs, in words and in figures."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from aidtopics.classify.drift import BINS, MEASURES, Counts, Reference, Standout, Tally

FEWEST = 30  # pages; of fewer nothing is said
# By chance alone the Kolmogorov-Smirnov distance of two samples stays under this times sqrt(1/n + 1/m) in all but one
# of a thousand cases (Smirnov 1948: sqrt(-ln(0.001 / 2) / 2)). Of many pages less than _LEAST is no news.
_CHANCE = 1.949
_LEAST = 0.25
_SHOWN = 3
_UNSURE = np.log(4)  # log-odds of a probability of 0.8, or 0.2 on the other side


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of the pages against its reference."""

    measure: str
    here: float  # median
    training: float  # median
    distance: float  # Kolmogorov-Smirnov, in [0, 1]
    bound: float  # from which it is told
    higher: bool  # the pages have larger values than those of training
    told: bool
    words: str
    standouts: tuple[Standout, ...]  # pages far out on that side


def differences(tally: Tally, reference: Reference) -> tuple[Difference, ...]:
    """All measures, those that differ most first; none is told of fewer than FEWEST pages."""
    found = []
    trained = int(reference.counts[0].sum())
    bound = max(_LEAST, _CHANCE * np.sqrt(1 / max(tally.pages, 1) + 1 / trained))
    for number, measure in enumerate(MEASURES):
        here, training = tally.counts[number], reference.counts[number]
        gap = np.cumsum(training) / trained - np.cumsum(here) / max(tally.pages, 1)
        higher = bool(gap.max() >= -gap.min())
        distance = float(np.abs(gap).max())
        # Pages with fewer unknown pairs, or ones that the classifier is surer of, are no reason to doubt it.
        harmless = {"share of character pairs unknown": False, "certainty": True}.get(measure.name)
        medians = (_median(here, number), _median(training, number))
        lowest, highest = tally.ends[number]
        found.append(
            Difference(
                measure=measure.name,
                here=medians[0],
                training=medians[1],
                distance=distance,
                bound=float(bound),
                higher=higher,
                told=tally.pages >= FEWEST and distance > bound and higher is not harmless,
                words=_words(measure.name, here, training, medians, higher),
                standouts=highest if higher else lowest,
            )
        )
    return tuple(sorted(found, key=lambda difference: -difference.distance))


def note(tally: Tally, reference: Reference) -> str | None:
    """What a user should know before trusting the labels; None where the pages are like those of training."""
    told = [difference for difference in differences(tally, reference) if difference.told]
    if not told:
        return None
    lines = [
        f"note: these pages ({tally.pages} looked at) are not like those the model was trained on, "
        "so its figures may not hold:"
    ]
    lines += [f"  - {difference.words}" for difference in told]
    shown: dict[str, str] = {}
    for rank in range(_SHOWN):
        for difference in told:
            if rank < len(difference.standouts) and len(shown) < _SHOWN:
                standout = difference.standouts[rank]
                shown.setdefault(standout.source, standout.excerpt)
    lines.append("  pages that stand out most:")
    lines += [f"    {source}: {excerpt}" for source, excerpt in shown.items()]
    return "\n".join(lines)


def drift_figures(tally: Tally, reference: Reference) -> dict[str, Any]:
    """All measures as JSON: medians, distance, bound, pages per bin here and in training, pages that stand out."""
    rows = {}
    for difference in differences(tally, reference):
        number = [measure.name for measure in MEASURES].index(difference.measure)
        measure = MEASURES[number]
        rows[difference.measure] = {
            "median": round(difference.here, 4),
            "median_training": round(difference.training, 4),
            "distance": round(difference.distance, 4),
            "bound": round(difference.bound, 4),
            "told": difference.told,
            "words": difference.words,
            "bins": {"low": measure.low, "high": measure.high},
            "pages": tally.counts[number].tolist(),
            "pages_training": reference.counts[number].tolist(),
            "standouts": [
                {"value": round(s.value, 4), "source": s.source, "excerpt": s.excerpt} for s in difference.standouts
            ],
        }
    return {"pages": tally.pages, "pages_training": int(reference.counts[0].sum()), "measures": rows}


def _words(measure: str, here: Counts, training: Counts, medians: tuple[float, float], higher: bool) -> str:
    now, then = medians
    match measure:
        case "log2 of characters":
            lengths = f"median {_count(now)} characters, {_count(then)} in training"
            return f"pages are {'longer' if higher else 'shorter'}: {lengths}"
        case "log2 of characters per passage":
            lengths = f"{_count(now)} characters a passage, {_count(then)} in training"
            return f"passages are {'longer' if higher else 'shorter'}: {lengths}"
        case "share of character pairs unknown":
            return f"{now:.0%} of the character pairs are unknown to the model, {then:.0%} in training"
        case "share of Chinese characters":
            return f"{now:.0%} of the characters are Chinese, {then:.0%} in training"
        case "share of prose":
            return f"{now:.0%} of the text is prose, {then:.0%} in training"
        case _:
            sure, unsure = (_share_below(counts, len(MEASURES) - 1, _UNSURE) for counts in (training, here))
            return f"{unsure:.0%} of the pages have a probability between 0.2 and 0.8, {sure:.0%} in training"


def _count(log2: float) -> str:
    return f"{2**log2:,.0f}"


def _median(counts: Counts, number: int) -> float:
    """Within its bin as if the pages there lay evenly; in the first and last bin they mostly lie at the very end."""
    measure = MEASURES[number]
    running: npt.NDArray[np.float64] = np.concatenate([[0.0], np.cumsum(counts)])
    if not running[-1]:
        return float("nan")
    bin_ = int(np.searchsorted(running, running[-1] / 2, side="left")) - 1
    if bin_ in (0, BINS - 1):
        return measure.high if bin_ else measure.low
    inside = (running[-1] / 2 - running[bin_]) / max(counts[bin_], 1)
    return float(measure.low + (measure.high - measure.low) * (bin_ + inside) / BINS)


def _share_below(counts: Counts, number: int, value: float) -> float:
    measure = MEASURES[number]
    bins = round((value - measure.low) / (measure.high - measure.low) * BINS)
    return float(counts[:bins].sum() / max(counts.sum(), 1))
