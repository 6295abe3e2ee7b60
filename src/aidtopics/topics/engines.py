"""The engines under one interface: a document-term matrix in, a `TopicModel` of plain arrays out."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from threadpoolctl import threadpool_limits

from aidtopics.errors import FittingError
from aidtopics.topics.inference import infer_shares
from aidtopics.topics.measures import diversity
from aidtopics.topics.model import RELEVANCE, Floors, TopicModel, first_words, name_topic, relevance_weights
from aidtopics.topics.start import divide, factorize

Doubles = npt.NDArray[np.float64]

ENGINES = ("gensim", "tomotopy", "nmf")
COLLAPSED = 0.5  # diversity below which topics are copies of each other

_ALPHA = 0.1  # prior of each topic on a page; tomotopy adapts it while it samples
_ETA = 0.01  # prior of each word in each topic, in tokens
_SEEDED = 0.1  # tokens of prior for each token that the start put into a topic: pages outweigh it ten to one
_UNUSUAL = 0.01  # share of the pages of the same kind that the floors call unusual


def fit_topics(
    counts: sparse.csr_array, vocabulary: tuple[str, ...], number: int, seed: int, engine: str
) -> TopicModel:
    """Fit topics on a document-term matrix of shape (pages, words). The heaviest topic comes first.

    Raises:
        FittingError: fewer pages or words than topics, or topics that are copies of each other.
    """
    filled = int((counts.sum(axis=1) > 0).sum())
    if number > filled or number > len(vocabulary):
        raise FittingError(
            f"found {filled} pages with words and {len(vocabulary)} different words, expected at least as many of each "
            f"as topics ({number}); lower topics.number or give more pages"
        )
    with threadpool_limits(1):  # the order of its sums, and so the last digits, would follow the number of processors
        return _fit(counts, vocabulary, number, seed, engine)


def _fit(counts: sparse.csr_array, vocabulary: tuple[str, ...], number: int, seed: int, engine: str) -> TopicModel:
    start = factorize(counts, number, seed)
    prior, alpha = _ETA + _SEEDED * start, np.full(number, _ALPHA)
    if engine == "gensim":
        from aidtopics.topics.online import fit_online

        weights = fit_online(counts, prior, start, alpha, seed)
    elif engine == "tomotopy":
        from aidtopics.topics.gibbs import fit_gibbs

        weights, alpha = fit_gibbs(counts, prior, alpha, seed)
    else:
        weights = start + _ETA
    shares = _shares(counts, weights, alpha)
    # Heaviest topic first, so that the numbers say something and a refit is easier to compare.
    order = np.argsort(-shares, kind="stable")
    names = [name_topic([vocabulary[word] for word in row]) for row in _telling(weights[order])]
    fitted = _model(engine, vocabulary, weights[order], alpha[order], shares[order], tuple(names))
    found = diversity(fitted)
    if number > 1 and found < COLLAPSED:
        raise FittingError(
            f"found topics that are copies of each other (diversity {found:.2f}, expected at least {COLLAPSED}); "
            f"lower topics.number from {number}, or give more or more varied pages"
        )
    return fitted


def update_topics(model: TopicModel, counts: sparse.csr_array, seen: int, seed: int) -> TopicModel:
    """Learn on from new pages; topics keep their numbers and names, and the vocabulary stays as it is.

    gensim goes on as if the new pages had come next in the stream, so old ones fade. The other engines add the new
    pages' tokens to those of the old: tomotopy samples them with the old topics as prior, NMF divides them as the old
    topics do.

    Args:
        counts: document-term matrix of the new pages over the model's vocabulary, shape (pages, words).
        seen: pages that the model was fitted on.
    """
    weights, alpha = model.word_weights.astype(np.float64), model.alpha.astype(np.float64)
    before = model.shares * float(weights.sum())
    if model.engine == "gensim":
        from aidtopics.topics.online import update_online

        weights = update_online(counts, weights, alpha, seen, seed)
    elif model.engine == "tomotopy":
        from aidtopics.topics.gibbs import fit_gibbs

        weights, alpha = fit_gibbs(counts, weights, alpha, seed)
    else:
        weights = weights + divide(counts, model.infer(counts), model.topic_term)
    after = before + float(counts.sum()) * _shares(counts, weights, alpha)
    updated = _model(model.engine, model.vocabulary, weights, alpha, after / after.sum(), model.names)
    return replace(updated, floors=model.floors, ids=model.ids)


def with_floors(model: TopicModel, gain: Doubles, known: Doubles) -> TopicModel:
    """The model with the floors that all but a hundredth of these pages reach.

    Pages that the topics were not fitted on say more: those fitted on are explained better than any new page will be.

    Args:
        gain: what `background_gain` gives for each page, shape (pages,).
        known: share of each page's words that are in the vocabulary, shape (pages,).
    """
    return replace(model, floors=Floors(float(np.quantile(gain, _UNUSUAL)), float(np.quantile(known, _UNUSUAL))))


def _shares(counts: sparse.csr_array, weights: Doubles, alpha: Doubles) -> Doubles:
    """Share of each topic in all tokens, shape (topics,)."""
    mass = np.asarray(counts.sum(axis=1)).ravel() @ infer_shares(counts, weights, alpha)
    return np.asarray(mass / mass.sum())


def _telling(weights: Doubles) -> npt.NDArray[np.intp]:
    return first_words(relevance_weights(weights, RELEVANCE), 3)


def _model(
    engine: str, vocabulary: tuple[str, ...], weights: Doubles, alpha: Doubles, shares: Doubles, names: tuple[str, ...]
) -> TopicModel:
    small = np.float32
    return TopicModel(engine, vocabulary, weights.astype(small), alpha.astype(small), shares.astype(small), names)
