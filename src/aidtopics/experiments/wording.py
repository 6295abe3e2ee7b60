"""The words of a run's texts: cut, with what the texts teach about their own words."""

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Memory, Parallel, delayed

from aidtopics.experiments.config import Experiment
from aidtopics.segment import Segmenter, Tokens, read_word_list, tokens_of
from aidtopics.segment.learning import Learned, learn_words
from aidtopics.segment.tokens import joined

_Packed = tuple[tuple[str, npt.NDArray[np.int64]], npt.NDArray[np.int32], npt.NDArray[np.intp]]
_AT_ONCE = 256  # texts that are cut, and remembered, together
_WORTH_PROCESSES = 8  # parts; fewer are cut while processes would start
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


def cut_texts(texts: Sequence[str], segmenter: Segmenter, cache: Path, jobs: int, progress: bool) -> Tokens:
    """Each text cut into words, in as many processes of this machine as said where there are enough of them.

    What was cut is remembered from run to run by text, engine and domain words, some hundred texts at a time.
    """
    parts = [texts[start : start + _AT_ONCE] for start in range(0, len(texts), _AT_ONCE)]
    cached = Memory(cache, verbose=0).cache(_cut)
    # Strings go there and back behind each other: joblib takes as long to store twenty thousand as to cut them.
    tasks = (delayed(cached)(*_behind(part), segmenter.engine, segmenter.domain_words) for part in parts)
    # Not on a cluster: its machines need not see the cache.
    parallel = Parallel(jobs if len(parts) >= _WORTH_PROCESSES else 1, backend="loky", return_as="generator")
    found: Iterable[_Packed] = parallel(tasks)
    if progress:
        from tqdm import tqdm

        found = tqdm(found, total=len(parts), desc="segmenting", unit="part", leave=False)
    return joined([Tokens(_apart(*words), ids, edges) for words, ids, edges in found])


def learned_segmenter(
    experiment: Experiment, cuts: Tokens, rejected: Sequence[str], cache: Path, progress: bool
) -> tuple[Segmenter, Learned]:
    """The experiment's segmenter with the phrases, web chrome and names that the texts teach.

    Args:
        cuts: the texts as `cut_texts` gave them.
        rejected: what the classifier rejected on the same pages; empty without one.
    """
    table, segmenter = experiment.segment, segmenter_of(experiment)
    noise = cut_texts(rejected if table.chrome else (), segmenter, cache, experiment.jobs, progress)
    return learn_words(segmenter, cuts, noise, table.phrases, table.chrome, table.names)


def told(learned: Learned) -> dict[str, Any]:
    """What was learned, for metrics.json: how many words of each kind, and the weightiest."""
    return {
        "phrases": {"number": len(learned.phrases), "first": ["".join(pair) for pair in learned.phrases][:_TOLD]},
        "chrome": {"number": len(learned.chrome), "first": list(learned.chrome)[:_TOLD]},
        "names": {"number": len(learned.names), "first": list(learned.names)[:_TOLD]},
    }


def _cut(texts: str, lengths: npt.NDArray[np.int64], engine: str, words: tuple[str, ...]) -> _Packed:
    tokens = tokens_of(map(Segmenter(engine, words).cut, _apart(texts, lengths)))
    return _behind(tokens.words), tokens.ids, tokens.edges


def _behind(texts: Sequence[str]) -> tuple[str, npt.NDArray[np.int64]]:
    return "".join(texts), np.fromiter(map(len, texts), np.int64, len(texts))


def _apart(texts: str, lengths: npt.NDArray[np.int64]) -> tuple[str, ...]:
    ends = [0, *np.cumsum(lengths).tolist()]
    return tuple(texts[start:end] for start, end in itertools.pairwise(ends))
