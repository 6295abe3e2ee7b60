"""Gold pages: the embedded corpus keeps its promises, and composing keeps the gold."""

import collections

import orjson
import pytest

from aidtopics.corpus import compose, corpus_hash, example, gold_from_row, read_gold
from aidtopics.corpus.compose import FORMS
from aidtopics.corpus.grid import AXES
from aidtopics.duplicates import clusters
from aidtopics.errors import UsageError
from aidtopics.records import Kind, Label
from conftest import ROOT

CORPUS = ROOT / "corpus"
CELL = {"programme": "free clinic", "genre": "diary", "region": "Anhui", "style": "plain"}


@pytest.fixture(scope="module")
def pages():
    return read_gold([CORPUS / "pages"])


@pytest.fixture(scope="module")
def held_out():
    return read_gold([CORPUS / "held_out"])


def row(**changes):
    passages = [{"text": "义诊进山村", "kind": "title"}, {"text": "医疗队今天义诊。", "kind": "body"}]
    return {"page_id": "a", "site": "a.cn", "date": "2019-05-01", "label": "aid", "passages": passages, **changes}


def test_the_corpus_has_enough_pages_of_both_labels_and_of_many_sites(pages):
    labels = collections.Counter(page.label for page in pages)
    assert labels[Label.AID] >= 60
    assert labels[Label.NOISE] >= 90
    assert len({page.site for page in pages}) >= 150
    assert {passage.kind for page in pages for passage in page.passages} == set(Kind)


def test_sites_carry_aid_and_noise_so_that_a_site_tells_little(pages):
    by_site = collections.defaultdict(set)
    for page in pages:
        by_site[page.site].add(page.label)
    assert sum(len(labels) == 2 for labels in by_site.values()) >= 30


def test_no_page_stands_twice_nor_in_both_sets(pages, held_out):
    everything = [*pages, *held_out]
    found = clusters([page.text for page in everything]).tolist()
    repeated = [number for number, count in collections.Counter(found).items() if count > 1]
    assert [
        [page.page_id for page, c in zip(everything, found, strict=True) if c == number] for number in repeated
    ] == []
    assert not {page.page_id for page in pages} & {page.page_id for page in held_out}


def test_the_data_card_states_the_counts(pages, held_out):
    card = (CORPUS / "README.md").read_text("utf-8")
    for part in (pages, held_out):
        aid = sum(page.label is Label.AID for page in part)
        assert f"{len(part)} pages, {aid} aid and {len(part) - aid} noise" in card


def test_every_page_we_fit_on_has_its_cell_in_the_grid(pages):
    assert [page.page_id for page in pages if not page.cell] == []
    for label, axes in AXES.items():
        for axis, values in axes.items():
            assert len(set(values)) == len(values), (label, axis)


def test_a_row_becomes_a_page_and_its_text():
    page = gold_from_row(row())
    assert (page.label, page.text, page.cell) == (Label.AID, "义诊进山村\n医疗队今天义诊。", {})
    assert gold_from_row(row(cell=CELL)).cell == CELL


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": "adi"}, "found label 'adi'; did you mean 'aid'"),
        ({"label": "noise"}, "found title or body passages on a noise page"),
        ({"passages": [{"text": "义诊", "kind": "title"}]}, "found an aid page without a body passage"),
        ({"passages": [{"text": "义诊", "kind": "bodi"}]}, "found kind 'bodi'; did you mean 'body'"),
        ({"passages": [{"text": " ", "kind": "body"}]}, "found a passage without text"),
        ({"passages": [{"text": "一\n二", "kind": "body"}]}, "found a line end inside the passage"),
        ({"passages": "义诊"}, "expected an object with page_id, site, label and passages"),
        ({"site": ""}, "found no site"),
        ({"date": "2019-13-01"}, "found date '2019-13-01', expected YYYY-MM-DD or null"),
        ({"cell": "free clinic"}, "found cell 'free clinic', expected an object"),
        ({"cell": CELL | {"genre": "diry"}}, "found genre 'diry'; did you mean 'diary'"),
        ({"cell": CELL | {"trade": "hospital"}}, "found axis 'trade' in the cell of a page labelled aid; known: genre"),
        ({"cell": {"genre": "diary"}}, "found no programme in the cell; found no region in the cell"),
    ],
)
def test_a_row_that_is_no_gold_page_says_why(changes, message):
    with pytest.raises(ValueError, match=message):
        gold_from_row(row(**changes))


def test_all_problems_of_a_file_are_told_at_once(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"\n".join([orjson.dumps(row()), b"{", orjson.dumps(row()), orjson.dumps(row(label="x"))]))
    with pytest.raises(UsageError, match=r"(?s)found 3 problems.*gold.jsonl#2.*gold.jsonl#4.*page_id a stands 2 times"):
        read_gold([path])


def test_an_empty_or_missing_corpus_is_told(tmp_path):
    with pytest.raises(UsageError, match="found no gold pages in"):
        read_gold([tmp_path])
    with pytest.raises(UsageError, match=r"expected a gold \.jsonl file or a folder"):
        read_gold([tmp_path / "nowhere"])


def test_the_hash_changes_with_the_gold_and_not_with_its_order(pages):
    assert corpus_hash(pages[::-1]) == corpus_hash(pages)
    assert corpus_hash(pages[1:]) != corpus_hash(pages)


def test_the_hash_does_not_change_with_what_no_model_sees():
    plain = gold_from_row(row())
    assert corpus_hash([gold_from_row(row(cell=CELL, note="written on a Monday"))]) == corpus_hash([plain])
    assert corpus_hash([gold_from_row(row(date=None))]) != corpus_hash([plain])


def test_composing_is_seeded_and_each_form_changes_something(pages):
    chosen = pages[:40]
    composed = compose(chosen, len(FORMS), seed=1)
    assert [e.page.text for e in compose(chosen, len(FORMS), seed=1)] == [e.page.text for e in composed]
    assert [e.page.text for e in compose(chosen, len(FORMS), seed=2)] != [e.page.text for e in composed]
    plain = {e.page.page_id: e.page for e in composed if e.form == "plain"}
    assert {e.form for e in composed} == {"plain", *FORMS}
    for form in FORMS:
        assert any(e.page != plain[e.page.page_id] for e in composed if e.form == form), form


def test_html_forms_know_tags_and_links(pages):
    forms = [e for e in compose(pages[:60], len(FORMS), seed=1) if e.form == "html"]
    density = [
        passage.link_density
        for e in forms
        for passage, kind in zip(e.passages, e.kinds, strict=True)
        if kind is Kind.LINK_LIST
    ]
    assert all(d is not None for d in density)
    assert sum(density) / len(density) > 0.6


def test_an_example_is_the_gold_page_as_any_page_is_read(pages):
    e = example(pages[0])
    assert [e.page.text[p.start : p.end] for p in e.passages] == [p.text.strip() for p in pages[0].passages]
