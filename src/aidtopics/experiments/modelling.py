"""The topics' part of a run: segment, count, fit one model or a sweep, measure, save."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Memory, Parallel, delayed

from aidtopics.errors import FittingError
from aidtopics.experiments.config import Experiment
from aidtopics.segment import Segmenter, read_word_list
from aidtopics.store import Manifest, save_topics
from aidtopics.store.folder import settings_hash
from aidtopics.topics import TopicModel
from aidtopics.topics.coherence import coherence
from aidtopics.topics.lda import diversity, fit_lda, perplexity
from aidtopics.topics.trends import stability
from aidtopics.vectorize import WordCounts

_TOP_WORDS = 10
_GOLDEN = 5


@dataclass(frozen=True, slots=True)
class TopicsOutcome:
    """A fitted model, the topics of the pages, and the figures for metrics.json."""

    model: TopicModel
    shares: npt.NDArray[np.float64]  # (texts, topics)
    metrics: dict[str, Any]


def segmenter_of(experiment: Experiment) -> Segmenter:
    """The segmenter that the experiment describes."""
    table = experiment.segment
    return Segmenter(
        table.engine,
        read_word_list(table.words) if table.words else None,
        read_word_list(table.stop_words) if table.stop_words else None,
        table.shortest,
    )


def segment_texts(texts: Sequence[str], segmenter: Segmenter, cache: Path, progress: bool) -> list[list[str]]:
    """Words of each text, remembered from run to run by text and word lists."""
    cached = Memory(cache, verbose=0).cache(_segment, ignore=["progress"])
    key = (segmenter.engine, segmenter.domain_words, tuple(sorted(segmenter.stop_words)), segmenter.shortest)
    words: list[list[str]] = cached(list(texts), key, progress)
    return words


def model_topics(
    experiment: Experiment, texts: Sequence[str], corpus: dict[str, Any], folder: Path, cache: Path, progress: bool
) -> TopicsOutcome:
    """Fit the topics of the texts and save the model in `folder`/topics.

    Raises:
        FittingError: too few texts or words for the number of topics.
    """
    table = experiment.topics
    assert table is not None
    if not texts:
        raise FittingError(
            "found no page with text to model; expected pages labelled aid. Look at the labels, or set "
            "topics.of = 'all'"
        )
    segmenter = segmenter_of(experiment)
    words = segment_texts(texts, segmenter, cache, progress)
    chosen = experiment.vectorize
    counter = WordCounts(segmenter, chosen.min_pages, chosen.max_share, chosen.max_words)
    counts = counter.fit_words(words)
    numbers = sorted({table.number, *table.numbers})
    fits = [(number, experiment.seed + i) for number in numbers for i in range(table.seeds)]
    tasks = (delayed(_timed_fit)(counts, counter.vocabulary_, number, seed) for number, seed in fits)
    results = Parallel(n_jobs=experiment.jobs if len(fits) > 1 else 1, return_as="generator")(tasks)
    if progress:
        from tqdm import tqdm

        results = tqdm(results, total=len(fits), desc="fitting topics", unit="model", leave=False)
    models: dict[int, list[TopicModel]] = {}
    sweep = []
    seconds = 0.0
    for (number, seed), (model, taken) in zip(fits, results, strict=True):
        models.setdefault(number, []).append(model)
        if (number, seed) == (table.number, experiment.seed):
            seconds = taken
        sweep.append({"number": number, "seed": seed, **_measures(model, words, counts)})
    for entry in sweep:
        entry["stability"] = _finite(stability(models[entry["number"]]))
    model = models[table.number][0]
    shares = model.infer(counts)
    own = next(entry for entry in sweep if (entry["number"], entry["seed"]) == (table.number, experiment.seed))
    metrics = {
        "engine": table.engine,
        **{key: own[key] for key in ("number", "npmi", "c_v", "diversity", "stability", "perplexity")},
        "fit_seconds": round(seconds, 2),
        "pages": len(texts),
        "words": len(counter.vocabulary_),
        "sweep": sweep if len(sweep) > 1 else [],
    }
    settings = topic_settings(experiment, segmenter)
    stored = {key: value for key, value in metrics.items() if key not in ("fit_seconds", "sweep")}
    manifest = Manifest("topics", corpus, settings, settings_hash(settings), stored)
    golden = [(texts[i], shares[i]) for i in np.argsort([len(text) for text in texts], kind="stable")[:_GOLDEN]]
    save_topics(folder / "topics", model, segmenter, manifest, golden, _card(model, manifest))
    return TopicsOutcome(model, shares, metrics)


def topic_settings(experiment: Experiment, segmenter: Segmenter) -> dict[str, Any]:
    """The settings that shape a topic model: with the same texts and these, the same model comes out."""
    assert experiment.topics is not None
    lists = {"words": segmenter.domain_words, "stop_words": sorted(segmenter.stop_words)}
    vectorize = experiment.vectorize
    return {
        "seed": experiment.seed,
        "segment": {
            "engine": segmenter.engine,
            "shortest": segmenter.shortest,
            **{name: settings_hash({name: entries}) for name, entries in lists.items()},
        },
        "vectorize": {name: getattr(vectorize, name) for name in ("min_pages", "max_share", "max_words")},
        "topics": {name: getattr(experiment.topics, name) for name in ("of", "engine", "number")},
    }


def _segment(texts: list[str], key: tuple[Any, ...], progress: bool) -> list[list[str]]:
    segmenter = Segmenter(*key)
    if progress:
        from tqdm import tqdm

        return [segmenter.words(text) for text in tqdm(texts, desc="segmenting", unit="page", leave=False)]
    return [segmenter.words(text) for text in texts]


def _timed_fit(counts: Any, vocabulary: tuple[str, ...], number: int, seed: int) -> tuple[TopicModel, float]:  # noqa: ANN401
    start = perf_counter()
    return fit_lda(counts, vocabulary, number, seed), perf_counter() - start


def _measures(model: TopicModel, words: list[list[str]], counts: Any) -> dict[str, Any]:  # noqa: ANN401
    tops = [[word for word, _ in topic.words] for topic in model.topics(_TOP_WORDS)]
    near, wide = coherence(tops, words)
    return {
        "npmi": round(near, 4),
        "c_v": round(wide, 4),
        "diversity": round(diversity(model), 4),
        "perplexity": round(perplexity(model, counts), 1),
    }


def _finite(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def _card(model: TopicModel, manifest: Manifest) -> str:
    m = manifest.metrics
    rows = "\n".join(
        f"| {topic.topic_id} | {topic.name} | {topic.share:.1%} | {'、'.join(word for word, _ in topic.words)} |"
        for topic in model.topics(_TOP_WORDS)
    )
    return f"""# Topics of health aid

LDA with {m["number"]} topics, fitted with gensim on {m["pages"]} pages ({m["words"]} different words).
NPMI {m["npmi"]:.3f}, C_V {m["c_v"]:.3f}, diversity {m["diversity"]:.2f}, perplexity {m["perplexity"]:.0f} on the
pages it was fitted on.

| topic | name | share of words | most probable words |
|---|---|---|---|
{rows}

Limits: topics describe the pages they were fitted on. On few pages they are coarse and change with the seed; fit your
own on your crawl before you publish a finding.
"""
