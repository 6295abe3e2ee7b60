"""Composed pages: gold for every character, an article that is what its form says, and seeded chance."""

import collections

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidtopics.corpus import compose, example, read_gold
from aidtopics.corpus.check import offset_problem
from aidtopics.corpus.compose import FORMS
from aidtopics.records import GoldPage, GoldPassage, Kind, Label
from conftest import ROOT

# What a form may do to the text of the article, white space aside.
KEPT = ("bare", "framed", "hijacked", "html", "joined", "listed", "run_on")
ADDED = ("branded", "captioned", "spliced", "residue")  # all of it is there, in order, with something in between
CUT = ("headless", "truncated")  # what is left is a stretch of it
MARKS = str.maketrans("，；：？！（）", ",;:?!()")
RESPELT = ("narrow", "mirrored")

CHROME = (Kind.NAVIGATION, Kind.LINK_LIST, Kind.ADVERT, Kind.NOTICE, Kind.BYLINE)
texts = st.text("义诊队到县医院看病送药发车元月日，。：（）! 　|_>1a", min_size=1, max_size=90).filter(str.strip)


@st.composite
def gold_pages(draw):
    """A few pages of both labels, with any order of kinds that gold may have."""
    pages = []
    for number in range(draw(st.integers(1, 4))):
        label = draw(st.sampled_from(list(Label)))
        prose = (Kind.TITLE, Kind.BODY) if label is Label.AID else (Kind.OTHER_TOPIC,)
        kinds = draw(st.lists(st.sampled_from([*prose, *CHROME]), max_size=7))
        kinds = [*kinds, Kind.BODY] if label is Label.AID else kinds or [Kind.NAVIGATION]
        passages = tuple(GoldPassage(draw(texts), kind) for kind in kinds)
        pages.append(GoldPage(f"p{number}", f"{number}.cn", label, passages))
    return pages


@pytest.fixture(scope="module")
def composed():
    pages = read_gold([ROOT / "corpus" / "pages"])[::9]
    return compose(pages, len(FORMS), seed=1)


@pytest.fixture(scope="module")
def plain(composed):
    return {e.page.page_id: e for e in composed if e.form == "plain"}


def article(e):
    """The aid text of an example without white space."""
    spans = zip(e.passages, e.kinds, strict=True)
    return "".join("".join(e.page.text[p.start : p.end].split()) for p, kind in spans if kind.label is Label.AID)


def is_within(short, long):
    """Whether all characters of one text stand in the other in the same order."""
    rest = iter(long)
    return all(character in rest for character in short)


def test_the_forms_above_are_all_there_are():
    assert sorted((*KEPT, *ADDED, *CUT, *RESPELT)) == sorted(FORMS)


@settings(deadline=None, max_examples=40)
@given(gold_pages(), st.integers(0, 1000))
def test_every_character_has_its_gold_in_every_form(pages, seed):
    examples = compose(pages, len(FORMS), seed)
    assert [offset_problem(e) for e in examples] == [None] * len(examples)
    for e in examples:
        if e.label is Label.NOISE:
            assert article(e) == ""
    again = compose(pages, len(FORMS), seed)
    assert [(e.page, e.kinds, e.form) for e in examples] == [(e.page, e.kinds, e.form) for e in again]


@pytest.mark.parametrize("form", FORMS)
def test_the_article_is_what_the_form_says(composed, plain, form):
    chosen = [e for e in composed if e.form == form and e.label is Label.AID]
    assert len(chosen) >= 30
    for e in chosen:
        before, after = article(plain[e.page.page_id]), article(e)
        if form in KEPT:
            assert after == before
        elif form in ADDED:
            assert is_within(before, after)
        elif form in CUT:
            assert after in before
        elif form == "narrow":
            assert after == before.translate(MARKS)
        else:
            # Not every character comes back from a mirror (干部, 乾部), but nearly all do, and none is lost.
            pairs = list(zip(before.translate(MARKS), after.replace(",。", "。").translate(MARKS), strict=False))
            assert sum(a == b for a, b in pairs) >= 0.97 * max(len(before), len(after)), e.page.page_id


