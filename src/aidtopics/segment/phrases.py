"""Phrases found in the corpus: pairs of words that nearly always stand together."""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence

# Measured on 302 aid pages: pairs from 0.6 up are terms (重症医学科, 人工晶体, 乡村振兴), from 0.5 to 0.6 half of them
# are chance neighbours (仪式结束, 会议室召开).
TOGETHER = 0.6
# Pages; rarer pairs have high values by chance, and a topic shows none of them.
_LEAST = 5


def find_phrases(cuts: Sequence[Sequence[str]], tells: Callable[[str], bool]) -> dict[tuple[str, str], int]:
    """Pairs of neighbouring words with a normalized pointwise mutual information of at least 0.6, and their pages.

    Bouma (2009): log(p(a, b) / (p(a) p(b))) / -log p(a, b), in [-1, 1]; 1 where neither stands without the other.

    Args:
        cuts: texts cut into words, everything in order, Latin in small letters.
        tells: whether a word may be part of a phrase.
    """
    words = Counter(word for cut in cuts for word in cut)
    total = sum(words.values())
    telling = {word for word in words if tells(word)}
    of_page = [Counter(pair for pair in itertools.pairwise(cut) if telling.issuperset(pair)) for cut in cuts]
    times = sum(of_page, Counter[tuple[str, str]]())
    pages = Counter(pair for pairs in of_page for pair in pairs)
    found = {}
    for pair, number in times.items():
        if pages[pair] < _LEAST:
            continue
        first, second = pair
        together = math.log(number * total / (words[first] * words[second])) / -math.log(number / total)
        if together >= TOGETHER:
            found[pair] = pages[pair]
    return found
