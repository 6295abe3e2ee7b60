"""The card of a fitted classifier: what it is, how good, by what, and where it ends."""

from typing import Any

from aidtopics.experiments.auditing import audit_sentences, warnings_of
from aidtopics.store import Manifest


def card(manifest: Manifest) -> str:
    """The card as Markdown."""
    m, corpus, decision = manifest.metrics, manifest.corpus, manifest.decision

    def row(name: str, figures: dict[str, Any]) -> str:
        intervals = [figures[key] for key in ("precision", "recall", "f1", "auc")]
        cells = " | ".join(_shown(f) for f in intervals)
        rest = (
            f"{_shown(figures['calibration_error'])}, {figures['calibration_error_of_perfect']['value']:.3f} | "
            f"{figures['character_f1']:.3f} ({figures['character_f1_interval']['low']:.3f} to "
            f"{figures['character_f1_interval']['high']:.3f})"
        )
        return f"| {name} | {figures['n']} | {cells} | {rest} |"

    table = [row("cross-validation by site", m)]
    if "held_out" in m:
        table.append(row("held-out pages", m["held_out"]))
    rows = "\n".join(table)
    origin = f"{corpus['answered']} answered by a person, the others" if corpus.get("answered") else "all"
    low, high = decision["review_low"], decision["review_high"]
    audit = "\n\n".join([*warnings_of(m), *audit_sentences(m)])
    target = _target(manifest.settings["classify"].get("threshold", {}))
    return f"""# Aid classifier

Separates reports of health aid from the noise around them: first the page (aid or noise), then its passages (title and
body of the aid report, and six kinds of noise). Made for scraped Chinese web pages.

Fitted on {corpus["pages"]} gold pages ({corpus["aid"]} aid) of {corpus["sites"]} sites, {origin}
written for this project.

| judged on | pages | precision | recall | F1 | AUC | calibration error | F1 of aid characters |
|---|---|---|---|---|---|---|---|
{rows}

In brackets 95 % bootstrap intervals over sites. In cross-validation no site and no near-duplicate stands on both sides.
Behind the calibration error stands what perfectly calibrated probabilities would show on as many pages, by chance.
A page is aid from probability {decision["page_threshold"]:.3f}{target}; pages between {low:.3f} and {high:.3f}
are marked for review.

{audit}

Limits: the gold pages are written, not scraped; figures on a real crawl can be lower. The model knows simplified
Chinese (repair converts traditional pages first) and pages of the years 2005 to 2025. It goes by the words of a page,
so a new programme told in new words needs new gold pages.
"""


def _shown(interval: dict[str, float]) -> str:
    return f"{interval['value']:.3f} ({interval['low']:.3f} to {interval['high']:.3f})"


def _target(threshold: dict[str, float]) -> str:
    """Why the threshold lies where it does, if not at the best F1."""
    return "".join(f", chosen for a cross-validated {name} of {value:g}" for name, value in threshold.items())
