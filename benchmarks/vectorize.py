"""The vectorization layer against scikit-learn's with jieba, on more and more pages.

All in one run, in turn, on the same texts and one core, in processor time: only the ratios mean anything. The pages are
those of the corpus, repeated, or texts of your own.
"""

import argparse
import os
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

# One core for everyone, before numpy asks.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import jieba
import orjson
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer

from aidtopics.corpus import read_gold
from aidtopics.segment import Segmenter
from aidtopics.vectorize.estimators import CharacterNgrams, WordCounts

ROOT = Path(__file__).parents[1]
_SLOWEST = 1000  # pages: jieba's Python takes milliseconds a page


def seconds(call: Callable[[], object]) -> float:
    """Processor time of one call."""
    start = process_time()
    call()
    return process_time() - start


def compare(texts: Sequence[str], repeats: int) -> None:
    """Print microseconds a page of each vectorizer, and the ratio to the first of its kind."""
    hashed = HashingVectorizer(analyzer="char", ngram_range=(1, 3), n_features=1 << 18, norm=None, alternate_sign=False)
    kinds: dict[str, dict[str, Callable[[], object]]] = {
        "character n-grams": {
            "aidtopics CharacterNgrams": lambda: CharacterNgrams(18).fit_transform(texts),
            "scikit-learn HashingVectorizer": lambda: hashed.transform(texts),
        },
        "words": {"aidtopics WordCounts": lambda: WordCounts(Segmenter(), min_pages=1, max_share=1.0).fit(texts)},
    }
    if len(texts) <= _SLOWEST:
        counter = CountVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
        kinds["words"]["jieba + CountVectorizer"] = lambda: counter.fit_transform(texts)
    for kind, calls in kinds.items():
        times: dict[str, list[float]] = {name: [] for name in calls}
        for number in range(repeats + 1):
            for name, call in calls.items():
                spent = seconds(call)
                if number:  # the first time tables are loaded
                    times[name].append(spent)
        first = statistics.median(next(iter(times.values())))
        for name, found in times.items():
            median = statistics.median(found)
            spread = (max(found) - min(found)) / median
            page = 1e6 * median / len(texts)
            print(f"{len(texts):>7,} {kind:<18} {name:<32} {page:>10,.1f} {spread:>7.0%} {median / first:>9.2f}")


def main() -> None:
    """Print the table for growing numbers of pages."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--most", type=int, default=10_000, help="pages")
    parser.add_argument("--texts", type=Path, help="JSON Lines with texts, in place of the corpus")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    jieba.setLogLevel("WARNING")
    jieba.lcut("词典")
    if options.texts:
        texts = [orjson.loads(line)["text"] for line in options.texts.read_bytes().splitlines()[: options.most]]
    else:
        texts = [page.text for page in read_gold([ROOT / "corpus" / "pages"])]
    print(f"{'pages':>7} {'of':<18} {'':<32} {'us a page':>10} {'spread':>7} {'its time':>9}")
    size = 10
    while size <= options.most:
        compare([texts[i % len(texts)] for i in range(size)], options.repeats)
        size *= 10


if __name__ == "__main__":
    main()
