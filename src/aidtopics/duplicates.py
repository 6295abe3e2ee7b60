"""Mirrored and reprinted pages: which texts are nearly the same, and which pages must stay on one side of a split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SHINGLE = 5  # characters; about three Chinese words
PERMUTATIONS = 128
SIMILARITY = 0.6  # estimated Jaccard similarity of the shingle sets from which two texts count as one


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that are nearly the same."""

    first: int  # number of the text
    second: int  # larger than first
    similarity: float  # Jaccard similarity of their shingle sets, in [SIMILARITY, 1]


def clusters(texts: Sequence[str]) -> npt.NDArray[np.intp]:
    """Number of the near-duplicate cluster of each text, shape (texts,); numbers count up in order of appearance."""
    return _components(len(texts), _candidates([_shingles(text) for text in texts]))


def near_duplicates(texts: Sequence[str]) -> tuple[Pair, ...]:
    """Pairs of texts that are nearly the same, the most similar first."""
    shingles = [_shingles(text) for text in texts]
    pairs = []
    for a, b in _candidates(shingles):
        similarity = len(shingles[a] & shingles[b]) / len(shingles[a] | shingles[b])
        if similarity >= SIMILARITY:  # the signatures only estimate it
            pairs.append(Pair(min(a, b), max(a, b), similarity))
    return tuple(sorted(pairs, key=lambda pair: (-pair.similarity, pair.first, pair.second)))


def _shingles(text: str) -> set[bytes]:
    """Runs of characters, white space and marks left out because mirrors change them; none if nothing else is there."""
    bare = "".join(character for character in text if character.isalnum())
    return {bare[i : i + SHINGLE].encode() for i in range(max(1, len(bare) - SHINGLE + 1))} if bare else set()


def _candidates(texts: Sequence[set[bytes]]) -> list[tuple[int, int]]:
    """Pairs of shingle sets that are probably similar.

    MinHash over character shingles (Broder 1997) with locality-sensitive hashing, so the work grows with the number of
    texts and not with its square. Texts that say nothing are no copies of each other.
    """
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=SIMILARITY, num_perm=PERMUTATIONS)
    pairs: list[tuple[int, int]] = []
    for number, shingles in enumerate(texts):
        if not shingles:
            continue
        signature = MinHash(num_perm=PERMUTATIONS)
        signature.update_batch(shingles)
        pairs += [(number, int(other)) for other in index.query(signature)]
        index.insert(str(number), signature)
    return pairs


def split_groups(sites: Sequence[str], texts: Sequence[str]) -> npt.NDArray[np.intp]:
    """Group of each page such that no site and no near-duplicate stands in two groups, shape (pages,)."""
    number_of_site: dict[str, int] = {}
    for number, site in enumerate(sites):
        number_of_site.setdefault(site, number)
    pairs = [(number, number_of_site[site]) for number, site in enumerate(sites)]
    first_of_cluster: dict[int, int] = {}
    for number, cluster in enumerate(clusters(texts).tolist()):
        pairs.append((number, first_of_cluster.setdefault(cluster, number)))
    return _components(len(sites), pairs)


def _components(count: int, pairs: Sequence[tuple[int, int]]) -> npt.NDArray[np.intp]:
    """Connected components, numbered in order of their first member."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not count:
        return np.zeros(0, np.intp)
    rows, columns = (
        (np.array(side, np.intp) for side in zip(*pairs, strict=True)) if pairs else (np.zeros(0, np.intp),) * 2
    )
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(count, count))
    _, component = connected_components(graph, directed=False)
    _, first, inverse = np.unique(component, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.intp)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[inverse]
