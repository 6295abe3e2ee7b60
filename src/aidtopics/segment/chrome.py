"""Words of web chrome, learned from the passages of the same pages that the classifier rejected."""

import math

import numpy as np
import numpy.typing as npt

from aidtopics.segment.tokens import Tokens, joined

# A word must be this many times as frequent in rejected passages, and surely so. At 3 times, words such as 召开 went
# too, which aid reports share with lists of headlines; at 7 what goes is 动态, 返回, 推荐, 注册 (302 aid pages).
_TIMES = 7.0
_SURELY = 3.0  # standard errors: one word in 700 is that far off by chance
_PRIOR = 0.02  # of all words is the prior, spread as in both together: a word met twice proves nothing


def chrome_words(kept: Tokens, rejected: Tokens) -> dict[str, float]:
    """Words that speak for rejected passages, with how many times as high their odds are there as in aid text.

    Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, section 3.5.1).

    Args:
        kept: words of the aid text of each page.
        rejected: words of the rejected passages of the same pages.
    """
    both = joined([kept, rejected])
    aid, noise = (np.bincount(ids, minlength=len(both.words)) for ids in np.split(both.ids, [len(kept.ids)]))
    prior = _PRIOR * (aid + noise)
    in_aid, in_noise = aid + prior, noise + prior
    with np.errstate(divide="ignore", invalid="ignore"):  # a single word has no odds
        odds = _log_odds(in_noise) - _log_odds(in_aid)
    chosen = np.flatnonzero((odds >= math.log(_TIMES)) & (odds / np.sqrt(1 / in_noise + 1 / in_aid) >= _SURELY))
    return {both.words[word]: math.exp(odds[word]) for word in chosen.tolist()}


def _log_odds(mass: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.log(mass / (mass.sum() - mass)))
