"""Probabilities to labels: which pages are aid, and which of their passages."""

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from aidtopics.classify.block import PassageBlock, block_of
from aidtopics.classify.model import AID, KINDS, Classifier, Decision, Scores, score
from aidtopics.passages import gather
from aidtopics.records import Label, LabelledPage, LabelledPassages, Page, Passage

_DECIMALS = 4  # of passage probabilities
_NOISE = [number for number in range(len(KINDS)) if number not in AID]


def classify(pages: Sequence[tuple[Page, Sequence[Passage]]], model: Classifier) -> list[LabelledPage]:
    """Label repaired pages, given with their passages.

    A passage is aid if its page is and if it belongs to the main content there; its probability is the product of the
    two. The aid text of a noise page is empty. The result of a page does not depend on the pages beside it.
    """
    if not pages:
        return []
    block = block_of(gather(pages))
    return label([(page, {}) for page, _ in pages], block, score(block, model), model.decision)


def label(
    pages: Sequence[tuple[Page, dict[str, int]]], block: PassageBlock, scores: Scores, decision: Decision
) -> list[LabelledPage]:
    """Label pages, given with the counts of their repairs, whose block was scored already."""
    page_aid = scores.page >= decision.page_threshold
    review = (scores.page >= decision.review_low) & (scores.page <= decision.review_high)
    of_page = block.page_of
    is_aid, numbers = passage_kinds(scores, page_aid[of_page], decision.passage_threshold)
    probabilities = np.round((scores.main_content * scores.page[of_page]).astype(np.float64), _DECIMALS)
    offsets = block.passages.pages[:-1][of_page]
    starts, ends = (block.passages.starts - offsets).tolist(), (block.passages.ends - offsets).tolist()
    kinds = [KINDS[number] for number in numbers.tolist()]
    labels = [Label.AID if flag else Label.NOISE for flag in is_aid.tolist()]
    found = probabilities.tolist()
    bounds = itertools.pairwise(block.starts.tolist())
    return [
        LabelledPage(
            page,
            Label.AID if is_page_aid else Label.NOISE,
            probability,
            needs_review,
            LabelledPassages(starts[low:high], ends[low:high], kinds[low:high], labels[low:high], found[low:high]),
            repairs,
        )
        for (page, repairs), is_page_aid, probability, needs_review, (low, high) in zip(
            pages, page_aid.tolist(), scores.page.tolist(), review.tolist(), bounds, strict=True
        )
    ]


def passage_kinds(
    scores: Scores, on_aid_page: npt.NDArray[np.bool_], threshold: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
    """Which passages are aid text, and the number in KINDS of each, given which of them lie on aid pages.

    Args:
        on_aid_page: shape (passages,).
        threshold: from this probability a passage of an aid page is aid text.

    Returns:
        Two arrays of shape (passages,).
    """
    is_aid = on_aid_page & (scores.main_content >= threshold)
    given = np.where(on_aid_page[:, None], scores.on_aid, scores.on_noise)
    aid_kind = np.array(AID)[given[:, AID].argmax(axis=1)]
    noise_kind = np.array(_NOISE)[given[:, _NOISE].argmax(axis=1)]
    return is_aid, np.where(is_aid, aid_kind, noise_kind)
