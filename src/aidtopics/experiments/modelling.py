"""The topics' part of a run: segment, count, fit one model or a sweep or learn on, measure, save."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from aidtopics.errors import FittingError
from aidtopics.experiments.config import Experiment, TopicsTable
from aidtopics.experiments.naming import identified, topic_rows
from aidtopics.experiments.wording import cut_texts, learned_segmenter, segmenter_of, told
from aidtopics.segment import Segmenter, Tokens
from aidtopics.store import Manifest, load_topics, save_topics
from aidtopics.store.folder import settings_hash
from aidtopics.topics import TopicModel
from aidtopics.topics.coherence import CoherenceCounts
from aidtopics.topics.engines import update_topics, with_floors
from aidtopics.topics.measures import FIRST, Figures, measure
from aidtopics.topics.noise import topic_sources
from aidtopics.topics.sweep import Fit, Plan, fit_plans, measure_fits, recommend, unseen_gain
from aidtopics.vectorize import WordCounts, count_words

CACHE = ".cache"  # beside the run folders
_GOLDEN = 5
_NOT_STORED = frozenset({"fit_seconds", "sweep", "engines", "topics", "recommended", "learned", "changes"})
_MEASURES = ("npmi", "c_v", "diversity", "stability", "robustness", "perplexity")


@dataclass(frozen=True, slots=True)
class Kin:
    """Other models of the same texts, by what sets them apart; all have the model's vocabulary."""

    refits: dict[str, TopicModel]  # the same engine and number: other seeds, fits on nine tenths of the pages
    rivals: dict[str, TopicModel]  # another engine or number, or the model before it learned on


@dataclass(frozen=True, slots=True)
class Source:
    """A text to model, and what is known of the page it comes from."""

    text: str
    rejected: str  # the passages of the page that the classifier rejected, one a line
    probability: float | None  # that the page is aid, in [0, 1]; None where no classifier looked at it
    site: str | None  # None where nothing says it
    cluster: int  # texts with the same number are near-duplicates


@dataclass(frozen=True, slots=True)
class TopicsOutcome:
    """A fitted model, the topics of the pages, and the figures for metrics.json."""

    model: TopicModel
    shares: npt.NDArray[np.float64]  # (texts, topics)
    metrics: dict[str, Any]
    counts: sparse.csr_array  # document-term matrix of the texts
    kin: Kin


def model_topics(
    experiment: Experiment,
    sources: Sequence[Source],
    corpus: dict[str, Any],
    folder: Path,
    runs: Path,
    progress: bool,
) -> TopicsOutcome:
    """Fit the topics of the texts, or learn on from a saved model, and save the model in `folder`/topics.

    Topics that the last run of the experiment in `runs` had too keep their ids and names.

    Raises:
        FittingError: too few texts or words for the number of topics.
    """
    table = experiment.topics
    assert table is not None
    texts = [source.text for source in sources]
    if not texts:
        raise FittingError(
            "found no page with text to model; expected pages labelled aid. Look at the labels, or set "
            "topics.of = 'all'"
        )
    cache = runs / CACHE
    if table.update is None:
        plain = segmenter_of(experiment)
        cuts = cut_texts(texts, plain, cache, experiment.jobs, progress)
        rejected = [source.rejected for source in sources if source.rejected]
        segmenter, learned = learned_segmenter(experiment, cuts, rejected, cache, progress)
        words = segmenter.select(cuts)
        chosen = experiment.vectorize
        counter = WordCounts(segmenter, chosen.min_pages, chosen.max_share, chosen.max_words)
        counts = counter.fit_words(words)
        fitted, figures, metrics, kin = _fitted(experiment, table, counts, counter.vocabulary_, words, progress)
        last_run = runs / experiment.name / "topics"
        order, model, registry, changes = identified(fitted, table.previous, last_run)
        metrics |= {"learned": told(learned), "changes": [asdict(change) for change in changes]}
        settings, seen = topic_settings(experiment, plain), 0
    else:
        saved = load_topics(table.update)
        segmenter, registry, seen = saved.segmenter, saved.registry, int(saved.manifest.metrics["pages"])
        words = segmenter.select(cut_texts(texts, segmenter, cache, experiment.jobs, progress))
        counts = count_words(words, saved.model.vocabulary)
        model, figures, metrics = _updated(saved.model, counts, words, seen, experiment.seed)
        order = list(range(model.number))
        kin = Kin({}, {"before": saved.model})
        settings = {**saved.manifest.settings, "updated": [*saved.manifest.settings.get("updated", []), len(texts)]}
    shares = model.infer(counts)
    probabilities, sites = [source.probability for source in sources], [source.site for source in sources]
    clusters = np.array([source.cluster for source in sources])
    found = topic_sources(model, counts, shares, probabilities, sites, clusters)
    metrics["topics"] = topic_rows(figures.topics, order, model, found)
    metrics |= {"pages": seen + len(texts), "words": len(model.vocabulary)}
    stored = {key: value for key, value in metrics.items() if key not in _NOT_STORED}
    manifest = Manifest("topics", corpus, settings, settings_hash(settings), stored, asdict(model.floors))
    golden = [(texts[i], shares[i]) for i in np.argsort([len(text) for text in texts], kind="stable")[:_GOLDEN]]
    save_topics(folder / "topics", model, segmenter, manifest, golden, _card(model, manifest), registry)
    return TopicsOutcome(model, shares, metrics, counts, kin)


