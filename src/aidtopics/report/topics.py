"""Topics of a run as the report's scripts take them: words for every relevance, typical passages, shares over time."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aidtopics.segment import Tokens
from aidtopics.store import SavedTopics, load_topics
from aidtopics.topics.groups import shares_by_group
from aidtopics.topics.model import RELEVANCE, TopicModel, first_words, relevance_weights
from aidtopics.topics.registry import ShownTopics
from aidtopics.vectorize import count_words

Row = dict[str, Any]

_WORDS = 30  # shown at once
_BALANCES = np.linspace(0, 1, 21)  # the steps of the slider
_TYPICAL = 5  # passages per topic
_CANDIDATES = 20  # pages per topic whose passages are compared
_SHORTEST = 20  # characters; a headline is no passage to learn a topic from
_LONGEST = 400  # characters shown


def topics_shown(folder: Path, rows: Sequence[Row]) -> tuple[Row, list[Row]]:
    """Topics and years of a run folder, none if it has no topic model, and the rows with the shares of these topics."""
    if not (folder / "topics").is_dir():
        return {"topics": [], "years": [], "balance": RELEVANCE, "words": _WORDS}, list(rows)
    saved = load_topics(folder / "topics")
    shown = saved.shown(_WORDS)
    rows = [_folded(row, shown) for row in rows]
    modelled = [row for row in rows if row.get("topics")]
    number, model = len(shown.topics), _merged(saved, shown)
    shares = np.array([row["topics"] for row in modelled]).reshape(-1, number)
    passages = [_candidates(modelled, shares[:, topic], topic) for topic in range(number)]
    texts = list(dict.fromkeys(text for found in passages for _, _, text in found))
    evidence = _evidence(model, saved.segmenter.words_of(texts))
    number_of = {text: number for number, text in enumerate(texts)}
    told = {
        "balance": RELEVANCE,
        "words": _WORDS,
        "years": _years(modelled, shares),
        "topics": [
            {
                "id": topic.topic_id,
                "name": topic.name,
                "share": round(topic.share, 5),
                "words": words,
                "typical": _typical(found, [float(evidence[number_of[text], column]) for _, _, text in found]),
            }
            # The topics shown are the model's first; hidden ones have no passages.
            for column, (topic, words, found) in enumerate(
                zip(shown.topics, words_of(model, _WORDS)[:number], passages, strict=True)
            )
        ],
    }
    return told, rows


def _folded(row: Row, shown: ShownTopics) -> Row:
    if not row.get("topics"):
        return row
    return {**row, "topics": shown.fold(np.array(row["topics"])).round(4).tolist()}


def _merged(saved: SavedTopics, shown: ShownTopics) -> TopicModel:
    """The model with the topics shown as its first and the hidden ones after them: lift is over the whole corpus."""
    hidden = np.flatnonzero(~shown.members.any(axis=1))
    parts = np.hstack([shown.members, np.eye(saved.model.number)[:, hidden]])
    weights, alpha, shares = (
        parts.T @ array for array in (saved.model.word_weights, saved.model.alpha, saved.model.shares)
    )
    names = (*(topic.name for topic in shown.topics), *(saved.model.names[row] for row in hidden))
    return replace(
        saved.model, word_weights=weights, alpha=alpha, shares=shares, names=names, ids=tuple(range(len(names)))
    )


def _years(rows: Sequence[Row], shares: npt.NDArray[np.float64]) -> list[list[Any]]:
    """Year, different pages and mean shares, as in the run's table of years."""
    # Runs of earlier versions have neither: no years then, and no page is another's copy.
    years = [[row["period"][:4]] if row.get("period") else [] for row in rows]
    clusters = np.array([row.get("cluster", number) for number, row in enumerate(rows)], int)
    found = shares_by_group(shares, years, clusters, seed=0, replicates=1)
    table = zip(found.groups, found.pages, found.shares.round(4).tolist(), strict=True)
    return sorted([int(str(year)), pages, means] for year, pages, means in table)


def words_of(model: TopicModel, number: int) -> list[list[list[Any]]]:
    """For each topic every word that is among its first `number` at any step of the slider.

    A word comes as [word, log of its probability in the topic, log of its lift]; its relevance at a balance of λ is
    λ times the first plus 1 - λ times the second (Sievert and Shirley 2014, equation 1).
    """
    words, lift = np.log(model.topic_term).round(3), _lift(model).round(3)
    best = [first_words(relevance_weights(model.word_weights, balance), number) for balance in _BALANCES]
    return [
        [
            [model.vocabulary[word], float(words[topic, word]), float(lift[topic, word])]
            for word in sorted({int(word) for step in best for word in step[topic]})
        ]
        for topic in range(model.number)
    ]


def _lift(model: TopicModel) -> npt.NDArray[np.float64]:
    """Log of how much likelier each word is in each topic than in the corpus, shape (topics, words)."""
    weights = model.word_weights.astype(np.float64)
    return np.asarray(np.log(model.topic_term * weights.sum() / weights.sum(axis=0)))


def _candidates(rows: Sequence[Row], shares: npt.NDArray[np.float64], topic: int) -> list[tuple[str, float, str]]:
    """Passages that were modelled, of the pages with the largest shares of a topic: page_id, share, text."""
    found = []
    for number in np.argsort(-shares, kind="stable")[:_CANDIDATES]:
        row = rows[number]
        if int(np.argmax(row["topics"])) != topic:
            continue
        modelled = row["aid_text"] or row["text"] or ""
        lines = (line.strip() for line in modelled.splitlines())
        found += [(row["page_id"], row["topics"][topic], line) for line in lines if len(line) >= _SHORTEST]
    return found


def _evidence(model: TopicModel, words: Tokens) -> npt.NDArray[np.float64]:
    """Nats by which each passage speaks for each topic rather than for the whole corpus, shape (passages, topics)."""
    return np.asarray(count_words(words, model.vocabulary) @ _lift(model).T)


def _typical(found: Sequence[tuple[str, float, str]], evidence: Sequence[float]) -> list[list[Any]]:
    """The passages that speak most for a topic, one of a page and none twice."""
    chosen: dict[str, list[Any]] = {}
    seen = set()
    for number in sorted(range(len(found)), key=lambda i: -evidence[i]):
        page_id, share, text = found[number]
        if page_id not in chosen and text not in seen and len(chosen) < _TYPICAL:
            seen.add(text)
            chosen[page_id] = [page_id, share, text if len(text) <= _LONGEST else text[:_LONGEST] + "…"]
    return list(chosen.values())
