"""Topic models against gensim's LdaMulticore, judged by gensim's own coherence, and coherence against gensim's.

All in one run, in turn, on the same document-term matrix: only the ratios mean anything. `--texts` takes any JSON Lines
with `text`; without it texts are made of lines of the corpus drawn at random. Those are no substitute for real pages:
they say how the engines compare in time, not how coherent topics are.
"""

import argparse
import multiprocessing
import os
import resource
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

# One thread of linear algebra for everyone, before numpy asks: LdaMulticore brings its own processes.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np
import orjson
from gensim.corpora import Dictionary
from gensim.matutils import Sparse2Corpus
from gensim.models import LdaModel, LdaMulticore
from gensim.models.coherencemodel import CoherenceModel
from scipy import sparse

from aidtopics.corpus import read_gold
from aidtopics.segment import Segmenter, tokens_of
from aidtopics.topics import TopicModel
from aidtopics.topics.coherence import CoherenceCounts
from aidtopics.topics.engines import ENGINES, fit_topics
from aidtopics.topics.measures import keeps, overlaps, perplexity, stability
from aidtopics.topics.model import RELEVANCE, first_words, relevance_weights
from aidtopics.topics.sweep import left_out
from aidtopics.vectorize import WordCounts

ROOT = Path(__file__).parents[1]
FIRST, DIVERSE = 10, 25  # words of a topic that coherence and diversity judge
PROBABILITY = 1.0  # the balance of relevance that leaves words in the order of their probability

Fit = Callable[[sparse.csr_array, tuple[str, ...], int, int], TopicModel]


