"""gensim's online variational LDA: streams, and learns on from new pages."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Doubles = npt.NDArray[np.float64]


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


def fit_online(counts: sparse.csr_array, prior: Doubles, start: Doubles, alpha: Doubles, seed: int) -> Doubles:
    """Dirichlet parameters of each topic's words, shape (topics, words)."""
    pages = counts.shape[0]
    plan = schedule(pages)
    model = _model(prior, start, alpha, seed)
    # As if the start had been a first pass; otherwise the first chunk alone would replace it.
    model.num_updates = pages
    model.update(_corpus(counts), chunksize=plan.chunk_size, passes=plan.passes)
    return np.asarray(model.state.get_lambda())


def update_online(counts: sparse.csr_array, weights: Doubles, alpha: Doubles, seen: int, seed: int) -> Doubles:
    """The same after one more pass over new pages; `seen` pages were fitted on before."""
    floor = weights.min(axis=1, keepdims=True)
    model = _model(np.broadcast_to(floor, weights.shape).copy(), weights - floor, alpha, seed)
    model.num_updates = model.state.numdocs = seen
    model.update(_corpus(counts), chunksize=schedule(seen).chunk_size, passes=1)
    return np.asarray(model.state.get_lambda())


def _model(prior: Doubles, start: Doubles, alpha: Doubles, seed: int) -> Any:  # noqa: ANN401 - gensim has no types
    from gensim.models import LdaModel

    topics, words = prior.shape
    model = LdaModel(
        id2word={word: str(word) for word in range(words)},
        num_topics=topics,
        alpha=alpha,
        eta=prior,
        iterations=200,
        gamma_threshold=1e-3,
        eval_every=None,
        random_state=seed,
        dtype=np.float64,
    )
    model.state.sstats = start.copy()
    model.sync_state()
    return model


def _corpus(counts: sparse.csr_array) -> Any:  # noqa: ANN401
    from gensim.matutils import Sparse2Corpus

    return Sparse2Corpus(sparse.csr_matrix(counts), documents_columns=False)
