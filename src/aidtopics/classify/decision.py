"""Probabilities to labels: which pages are aid, and which of their passages."""

from collections.abc import Sequence

import numpy as np

from aidtopics.classify.block import PassageBlock, block_of
from aidtopics.classify.model import AID, KINDS, Classifier, Decision, Scores, score
from aidtopics.records import Label, LabelledPage, LabelledPassage, Page, Passage

_NOISE = [number for number in range(len(KINDS)) if number not in AID]


Prepared = tuple[Page, Sequence[Passage], dict[str, int]]  # a repaired page, its passages, the counts of its repairs


def classify(pages: Sequence[Prepared], model: Classifier) -> list[LabelledPage]:
    """Label repaired pages, given with their passages and the counts of their repairs.

    A passage is aid if its page is and if it belongs to the main content there; its probability is the product of the
    two. The aid text of a noise page is empty. The result of a page does not depend on the pages beside it.
    """
    if not pages:
        return []
    block = block_of([(page, passages) for page, passages, _ in pages])
    return label(pages, block, score(block, model), model.decision)


def label(pages: Sequence[Prepared], block: PassageBlock, scores: Scores, decision: Decision) -> list[LabelledPage]:
    """Label pages whose block was scored already."""
    page_aid = scores.page >= decision.page_threshold
    review = (scores.page >= decision.review_low) & (scores.page <= decision.review_high)
    of_page = block.page_of
    is_aid = page_aid[of_page] & (scores.main_content >= decision.passage_threshold)
    probability = scores.main_content * scores.page[of_page]
    given = np.where(page_aid[of_page][:, None], scores.on_aid, scores.on_noise)
    aid_kind = np.array(AID)[given[:, AID].argmax(axis=1)]
    noise_kind = np.array(_NOISE)[given[:, _NOISE].argmax(axis=1)]
    kinds = np.where(is_aid, aid_kind, noise_kind).tolist()
    flags, probabilities = is_aid.tolist(), probability.tolist()

    labelled = []
    for number, (page, passages, repairs) in enumerate(pages):
        first = int(block.starts[number])
        labelled.append(
            LabelledPage(
                page=page,
                label=Label.AID if page_aid[number] else Label.NOISE,
                aid_probability=float(scores.page[number]),
                needs_review=bool(review[number]),
                passages=tuple(
                    LabelledPassage(
                        passage.start,
                        passage.end,
                        KINDS[kinds[i]],
                        Label.AID if flags[i] else Label.NOISE,
                        probabilities[i],
                    )
                    for i, passage in enumerate(passages, first)
                ),
                repairs=repairs,
            )
        )
    return labelled
