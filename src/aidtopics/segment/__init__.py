"""Words: jieba's dictionary and model with health-aid words added, stop words and bare numbers left out.

`segment.learning` adds what a corpus itself teaches: phrases to join, web chrome and names of persons to leave out.
"""

import functools
import importlib.util
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aidtopics.errors import UsageError
from aidtopics.segment.tokens import Tokens, renamed, tokens_of

__all__ = ["ENGINES", "Segmenter", "Tokens", "default_engine", "read_word_list", "tokens_of", "word_classes"]

ENGINES = ("rjieba", "jieba")
# At least one letter or character, so that bare numbers and marks are no words; b超 and covid-19 are.
_WORD = re.compile(r"(?=.*[a-z\u3400-\u9fff])[a-z0-9\u3400-\u9fff][a-z0-9\u3400-\u9fff.+-]*")
# Word classes of jieba's dictionary that carry no topic: numerals, pronouns, adverbs, conjunctions, prepositions,
# particles, measure words, times, directions, interjections, sounds, affixes.
_FUNCTION_TAGS = frozenset("m mq r rr rz d df dg c p u ud ug uj ul uv uz q t tg f y e o h k".split())
# A domain word must win over its parts; jieba's own suggestion can fall short of that for long words.
_FREQUENCY = 20_000


def default_engine() -> str:
    """Rjieba (the same dictionary and model, compiled) where it is installed, else jieba."""
    return "rjieba" if importlib.util.find_spec("rjieba") else "jieba"


def read_word_list(path: str | Path) -> tuple[str, ...]:
    """Words of an editable text file: one a line, '#' begins a comment.

    Raises:
        UsageError: there is no such file, or it is not UTF-8.
    """
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(f"found no word list {path}; expected a text file with one word a line") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"found a word list {path} that is not UTF-8; save it as UTF-8") from error
    words = (line.partition("#")[0].strip() for line in lines)
    return tuple(dict.fromkeys(word for word in words if word))


class Segmenter:
    """Cuts texts into words.

    Args:
        engine: 'rjieba' or 'jieba'; None for the faster one that is installed.
        words: domain words that are never cut; None for the health-aid dictionary that comes along.
        stop_words: words that are left out; None for the list that comes along.
        shortest: words of fewer characters are left out.
        phrases: pairs of words that are joined where they stand together.

    Raises:
        UsageError: the engine is unknown or not installed.
    """

    def __init__(
        self,
        engine: str | None = None,
        words: Iterable[str] | None = None,
        stop_words: Iterable[str] | None = None,
        shortest: int = 2,
        phrases: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.engine = default_engine() if engine is None else engine
        self.domain_words = tuple(_shipped("health_aid_words.txt") if words is None else words)
        self.stop_words = frozenset(_shipped("stop_words.txt") if stop_words is None else stop_words)
        self.shortest = shortest
        self.phrases = tuple(phrases)
        self._domain_set = frozenset(self.domain_words)
        if self.engine not in ENGINES:
            raise UsageError(f"found segmenter '{self.engine}', expected one of {', '.join(ENGINES)}")
        if self.engine == "rjieba" and not importlib.util.find_spec("rjieba"):
            raise UsageError(
                "found no package rjieba, which this setting or model segments with; install it with "
                "'pip install rjieba', or choose segment.engine = 'jieba'"
            )

    def cut(self, text: str) -> list[str]:
        """Everything in order; joined it is the text again."""
        pieces: list[str] = _tokenizer(self.engine, self.domain_words).cut(text)
        return list(pieces)

    def words(self, text: str) -> list[str]:
        """The words that say something: no stop words, numbers, marks or function words; Latin in small letters."""
        return self.words_of([text]).texts()[0]

    def words_of(self, texts: Iterable[str]) -> Tokens:
        """The same of many texts."""
        return self.select(tokens_of(map(self.cut, texts)))

    def select(self, pieces: Tokens) -> Tokens:
        """The same from what `cut` gave."""
        small = renamed(pieces, [piece.lower() for piece in pieces.words])
        kept = small.which(self.tells).take(small.ids)
        ids, names = small.ids.copy(), list(small.words)
        places, found = self._joins(small, kept)
        ids[places] = len(names) + found
        kept[places + 1] = False
        names += ["".join(pair) for pair in self.phrases]
        return renamed(Tokens((), ids, small.edges), names, kept)

    def _joins(self, small: Tokens, kept: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Where a phrase begins, and which one it is: of phrases that overlap every second, from the left."""
        number, width = {word: i for i, word in enumerate(small.words)}, len(small.words)
        known = [i for i, pair in enumerate(self.phrases) if pair[0] in number and pair[1] in number]
        keys = np.array([number[self.phrases[i][0]] * width + number[self.phrases[i][1]] for i in known], np.int64)
        if not len(keys):
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        order = np.argsort(keys)
        pairs = small.ids[:-1].astype(np.int64) * width + small.ids[1:]
        at = np.flatnonzero(kept[:-1] & kept[1:] & small.followed[:-1] & np.isin(pairs, keys))
        begins = np.concatenate([[True], np.diff(at) > 1])[: len(at)]
        since = np.arange(len(at)) - np.flatnonzero(begins)[np.cumsum(begins) - 1]
        places = at[since % 2 == 0]
        return places, np.array(known)[order][np.searchsorted(keys[order], pairs[places])]

    def tells(self, word: str) -> bool:
        """Whether a word in small letters says something."""
        return (
            len(word) >= self.shortest
            and word not in self.stop_words
            and (word in self._domain_set or word not in _function_words())
            and _WORD.fullmatch(word) is not None
        )

    def __repr__(self) -> str:
        return f"Segmenter({self.engine!r}, {len(self.domain_words)} words, {len(self.stop_words)} stop words)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Segmenter) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return self.engine, self.domain_words, self.stop_words, self.shortest, self.phrases


@functools.cache
def _shipped(name: str) -> tuple[str, ...]:
    with resources.as_file(resources.files(__package__) / name) as path:
        return read_word_list(path)


@functools.cache
def _function_words() -> frozenset[str]:
    return frozenset(word for word, tag in word_classes().items() if tag in _FUNCTION_TAGS)


@functools.cache
def word_classes() -> Mapping[str, str]:
    """The class that jieba's dictionary gives each word, as rjieba has no dictionary of its own to ask."""
    import jieba

    with jieba.get_module_res("dict.txt") as lines:
        rows = (line.decode("utf-8").split() for line in lines)
        return {row[0]: row[2] for row in rows if len(row) == 3}


@functools.lru_cache(maxsize=4)
def _tokenizer(engine: str, words: Sequence[str]) -> Any:  # noqa: ANN401 - neither engine ships types
    """A private tokenizer: jieba's module-level one is shared by everything in the process."""
    if engine == "rjieba":
        import rjieba

        rust = rjieba.Jieba()
        for word in words:
            rust.add_word(word, _FREQUENCY, None)
        return rust
    import jieba

    jieba.setLogLevel("WARNING")
    tokenizer = jieba.Tokenizer()
    for word in words:
        tokenizer.add_word(word, _FREQUENCY)
    return tokenizer
