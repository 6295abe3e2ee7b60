"""Segmented texts as columns of numbers: what follows goes through the different words in Python, not the tokens."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Segmented texts, each in reading order."""

    words: tuple[str, ...]  # the different ones
    ids: npt.NDArray[np.int32]  # (tokens,), places in `words`
    edges: npt.NDArray[np.intp]  # (texts + 1,), first token of each text, and the total

    @property
    def lengths(self) -> npt.NDArray[np.intp]:
        """Tokens of each text, shape (texts,)."""
        return np.diff(self.edges)

    @property
    def text_of(self) -> npt.NDArray[np.intp]:
        """Number of the text of each token, shape (tokens,)."""
        return np.repeat(np.arange(len(self.edges) - 1), self.lengths)

    @property
    def followed(self) -> npt.NDArray[np.bool_]:
        """Which tokens have another one behind them in their text, shape (tokens,)."""
        found = np.ones(len(self.ids), bool)
        found[self.edges[1:][self.lengths > 0] - 1] = False
        return found

    def which(self, holds: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Which of `words` something holds for, shape (words,)."""
        return np.fromiter(map(holds, self.words), bool, len(self.words))

    def texts(self) -> list[list[str]]:
        """The words of each text."""
        return [[self.words[i] for i in self.ids[a:b].tolist()] for a, b in itertools.pairwise(self.edges.tolist())]


def tokens_of(texts: Iterable[Sequence[str]]) -> Tokens:
    """Texts that are cut into words."""
    number = _numbering()
    ids = [_numbers(number, text) for text in texts]
    return Tokens(tuple(number), np.concatenate(ids) if ids else np.zeros(0, np.int32), _edges(map(len, ids)))


def joined(parts: Sequence[Tokens]) -> Tokens:
    """The texts of several parts behind each other."""
    number = _numbering()
    ids = [_numbers(number, part.words).take(part.ids) for part in parts]
    lengths = itertools.chain.from_iterable(part.lengths.tolist() for part in parts)
    return Tokens(tuple(number), np.concatenate(ids) if ids else np.zeros(0, np.int32), _edges(lengths))


def renamed(tokens: Tokens, words: Sequence[str], kept: npt.NDArray[np.bool_] | None = None) -> Tokens:
    """The tokens with other words for `tokens.words`, equal ones as one; `kept` says which tokens stay, (tokens,)."""
    ids, edges = tokens.ids, tokens.edges
    if kept is not None:
        ids, edges = ids[kept], np.concatenate([[0], np.cumsum(kept)])[edges]
    there = np.flatnonzero(np.bincount(ids, minlength=len(words)))
    number = _numbering()
    numbers = np.zeros(len(words), np.int32)
    numbers[there] = _numbers(number, [words[i] for i in there.tolist()])
    return Tokens(tuple(number), numbers.take(ids), edges.astype(np.intp))


def _numbering() -> defaultdict[str, int]:
    """Gives every word it is asked for the first time the next number."""
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    return number


def _numbers(number: defaultdict[str, int], words: Sequence[str]) -> npt.NDArray[np.int32]:
    return np.fromiter(map(number.__getitem__, words), np.int32, len(words))


def _edges(lengths: Iterable[int]) -> npt.NDArray[np.intp]:
    return np.cumsum([0, *lengths]).astype(np.intp)
