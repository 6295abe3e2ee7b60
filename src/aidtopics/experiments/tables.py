"""Tables of a run as CSV: topic shares of groups of pages, refits, other models, positions of pages; and back."""

import csv
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from aidtopics.experiments.telling import Told
from aidtopics.records import Place, Topic
from aidtopics.store import load_topics
from aidtopics.topics import TopicModel
from aidtopics.topics.groups import GroupShares, shares_by_group
from aidtopics.topics.matching import match_topics
from aidtopics.topics.measures import FIRST
from aidtopics.topics.projection import page_positions
from aidtopics.topics.registry import ShownTopics

if TYPE_CHECKING:
    from aidtopics.experiments.modelling import TopicsOutcome

_MAPPED = 3000  # pages; t-SNE of more takes minutes, and the points would hide each other
_SAME = 0.5  # share of first words kept, below which a refit's topic is another one

_OF_PAGE: dict[str, tuple[str, Callable[[Told], Collection[Hashable]]]] = {
    "year": ("a date", lambda told: [told.year] if told.year else []),
    "province": ("a recipient", lambda told: told.recipients),
    "programme": ("a programme", lambda told: told.programmes),
    "site": ("a site", lambda told: [told.site] if told.site else []),
    "pair": ("both donor and recipient", lambda told: told.pairs),
}


def write_tables(
    folder: Path, outcome: "TopicsOutcome", told: Sequence[Told], page_ids: Sequence[str], seed: int
) -> dict[str, Any]:
    """Write every table of the topics' run into `folder`/tables.

    Returns:
        For metrics.json: how many different pages there are, and of each table its groups, the pages in it and the
        pages that tell nothing of the kind.
    """
    tables = folder / "tables"
    tables.mkdir()
    shown = load_topics(folder / "topics").shown(FIRST)
    clusters = np.array([page.cluster for page in told])
    fits = shown.fold(_aligned(outcome.model, outcome.kin.refits, outcome.shares, outcome.counts))
    summary: dict[str, Any] = {"pages": len(told), "different": len(np.unique(clusters)), "fits": len(fits)}
    for kind, (_, groups_of) in _OF_PAGE.items():
        groups = [groups_of(page) for page in told]
        found = shares_by_group(fits, groups, clusters, seed)
        _write(tables / f"topics_by_{kind}.csv", _group_rows(kind, found, shown.topics))
        placed = sum(bool(labels) for labels in groups)
        summary[kind] = {"groups": len(found.groups), "pages": placed, "without": len(told) - placed}
    _write(tables / "topic_refits.csv", _refit_rows(outcome.model, outcome.kin.refits))
    _write(tables / "topic_models.csv", _model_rows(outcome, shown))
    _write(tables / "page_map.csv", _map_rows(fits[0], shown.topics, page_ids, seed))
    return summary


def omissions(summary: Mapping[str, Any]) -> list[str]:
    """Sentences on the pages that a table had to leave out."""
    found = []
    for kind, (what, _) in _OF_PAGE.items():
        entry = summary[kind]
        if not entry["pages"]:
            found.append(f"No page tells {what}, so there are no topic shares by {kind} and no figure of them.")
        elif entry["without"]:
            found.append(
                f"{entry['without']} of {summary['pages']} pages do not tell {what}; they are left out of the topic "
                f"shares by {kind}."
            )
    return found


