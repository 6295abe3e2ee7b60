"""How probable a character is behind the two before it: what repair goes by where bytes are lost.

A model of simplified characters and marks, made of jieba's dictionary (words by frequency) and the gold pages (how
words and marks follow each other). Interpolated trigrams with the smoothing of Witten and Bell (1991), in their
recursive form.

`make language` makes `language.npz` anew.
"""

import functools
import hashlib
import io
import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

FILE = "language.npz"
# jieba's frequencies add up to sixty million words; so weighted, words and running text are of one size.
_WORD_WEIGHT = 0.02
_RARE_WORD = 5  # words of a lower frequency are mostly names
_SMALLEST = 1e-7  # probability of a character never seen
_STEP = 16  # probabilities are stored as 16ths of a natural logarithm
_NARROW = {ord(wide): narrow for wide, narrow in zip("，；：！？（）", ",;:!?()", strict=True)}


def canonical(text: str) -> str:
    """Marks in one width and digits as 0, as the model counts them; the same length as the text."""
    return "".join("0" if character.isdecimal() else character for character in text.translate(_NARROW))


class CharacterModel:
    """Log-probabilities of characters in context."""

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.number = {chr(code): i for i, code in enumerate(arrays["characters"].tolist())}
        self._size = len(self.number) + 1
        self._single = np.exp(-arrays["single"].astype(np.float64) / _STEP)
        self._single_rest = np.exp(-arrays["single_rest"].astype(np.float64) / _STEP)
        self._pair, self._triple, self._pair_rest = (
            _Table(
                np.cumsum(arrays[f"{name}_keys"], dtype=np.uint64),
                np.exp(-arrays[name].astype(np.float64) / _STEP),
                self._size ** (order - 1),
            )
            for name, order in (("pair", 2), ("triple", 3), ("pair_rest", 2))
        )

    def numbers(self, characters: Sequence[str]) -> npt.NDArray[np.intp]:
        """The characters as the model numbers them, for scoring the same ones in many contexts."""
        return np.array([self.number.get(c, self._size - 1) for c in characters], np.intp)

    def score(self, before: str, characters: Sequence[str]) -> npt.NDArray[np.float64]:
        """Log-probability of each of the characters behind the last two of `before`, shape (characters,).

        Characters are simplified and `canonical`.
        """
        return self.score_numbers(before, self.numbers(characters))

    def score_numbers(self, before: str, candidates: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """The same as `score`, for characters given by their numbers."""
        first, second = self._context(before)
        probability = self._single_rest[second] * self._single
        followers, share = self._pair.behind(second, self._size)
        probability[followers] += share
        probability *= self._pair_rest.get(first * self._size + second, 1.0)
        followers, share = self._triple.behind(first * self._size + second, self._size)
        probability[followers] += share
        found: npt.NDArray[np.float64] = np.log(np.maximum(probability[candidates], _SMALLEST))
        return found

    def score_one(self, before: str, character: str) -> float:
        """The same as `score`, for one character, where that is quicker than arrays."""
        first, second = self._context(before)
        number, pair = self.number.get(character, self._size - 1), first * self._size + second
        probability = float(self._single_rest[second] * self._single[number])
        probability += self._pair.get(second * self._size + number, 0.0)
        probability *= self._pair_rest.get(pair, 1.0)
        probability += self._triple.get(pair * self._size + number, 0.0)
        return math.log(max(probability, _SMALLEST))

    def score_behind(self, before: str, candidates: npt.NDArray[np.intp], character: str) -> npt.NDArray[np.float64]:
        """Log-probability of one character behind `before` and each of the candidates, shape (candidates,)."""
        number = self.number.get(character, self._size - 1)
        pairs = self._context(before)[1] * self._size + candidates
        probability = self._single_rest[candidates] * self._single[number]
        probability += self._pair.get_all(candidates * self._size + number, 0.0)
        probability *= self._pair_rest.get_all(pairs, 1.0)
        probability += self._triple.get_all(pairs * self._size + number, 0.0)
        found: npt.NDArray[np.float64] = np.log(np.maximum(probability, _SMALLEST))
        return found

    def _context(self, before: str) -> tuple[int, int]:
        unknown = self._size - 1
        return self.number.get(before[-2:-1], unknown), self.number.get(before[-1:], unknown)


class _Table:
    """Values by key, sorted: n-grams as numbers with one digit a character."""

    def __init__(self, keys: npt.NDArray[np.uint64], values: npt.NDArray[np.float64], highest: int) -> None:
        self._keys, self._values, self._highest = keys, values, highest
        # One key is found by Python's bisection, on a view and among the keys of its highest digit: a tenth of the time
        # of a call into numpy.
        self._view = memoryview(keys)  # type: ignore[arg-type]  # an array is a buffer; numpy's stubs don't say so
        digits = int(keys[-1]) // highest + 2
        self._starts: list[int] = keys.searchsorted(np.arange(digits, dtype=np.uint64) * np.uint64(highest)).tolist()

    def get(self, key: int, otherwise: float) -> float:
        digit = key // self._highest
        if digit + 1 >= len(self._starts):
            return otherwise
        end = self._starts[digit + 1]
        place = bisect_left(self._view, key, self._starts[digit], end)
        return float(self._values[place]) if place < end and self._view[place] == key else otherwise

    def get_all(self, keys: npt.NDArray[np.intp], otherwise: float) -> npt.NDArray[np.float64]:
        wanted = keys.astype(np.uint64)
        place = np.minimum(self._keys.searchsorted(wanted), len(self._keys) - 1)
        return np.where(self._keys[place] == wanted, self._values[place], otherwise)

    def behind(self, context: int, size: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
        """The last digits of all keys that begin with the context, and their values."""
        start = bisect_left(self._view, context * size)
        end = bisect_left(self._view, (context + 1) * size, start)
        return (self._keys[start:end] - np.uint64(context * size)).astype(np.intp), self._values[start:end]


@functools.cache
def language() -> CharacterModel:
    """The model that comes along."""
    content = resources.files(__package__).joinpath(FILE).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return CharacterModel({name: archive[name] for name in archive.files})


def fit(texts: Iterable[str], words: Iterable[tuple[str, int]]) -> dict[str, npt.NDArray[Any]]:
    """Count texts and words with their frequencies; returns the arrays of a CharacterModel."""
    counts: defaultdict[str, float] = defaultdict(float)
    for text in texts:
        plain = f"\n\n{canonical(text)}\n"
        for order in (1, 2, 3):
            for i in range(len(plain) - order + 1):
                counts[plain[i : i + order]] += 1
    for word, frequency in words:
        if frequency >= _RARE_WORD:
            for order in (1, 2, 3):
                for i in range(len(word) - order + 1):
                    counts[word[i : i + order]] += frequency * _WORD_WEIGHT
    characters = sorted(c for c in counts if len(c) == 1 and counts[c] >= 1 and ord(c) < 0x10000)
    number = {character: i for i, character in enumerate(characters)}
    unknown = len(characters)
    size = unknown + 1
    kept = {g: n for g, n in counts.items() if all(c in number for c in g)}
    total: defaultdict[str, float] = defaultdict(float)
    kinds = Counter[str]()
    for ngram, count in kept.items():
        total[ngram[:-1]] += count
        kinds[ngram[:-1]] += 1

    def key(ngram: str) -> int:
        return functools.reduce(lambda sum_, c: sum_ * size + number[c], ngram, 0)

    def table(order: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
        rows = sorted((key(g), n / (total[g[:-1]] + kinds[g[:-1]])) for g, n in kept.items() if len(g) == order)
        return _packed(rows)

    everything = total[""] + kinds[""]
    single = [(kept[c] + kinds[""] / size) / everything for c in characters] + [_SMALLEST]
    rest = {g: kinds[g] / (total[g] + kinds[g]) for g in kinds}
    pair_keys, pair = table(2)
    triple_keys, triple = table(3)
    rest_keys, pair_rest = _packed(sorted((key(g), share) for g, share in rest.items() if len(g) == 2))
    return {
        "characters": np.array([ord(c) for c in characters], np.uint16),
        "single": _quantized(single),
        "single_rest": _quantized([rest.get(c, 1.0) for c in characters] + [1.0]),
        "pair_keys": pair_keys,
        "pair": pair,
        "triple_keys": triple_keys,
        "triple": triple,
        "pair_rest_keys": rest_keys,
        "pair_rest": pair_rest,
    }


def _packed(rows: list[tuple[int, float]]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    """Keys as differences, which compress well, and probabilities in a byte."""
    keys = np.array([key for key, _ in rows], np.uint64)
    return np.diff(keys, prepend=np.uint64(0)), _quantized([probability for _, probability in rows])


def _quantized(probabilities: Sequence[float]) -> npt.NDArray[np.uint8]:
    logs = -np.log(np.maximum(np.array(probabilities), _SMALLEST))
    return np.asarray(np.clip(np.round(logs * _STEP), 0, 255), np.uint8)


def texts_hash(texts: Sequence[str]) -> str:
    """SHA-256 of the texts a model is made of, whatever their order."""
    return hashlib.sha256("\0".join(sorted(texts)).encode("utf-8")).hexdigest()


def gold_texts(folder: Path) -> list[str]:
    """The texts of the gold pages in a folder, one page each."""
    rows = [orjson.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_bytes().splitlines()]
    return ["\n".join(passage["text"] for passage in row["passages"]) for row in rows]


def main(folder: Path) -> None:
    """Make the model of a corpus folder and write it beside this file."""
    import jieba

    with jieba.get_module_res("dict.txt") as lines:
        rows = [line.decode("utf-8").split() for line in lines]
    texts = gold_texts(folder)
    arrays = fit(texts, ((row[0], int(row[1])) for row in rows if len(row) >= 2))
    arrays["texts_hash"] = np.array(texts_hash(texts))
    with (Path(__file__).parent / FILE).open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, **arrays)
