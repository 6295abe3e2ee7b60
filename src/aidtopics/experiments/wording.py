"""The words of a run's texts: cut, with what the texts teach about their own words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from joblib import Memory

from aidtopics.experiments.config import Experiment
from aidtopics.segment import Segmenter, read_word_list
from aidtopics.segment.learning import Learned, learn_words

_TOLD = 30  # learned words of each kind in metrics.json


def segmenter_of(experiment: Experiment) -> Segmenter:
    """The segmenter that the experiment describes, before it learns from the texts."""
    table = experiment.segment
    return Segmenter(
        table.engine,
        read_word_list(table.words) if table.words else None,
        read_word_list(table.stop_words) if table.stop_words else None,
        table.shortest,
    )


def cut_texts(texts: Sequence[str], segmenter: Segmenter, cache: Path, progress: bool) -> list[list[str]]:
    """Each text cut into words, remembered from run to run by text and domain words."""
    cached = Memory(cache, verbose=0).cache(_cut, ignore=["progress"])
    cuts: list[list[str]] = cached(list(texts), segmenter.engine, segmenter.domain_words, progress)
    return cuts


def learned_segmenter(
    experiment: Experiment, cuts: Sequence[Sequence[str]], rejected: Sequence[str], cache: Path, progress: bool
) -> tuple[Segmenter, Learned]:
    """The experiment's segmenter with the phrases, web chrome and names that the texts teach.

    Args:
        cuts: the texts as `cut_texts` gave them.
        rejected: what the classifier rejected on the same pages; empty without one.
    """
    table, segmenter = experiment.segment, segmenter_of(experiment)
    noise = cut_texts(rejected, segmenter, cache, progress) if table.chrome and rejected else []
    return learn_words(segmenter, cuts, noise, table.phrases, table.chrome, table.names)


def told(learned: Learned) -> dict[str, Any]:
    """What was learned, for metrics.json: how many words of each kind, and the weightiest."""
    return {
        "phrases": {"number": len(learned.phrases), "first": ["".join(pair) for pair in learned.phrases][:_TOLD]},
        "chrome": {"number": len(learned.chrome), "first": list(learned.chrome)[:_TOLD]},
        "names": {"number": len(learned.names), "first": list(learned.names)[:_TOLD]},
    }


def _cut(texts: list[str], engine: str, words: tuple[str, ...], progress: bool) -> list[list[str]]:
    segmenter = Segmenter(engine, words)
    if progress:
        from tqdm import tqdm

        return [segmenter.cut(text) for text in tqdm(texts, desc="segmenting", unit="page", leave=False)]
    return [segmenter.cut(text) for text in texts]
