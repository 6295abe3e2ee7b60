"""What answers to `aidtopics review` bring against labelling pages drawn by lot, on the corpus.

Each draw leaves half of the corpus's hands out as the new crawl. A classifier fitted on the other half chooses pages to
be asked about among two thirds of that crawl; it is fitted again with the answers, and judged on the last third, which
shares no site and no near-duplicate with the rest. An answer tells the label of a page alone, as a person's does.
Differences are taken draw by draw; brackets hold 95 % of a bootstrap over draws. The draws share one corpus, so a crawl
that is unlike all of it can gain more or less.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

# One core, before numpy asks.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np

from aidtopics.classify import Classifier
from aidtopics.classify.training import TrainingSettings, fit
from aidtopics.corpus import read_gold
from aidtopics.duplicates import split_groups
from aidtopics.label import label_pages
from aidtopics.pages import page_from_text
from aidtopics.records import GoldPage, Label, LabelledPage
from aidtopics.review import Answer, gold_pages, propose
from aidtopics.review.choosing import distances
from aidtopics.scores import area_under_curve, calibration_error, precision_recall_f1

HANDS = sorted((Path(__file__).parents[1] / "corpus" / "pages").glob("*.jsonl"))
FIGURES = ("F1", "AUC", "log-loss", "ECE")
# Less than a shipped model gets, so that hundreds of fits take minutes; every strategy gets the same.
SETTINGS = TrainingSettings(
    seed=0, bits=16, variants=0, folds=3, kind_strength=10.0, topic_strength=3.0, layout_scale=0.3, jobs=1
)


@dataclass(frozen=True)
class Crawl:
    """The left-out hands as the classifier of the others sees them."""

    labelled: list[LabelledPage]  # pages that can be asked about
    threshold: float
    chance: np.random.Generator

    @property
    def probabilities(self) -> np.ndarray:
        """That a page is aid, in order of `labelled`."""
        return np.array([page.aid_probability for page in self.labelled])


def drawn_by_lot(crawl: Crawl, most: int) -> list[str]:
    """What labelling without `review` amounts to."""
    return [crawl.labelled[i].page.page_id for i in crawl.chance.permutation(len(crawl.labelled))[:most]]


def nearest_half(crawl: Crawl, most: int) -> list[str]:
    """The smallest margin between the two labels."""
    return [crawl.labelled[i].page.page_id for i in np.argsort(np.abs(crawl.probabilities - 0.5), kind="stable")[:most]]


def nearest_threshold(crawl: Crawl, most: int) -> list[str]:
    """Uncertainty alone, around the threshold that decides."""
    order = np.argsort(distances(crawl.probabilities, crawl.threshold), kind="stable")
    return [crawl.labelled[i].page.page_id for i in order[:most]]


def unlike_the_others(crawl: Crawl, most: int) -> list[str]:
    """Spread alone: all pages as sure as each other."""
    sure = (replace(page, aid_probability=0.5) for page in crawl.labelled)
    return [q.labelled.page.page_id for q in propose(sure, (), 0.5, most, seed=0).questions]


def review(crawl: Crawl, most: int) -> list[str]:
    """What the command does."""
    questions = propose(crawl.labelled, (), crawl.threshold, most, seed=0).questions
    return [question.labelled.page.page_id for question in questions]


STRATEGIES: dict[str, Callable[[Crawl, int], list[str]]] = {
    "random": drawn_by_lot,
    "spread": unlike_the_others,
    "margin": nearest_half,
    "uncertain": nearest_threshold,
    "review": review,
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=8)
    parser.add_argument("--answers", type=int, nargs="+", default=[20, 50, 100])
    parser.add_argument("--strategies", nargs="+", choices=STRATEGIES, default=["random", "uncertain", "review"])
    parser.add_argument("--weight", type=int, default=1, help="count every answer as so many pages")
    options = parser.parse_args()
    results: dict[tuple[str, int], list[tuple[float, ...]]] = {}
    for number in range(options.draws):
        for key, figures in draw(number, options.answers, options.strategies, options.weight).items():
            results.setdefault(key, []).append(figures)
        print(f"draw {number + 1} of {options.draws}", file=sys.stderr)
    print(f"{options.draws} draws of {len(HANDS) // 2} of {len(HANDS)} hands, an answer counts as {options.weight}\n")
    print(
        f"| answers | chosen by | {' | '.join(FIGURES)} | " + " | ".join(f"{f} – random's" for f in FIGURES[:3]) + " |"
    )
    print("|" + "---|" * (2 + len(FIGURES) + 3))
    for (strategy, answers), rows in results.items():
        means = " | ".join(f"{mean:.3f}" for mean in np.mean(rows, axis=0))
        against = results.get(("random", answers))
        compared = ["–"] * 3 if strategy == "random" or against is None else differences(np.subtract(rows, against))
        print(f"| {answers} | {strategy} | {means} | {' | '.join(compared)} |")


def draw(number: int, sizes: Sequence[int], strategies: Sequence[str], weight: int) -> dict:
    """Figures of one draw, by strategy and number of answers."""
    chance = np.random.default_rng(number)
    hands = chance.permutation(len(HANDS))
    old = read_gold([HANDS[i] for i in sorted(hands[len(HANDS) // 2 :])])
    new = read_gold([HANDS[i] for i in sorted(hands[: len(HANDS) // 2])])
    groups = split_groups([page.site for page in new], [page.text for page in new])
    kept = chance.permutation(groups.max() + 1)[: (groups.max() + 1) // 3]
    judged = [page for page, group in zip(new, groups, strict=True) if group in kept]
    open_pages = {page.page_id: page for page, group in zip(new, groups, strict=True) if group not in kept}

    classifier = fit(old, SETTINGS).classifier
    crawl = Crawl(labelled(list(open_pages.values()), classifier), classifier.decision.page_threshold, chance)
    found = {("none", 0): score(judged, classifier)}
    chosen = {strategy: STRATEGIES[strategy](crawl, max(sizes)) for strategy in strategies}
    for size in sizes:
        for strategy in strategies:
            asked = [open_pages[page_id] for page_id in chosen[strategy][:size]]
            answers = [Answer(page.page_id, page.site, page.text, page.label, "the corpus") for page in asked]
            gold = gold_pages(answers, classifier)
            copies = [replace(page, page_id=f"{page.page_id}/{n}") for n in range(weight) for page in gold]
            found[strategy, size] = score(judged, fit([*old, *copies], SETTINGS).classifier)
    return found


def labelled(pages: Sequence[GoldPage], classifier: Classifier) -> list[LabelledPage]:
    """Gold pages as the classifier labels their text."""
    plain = (page_from_text(page.text, page.page_id) for page in pages)
    return [page for page in label_pages(plain, classifier) if isinstance(page, LabelledPage)]


def score(pages: Sequence[GoldPage], classifier: Classifier) -> tuple[float, ...]:
    """F1 at the classifier's threshold, AUC, log-loss in nats, calibration error."""
    truth = np.array([page.label is Label.AID for page in pages])
    found = np.array([page.aid_probability for page in labelled(pages, classifier)])
    clipped = np.clip(found, 1e-4, 1 - 1e-4)
    return (
        precision_recall_f1(truth, found >= classifier.decision.page_threshold)[2],
        area_under_curve(truth, found),
        float(-np.log(np.where(truth, clipped, 1 - clipped)).mean()),
        calibration_error(truth, found),
    )


def differences(paired: np.ndarray) -> list[str]:
    """Mean difference with its interval, for the first three figures."""
    drawn = np.random.default_rng(0).integers(0, len(paired), (2000, len(paired)))
    low, high = np.quantile(paired[drawn].mean(axis=1), [0.025, 0.975], axis=0)
    means = paired.mean(axis=0)
    return [f"{means[i]:+.3f} ({low[i]:+.3f} to {high[i]:+.3f})" for i in range(3)]


if __name__ == "__main__":
    main()
