"""How good topics are: coherence, diversity, stability, robustness and perplexity, always together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from aidtopics.topics.coherence import CoherenceCounts
from aidtopics.topics.inference import log_likelihood
from aidtopics.topics.matching import match_topics
from aidtopics.topics.model import RELEVANCE, TopicModel, first_words, relevance_weights

FIRST = 10  # words that a reader sees of a topic; coherence and stability judge them
_DIVERSE = 25  # words that diversity judges (Dieng, Ruiz and Blei 2020)


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """One topic of a model."""

    topic_id: int
    npmi: float  # in [-1, 1]
    c_v: float  # in [-1, 1]
    diversity: float  # share of its first 25 words that no other topic has among its own, in [0, 1]
    stability: float  # mean share of its first 10 words that the matching topic of another seed keeps; NaN for one seed


@dataclass(frozen=True, slots=True)
class Figures:
    """A model as a whole; NaN where the pages or fits did not suffice to measure."""

    npmi: float  # mean over topics, in [-1, 1]
    c_v: float  # likewise
    diversity: float  # share of different words among all topics' first 25, in (0, 1]
    stability: float  # share of topics that keep half of their first 10 words with another seed, in [0, 1]
    robustness: float  # the same between the fit on all pages and one on nine tenths of them
    perplexity: float  # of pages not fitted on, at least 1; lower is better
    topics: tuple[TopicFigures, ...]


def measure(
    model: TopicModel,
    coherence: CoherenceCounts,
    other_seeds: Sequence[TopicModel],
    without_some: TopicModel | None,
    held_out: sparse.csr_array | None,
    seed: int,
) -> Figures:
    """All figures of a model.

    Args:
        coherence: counts over the texts, of the words of all models that are measured.
        other_seeds: fits of the same number on the same pages.
        without_some: a fit on a part of the pages; None where there are too few to leave any out.
        held_out: document-term matrix of the pages left out of that fit.
        seed: says which tokens of a page left out are guessed from which.
    """
    scores = coherence.score(model.words(FIRST))
    kept = [overlaps(model, other) for other in other_seeds]
    every = np.mean(kept, axis=0) if kept else np.full(model.number, np.nan)
    return Figures(
        npmi=float(np.nanmean(scores.npmi)),
        c_v=float(np.nanmean(scores.c_v)),
        diversity=diversity(model),
        stability=float(np.mean([keeps(shares) for shares in kept])) if kept else float("nan"),
        robustness=float("nan") if without_some is None else keeps(overlaps(model, without_some)),
        perplexity=perplexity(without_some, held_out, seed) if without_some and held_out is not None else float("nan"),
        topics=tuple(
            TopicFigures(topic, *figures)
            for topic, figures in enumerate(
                zip(scores.npmi, scores.c_v, own_words(model).tolist(), every.tolist(), strict=True)
            )
        ),
    )


def diversity(model: TopicModel, words: int = _DIVERSE) -> float:
    """Share of different words among all topics' first 25 (Dieng, Ruiz and Blei 2020), in (0, 1].

    A vocabulary that has fewer words for each topic is asked for no more than it has.
    """
    first = _diverse_words(model, words)
    return len(np.unique(first)) / first.size


def own_words(model: TopicModel, words: int = _DIVERSE) -> npt.NDArray[np.float64]:
    """Share of each topic's first 25 words that no other topic has among its own, shape (topics,), in [0, 1]."""
    first = _diverse_words(model, words)
    times = np.bincount(first.ravel(), minlength=len(model.vocabulary))
    return np.asarray((times[first] == 1).mean(axis=1))


def _diverse_words(model: TopicModel, words: int) -> npt.NDArray[np.intp]:
    words = max(1, min(words, len(model.vocabulary) // model.number))
    return first_words(relevance_weights(model.word_weights, RELEVANCE), words)


def overlaps(model: TopicModel, other: TopicModel, words: int = FIRST) -> npt.NDArray[np.float64]:
    """Share of each topic's first words that its match in another fit has too, shape (topics,); see `match_topics`."""
    return match_topics(model, other, words).kept


def keeps(shares: npt.NDArray[np.floating]) -> float:
    """Share of topics that keep at least half of their first words, in [0, 1]."""
    return float((shares >= 0.5).mean())


def stability(models: Sequence[TopicModel], words: int = FIRST) -> float:
    """Share of topics that keep at least half of their first words, mean over all pairs of fits; NaN for one fit."""
    pairs = [keeps(overlaps(a, b, words)) for i, a in enumerate(models) for b in models[i + 1 :]]
    return float(np.mean(pairs)) if pairs else float("nan")


def perplexity(model: TopicModel, held_out: sparse.csr_array, seed: int) -> float:
    """Exp of minus the mean log-probability of a token of pages that the model was not fitted on, at least 1.

    Document completion: a page's topics are inferred from one half of its tokens, drawn at random, and the other half
    is scored (Wallach, Murray, Salakhutdinov and Mimno 2009, section 5.1). NaN where no token is left to score.
    """
    counts = sparse.csr_array(held_out)
    seen, rest = counts.copy(), counts.copy()
    seen.data = np.random.default_rng(seed).binomial(counts.data, 0.5)
    rest.data = counts.data - seen.data
    for part in (seen, rest):
        part.eliminate_zeros()
    if not rest.nnz:
        return float("nan")
    return float(np.exp(-log_likelihood(rest, model.infer(seen), model.topic_term).sum() / rest.sum()))
