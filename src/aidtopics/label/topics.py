"""Topic shares of new pages by a saved topic model."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from aidtopics.classify import Classifier
from aidtopics.label.rows import Row
from aidtopics.label.stream import BLOCK, label_pages
from aidtopics.records import Label, LabelledPage, Page, Unreadable
from aidtopics.repair import repair_page
from aidtopics.store import SavedTopics
from aidtopics.topics.registry import ShownTopics


def topic_rows(pages: Iterable[Page | Unreadable], topics: SavedTopics, classifier: Classifier) -> Iterator[Row]:
    """A row for each page: its label, its main topic, the shares of all topics, and whether any topic fits the page.

    A model of aid text looks at the aid text of a page, which the classifier finds; a noise page has no topics then.
    A model of all text looks at the whole page. Shares go by topic id, as the model's register shows the topics: hidden
    ones are left out, merged ones are one.
    """
    of_aid = topics.manifest.settings["topics"]["of"] == "aid"
    shown = topics.shown(1)
    stream = iter(label_pages(pages, classifier) if of_aid else pages)
    for block in iter(lambda: list(itertools.islice(stream, BLOCK)), []):
        texts = [_text(page) for page in block]
        found = iter(_topics([text for text in texts if text], topics, shown))
        for page, text in zip(block, texts, strict=True):
            yield _row(page, *(next(found) if text else (None, None)))


def _text(page: Page | LabelledPage | Unreadable) -> str:
    """What the topics are looked for in; empty where there is nothing to look at."""
    if isinstance(page, Unreadable):
        return ""
    if isinstance(page, LabelledPage):
        return page.aid_text if page.label is Label.AID else ""
    return repair_page(page)[0].text


def _topics(
    texts: Sequence[str], topics: SavedTopics, shown: ShownTopics
) -> list[tuple[dict[str, float] | None, bool]]:
    """Shares and fit of each text; no shares where the model knows no word of it."""
    from aidtopics.vectorize import count_words

    if not texts:
        return []
    words = topics.segmenter.words_of(texts)
    counts = count_words(words, topics.model.vocabulary)
    tokens = np.asarray(counts.sum(axis=1)).ravel()
    shares = topics.model.infer(counts)
    fits = topics.model.fits(counts, shares, tokens / np.maximum(words.lengths, 1))
    ids = [str(topic.topic_id) for topic in shown.topics]
    return [
        (dict(zip(ids, np.round(row, 4).tolist(), strict=True)), bool(fit)) if number else (None, False)
        for row, fit, number in zip(shown.fold(shares), fits, tokens, strict=True)
    ]


def _row(page: Page | LabelledPage | Unreadable, shares: dict[str, float] | None, fits: bool | None) -> Row:
    inner = page.page if isinstance(page, LabelledPage) else page
    return {
        "page_id": inner.page_id,
        "source": inner.source,
        "label": page.label if isinstance(page, LabelledPage) else None,
        "main_topic": int(max(shares, key=shares.__getitem__)) if shares else None,
        "shares": shares,
        "fits": fits,
        "error": page.error if isinstance(page, Unreadable) else None,
    }
