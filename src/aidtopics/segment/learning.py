"""What a corpus teaches about its own words: which belong together, which are web chrome, which are names."""

from dataclasses import dataclass
from typing import TypeVar

from aidtopics.segment import Segmenter, word_classes
from aidtopics.segment.chrome import chrome_words
from aidtopics.segment.names import person_names
from aidtopics.segment.phrases import find_phrases
from aidtopics.segment.tokens import Tokens, renamed

_Key = TypeVar("_Key", str, tuple[str, str])
_Weight = TypeVar("_Weight", int, float)


@dataclass(frozen=True, slots=True)
class Learned:
    """Words learned from a corpus, the weightiest first."""

    phrases: dict[tuple[str, str], int]  # pages each stands on
    chrome: dict[str, float]  # how many times as high the odds of each are in rejected passages
    names: dict[str, int]  # how often each occurs


def learn_words(
    segmenter: Segmenter, cuts: Tokens, rejected: Tokens, phrases: bool, chrome: bool, names: bool
) -> tuple[Segmenter, Learned]:
    """The segmenter with what a corpus teaches.

    Args:
        cuts: what the segmenter's `cut` gave for the text of each page.
        rejected: the same for the rejected passages of these pages; empty where no classifier looked at them.
        phrases: join pairs of words that belong together.
        chrome: leave out words of web chrome.
        names: leave out names of persons.
    """
    small = renamed(cuts, [word.lower() for word in cuts.words])
    of_noise = chrome_words(segmenter.select(cuts), segmenter.select(rejected)) if chrome and len(rejected.ids) else {}
    chrome_found = _heaviest(of_noise)
    # Domain words are the user's own word that something matters.
    chrome_found = {word: odds for word, odds in chrome_found.items() if word not in segmenter.domain_words}
    names_found = _heaviest(person_names(small, word_classes())) if names else {}
    silent = segmenter.stop_words | chrome_found.keys() | names_found.keys()
    plain = Segmenter(segmenter.engine, segmenter.domain_words, silent, segmenter.shortest)
    pairs = _heaviest(find_phrases(small, plain.tells)) if phrases else {}
    full = Segmenter(segmenter.engine, segmenter.domain_words, silent, segmenter.shortest, pairs)
    return full, Learned(pairs, chrome_found, names_found)


def _heaviest(found: dict[_Key, _Weight]) -> dict[_Key, _Weight]:
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
