"""Many fits of the same pages, by engine, number of topics and seed, measured alike; and the number they speak for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt
from scipy import sparse

from aidtopics.errors import FittingError
from aidtopics.segment import Tokens
from aidtopics.topics.coherence import CoherenceCounts
from aidtopics.topics.engines import fit_topics
from aidtopics.topics.measures import FIRST, Figures, measure
from aidtopics.topics.model import TopicModel

Doubles = npt.NDArray[np.float64]
Pages = npt.NDArray[np.intp]

_LEFT_OUT = 10  # one page in so many is left out of the second fit
_LEAST_LEFT_OUT = 5  # pages; a perplexity of fewer is that of single pages

# What speaks for a number of topics: four aspects of equal weight, and whether more is better.
_ASPECTS = {
    "coherence": (("npmi", True), ("c_v", True)),
    "diversity": (("diversity", True),),
    "steadiness": (("stability", True), ("robustness", True)),
    "perplexity": (("perplexity", False),),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One fit to make."""

    engine: str
    number: int
    seed: int


@dataclass(frozen=True, slots=True)
class Fit:
    """What came of a plan: a model, or the reason why there is none."""

    plan: Plan
    model: TopicModel | None
    error: str | None
    seconds: float  # of the fit on all pages
    without_some: TopicModel | None  # fitted on nine tenths of the pages


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The number of topics that a sweep speaks for."""

    number: int
    reason: str


def fit_plans(counts: sparse.csr_array, vocabulary: tuple[str, ...], plans: Sequence[Plan], jobs: int) -> Iterator[Fit]:
    """Fit every plan on all pages and on nine tenths of them, in order, in as many processes as said."""
    from joblib import Parallel, delayed

    tasks = (delayed(_fit)(counts, vocabulary, plan) for plan in plans)
    yield from Parallel(n_jobs=jobs if len(plans) > 1 else 1, return_as="generator")(tasks)


def measure_fits(fits: Sequence[Fit], counts: sparse.csr_array, words: Tokens) -> list[Figures | None]:
    """Figures of every fit, None where there is no model. One count of the texts serves them all.

    Args:
        counts: document-term matrix of the pages fitted on.
        words: the same pages as words in reading order.
    """
    models = [fit.model for fit in fits if fit.model]
    coherence = CoherenceCounts(words, (word for model in models for row in model.words(FIRST) for word in row))
    found: list[Figures | None] = []
    for fit in fits:
        if fit.model is None:
            found.append(None)
            continue
        alike = [other.model for other in fits if other.model and other is not fit and _same(other.plan, fit.plan)]
        out = left_out(counts.shape[0], fit.plan.seed)
        held_out = None if out is None else counts[np.flatnonzero(out)]
        found.append(measure(fit.model, coherence, alike, fit.without_some, held_out, fit.plan.seed))
    return found


def unseen_gain(fits: Sequence[Fit], plan: Plan, counts: sparse.csr_array) -> tuple[Doubles, Pages]:
    """How well the topics of a plan's engine and number explain pages that they were not fitted on.

    Returns:
        Gain as in `TopicModel.gain` and number of each page that any seed left out; of all pages, as fitted on, where
        no seed left any out.
    """
    gains, pages = [], []
    for fit in fits:
        out = left_out(counts.shape[0], fit.plan.seed)
        if _same(fit.plan, plan) and fit.without_some and out is not None:
            pages.append(np.flatnonzero(out))
            gains.append(fit.without_some.gain(counts[pages[-1]], fit.without_some.infer(counts[pages[-1]])))
    if not pages:
        model = next(fit.model for fit in fits if fit.plan == plan and fit.model)
        return model.gain(counts, model.infer(counts)), np.arange(counts.shape[0])
    return np.concatenate(gains), np.concatenate(pages)


def recommend(numbers: Sequence[int], figures: Sequence[Figures | None]) -> Recommendation:
    """The number of topics with the best mean rank over coherence, diversity, steadiness and perplexity.

    Ranks, because the measures have no common unit. Of equals the smallest is taken: fewer topics are easier to read. A
    number of which a fit failed is out.

    Raises:
        FittingError: no number is left.
    """
    failed = {number for number, found in zip(numbers, figures, strict=True) if found is None}
    left = sorted(set(numbers) - failed)
    if not left:
        raise FittingError("found no number of topics of which every fit succeeded; lower topics.numbers")
    ranks = {aspect: ranked for aspect in _ASPECTS if (ranked := _ranks(aspect, left, numbers, figures)) is not None}
    mean = np.mean(list(ranks.values()), axis=0) if ranks else np.ones(len(left))
    order = np.argsort(mean, kind="stable")
    best = int(order[0])
    places = ", ".join(f"{aspect} {ranked[best]:.3g}" for aspect, ranked in ranks.items())
    others = ", ".join(f"{left[i]} ({mean[i]:.3g})" for i in order[1:].tolist())
    reason = f"of {len(left)} numbers, {left[best]} topics rank best on average ({mean[best]:.3g}: {places})"
    reason += f"; then {others}" if others else ""
    reason += f"; no model of {', '.join(map(str, sorted(failed)))} topics came about" if failed else ""
    return Recommendation(left[best], reason)


def left_out(pages: int, seed: int) -> npt.NDArray[np.bool_] | None:
    """Which pages the second fit of a seed does without, shape (pages,); None where there are too few pages."""
    number = pages // _LEFT_OUT
    if number < _LEAST_LEFT_OUT:
        return None
    out = np.zeros(pages, bool)
    out[np.random.default_rng(seed).permutation(pages)[:number]] = True
    return out


def _fit(counts: sparse.csr_array, vocabulary: tuple[str, ...], plan: Plan) -> Fit:
    start = perf_counter()
    try:
        model = fit_topics(counts, vocabulary, plan.number, plan.seed, plan.engine)
    except FittingError as error:
        return Fit(plan, None, str(error), perf_counter() - start, None)
    seconds = perf_counter() - start
    out = left_out(counts.shape[0], plan.seed)
    without_some = None
    if out is not None:
        try:
            kept = counts[np.flatnonzero(~out)]
            without_some = fit_topics(kept, vocabulary, plan.number, plan.seed, plan.engine)
        except FittingError:
            pass  # too few pages are left for so many topics; the figures that need them are then not there
    return Fit(plan, model, None, seconds, without_some)


def _same(one: Plan, other: Plan) -> bool:
    return (one.engine, one.number) == (other.engine, other.number)


def _ranks(
    aspect: str, left: Sequence[int], numbers: Sequence[int], figures: Sequence[Figures | None]
) -> npt.NDArray[np.float64] | None:
    """Rank of each number in an aspect, 1 for the best; None where it was not measured."""
    from scipy.stats import rankdata

    found = []
    for name, more in _ASPECTS[aspect]:
        values = np.array(
            [
                np.mean([getattr(f, name) for n, f in zip(numbers, figures, strict=True) if n == number and f])
                for number in left
            ]
        )
        if not np.isnan(values).any():
            found.append(rankdata(-values if more else values))
    return np.mean(found, axis=0) if found else None