def main() -> None:
    """Print the comparison of 50 topics, that of stability with 20, and the speed of coherence and inference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, help="JSON Lines with 'text'")
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--number", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=3, help="fits of each engine for stability")
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=ENGINES)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    words = segmented(options.texts, options.pages)
    peers(words, options.number, options.engines)
    fewer = words[: round(0.6 * len(words))]
    steadiness(fewer, round(0.4 * options.number), options.seeds, options.engines)
    speed_of_coherence(fewer)


def segmented(path: Path | None, pages: int) -> list[list[str]]:
    """Words of so many texts, drawn with a fixed seed."""
    random = np.random.default_rng(0)
    if path is None:
        lines = [line for page in read_gold([ROOT / "corpus" / "pages"]) for line in page.text.splitlines()]
        texts = ["\n".join(random.choice(lines, 8)) for _ in range(pages)]
        print("texts: lines of the corpus at random (give --texts for real ones)")
    else:
        with path.open("rb") as stream:
            texts = [orjson.loads(line)["text"] for line in stream]
        chosen = random.permutation(len(texts))[:pages]
        texts = [texts[i] for i in chosen.tolist()]
        print(f"texts: {len(texts)} of {path.name}")
    return Segmenter().words_of(texts).texts()


def counted(words: list[list[str]]) -> tuple[sparse.csr_array, tuple[str, ...]]:
    """Document-term matrix and vocabulary, with the settings of an experiment that says nothing."""
    counter = WordCounts(min_pages=3, max_share=0.4)
    return counter.fit_words(tokens_of(words)), counter.vocabulary_


def peers(words: list[list[str]], number: int, engines: Sequence[str]) -> None:
    """Each engine beside LdaMulticore: coherence as gensim measures it, diversity of 25 words, seconds.

    Both orders of words are judged for all, so that what the order does can be told from what the engine does; the
    ratio is between what each shows its user: gensim the most probable words, aidtopics the most telling ones.
    """
    counts, vocabulary = counted(words)
    print(f"\n{counts.shape[0]} texts, {int(counts.sum())} tokens, {len(vocabulary)} words, {number} topics")
    print(f"{'':34}{'by relevance':>18}{'by probability':>18}{'as shown':>14}")
    columns = f"{'c_npmi':>9}{'diverse':>9}"
    print(f"{'':34}{columns * 2}{'ratio':>7}{'diverse':>9}{'seconds':>9}{'ratio':>7}{'CPU s':>7}")
    dictionary = Dictionary(words)
    first = None
    fits: dict[str, tuple[Fit, float]] = {"LdaMulticore, 10 passes, 2 workers": (multicore, PROBABILITY)}
    fits |= {f"aidtopics, {engine}": (engine_fit(engine), RELEVANCE) for engine in engines}
    for name, (fit, shown) in fits.items():
        cpu, start = cpu_seconds(), perf_counter()
        model = fit(counts, vocabulary, number, 0)
        seconds = perf_counter() - start
        # Its workers are counted when they have ended.
        for child in multiprocessing.active_children():
            child.join()
        cpu = cpu_seconds() - cpu
        figures = {}
        for order in (RELEVANCE, PROBABILITY):
            best = first_words(relevance_weights(model.word_weights, order), DIVERSE)
            tops = [[vocabulary[word] for word in row[:FIRST]] for row in best]
            judge = CoherenceModel(topics=tops, texts=words, dictionary=dictionary, coherence="c_npmi", processes=1)
            figures[order] = judge.get_coherence(), len(np.unique(best)) / best.size
        cells = "".join(f"{npmi:9.3f}{diverse:9.2f}" for npmi, diverse in figures.values())
        npmi, diverse = figures[shown]
        first = first or (npmi, seconds)
        # Below 0 there is nothing to be a multiple of.
        ratio = f"{npmi / first[0]:7.2f}" if first[0] > 0 else f"{'–':>7}"
        ratios = f"{ratio}{diverse:9.2f}{seconds:9.1f}{seconds / first[1]:7.2f}"
        print(f"{name:34}{cells}{ratios}{cpu:7.1f}", flush=True)


def steadiness(words: list[list[str]], number: int, seeds: int, engines: Sequence[str]) -> None:
    """Stability over seeds, robustness against other pages, and held-out perplexity, beside LdaModel."""
    counts, vocabulary = counted(words)
    print(f"\n{counts.shape[0]} texts, {number} topics, {seeds} seeds")
    print(f"{'':34}{'stability':>10}{'robustness':>12}{'perplexity':>12}{'seconds':>9}")
    fits: dict[str, Fit] = {"LdaModel, 10 passes": online}
    fits |= {f"aidtopics, {engine}": engine_fit(engine) for engine in engines}
    out = left_out(counts.shape[0], 0)
    assert out is not None
    for name, fit in fits.items():
        start = perf_counter()
        models = [fit(counts, vocabulary, number, seed) for seed in range(seeds)]
        seconds = (perf_counter() - start) / seeds
        part = fit(counts[np.flatnonzero(~out)], vocabulary, number, 0)
        guess = perplexity(part, counts[np.flatnonzero(out)], 0)
        kept = keeps(overlaps(models[0], part))
        print(f"{name:34}{stability(models):10.2f}{kept:12.2f}{guess:12.0f}{seconds:9.1f}", flush=True)
    start = perf_counter()
    models[-1].infer(counts)
    print(
        f"topics of new pages: {counts.shape[0] / (perf_counter() - start):.0f} pages a second, segmented and counted"
    )


def speed_of_coherence(words: list[list[str]]) -> None:
    """NPMI and C_V of the same topics by gensim and by one count."""
    counts, vocabulary = counted(words)
    topics = fit_topics(counts, vocabulary, 20, 0, "nmf").words(FIRST)
    tokens = tokens_of(words)
    start = perf_counter()
    ours = CoherenceCounts(tokens, (word for topic in topics for word in topic)).score(topics)
    seconds = perf_counter() - start
    dictionary = Dictionary(words)
    start = perf_counter()
    theirs = [
        CoherenceModel(topics=topics, texts=words, dictionary=dictionary, coherence=name, processes=1).get_coherence()
        for name in ("c_npmi", "c_v")
    ]
    ratio = (perf_counter() - start) / seconds
    print(
        f"\ncoherence of {len(words)} texts: {ratio:.0f} times as fast as CoherenceModel (one process); NPMI "
        f"{np.mean(ours.npmi):.6f} and {theirs[0]:.6f}, C_V {np.mean(ours.c_v):.4f} and {theirs[1]:.4f}"
    )


def engine_fit(engine: str) -> Fit:
    """One of ours as a function of pages, words, number and seed."""
    return lambda counts, vocabulary, number, seed: fit_topics(counts, vocabulary, number, seed, engine)


def multicore(counts: sparse.csr_array, vocabulary: tuple[str, ...], number: int, seed: int) -> TopicModel:
    """What most people would write."""
    corpus = Sparse2Corpus(sparse.csr_matrix(counts), documents_columns=False)
    words = dict(enumerate(vocabulary))
    return plain(LdaMulticore(corpus, number, words, passes=10, workers=2, random_state=seed), vocabulary)


def online(counts: sparse.csr_array, vocabulary: tuple[str, ...], number: int, seed: int) -> TopicModel:
    """The same in one process, with chunks small enough not to collapse."""
    corpus = Sparse2Corpus(sparse.csr_matrix(counts), documents_columns=False)
    words = dict(enumerate(vocabulary))
    return plain(LdaModel(corpus, number, words, passes=10, chunksize=256, random_state=seed), vocabulary)


def plain(model: LdaModel, vocabulary: tuple[str, ...]) -> TopicModel:
    """A model of gensim as plain arrays."""
    topics = model.num_topics
    return TopicModel("gensim", vocabulary, model.state.get_lambda(), model.alpha, np.full(topics, 1 / topics), ())


def cpu_seconds() -> float:
    """Processor time of this process and the ended ones it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
