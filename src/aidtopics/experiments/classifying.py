"""The classifier's part of a run: fit, judge, save; or load a saved one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aidtopics.classify import Classifier, strongest_features
from aidtopics.classify.explanation import as_markdown
from aidtopics.classify.training import Fitted, Target, TrainingSettings, fit
from aidtopics.corpus import corpus_hash, example, read_gold
from aidtopics.experiments.answering import answered_pages
from aidtopics.experiments.auditing import audit
from aidtopics.experiments.card import card
from aidtopics.experiments.config import ClassifyTable, Experiment
from aidtopics.experiments.judging import classified, judged_rows, score_gold, score_judged
from aidtopics.records import GoldPage, Label, LabelledPage
from aidtopics.store import Manifest, load_classifier, save_classifier
from aidtopics.store.folder import settings_hash

_FEATURES = 12  # per decision, in the model folder and the figure
_GOLDEN = 3  # pages of each label
_TRAINING = ("variants", "folds", "kind_strength", "topic_strength", "layout_scale")


@dataclass(frozen=True, slots=True)
class ClassifyOutcome:
    """A classifier, the figures for metrics.json, and the judged pages for the plots."""

    classifier: Classifier
    metrics: dict[str, Any]
    judged: tuple[dict[str, Any], ...]
    fitted: Fitted | None  # None for one that was saved before
    pages: tuple[GoldPage, ...]  # that it was fitted on


def classifier_of(experiment: Experiment, folder: Path, progress: bool) -> ClassifyOutcome:
    """Fit and save the classifier in `folder`/classifier, or load the one that the experiment names."""
    table = experiment.classify
    assert table is not None
    if table.model is not None:
        saved = load_classifier(table.model)
        return ClassifyOutcome(saved.classifier, {"model": table.model, **saved.manifest.metrics}, (), None, ())
    gold = read_gold(experiment.pages.paths)
    answers = answered_pages(table.answers, gold)
    pages = (*gold, *answers.pages)
    how = training_settings(experiment)
    fitted = fit(pages, how, progress, _target(table))
    judged = list(judged_rows(fitted.judged))
    metrics = score_judged(fitted.judged, fitted.classifier.decision, experiment.seed)
    metrics |= audit(pages, fitted, how, experiment, folder)
    if table.answers:
        metrics["answers"] = answers.counts
    if experiment.scores.held_out:
        held_out = read_gold(experiment.scores.held_out)
        metrics["held_out"], rows = score_gold(held_out, fitted.classifier, experiment.seed)
        judged += rows
    features = strongest_features(fitted.classifier.first, (page.text for page in pages), _FEATURES)
    settings = classifier_settings(experiment)
    aid = sum(page.label is Label.AID for page in pages)
    corpus = {"hash": corpus_hash(pages), "pages": len(pages), "aid": aid, "sites": len({p.site for p in pages})}
    manifest = Manifest(
        kind="classifier",
        corpus=corpus | ({"answered": len(answers.pages)} if table.answers else {}),
        settings=settings,
        settings_hash=settings_hash(settings),
        metrics=metrics,
        decision={name: getattr(fitted.classifier.decision, name) for name in fitted.classifier.decision.__slots__},
    )
    save_classifier(
        folder / "classifier",
        fitted.classifier,
        manifest,
        features,
        _golden(pages, fitted.classifier),
        f"{card(manifest)}\n## What it goes by\n\n{as_markdown(features)}\n",
        fitted.reference,
    )
    return ClassifyOutcome(fitted.classifier, metrics, tuple(judged), fitted, pages)


def training_settings(experiment: Experiment) -> TrainingSettings:
    """What the experiment says about fitting."""
    table = experiment.classify
    assert table is not None
    chosen = {name: getattr(table, name) for name in _TRAINING}
    return TrainingSettings(seed=experiment.seed, bits=experiment.vectorize.bits, jobs=experiment.jobs, **chosen)


def classifier_settings(experiment: Experiment) -> dict[str, Any]:
    """The settings that shape a classifier: with the same corpus and these, the same classifier comes out."""
    table = experiment.classify
    assert table is not None
    return {
        "seed": experiment.seed,
        "vectorize": {"bits": experiment.vectorize.bits},
        "classify": {name: getattr(table, name) for name in _TRAINING} | _chosen_threshold(table),
    }


def _chosen_threshold(table: ClassifyTable) -> dict[str, Any]:
    return {"threshold": table.threshold.model_dump(exclude_none=True)} if table.threshold else {}


def _target(table: ClassifyTable) -> Target | None:
    """What the threshold is to reach; the experiment file names one figure at most."""
    if table.threshold is None:
        return None
    if table.threshold.precision is not None:
        return Target("precision", table.threshold.precision)
    assert table.threshold.recall is not None
    return Target("recall", table.threshold.recall)


def _golden(pages: Sequence[GoldPage], classifier: Classifier) -> list[LabelledPage]:
    """The shortest pages of each label: enough to see that an installation computes the same."""
    chosen = [
        page
        for label in Label
        for page in sorted((p for p in pages if p.label is label), key=lambda p: (len(p.text), p.page_id))[:_GOLDEN]
    ]
    return classified([example(page) for page in chosen], classifier)
