"""The value types."""

import dataclasses

import pytest

from aidtopics import records
from aidtopics.records import Kind, Label, LabelledPage, LabelledPassage, LabelledPassages, Page


@pytest.mark.parametrize("kind", list(Kind))
def test_only_the_parts_of_an_aid_article_are_aid(kind):
    assert (kind.label is Label.AID) == (kind.value in ("title", "body"))


def test_aid_text_joins_the_aid_passages_and_nothing_else():
    text = "首页\n义诊进山村\n今天义诊。\n版权所有"
    spans = [(0, 2, Kind.NAVIGATION), (3, 8, Kind.TITLE), (9, 14, Kind.BODY), (15, 19, Kind.NOTICE)]
    starts, ends, kinds = zip(*spans, strict=True)
    passages = LabelledPassages(starts, ends, kinds, [kind.label for kind in kinds], [0.5] * len(kinds))
    page = LabelledPage(Page("a", "a", text), Label.AID, 0.9, False, passages, {})
    assert page.aid_text == "义诊进山村\n今天义诊。"
    assert list(page.passages)[1] == page.passages[1] == LabelledPassage(3, 8, Kind.TITLE, Label.AID, 0.5)
    assert page.passages[2:] == tuple(page.passages)[2:]


@pytest.mark.parametrize("name", [n for n, c in vars(records).items() if dataclasses.is_dataclass(c)])
def test_value_types_are_frozen_and_slotted(name):
    value_type = getattr(records, name)
    assert value_type.__dataclass_params__.frozen
    assert "__slots__" in vars(value_type)