def topic_settings(experiment: Experiment, segmenter: Segmenter) -> dict[str, Any]:
    """The settings that shape a topic model: with the same texts and these, the same model comes out.

    Args:
        segmenter: before it learned from the texts.
    """
    assert experiment.topics is not None
    lists = {"words": segmenter.domain_words, "stop_words": sorted(segmenter.stop_words)}
    vectorize = experiment.vectorize
    return {
        "seed": experiment.seed,
        "segment": {
            "engine": segmenter.engine,
            "shortest": segmenter.shortest,
            **{name: getattr(experiment.segment, name) for name in ("phrases", "chrome", "names")},
            **{name: settings_hash({name: entries}) for name, entries in lists.items()},
        },
        "vectorize": {name: getattr(vectorize, name) for name in ("min_pages", "max_share", "max_words")},
        "topics": {name: getattr(experiment.topics, name) for name in ("of", "engine", "number")},
    }


def _fitted(
    experiment: Experiment,
    table: TopicsTable,
    counts: sparse.csr_array,
    vocabulary: tuple[str, ...],
    words: Tokens,
    progress: bool,
) -> tuple[TopicModel, Figures, dict[str, Any], Kin]:
    """The model of the wanted number and first seed, its figures, those of all fits, and the other fits."""
    seeds = range(experiment.seed, experiment.seed + table.seeds)
    numbers = sorted({table.number, *table.numbers})
    plans = [Plan(table.engine, number, seed) for number in numbers for seed in seeds]
    rivals = [engine for engine in table.compare if engine != table.engine]
    plans += [Plan(engine, table.number, seed) for engine in rivals for seed in seeds]
    found: Iterable[Fit] = fit_plans(counts, vocabulary, plans, experiment.jobs)
    if progress:
        from tqdm import tqdm

        found = tqdm(found, total=len(plans), desc="fitting topics", unit="model", leave=False)
    fits = list(found)
    wanted = plans.index(Plan(table.engine, table.number, experiment.seed))
    model = fits[wanted].model
    if model is None:
        raise FittingError(str(fits[wanted].error))
    figures = measure_fits(fits, counts, words)
    own = figures[wanted]
    assert own is not None
    rows = [_row(fit, found) for fit, found in zip(fits, figures, strict=True)]
    sweep = [row for row in rows if row["engine"] == table.engine]
    # A page's own mention may have made a word one of the vocabulary; to a new page it would be unknown.
    others = np.flatnonzero(np.bincount(counts.indices, minlength=len(vocabulary)) > experiment.vectorize.min_pages)
    known = np.asarray(counts[:, others].sum(axis=1)).ravel() / np.maximum(words.lengths, 1)
    gain, unseen = unseen_gain(fits, plans[wanted], counts)
    metrics: dict[str, Any] = {
        "engine": table.engine,
        "number": table.number,
        **_rounded(own),
        "fit_seconds": round(fits[wanted].seconds, 2),
        "sweep": sweep if len(sweep) > 1 else [],
    }
    if len(numbers) > 1:
        tried = [(plan.number, f) for plan, f in zip(plans, figures, strict=True) if plan.engine == table.engine]
        metrics["recommended"] = asdict(recommend([n for n, _ in tried], [f for _, f in tried]))
    if rivals:
        metrics["engines"] = [_mean_row(rows, engine, table.number) for engine in (table.engine, *rivals)]
    return with_floors(model, gain, known[unseen]), own, metrics, _kin(fits, plans[wanted])


