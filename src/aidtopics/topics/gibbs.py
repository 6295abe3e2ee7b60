"""tomotopy's collapsed Gibbs sampling of LDA."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

Doubles = npt.NDArray[np.float64]

_WORK = 50_000_000  # tokens sampled, whatever the corpus: small corpora need the rounds and large ones have the tokens
_ETA = 0.01  # tokens; every word has its own prior, so this one only shows in what tomotopy tells
_ADAPT = 10  # rounds between two adaptations of the prior of a page's topics


def rounds(tokens: int) -> int:
    """How often every token is sampled in a corpus of so many."""
    return int(np.clip(_WORK // max(1, tokens), 50, 1000))


def fit_gibbs(counts: sparse.csr_array, prior: Doubles, alpha: Doubles, seed: int) -> tuple[Doubles, Doubles]:
    """Dirichlet parameters of each topic's words, shape (topics, words), and the adapted prior of a page's topics.

    One worker: with more, the same seed gives another model each time. On a processor with other vector instructions
    the same seed gives another, equally good model (tomotopy issue 63).
    """
    import tomotopy

    topics, words = prior.shape
    model = tomotopy.LDAModel(k=topics, alpha=alpha.tolist(), eta=_ETA, seed=seed)
    model.optim_interval = _ADAPT
    # Words go by their number, so that what the engine does to spelling or order can't touch the vocabulary.
    names = np.array([str(word) for word in range(words)], dtype=object)
    for word in np.flatnonzero(np.bincount(counts.indices, minlength=words)).tolist():
        model.set_word_prior(names[word], prior[:, word].tolist())
    for start, end in zip(counts.indptr[:-1].tolist(), counts.indptr[1:].tolist(), strict=True):
        if start < end:
            model.add_doc(np.repeat(names[counts.indices[start:end]], counts.data[start:end]).tolist())
    model.train(rounds(int(counts.sum())), workers=1, parallel=tomotopy.ParallelScheme.NONE)
    weights = prior.copy()
    columns = [int(name) for name in model.used_vocabs]
    for topic in range(topics):
        # What tomotopy tells is the sampled tokens and its one eta, though it samples with the prior of each word.
        weights[topic, columns] += np.asarray(model.get_topic_word_dist(topic, normalize=False)) - _ETA
    return weights, np.asarray(model.alpha, np.float64)
