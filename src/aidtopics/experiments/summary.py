"""A run in plain words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aidtopics.experiments.auditing import audit_sentences, warnings_of
from aidtopics.experiments.drawing import read_topics
from aidtopics.experiments.tables import omissions
from aidtopics.records import Topic
from aidtopics.topics.model import name_topic


def summarize(metrics: dict[str, Any], folder: Path) -> str:
    """What the run found, as Markdown that reads well in a terminal too."""
    lines = [f"# {metrics['experiment']}"]
    pages = metrics["pages"]
    if "aid" in pages:
        lines.append("")
        lines.append(
            f"Of {pages['read']} pages {pages['aid']} are about health aid; {pages['needs_review']} are uncertain "
            f"enough to want a person's look, {pages['unreadable']} could not be read."
        )
    classify = metrics.get("classify", {})
    if "aid" in pages and "f1" in classify and "model" not in classify:
        lines.append("(The classifier was fitted on these very pages; how well it does on others comes next.)")
    if "answers" in classify:
        answers = classify["answers"]
        lines += [
            "",
            f"Beside the gold pages it was fitted on {answers['aid']} pages answered as aid and {answers['noise']} as "
            f"noise; {answers['unclear']} unclear and {answers['passed_over']} passed over stayed out.",
        ]
    if "f1" in classify:
        lines += ["", _sentence("On pages of sites it has not seen (cross-validation)", classify)]
        if "held_out" in classify:
            lines += ["", _sentence("On the held-out pages, written by another hand,", classify["held_out"])]
    for sentence in (*warnings_of(classify), *audit_sentences(classify)) if "model" not in classify else ():
        lines += ["", sentence]
    if "ablation" in metrics:
        lines += ["", *_ablation_table(metrics["ablation"])]
    if "vectorize" in metrics:
        lines += ["", "Whole pages by a linear classifier over each vectorizer, cross-validated by site:", ""]
    for name, figures in metrics.get("vectorize", {}).items():
        f1, auc = figures["f1"], figures["auc"]
        lines.append(
            f"- {name}: F1 {f1['value']:.3f} ({f1['low']:.3f} to {f1['high']:.3f}), AUC {auc['value']:.3f}, "
            f"{figures['seconds']:.1f} s"
        )
    if "topics" in metrics:
        topics = metrics["topics"]
        lines += [
            "",
            f"{topics['number']} topics of {topics['pages']} pages (NPMI {topics['npmi']:.3f}, "
            f"C_V {topics['c_v']:.3f}, diversity {topics['diversity']:.2f}{_steadiness(topics)}):",
            "",
        ]
        lines += [
            f"- {topic.topic_id:>2}  {topic.share:5.1%}  {_named(topic)}{'、'.join(w for w, _ in topic.words[:8])}"
            for topic in read_topics(folder)
        ]
        lines += _changes(topics)
        lines += _suspicious(topics)
        if "recommended" in topics:
            lines += ["", f"How many topics: {topics['recommended']['reason']}."]
        lines += [line for sentence in omissions(topics["groups"]) for line in ("", sentence)]
        lines += _engines(topics["engines"]) if "engines" in topics else []
    return "\n".join(lines) + "\n"


def _named(topic: Topic) -> str:
    """A name that a person gave; the proposed one only repeats the words."""
    proposed = topic.name == name_topic([word for word, _ in topic.words])
    return "" if proposed else f"{topic.name}: "


def _changes(topics: dict[str, Any]) -> list[str]:
    """What is different from the last run's topics."""
    told = [change["told"] for change in topics.get("changes", [])]
    return ["", "Since the last model:", "", *(f"- {sentence}." for sentence in told)] if told else []


def _suspicious(topics: dict[str, Any]) -> list[str]:
    """Topics that look like scraped noise, with what makes them so."""
    lines = []
    for row in topics["topics"]:
        for found in row["suspicions"]:
            words = f"; words: {'、'.join(found['words'])}" if found["words"] else ""
            sites = f"; sites: {', '.join(found['sites'])}" if found["sites"] else ""
            lines.append(f"- topic {row['topic_id']} ({row['name']}): {found['reason']}{words}{sites}.")
    head = "Topics that look like scraped noise (hide or merge them in topics/topics.toml, or look at their pages):"
    return ["", head, "", *lines] if lines else []


def _steadiness(topics: dict[str, Any]) -> str:
    """The figures that take a second fit or pages left out, where there are any."""
    told = {"stability": ".2f", "robustness": ".2f", "perplexity": ".0f"}
    return "".join(f", {name} {topics[name]:{form}}" for name, form in told.items() if topics[name] is not None)


def _engines(rows: list[dict[str, Any]]) -> list[str]:
    """A table of engines."""
    names = ("npmi", "c_v", "diversity", "stability", "robustness", "perplexity", "seconds")
    lines = ["", f"| engine | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for row in rows:
        cells = ("–" if row[name] is None else f"{row[name]:.{0 if name == 'perplexity' else 2}f}" for name in names)
        lines.append(f"| {row['engine']} | {' | '.join(cells)} |")
    return lines


def _sentence(where: str, figures: dict[str, Any]) -> str:
    f1, precision, recall = (figures[name] for name in ("f1", "precision", "recall"))
    return (
        f"{where} the classifier reaches F1 {f1['value']:.3f} ({f1['low']:.3f} to {f1['high']:.3f}): "
        f"{precision['value']:.1%} of what it calls aid is aid, and it finds {recall['value']:.1%} of the aid pages."
    )


def _ablation_table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """In brackets the difference from the classifier as it is, with its interval."""
    names = ("f1", "auc", "character_f1")
    lines = ["| classifier | page F1 | page AUC | F1 of aid characters |", "|---|---|---|---|"]
    for row in rows:
        cells = []
        for name in names:
            figure, less = row[name], row.get(f"{name}_difference")
            cell = "–" if figure["value"] is None else f"{figure['value']:.3f}"
            if less is None:
                cell += f" ({figure['low']:.3f} to {figure['high']:.3f})"
            elif less["value"] is not None:
                cell += f" ({less['value']:+.3f}: {less['low']:+.3f} to {less['high']:+.3f})"
            cells.append(cell)
        lines.append(f"| {row['name']} | {' | '.join(cells)} |")
    return [*lines, "", "In brackets the difference from the classifier as it is, page by page, over resampled sites."]
