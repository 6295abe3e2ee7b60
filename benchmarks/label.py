"""Labelling against jieba + TfidfVectorizer + LogisticRegression, fastText and parsing alone, and its cost by pages.

All in one run, in turn, on the same pages and one core, in processor time: only the ratios mean anything. The pages are
those of the corpus, repeated, or texts of your own.
"""

import argparse
import itertools
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

# One core for everyone, before numpy asks.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import fasttext
import jieba
import orjson
import rjieba
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from aidtopics.classify import Classifier
from aidtopics.corpus import read_gold
from aidtopics.label import label_pages, row_of
from aidtopics.pages import page_from_text
from aidtopics.store import default_model, load_classifier

ROOT = Path(__file__).parents[1]


def segmented(text: str) -> str:
    """Words with blanks between, on one line, as fastText wants them."""
    return " ".join(rjieba.cut(text)).replace("\n", " ")


def fasttext_model(texts: Sequence[str], labels: Sequence[str]) -> Any:
    """FastText's classifier with word bigrams, fitted on texts."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"__label__{label} {segmented(text)}\n" for label, text in zip(labels, texts, strict=True))
        file.flush()
        return fasttext.train_supervised(file.name, epoch=25, wordNgrams=2, thread=1, seed=1, verbose=0)


def label(rows: Iterable[bytes], classifier: Classifier) -> None:
    """From a line of input to a line of output."""
    parsed = (orjson.loads(row) for row in rows)
    for page in label_pages((page_from_text(row["text"], row["page_id"]) for row in parsed), classifier):
        orjson.dumps(row_of(page))


def growth(rows: Sequence[bytes], classifier: Classifier, most: int) -> None:
    """Print what a page costs among more and more of them; few ones again and again, so that the clock can tell."""
    print(f"\n{'pages':>9} {'us a page':>10} {'of the cost among 1,000':>24}")
    cost: dict[int, float] = {}
    size = 1
    while size <= most:
        repeats = max(1, 2000 // size)
        start = process_time()
        for number in range(repeats):
            label(itertools.islice(itertools.cycle(rows), number, number + size), classifier)
        cost[size] = (process_time() - start) / (size * repeats)
        size *= 10
    for size, seconds in cost.items():
        print(f"{size:>9,} {1e6 * seconds:>10,.0f} {seconds / cost.get(1000, seconds):>24.2f}")


def main() -> None:
    """Print a table of pages per second and the ratios, and one of the cost by the number of pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--texts", type=Path, help="JSON Lines with the pages to label, in place of the corpus")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--most", type=int, default=100_000, help="pages of the largest run of ours alone")
    options = parser.parse_args()
    gold = read_gold([ROOT / "corpus" / "pages"])
    if options.texts:
        lines = options.texts.read_bytes().splitlines()[: options.pages]
        rows = [orjson.dumps({"page_id": str(i), "text": orjson.loads(line)["text"]}) for i, line in enumerate(lines)]
    else:
        rows = [orjson.dumps({"page_id": str(i), "text": gold[i % len(gold)].text}) for i in range(options.pages)]
    texts = [page.text for page in gold]
    jieba.setLogLevel("WARNING")
    pipeline = make_pipeline(TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None), LogisticRegression())
    pipeline.fit(texts, [page.label == "aid" for page in gold])
    classifier = load_classifier(default_model("aid-classifier")).classifier

    def ours() -> None:
        label(rows, classifier)

    def peer() -> None:
        for start in range(0, len(rows), 256):
            parsed = [orjson.loads(row) for row in rows[start : start + 256]]
            for row, probability in zip(parsed, pipeline.predict_proba([r["text"] for r in parsed])[:, 1], strict=True):
                orjson.dumps(row | {"aid_probability": float(probability)})

    supervised = fasttext_model(texts, [page.label for page in gold])

    def fast() -> None:
        for row in rows:
            parsed = orjson.loads(row)
            (label,), (probability,) = supervised.predict(segmented(parsed["text"]))
            orjson.dumps(parsed | {"label": label, "probability": float(probability)})

    def floor() -> None:
        for row in rows:
            json.dumps(json.loads(row), ensure_ascii=False).encode()

    runs: dict[str, tuple[Callable[[], None], list[float]]] = {
        "aidtopics label": (ours, []),
        "jieba + tf-idf + logistic regression": (peer, []),
        "rjieba + fastText": (fast, []),
        "parse and write alone (json)": (floor, []),
    }
    for number in range(options.repeats + 1):
        for call, times in runs.values():
            start = process_time()
            call()
            if number:  # the first time tables are loaded
                times.append(process_time() - start)
    ours_times = runs["aidtopics label"][1]
    print(f"{len(rows)} pages, {sum(map(len, rows)) / 1e6:.1f} MB, {options.repeats} repeats in turn, one core")
    print(f"{'':<38} {'pages/s':>10} {'ours is … times as fast':>24} {'least':>7} {'most':>7}")
    for name, (_, times) in runs.items():
        ratios = [theirs / our for theirs, our in zip(times, ours_times, strict=True)]
        rate, ratio = len(rows) / statistics.median(times), statistics.median(ratios)
        print(f"{name:<38} {rate:>10,.0f} {ratio:>24.2f} {min(ratios):>7.2f} {max(ratios):>7.2f}")
    growth(rows, classifier, options.most)


if __name__ == "__main__":
    main()