@pytest.mark.parametrize("form", [form for form in FORMS if form != "listed"])
def test_a_line_keeps_its_kind(composed, plain, form):
    kinds = collections.defaultdict(set)
    for e in plain.values():
        for p, kind in zip(e.passages, e.kinds, strict=True):
            kinds[e.page.text[p.start : p.end]].add(kind)
    for e in (e for e in composed if e.form == form):
        for p, kind in zip(e.passages, e.kinds, strict=True):
            assert kind in kinds.get(e.page.text[p.start : p.end], {kind}), e.page.page_id


@pytest.mark.parametrize("form", FORMS)
def test_a_form_takes_aid_and_noise_alike(composed, plain, form):
    taken = collections.Counter(e.label for e in composed if e.form == form)
    there = collections.Counter(e.label for e in plain.values())
    assert all(taken[label] >= 0.8 * there[label] for label in Label)


def added(composed, plain, form, kind):
    """Lines of a kind that a form brought to the pages, by page."""
    for e in (e for e in composed if e.form == form):
        own = plain[e.page.page_id]
        before = {own.page.text[p.start : p.end] for p in own.passages}
        found = [e.page.text[p.start : p.end] for p, k in zip(e.passages, e.kinds, strict=True) if k is kind]
        yield e, [text for text in found if text not in before]


def test_adverts_stand_inside_the_article(composed, plain):
    inside = 0
    for e, lines in added(composed, plain, "hijacked", Kind.ADVERT):
        assert lines or any(k is Kind.ADVERT for k in e.kinds)
        content = [n for n, k in enumerate(e.kinds) if k in (Kind.TITLE, Kind.BODY, Kind.OTHER_TOPIC)]
        adverts = [n for n, k in enumerate(e.kinds) if k is Kind.ADVERT]
        inside += any(content[0] < n < content[-1] for n in adverts)
    assert inside >= 30


def test_a_headline_on_a_list_is_noise_whatever_it_says(composed, plain):
    headlines = {
        e.page.text[p.start : p.end]
        for e in plain.values()
        for p, k in zip(e.passages, e.kinds, strict=True)
        if k is Kind.TITLE
    }
    listed = [line for _, lines in added(composed, plain, "listed", Kind.LINK_LIST) for line in lines]
    assert sum(line in headlines for line in listed) >= 20


@pytest.mark.parametrize(
    "form", ["branded", "captioned", "hijacked", "mirrored", "narrow", "residue", "run_on", "spliced"]
)
def test_half_of_the_altered_pages_stand_in_strange_chrome(composed, plain, form):
    strange = list(added(composed, plain, form, Kind.LINK_LIST))
    framed = sum(bool(lines) for _, lines in strange)
    assert 0.15 * len(strange) < framed < 0.75 * len(strange)  # not all chrome has a list of links


def test_captions_are_made_of_the_page_itself(composed, plain):
    for kind in (Kind.BODY, Kind.OTHER_TOPIC):
        lines = [line for _, lines in added(composed, plain, "captioned", kind) for line in lines]
        assert sum("图" in line or line.startswith("▲") for line in lines) >= 20


def test_run_on_paragraphs_stay_below_what_splitting_would_cut(composed):
    longest = {form: max(p.end - p.start for e in composed if e.form == form for p in e.passages) for form in FORMS}
    assert longest["bare"] < 900 < longest["run_on"] < 2500


def test_a_page_alone_takes_the_forms_that_need_no_others():
    page = GoldPage("a", "a.cn", Label.AID, (GoldPassage("医疗队今天到村里义诊，看了一百二十人。", Kind.BODY),))
    forms = {e.form for e in compose([page], len(FORMS), seed=0)}
    assert forms.isdisjoint({"branded", "hijacked", "listed", "spliced"})
    assert {"plain", "bare", "html", "mirrored", "narrow", "residue"} <= forms
    assert example(page).kinds == (Kind.BODY,)
