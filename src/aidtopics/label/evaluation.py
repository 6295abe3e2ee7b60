"""A classifier scored on labelled texts: the contract of `aidtopics evaluate`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from aidtopics.classify import Classifier
from aidtopics.errors import UsageError, nearest, problems
from aidtopics.label.stream import label_pages
from aidtopics.pages import page_from_text
from aidtopics.records import Label, LabelledPage
from aidtopics.scores import score_decisions

_SEED = 0
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A page's text with its gold label."""

    text: str
    label: Label
    group: str | None


def read_labelled_texts(path: str | Path) -> list[LabelledText]:
    """Rows {"text", "label", "group"?} of a JSON Lines file; gold pages of the corpus do as well, grouped by site.

    Raises:
        UsageError: no such file, or rows of another form; the first problems are listed at once.
    """
    try:
        lines = Path(path).read_bytes().splitlines()
    except OSError as error:
        raise UsageError(f"could not read {path}: {error.strerror}; expected a JSON Lines file") from error
    texts, wrong = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            texts.append(_from_row(orjson.loads(line)))
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
    if wrong:
        raise UsageError(problems(wrong, path))
    if not texts:
        raise UsageError(f'found no rows in {path}; expected lines {{"text": ..., "label": "aid" or "noise"}}')
    return texts


def evaluate(texts: list[LabelledText], classifier: Classifier) -> dict[str, Any]:
    """Precision, recall, F1 and AUC with intervals, over all and for each group.

    Intervals of the whole come from a bootstrap over groups where there are any, else over texts.
    """
    pages = (page_from_text(text.text, str(number)) for number, text in enumerate(texts))
    labelled = [page for page in label_pages(pages, classifier) if isinstance(page, LabelledPage)]
    probabilities = np.array([page.aid_probability for page in labelled])
    truth = np.array([text.label is Label.AID for text in texts])
    names = [text.group if text.group is not None else f"#{number}" for number, text in enumerate(texts)]
    threshold = classifier.decision.page_threshold

    def figures(chosen: Any, groups: list[str] | None) -> dict[str, Any]:  # noqa: ANN401 - an index array
        scores = score_decisions(truth[chosen], probabilities[chosen], threshold, groups, _SEED).as_dict()
        return {name: scores[name] for name in ("precision", "recall", "f1", "auc")} | {"n": scores["n"]}

    known = sorted({text.group for text in texts if text.group is not None})
    by_group = {name: figures(np.array([text.group == name for text in texts]), None) for name in known}
    whole = figures(np.ones(len(texts), bool), names if len(known) > 1 else None)
    count = whole.pop("n")
    return {**whole, "groups": by_group, "n": count}


def as_table(result: dict[str, Any]) -> str:
    """The result of `evaluate` for a reader: a line for all and one for each group, of many groups the larger ones."""

    def line(name: str, figures: dict[str, Any]) -> str:
        cells = []
        for key in ("precision", "recall", "f1", "auc"):
            f = figures[key]
            cells.append("–" if f["value"] is None else f"{f['value']:.3f} ({f['low']:.3f}–{f['high']:.3f})")
        return f"{name:<20} {figures['n']:>6}  " + "  ".join(f"{cell:<19}" for cell in cells)

    head = f"{'':<20} {'pages':>6}  " + "  ".join(f"{name:<19}" for name in ("precision", "recall", "F1", "AUC"))
    largest = sorted(result["groups"].items(), key=lambda group: -group[1]["n"])[:_SHOWN]
    left_out = len(result["groups"]) - len(largest)
    note = [f"{left_out} smaller groups are left out; --json has them"] if left_out else []
    return "\n".join([head, line("all", result), *(line(*group) for group in largest), *note])


def _from_row(row: Any) -> LabelledText:  # noqa: ANN401 - parsed JSON
    if not isinstance(row, dict):
        raise ValueError(f"found a {type(row).__name__}, expected an object")
    text, group = row.get("text"), row.get("group")
    if text is None and isinstance(row.get("passages"), list):
        text = "\n".join(str(part.get("text", "")) for part in row["passages"] if isinstance(part, dict))
        group = row.get("site") if group is None else group
    if not isinstance(text, str):
        raise ValueError("found no 'text'")
    try:
        label = Label(str(row.get("label")))
    except ValueError:
        raise ValueError(f"found label {row.get('label')!r}; {nearest(str(row.get('label')), list(Label))}") from None
    return LabelledText(text, label, None if group is None else str(group))
