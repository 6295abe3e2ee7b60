"""How probable a character is behind the two before it: what repair goes by where bytes are lost.

A model of simplified characters and marks, made of jieba's dictionary (words by frequency) and the gold pages (how
words and marks follow each other). Interpolated trigrams with the smoothing of Witten and Bell (1991), in their
recursive form, kept as back-off models are: the whole cost of each n-gram that was seen, and of each context the
price of a character that was not seen there.

`make language` makes `language.npz` anew.
"""

import functools
import hashlib
import io
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
_STEP = 16  # costs are stored as 16ths of a natural logarithm
_NO_KEY = 0xFFFF_FFFF  # keys of 32 bits are found in two thirds of the time
_HIGHEST = 255  # cost of anything, in these steps
_NARROW = {ord(wide): narrow for wide, narrow in zip("，；：！？（）", ",;:!?()", strict=True)}


def canonical(text: str) -> str:
    """Marks in one width and digits as 0, as the model counts them; the same length as the text."""
    return "".join("0" if character.isdecimal() else character for character in text.translate(_NARROW))


class CharacterModel:
    """Costs (negative natural logarithms of probabilities) of characters in context."""

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.number = {chr(code): i for i, code in enumerate(arrays["characters"].tolist())}
        self._unknown = len(self.number)
        size = self._unknown + 1
        # A cost is at most three of the file's, so that 16 bits hold it.
        self._single, self._single_price = (arrays[name].astype(np.int16) for name in ("single", "single_price"))
        # One that stands for none is put behind the pairs and triples, so that every search ends at one.
        self._pair, self._pair_price, self._triple = (
            np.append(arrays[name], np.uint8(0)) for name in ("pair", "pair_price", "triple")
        )
        # A pair is found by its key, a triple by the place of its first two among the pairs and its last. Those that
        # begin alike stand together, so that one is found among a few.
        self._pair_keys, self._triple_keys = (
            np.append(np.cumsum(arrays[name]), _NO_KEY).astype(np.uint32) for name in ("pair_keys", "triple_keys")
        )
        self._pair_last, self._triple_last = (
            (keys[:-1] % size).astype(np.uint16) for keys in (self._pair_keys, self._triple_keys)
        )
        self._pair_starts = self._pair_keys.searchsorted(np.arange(size + 1) * size)
        self._triple_starts = self._triple_keys.searchsorted(np.arange(len(self._pair_keys)) * size)
        # For one character Python's bisection on views takes a tenth of the time of a call into numpy.
        arrays_asked = (
            *(self._single, self._single_price, self._pair, self._pair_price, self._triple),
            *(self._pair_starts, self._pair_last, self._triple_starts, self._triple_last),
        )
        self._views: tuple[Sequence[int], ...] = tuple(memoryview(array) for array in arrays_asked)  # type: ignore[arg-type]

        # What is asked about one place of a text is mostly about one context.
        self._behind = functools.lru_cache(maxsize=16)(self._all_behind)

    def numbers(self, characters: Sequence[str]) -> npt.NDArray[np.intp]:
        """The characters as the model numbers them, for asking for the same ones in many contexts."""
        return np.array([self.number.get(c, self._unknown) for c in characters], np.intp)

    def cost(self, before: str, character: str) -> float:
        """Cost of one character behind the last two of `before`, all simplified and `canonical`."""
        single, single_price, pair, pair_price, triple, pair_starts, pair_last, triple_starts, triple_last = self._views
        unknown = self._unknown
        number = self.number.get(character, unknown)
        first, second = self.number.get(before[-2:-1], unknown), self.number.get(before[-1:], unknown)
        price = 0
        end = pair_starts[first + 1]
        context = bisect_left(pair_last, second, pair_starts[first], end)
        if context < end and pair_last[context] == second:
            end = triple_starts[context + 1]
            place = bisect_left(triple_last, number, triple_starts[context], end)
            if place < end and triple_last[place] == number:
                return triple[place] / _STEP
            price = pair_price[context]
        end = pair_starts[second + 1]
        place = bisect_left(pair_last, number, pair_starts[second], end)
        if place < end and pair_last[place] == number:
            price += pair[place]
        else:
            price += single_price[second] + single[number]
        return min(price, _HIGHEST) / _STEP

    def costs(self, before: str, candidates: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Cost of each of the candidates, given by their numbers, behind the last two of `before`."""
        context = self.number.get(before[-2:-1], self._unknown), self.number.get(before[-1:], self._unknown)
        found: npt.NDArray[np.float64] = np.minimum(self._behind(*context)[candidates], _HIGHEST) / _STEP
        return found

    def _all_behind(self, first: int, second: int) -> npt.NDArray[np.int16]:
        """Cost of each character in steps, by number."""
        *_, pair_starts, pair_last, triple_starts, _ = self._views
        cost: npt.NDArray[np.int16] = self._single + self._single_price[second]
        pairs = slice(pair_starts[second], pair_starts[second + 1])
        cost[self._pair_last[pairs]] = self._pair[pairs]
        end = pair_starts[first + 1]
        context = bisect_left(pair_last, second, pair_starts[first], end)
        if context < end and pair_last[context] == second:
            cost += self._pair_price[context]
            triples = slice(triple_starts[context], triple_starts[context + 1])
            cost[self._triple_last[triples]] = self._triple[triples]
        return cost

    def costs_behind(
        self, before: str, candidates: npt.NDArray[np.intp], following: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.float64]:
        """Cost of characters behind `before` and candidates, both given by their numbers; of the shape of both."""
        size, second = self._unknown + 1, self.number.get(before[-1:], self._unknown)
        cost = self._single_price.take(candidates) + self._single.take(following)
        pair, seen = _find(self._pair_keys, candidates * size + following)
        np.copyto(cost, self._pair.take(pair), where=seen)
        context, seen = _find(self._pair_keys, candidates + second * size)
        cost += self._pair_price.take(context) * seen
        triple, both = _find(self._triple_keys, context * size + following)
        np.copyto(cost, self._triple.take(triple), where=both & seen)
        found: npt.NDArray[np.float64] = np.minimum(cost, _HIGHEST) / _STEP
        return found


def _find(
    keys: npt.NDArray[np.uint32], wanted: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """The place of each wanted key among sorted ones that end with none, and whether it is there."""
    wanted = wanted.astype(np.uint32)  # or the keys would be converted each time
    place = keys.searchsorted(wanted)
    return place, keys.take(place) == wanted


@functools.cache
def language() -> CharacterModel:
    """The model that comes along."""
    content = resources.files(__package__).joinpath(FILE).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return CharacterModel({name: archive[name] for name in archive.files})


def fit(texts: Iterable[str], words: Iterable[tuple[str, int]]) -> dict[str, npt.NDArray[Any]]:
    """Count texts and words with their frequencies; returns the arrays of a CharacterModel."""
    counts = _counts(texts, words)
    characters = sorted(c for c in counts if len(c) == 1 and counts[c] >= 1 and ord(c) < 0x10000)
    known = set(characters)
    counts = {ngram: count for ngram, count in counts.items() if known.issuperset(ngram)}
    total: defaultdict[str, float] = defaultdict(float)
    kinds = Counter[str]()
    for ngram, count in counts.items():
        total[ngram[:-1]] += count
        kinds[ngram[:-1]] += 1
    unseen = {context: kinds[context] / (total[context] + kinds[context]) for context in kinds}
    size = len(characters) + 1
    # Shorter ones first: a longer one's probability takes its end's.
    probability = {"": 1 / size}
    for ngram in sorted(counts, key=len):
        context = ngram[:-1]
        share = counts[ngram] / (total[context] + kinds[context])
        probability[ngram] = share + unseen[context] * probability[ngram[1:]]
    pairs, triples = (sorted(ngram for ngram in counts if len(ngram) == order) for order in (2, 3))
    number = {character: i for i, character in enumerate(characters)}
    place = {pair: i for i, pair in enumerate(pairs)}
    return {
        "characters": np.array([ord(c) for c in characters], np.uint16),
        "single": _quantized([*(probability[c] for c in characters), _SMALLEST]),
        "single_price": _quantized([*(unseen.get(c, 1.0) for c in characters), 1.0]),
        "pair_keys": _packed([number[pair[0]] * size + number[pair[1]] for pair in pairs]),
        "pair": _quantized([probability[pair] for pair in pairs]),
        "pair_price": _quantized([unseen.get(pair, 1.0) for pair in pairs]),
        "triple_keys": _packed([place[triple[:2]] * size + number[triple[2]] for triple in triples]),
        "triple": _quantized([probability[triple] for triple in triples]),
    }


def _counts(texts: Iterable[str], words: Iterable[tuple[str, int]]) -> dict[str, float]:
    """How often each sequence of one to three characters occurs."""
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
    return counts


def _packed(keys: Sequence[int]) -> npt.NDArray[np.int64]:
    """Sorted keys as differences, which compress well."""
    edges = np.array([0, *keys], np.int64)
    return edges[1:] - edges[:-1]


def _quantized(probabilities: Sequence[float]) -> npt.NDArray[np.uint8]:
    costs = -np.log(np.maximum(np.array(probabilities), _SMALLEST))
    return np.asarray(np.clip(np.round(costs * _STEP), 0, _HIGHEST), np.uint8)


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