def _kin(fits: Sequence[Fit], wanted: Plan) -> Kin:
    """The rivals are other engines where there are any, else the next smaller and the next larger number."""
    alike = [fit for fit in fits if (fit.plan.engine, fit.plan.number) == (wanted.engine, wanted.number)]
    refits = {f"seed {fit.plan.seed}": fit.model for fit in alike if fit.model and fit.plan != wanted}
    refits |= {f"without a tenth, {fit.plan.seed}": fit.without_some for fit in alike if fit.without_some}
    first = [fit for fit in fits if fit.plan.seed == wanted.seed and fit.model]
    rivals = {fit.plan.engine: fit.model for fit in first if fit.model and fit.plan.engine != wanted.engine}
    if not rivals:
        models = {fit.plan.number: fit.model for fit in first if fit.model}
        fewer, more = ([n for n in models if (n < wanted.number) is less] for less in (True, False))
        numbers = [*sorted(fewer)[-1:], *sorted(n for n in more if n != wanted.number)[:1]]
        rivals = {f"{number} topics": models[number] for number in numbers}
    return Kin(refits, rivals)


def _updated(
    model: TopicModel, counts: sparse.csr_array, words: Tokens, seen: int, seed: int
) -> tuple[TopicModel, Figures, dict[str, Any]]:
    """The model after learning on from new pages, and its figures on those; there is no second fit to compare with."""
    if not counts.nnz:
        raise FittingError("found no word that the model of topics.update knows; give other pages or fit a new model")
    start = perf_counter()
    updated = update_topics(model, counts, seen, seed)
    seconds = perf_counter() - start
    coherence = CoherenceCounts(words, (word for row in updated.words(FIRST) for word in row))
    figures = measure(updated, coherence, [], None, None, seed)
    return (
        updated,
        figures,
        {
            "engine": model.engine,
            "number": model.number,
            **_rounded(figures),
            "fit_seconds": round(seconds, 2),
            "sweep": [],
        },
    )


def _row(fit: Fit, figures: Figures | None) -> dict[str, Any]:
    row = {"engine": fit.plan.engine, "number": fit.plan.number, "seed": fit.plan.seed}
    measured = _rounded(figures) if figures else dict.fromkeys(_MEASURES)
    return {**row, **measured, "seconds": round(fit.seconds, 2), "error": fit.error}


def _mean_row(rows: list[dict[str, Any]], engine: str, number: int) -> dict[str, Any]:
    """An engine's figures, mean over its seeds; None where a fit has none."""
    chosen = [row for row in rows if (row["engine"], row["number"]) == (engine, number)]
    means = {
        name: None if None in (values := [row[name] for row in chosen]) else round(float(np.mean(values)), 4)
        for name in (*_MEASURES, "seconds")
    }
    return {"engine": engine, **means}


def _rounded(figures: Figures) -> dict[str, float | None]:
    places = {"perplexity": 1}
    return {name: _finite(getattr(figures, name), places.get(name, 4)) for name in _MEASURES}


def _finite(value: float, places: int) -> float | None:
    return None if np.isnan(value) else round(value, places)


def _card(model: TopicModel, manifest: Manifest) -> str:
    m = manifest.metrics
    rows = "\n".join(
        f"| {topic.topic_id} | {topic.name} | {topic.share:.1%} | {'、'.join(word for word, _ in topic.words)} |"
        for topic in model.topics(FIRST)
    )
    told = {
        "NPMI": m["npmi"],
        "C_V": m["c_v"],
        "diversity": m["diversity"],
        "stability over seeds": m["stability"],
        "robustness against leaving out a tenth of the pages": m["robustness"],
    }
    figures = ", ".join(f"{name} {value:.2f}" for name, value in told.items() if value is not None)
    unseen = f", perplexity of pages left out {m['perplexity']:.0f}" if m["perplexity"] is not None else ""
    return f"""# Topics of health aid

{m["number"]} topics, fitted with {m["engine"]} on {m["pages"]} pages ({m["words"]} different words).
{figures}{unseen}. `docs/topics.md` says what each of these means.

| topic | name | share of words | most telling words |
|---|---|---|---|
{rows}

Limits: topics describe the pages they were fitted on. On few pages they are coarse; fit your own on your crawl before
you publish a finding.
"""
