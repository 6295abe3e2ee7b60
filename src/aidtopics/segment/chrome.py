"""Words of web chrome, learned from the passages of the same pages that the classifier rejected."""

import math
from collections import Counter
from collections.abc import Sequence

# A word must be this many times as frequent in rejected passages, and surely so. At 3 times, words such as 召开 went
# too, which aid reports share with lists of headlines; at 7 what goes is 动态, 返回, 推荐, 注册 (302 aid pages).
_TIMES = 7.0
_SURELY = 3.0  # standard errors: one word in 700 is that far off by chance
_PRIOR = 0.02  # of all words is the prior, spread as in both together: a word met twice proves nothing


def chrome_words(kept: Sequence[Sequence[str]], rejected: Sequence[Sequence[str]]) -> dict[str, float]:
    """Words that speak for rejected passages, with how many times as high their odds are there as in aid text.

    Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, section 3.5.1).

    Args:
        kept: words of the aid text of each page.
        rejected: words of the rejected passages of the same pages.
    """
    aid, noise = (Counter(word for words in texts for word in words) for texts in (kept, rejected))
    both = aid + noise
    of_aid, of_noise, total = aid.total(), noise.total(), both.total()
    weight = _PRIOR * total
    found = {}
    for word, number in both.items():
        prior = weight * number / total
        in_noise, in_aid = noise[word] + prior, aid[word] + prior
        odds = math.log(in_noise / (of_noise + weight - in_noise)) - math.log(in_aid / (of_aid + weight - in_aid))
        if odds >= math.log(_TIMES) and odds / math.sqrt(1 / in_noise + 1 / in_aid) >= _SURELY:
            found[word] = math.exp(odds)
    return found
