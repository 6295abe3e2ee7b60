"""Phrases found in the corpus: pairs of words that nearly always stand together."""

from collections.abc import Callable

import numpy as np

from aidtopics.segment.tokens import Tokens

# Measured on 302 aid pages: pairs from 0.6 up are terms (重症医学科, 人工晶体, 乡村振兴), from 0.5 to 0.6 half of them
# are chance neighbours (仪式结束, 会议室召开).
TOGETHER = 0.6
# Pages; rarer pairs have high values by chance, and a topic shows none of them.
_LEAST = 5


def find_phrases(cuts: Tokens, tells: Callable[[str], bool]) -> dict[tuple[str, str], int]:
    """Pairs of neighbouring words with a normalized pointwise mutual information of at least 0.6, and their pages.

    Bouma (2009): log(p(a, b) / (p(a) p(b))) / -log p(a, b), in [-1, 1]; 1 where neither stands without the other.

    Args:
        cuts: texts cut into words, everything in order, Latin in small letters.
        tells: whether a word may be part of a phrase.
    """
    width, total = len(cuts.words), len(cuts.ids)
    words = np.bincount(cuts.ids, minlength=width)
    telling = cuts.which(tells).take(cuts.ids)
    at = np.flatnonzero(telling[:-1] & telling[1:] & cuts.followed[:-1])
    pairs = cuts.ids[at].astype(np.int64) * width + cuts.ids[at + 1]
    different, which, times = np.unique(pairs, return_inverse=True, return_counts=True)
    of_page = np.unique(cuts.text_of[at] * max(len(different), 1) + which)
    pages = np.bincount(of_page % max(len(different), 1), minlength=len(different))
    often = pages >= _LEAST
    first, second = np.divmod(different[often], width)
    share = times[often] / total
    together = np.log(share * total * total / (words[first] * words[second])) / -np.log(share)
    close = together >= TOGETHER
    return {
        (cuts.words[a], cuts.words[b]): number
        for a, b, number in zip(first[close], second[close], pages[often][close].tolist(), strict=True)
    }
