"""Pages as points in two dimensions, near each other where their topics are alike."""

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

Doubles = npt.NDArray[np.float64]

_NEIGHBOURS = 30.0  # perplexity of t-SNE: how many pages count as near
_FEWEST = 12  # pages; a neighbourhood needs a few more pages than itself


def page_positions(shares: Doubles, seed: int) -> Doubles:
    """Position of each page, shape (pages, 2), in no unit.

    t-SNE (van der Maaten and Hinton 2008) of the square roots of the shares, between which Euclidean distance is the
    Hellinger distance of two mixtures; of a dozen pages or two topics their first two principal components.

    Args:
        shares: document-topic matrix, shape (pages, topics).
    """
    from sklearn.manifold import TSNE

    roots = np.sqrt(shares)
    if len(roots) <= _FEWEST or roots.shape[1] <= 2:
        across, along, _ = np.linalg.svd(roots - roots.mean(axis=0), full_matrices=False)
        found = (across * along)[:, :2]
        return np.pad(found, ((0, 0), (0, 2 - found.shape[1])))
    neighbours = min(_NEIGHBOURS, (len(roots) - 1) / 3)
    with threadpool_limits(1):
        model = TSNE(2, perplexity=neighbours, init="pca", random_state=seed, n_jobs=1)
        return np.asarray(model.fit_transform(roots), np.float64)
