"""Topic shares of new pages by a saved topic model."""

from collections.abc import Iterable, Iterator

from aidtopics.classify import Classifier
from aidtopics.label.rows import Row
from aidtopics.label.stream import label_pages
from aidtopics.records import Label, LabelledPage, Page, Unreadable
from aidtopics.repair import repair_page
from aidtopics.store import SavedTopics


def topic_rows(pages: Iterable[Page | Unreadable], topics: SavedTopics, classifier: Classifier) -> Iterator[Row]:
    """A row for each page: its label, its main topic and the shares of all topics.

    A model of aid text looks at the aid text of a page, which the classifier finds; a noise page has no topics then.
    A model of all text looks at the whole page.
    """
    of_aid = topics.manifest.settings["topics"]["of"] == "aid"
    for page in label_pages(pages, classifier) if of_aid else pages:
        if isinstance(page, Unreadable):
            yield _row(page.page_id, page.source, None, None, page.error)
        elif isinstance(page, LabelledPage):
            text = page.aid_text if page.label is Label.AID else None
            yield _row(page.page.page_id, page.page.source, page.label, _shares(text, topics), None)
        else:
            yield _row(page.page_id, page.source, None, _shares(repair_page(page)[0].text, topics), None)


def _shares(text: str | None, topics: SavedTopics) -> list[float] | None:
    """None where there is no text, or no word of it that the model knows."""
    if not text:
        return None
    from aidtopics.vectorize import count_words

    counts = count_words([topics.segmenter.words(text)], topics.model.vocabulary)
    return [round(share, 4) for share in topics.model.infer(counts)[0].tolist()] if counts.nnz else None


def _row(page_id: str, source: str, label: Label | None, shares: list[float] | None, error: str | None) -> Row:
    return {
        "page_id": page_id,
        "source": source,
        "label": label,
        "main_topic": max(range(len(shares)), key=shares.__getitem__) if shares else None,
        "shares": shares,
        "error": error,
    }
