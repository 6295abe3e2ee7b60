"""Fits LDA with gensim, with as many passes as a corpus of the given size needs."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from aidtopics.errors import FittingError
from aidtopics.topics.model import TopicModel, name_topic

COLLAPSED = 0.5  # diversity below which topics are copies of each other


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often and in which portions the pages are gone through."""

    passes: int
    chunk_size: int  # pages between two updates of the topics


def schedule(pages: int) -> Schedule:
    """Passes and chunk size for a corpus of the given number of pages.

    Online LDA learns by updates, not by pages: gensim's defaults (one pass, chunks of 2,000) give a corpus of 3,000
    pages two updates and twenty nearly equal topics. Here every corpus gets some 250 updates. Larger chunks raise
    coherence by making topics more alike, smaller ones make topics of single pages; docs/topics.md has the figures.
    """
    chunk_size = int(np.clip(round(pages / 8), 32, 1024))
    updates_per_pass = max(1, math.ceil(pages / chunk_size))
    return Schedule(passes=int(np.clip(round(250 / updates_per_pass), 5, 50)), chunk_size=chunk_size)


def fit_lda(counts: sparse.csr_array, vocabulary: tuple[str, ...], number: int, seed: int) -> TopicModel:
    """Fit `number` topics on a document-term matrix of shape (pages, words).

    Raises:
        FittingError: fewer pages or words than topics, or topics that are copies of each other.
    """
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaModel

    pages = counts.shape[0]
    filled = int((counts.sum(axis=1) > 0).sum())
    if number > filled or number > len(vocabulary):
        raise FittingError(
            f"found {filled} pages with words and {len(vocabulary)} different words, expected at least as many of each "
            f"as topics ({number}); lower topics.number or give more pages"
        )
    plan = schedule(pages)
    model = LdaModel(
        Sparse2Corpus(sparse.csr_matrix(counts), documents_columns=False),
        id2word=dict(enumerate(vocabulary)),
        num_topics=number,
        passes=plan.passes,
        chunksize=plan.chunk_size,
        iterations=200,
        gamma_threshold=1e-3,
        eval_every=None,
        random_state=seed,
        dtype=np.float64,
    )
    weights = model.state.get_lambda().astype(np.float32)
    draft = TopicModel("gensim", vocabulary, weights, model.alpha.astype(np.float32), np.zeros(number, np.float32), ())
    tokens = np.asarray(counts.sum(axis=1)).ravel()
    mass = tokens @ draft.infer(counts)
    # Heaviest topic first, so that the numbers say something and a refit is easier to compare.
    order = np.argsort(-mass, kind="stable")
    weights, alpha = weights[order], draft.alpha[order]
    names = _names(weights, vocabulary)
    fitted = TopicModel("gensim", vocabulary, weights, alpha, (mass[order] / mass.sum()).astype(np.float32), names)
    found = diversity(fitted)
    if number > 1 and found < COLLAPSED:
        raise FittingError(
            f"found topics that are copies of each other (diversity {found:.2f}, expected at least {COLLAPSED}); "
            f"lower topics.number from {number}, or give more or more varied pages"
        )
    return fitted


def diversity(model: TopicModel, words: int = 25) -> float:
    """Share of different words among all topics' first 25 (Dieng, Ruiz and Blei 2020), in (0, 1].

    A vocabulary that has fewer words for each topic is asked for no more than it has.
    """
    words = max(1, min(words, len(model.vocabulary) // len(model.word_weights)))
    top = np.argsort(-model.word_weights, axis=1, kind="stable")[:, :words]
    return len(np.unique(top)) / top.size


def perplexity(model: TopicModel, counts: sparse.csr_array) -> float:
    """Exp of minus the mean log-probability of a token under its page's mixture; lower is better."""
    shares, words = model.infer(counts), model.topic_term
    rows, columns = counts.nonzero()
    # In stretches, because pages times words does not fit for large corpora.
    total = 0.0
    for start in range(0, len(rows), 100_000):
        part = slice(start, start + 100_000)
        probability = np.einsum("nk,kn->n", shares[rows[part]], words[:, columns[part]])
        total += float(np.log(probability + 1e-100) @ counts.data[part])
    return float(np.exp(-total / max(counts.sum(), 1)))


def _names(weights: np.ndarray, vocabulary: tuple[str, ...]) -> tuple[str, ...]:
    """Words frequent in a topic and more so than elsewhere: relevance at lambda 0.6 (Sievert and Shirley 2014)."""
    probability = weights / weights.sum(axis=1, keepdims=True)
    overall = weights.sum(axis=0) / weights.sum()
    relevance = 0.6 * np.log(probability) + 0.4 * np.log(probability / overall)
    best = np.argsort(-relevance, axis=1, kind="stable")[:, :3]
    return tuple(name_topic([vocabulary[word] for word in row]) for row in best)