def read_groups(path: Path) -> tuple[GroupShares, tuple[int, ...]] | None:
    """A table of groups and the ids of its topics; None where the run has no such table or no group in it."""
    rows = read_table(path)
    if not rows:
        return None
    key = next(iter(rows[0]))
    groups = tuple(dict.fromkeys(row[key] for row in rows))
    pages = {row[key]: int(row["pages"]) for row in rows}
    shape = (len(groups), len(rows) // len(groups))
    low, high, share = (
        np.array([_number(row[name]) for row in rows]).reshape(shape) for name in ("low", "high", "share")
    )
    ids = tuple(int(row["topic"]) for row in rows[: shape[1]])
    return GroupShares(groups, tuple(pages[group] for group in groups), share, low, high), ids


def read_table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file of the run, none if the run has no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _aligned(
    model: TopicModel, refits: Mapping[str, TopicModel], shares: npt.NDArray[np.float64], counts: sparse.csr_array
) -> npt.NDArray[np.float64]:
    """Topic shares of the pages in the model and in each refit, its topics put in the model's order.

    A refit that lost a topic says nothing of that topic's share; the model's own stands in.
    """
    matrices = [shares]
    for refit in refits.values():
        match = match_topics(model, refit, FIRST)
        matrices.append(np.where(match.kept >= _SAME, refit.infer(counts)[:, match.topics], shares))
    return np.stack(matrices)


def _group_rows(kind: str, found: GroupShares, topics: Sequence[Topic]) -> list[dict[str, Any]]:
    """Groups in order of their name, places in that of their codes, which lie as they do on the map."""
    rows = []
    for row in found.rows():
        group, topic = row.pop("group"), topics[int(str(row.pop("topic")))]
        figures = {"topic": topic.topic_id, "name": topic.name, **row}
        rows.append((_order(group), {**_columns(kind, group), **figures}))
    return [row for _, row in sorted(rows, key=lambda entry: entry[0])]


def _order(group: object) -> tuple[str, ...]:
    if isinstance(group, tuple):
        return tuple(place.code for place in group)
    return (group.code if isinstance(group, Place) else str(group),)


def _columns(kind: str, group: object) -> dict[str, object]:
    if isinstance(group, tuple):
        donor, recipient = group
        return {
            "donor": donor.name,
            "recipient": recipient.name,
            "donor_code": donor.code,
            "recipient_code": recipient.code,
        }
    return {kind: group.name, "code": group.code} if isinstance(group, Place) else {kind: group}


def _refit_rows(model: TopicModel, refits: Mapping[str, TopicModel]) -> list[dict[str, Any]]:
    rows = []
    for title, refit in refits.items():
        match, words = match_topics(model, refit, FIRST), refit.words(FIRST)
        for topic, (other, kept) in enumerate(zip(match.topics.tolist(), match.kept.tolist(), strict=True)):
            figures = {"refit": title, "kept": round(kept, 3), "words": "、".join(words[other]) if other >= 0 else ""}
            rows.append({"topic": model.ids[topic], "name": model.names[topic], **figures})
    return rows


def _model_rows(outcome: "TopicsOutcome", shown: ShownTopics) -> list[dict[str, Any]]:
    """Which topic of the model became which in another: pages by their main topic in both, and words in common."""
    rows = []
    main = shown.fold(outcome.shares).argmax(axis=1)
    for title, other in outcome.kin.rivals.items():
        theirs, other_words = other.infer(outcome.counts).argmax(axis=1), other.words(FIRST)
        pages = np.zeros((len(shown.topics), other.number), int)
        np.add.at(pages, (main, theirs), 1)
        for topic, mine in enumerate(shown.topics):
            for to, (other_id, other_name) in enumerate(zip(other.ids, other.names, strict=True)):
                shared = len({word for word, _ in mine.words} & set(other_words[to]))
                row = {"model": title, "topic": mine.topic_id, "name": mine.name}
                row |= {"other_topic": other_id, "other_name": other_name}
                rows.append({**row, "pages": int(pages[topic, to]), "shared_words": shared})
    return rows


def _map_rows(
    shares: npt.NDArray[np.float64], topics: Sequence[Topic], page_ids: Sequence[str], seed: int
) -> list[dict[str, Any]]:
    """Of many pages an even sample is placed."""
    chosen = np.linspace(0, len(shares) - 1, min(len(shares), _MAPPED)).round().astype(int)
    places = page_positions(shares[chosen], seed)
    return [
        {"page_id": page_ids[page], "topic": topics[int(shares[page].argmax())].topic_id}
        | {"share": round(float(shares[page].max()), 4)}
        | {"x": round(float(x), 3), "y": round(float(y), 3)}
        for page, (x, y) in zip(chosen.tolist(), places.tolist(), strict=True)
    ]


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Nothing for no rows: an empty table says less than a missing one and its sentence in the summary."""
    rows = list(rows)
    if not rows:
        return
    # With a byte order mark, without which spreadsheets read Chinese as something else.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _number(written: str) -> float:
    return float(written) if written else float("nan")
