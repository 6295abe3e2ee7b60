"""The classifier's part of a run: fit, judge, save; or load a saved one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aidtopics.classify import Classifier, classify, strongest_features
from aidtopics.classify.explanation import as_markdown
from aidtopics.classify.training import Fitted, Judged, TrainingSettings, fit
from aidtopics.corpus import Example, corpus_hash, example, read_gold
from aidtopics.experiments.answering import answered_pages
from aidtopics.experiments.config import Experiment
from aidtopics.records import GoldPage, Label, LabelledPage
from aidtopics.scores import BinaryScores, character_f1, score_decisions
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


def classifier_of(experiment: Experiment, folder: Path, progress: bool) -> ClassifyOutcome:
    """Fit and save the classifier in `folder`/classifier, or load the one that the experiment names."""
    table = experiment.classify
    assert table is not None
    if table.model is not None:
        saved = load_classifier(table.model)
        return ClassifyOutcome(saved.classifier, {"model": table.model, **saved.manifest.metrics}, ())
    gold = read_gold(experiment.pages.paths)
    answers = answered_pages(table.answers, gold)
    pages = (*gold, *answers.pages)
    fitted = fit(pages, training_settings(experiment), progress)
    judged = list(_judged_rows(fitted.judged))
    metrics = _metrics(fitted, experiment.seed)
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
        f"{_card(manifest)}\n## What it goes by\n\n{as_markdown(features)}\n",
        fitted.reference,
    )
    return ClassifyOutcome(fitted.classifier, metrics, tuple(judged))


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
        "classify": {name: getattr(table, name) for name in _TRAINING},
    }


def score_gold(
    pages: Sequence[GoldPage], classifier: Classifier, seed: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Figures of a classifier on gold pages that it was not fitted on, and a row for each page."""
    examples = [example(page) for page in pages]
    labelled = _classified(examples, classifier)
    probabilities = np.array([page.aid_probability for page in labelled])
    rows = [_judged_row(e, p, "held out") for e, p in zip(examples, probabilities.tolist(), strict=True)]
    truth = np.array([page.label is Label.AID for page in pages])
    sites = [page.site for page in pages]
    scores = score_decisions(truth, probabilities, classifier.decision.page_threshold, sites, seed)
    wanted = [
        [(p.start, p.end) for p, kind in zip(e.passages, e.kinds, strict=True) if kind.label is Label.AID]
        for e in examples
    ]
    found = [[(p.start, p.end) for p in page.passages if p.label is Label.AID] for page in labelled]
    return {**scores.as_dict(), "character_f1": _character_f1(examples, wanted, found)}, rows


def _classified(examples: Sequence[Example], classifier: Classifier) -> list[LabelledPage]:
    return classify([(e.page, e.passages, {}) for e in examples], classifier)


def _character_f1(
    examples: Sequence[Example], wanted: list[list[tuple[int, int]]], found: list[list[tuple[int, int]]]
) -> float:
    """F1 over the characters of all pages laid end to end."""
    starts = np.cumsum([0, *(len(e.page.text) for e in examples)]).tolist()

    def shifted(spans: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
        return [(base + a, base + b) for base, page in zip(starts, spans, strict=False) for a, b in page]

    return round(character_f1(shifted(wanted), shifted(found), starts[-1])[2], 4)


def _metrics(fitted: Fitted, seed: int) -> dict[str, Any]:
    """Cross-validated figures: of the gold pages as they stand, of each composed form, and of characters."""
    judged, decision = fitted.judged, fitted.classifier.decision
    truth = np.array([e.label is Label.AID for e in judged.examples])
    sites = np.array([e.site for e in judged.examples])
    forms = np.array([e.form for e in judged.examples])

    def scores(chosen: np.ndarray) -> BinaryScores:
        return score_decisions(
            truth[chosen], judged.page_probability[chosen], decision.page_threshold, sites[chosen], seed
        )

    wanted, found = [], []
    for e, probability, main in zip(judged.examples, judged.page_probability, judged.main_content, strict=True):
        wanted.append(
            [(p.start, p.end) for p, kind in zip(e.passages, e.kinds, strict=True) if kind.label is Label.AID]
        )
        is_aid = probability >= decision.page_threshold
        found.append(
            [
                (p.start, p.end)
                for p, m in zip(e.passages, main, strict=True)
                if is_aid and m >= decision.passage_threshold
            ]
        )
    return {
        **scores(forms == "plain").as_dict(),
        "threshold": round(decision.page_threshold, 4),
        "character_f1": _character_f1(judged.examples, wanted, found),
        "forms": {form: scores(forms == form).as_dict()["f1"] for form in sorted(set(forms.tolist()) - {"plain"})},
    }


def _judged_rows(judged: Judged) -> Iterator[dict[str, Any]]:
    for e, probability in zip(judged.examples, judged.page_probability.tolist(), strict=True):
        if e.form == "plain":
            yield _judged_row(e, probability, "cross-validation")


def _judged_row(e: Example, probability: float, part: str) -> dict[str, Any]:
    opening = e.page.text[e.passages[0].start : e.passages[0].end][:80] if e.passages else ""
    return {
        "part": part,
        "page_id": e.page.page_id,
        "site": e.site,
        "gold": e.label,
        "aid_probability": round(probability, 4),
        "opening": opening,
    }


def _golden(pages: Sequence[GoldPage], classifier: Classifier) -> list[LabelledPage]:
    """The shortest pages of each label: enough to see that an installation computes the same."""
    chosen = [
        page
        for label in Label
        for page in sorted((p for p in pages if p.label is label), key=lambda p: (len(p.text), p.page_id))[:_GOLDEN]
    ]
    return _classified([example(page) for page in chosen], classifier)


def _card(manifest: Manifest) -> str:
    m, corpus, decision = manifest.metrics, manifest.corpus, manifest.decision
    origin = f"{corpus['answered']} answered by a person, the others" if corpus.get("answered") else "all"

    def row(name: str, figures: dict[str, Any]) -> str:
        intervals = [figures[key] for key in ("precision", "recall", "f1", "auc")]
        cells = " | ".join(f"{f['value']:.3f} ({f['low']:.3f} to {f['high']:.3f})" for f in intervals)
        rest = f"{figures['calibration_error']:.3f} | {figures['character_f1']:.3f}"
        return f"| {name} | {figures['n']} | {cells} | {rest} |"

    table = [row("cross-validation by site", m)]
    if "held_out" in m:
        table.append(row("held-out pages", m["held_out"]))
    rows = "\n".join(table)
    return f"""# Aid classifier

Separates reports of health aid from the noise around them: first the page (aid or noise), then its passages (title and
body of the aid report, and six kinds of noise). Made for scraped Chinese web pages.

Fitted on {corpus["pages"]} gold pages ({corpus["aid"]} aid) of {corpus["sites"]} sites, {
        origin
    } written for this project.

| judged on | pages | precision | recall | F1 | AUC | calibration error | F1 of aid characters |
|---|---|---|---|---|---|---|---|
{rows}

In brackets 95 % bootstrap intervals over sites. In cross-validation no site and no near-duplicate stands on both sides.
A page is aid from probability {decision["page_threshold"]:.3f}; pages between {decision["review_low"]:.3f} and {
        decision["review_high"]:.3f} are marked for review.

Limits: the gold pages are written, not scraped; figures on a real crawl can be lower. The model knows simplified
Chinese (repair converts traditional pages first) and pages of the years 2005 to 2025. It goes by the words of a page,
so a new programme told in new words needs new gold pages.
"""
