"""Words against characters: the same linear classifier of whole pages over each vectorizer, on the same folds."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from aidtopics.classify.training import split_folds
from aidtopics.experiments.config import Experiment
from aidtopics.experiments.wording import segmenter_of
from aidtopics.records import GoldPage, Label
from aidtopics.scores import score_decisions
from aidtopics.vectorize import CharacterNgrams, WordCounts

_THRESHOLD = 0.5


def compare_vectorizers(
    experiment: Experiment, pages: Sequence[GoldPage]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Cross-validated figures of each vectorizer that `vectorize.compare` names, and a row for each page."""
    folds = split_folds(pages, experiment.classify.folds if experiment.classify else 5, experiment.seed)
    texts = np.array([page.text for page in pages], dtype=object)
    truth = np.array([page.label is Label.AID for page in pages])
    sites = [page.site for page in pages]
    metrics: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for name in experiment.vectorize.compare:
        start = perf_counter()
        tasks = (
            delayed(_held_out)(_pipeline(name, experiment), texts, truth, folds == fold)
            for fold in range(folds.max() + 1)
        )
        probabilities = np.empty(len(pages))
        for fold, found in enumerate(Parallel(n_jobs=experiment.jobs)(tasks)):
            probabilities[folds == fold] = found
        scores = score_decisions(truth, probabilities, _THRESHOLD, sites, experiment.seed)
        metrics[name] = {**scores.as_dict(), "seconds": round(perf_counter() - start, 2)}
        rows += [
            {
                "part": name,
                "page_id": page.page_id,
                "site": page.site,
                "gold": page.label,
                "aid_probability": round(float(probability), 4),
                "opening": page.passages[0].text[:80],
            }
            for page, probability in zip(pages, probabilities, strict=True)
        ]
    return metrics, rows


def _pipeline(name: str, experiment: Experiment) -> Pipeline:
    if name == "characters":
        vectorizer: Any = CharacterNgrams(experiment.vectorize.bits)
    else:
        # The classifier may use every word; the limits of [vectorize] are for topics.
        vectorizer = WordCounts(segmenter_of(experiment), min_pages=1, max_share=1.0)
    strength = experiment.classify.topic_strength if experiment.classify else 10.0
    return make_pipeline(vectorizer, TfidfTransformer(sublinear_tf=True), LogisticRegression(C=strength, max_iter=500))


def _held_out(pipeline: Pipeline, texts: Any, truth: Any, test: Any) -> Any:  # noqa: ANN401 - numpy arrays
    pipeline.fit(texts[~test], truth[~test])
    return pipeline.predict_proba(texts[test])[:, 1]
