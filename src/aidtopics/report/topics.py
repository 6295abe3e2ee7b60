"""Topics of a run as the report's scripts take them: words for every relevance, typical passages, shares over time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aidtopics.store import load_topics
from aidtopics.topics.model import RELEVANCE, TopicModel, first_words, relevance_weights
from aidtopics.topics.trends import yearly_shares
from aidtopics.vectorize import count_words

Row = dict[str, Any]

_WORDS = 30  # shown at once
_BALANCES = np.linspace(0, 1, 21)  # the steps of the slider
_TYPICAL = 5  # passages per topic
_CANDIDATES = 20  # pages per topic whose passages are compared
_SHORTEST = 20  # characters; a headline is no passage to learn a topic from
_LONGEST = 400  # characters shown


def topics_shown(folder: Path, rows: Sequence[Row]) -> Row:
    """Topics and years of a run folder, none if it has no topic model."""
    if not (folder / "topics").is_dir():
        return {"topics": [], "years": [], "balance": RELEVANCE, "words": _WORDS}
    saved = load_topics(folder / "topics")
    model = saved.model
    modelled = [row for row in rows if row.get("topics")]
    shares = np.array([row["topics"] for row in modelled]).reshape(-1, model.number)
    passages = [_candidates(modelled, shares[:, topic], topic) for topic in range(model.number)]
    texts = list(dict.fromkeys(text for found in passages for _, _, text in found))
    evidence = _evidence(model, [saved.segmenter.words(text) for text in texts])
    number_of = {text: number for number, text in enumerate(texts)}
    yearly = yearly_shares(shares, [row["date"] for row in modelled])
    years = zip(yearly.years, yearly.pages, yearly.shares.round(4).tolist(), strict=True)
    return {
        "balance": RELEVANCE,
        "words": _WORDS,
        "years": [list(year) for year in years],
        "topics": [
            {
                "name": model.names[topic],
                "share": round(float(model.shares[topic]), 5),
                "words": words,
                "typical": _typical(found, [float(evidence[number_of[text], topic]) for _, _, text in found]),
            }
            for topic, (words, found) in enumerate(zip(words_of(model, _WORDS), passages, strict=True))
        ],
    }


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


def _evidence(model: TopicModel, words: list[list[str]]) -> npt.NDArray[np.float64]:
    """Nats by which each passage speaks for each topic rather than for the whole corpus, shape (passages, topics)."""
    if not words:
        return np.zeros((0, model.number))
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
