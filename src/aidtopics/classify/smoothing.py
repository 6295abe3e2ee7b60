"""A linear chain over the kinds of a page's passages: what usually follows what."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aidtopics.classify.block import Floats
from aidtopics.classify.model import KINDS

_PSEUDO_COUNT = 0.5


@dataclass(frozen=True, slots=True)
class Chain:
    """Probabilities of kinds in a row, none of them 0."""

    first: npt.NDArray[np.float64]  # (len(KINDS),), of a page's first passage
    following: npt.NDArray[np.float64]  # (len(KINDS), len(KINDS)), row: the kind before
    anywhere: npt.NDArray[np.float64]  # (len(KINDS),)


def learn_chain(pages: Sequence[npt.NDArray[np.intp]]) -> Chain:
    """Count kinds in gold pages, given as the kind numbers of each page's passages."""
    first = np.full(len(KINDS), _PSEUDO_COUNT)
    following = np.full((len(KINDS), len(KINDS)), _PSEUDO_COUNT)
    anywhere = np.full(len(KINDS), _PSEUDO_COUNT)
    for kinds in pages:
        np.add.at(first, kinds[:1], 1)
        np.add.at(following, (kinds[:-1], kinds[1:]), 1)
        np.add.at(anywhere, kinds, 1)
    return Chain(first / first.sum(), following / following.sum(axis=1, keepdims=True), anywhere / anywhere.sum())


def smooth(kinds: Floats, starts: npt.NDArray[np.intp], chain: Chain) -> Floats:
    """Probabilities of each passage's kind given all passages of its page, shape as given, (passages, len(KINDS)).

    The forward-backward recursion (Rabiner 1989, section III.A) rather than Viterbi's single best row, because a
    threshold needs probabilities. A classifier's probability over the kind's share stands for the likelihood
    (Bourlard and Morgan 1994).
    """
    likelihood = kinds.astype(np.float64) / chain.anywhere
    result = np.empty_like(likelihood)
    for start, end in itertools.pairwise(starts.tolist()):
        forward = result[start:end]
        before = chain.first
        for place in range(end - start):
            here = before * likelihood[start + place]
            forward[place] = here / here.sum()
            before = forward[place] @ chain.following
        after = np.ones(len(KINDS))
        for place in range(end - start - 1, -1, -1):
            both = forward[place] * after
            after = chain.following @ (likelihood[start + place] * after)
            after /= after.sum()
            forward[place] = both / both.sum()
    return result.astype(np.float32)
