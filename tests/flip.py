"""Gold pages with some labels made wrong on purpose, to see whether they are found again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from aidtopics.records import GoldPage, Kind, Label

TO_NOISE = {Kind.TITLE: Kind.OTHER_TOPIC, Kind.BODY: Kind.OTHER_TOPIC}
TO_AID = {Kind.OTHER_TOPIC: Kind.BODY}


def flip(pages: Sequence[GoldPage], share: float, seed: int) -> tuple[list[GoldPage], set[str]]:
    """Turn a share of the labels around, the kinds of their passages with them; also the ids of the pages turned.

    Noise pages without prose stay as they are: an aid page needs a body.
    """
    can = [n for n, page in enumerate(pages) if page.label is Label.AID or Kind.OTHER_TOPIC in _kinds(page)]
    chosen = np.random.default_rng(seed).choice(can, round(share * len(pages)), replace=False).tolist()
    turned = [_turned(page) if number in chosen else page for number, page in enumerate(pages)]
    return turned, {pages[number].page_id for number in chosen}


def _kinds(page: GoldPage) -> set[Kind]:
    return {passage.kind for passage in page.passages}


def _turned(page: GoldPage) -> GoldPage:
    label, kinds = (Label.NOISE, TO_NOISE) if page.label is Label.AID else (Label.AID, TO_AID)
    return replace(page, label=label, passages=tuple(replace(p, kind=kinds.get(p.kind, p.kind)) for p in page.passages))
