"""Labelling as a stream: order, formats, what can't be read, evaluation, topics of new pages."""

import csv
import io

import orjson
import pytest
from pyarrow import parquet

from aidtopics.errors import UsageError
from aidtopics.label import format_of, label_pages, labelled_sources, row_of, write_rows
from aidtopics.label.evaluation import evaluate, read_labelled_texts
from aidtopics.label.stream import BLOCK
from aidtopics.pages import page_from_text
from aidtopics.records import Label, Unreadable

KEYS = "page_id source label aid_probability needs_review aid_text passages repairs text error".split()


@pytest.fixture(scope="module")
def rows(gold, fitted):
    pages = [page_from_text(page.text, page.page_id) for page in gold[:30]]
    pages.insert(3, Unreadable("坏", "坏.txt", "found binary data"))
    return [row_of(labelled) for labelled in label_pages(pages, fitted.classifier)]


def test_every_page_gets_its_row_in_order(rows, gold):
    assert [list(row) for row in rows] == [KEYS] * 31
    assert [row["page_id"] for row in rows if row["error"] is None] == [page.page_id for page in gold[:30]]
    assert (rows[3]["label"], rows[3]["error"], rows[3]["source"]) == (None, "found binary data", "坏.txt")


def test_offsets_count_in_the_text_of_the_row(rows):
    for row in rows:
        aid = [row["text"][p["start"] : p["end"]] for p in row["passages"] if p["label"] == "aid"]
        assert "\n".join(aid) == (row["aid_text"] or "")
        for p in row["passages"]:
            assert list(p) == ["start", "end", "kind", "label", "aid_probability"]


def test_repairs_are_counted(fitted):
    (page,) = label_pages([page_from_text("醫(yī)院派出醫(yī)療(liáo)隊", "a")], fitted.classifier)
    assert row_of(page)["text"] == "医院派出医疗队"
    assert row_of(page)["repairs"]["pinyin"] == 3


@pytest.mark.parametrize("jobs", [1, 2])
def test_blocks_and_processes_change_nothing(gold, fitted, jobs):
    few = [page_from_text(page.text[:300], page.page_id) for page in gold[:20]]
    many = [few[i % len(few)] for i in range(2 * BLOCK + 7)]
    expected = [page.label for page in label_pages(few, fitted.classifier)]
    found = [page.label for page in label_pages(many, fitted.classifier, jobs)]
    assert found == [expected[i % len(few)] for i in range(len(many))]


def test_pages_are_read_as_they_are_needed(fitted):
    taken = []

    def pages():
        for number in range(5 * BLOCK):
            taken.append(number)
            yield page_from_text("义诊", str(number))

    next(label_pages(pages(), fitted.classifier))
    assert len(taken) == BLOCK


def written(rows, format_):
    stream = io.BytesIO()
    write_rows(rows, stream, format_)
    return stream.getvalue()


def test_json_lines_hold_every_row(rows):
    assert [orjson.loads(line) for line in written(rows, "jsonl").splitlines()] == [
        orjson.loads(orjson.dumps(row)) for row in rows
    ]


def test_a_spreadsheet_opens_the_csv(rows):
    content = written(rows, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    found = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["text"] for row in found] == [row["text"] or "" for row in rows]
    assert orjson.loads(found[0]["passages"]) == orjson.loads(orjson.dumps(rows[0]["passages"]))
    assert {row["needs_review"] for row in found} <= {"true", "false", ""}


def test_parquet_keeps_types(rows):
    table = parquet.read_table(io.BytesIO(written(rows, "parquet"))).to_pylist()
    for row, found in zip(rows, table, strict=True):
        assert found["passages"] == [
            {k: str(v) if isinstance(v, str) else v for k, v in p.items()} for p in row["passages"]
        ]
        assert dict(found["repairs"]) == row["repairs"]
        assert found["label"] == (None if row["label"] is None else str(row["label"]))


def test_the_table_has_a_line_a_page(rows):
    lines = written(rows, "table").decode("utf-8").splitlines()
    assert len(lines) == len(rows) + 1
    assert "坏.txt: found binary data" in lines[4]


def test_no_rows_make_an_empty_file_of_each_format():
    assert written([], "jsonl") == b""
    assert parquet.read_table(io.BytesIO(written([], "parquet"))).column_names == KEYS


def test_the_ending_names_the_format(tmp_path):
    assert format_of(tmp_path / "a.PARQUET") == "parquet"
    with pytest.raises(UsageError, match=r"found the output file .*a.xlsx, expected an ending among .jsonl"):
        format_of(tmp_path / "a.xlsx")


def test_resuming_cuts_a_half_written_line(tmp_path, rows):
    path = tmp_path / "out.jsonl"
    whole = written(rows[:2], "jsonl")
    path.write_bytes(whole + b'{"page_id": "x", "sou')
    assert labelled_sources(path) == {rows[0]["source"], rows[1]["source"]}
    assert path.read_bytes() == whole
    path.write_bytes(b"something else\n")
    with pytest.raises(UsageError, match="other lines than 'aidtopics label' writes"):
        labelled_sources(path)


def test_evaluation_scores_all_and_each_group(tmp_path, gold, fitted):
    path = tmp_path / "gold.jsonl"
    lines = [{"text": p.text, "label": p.label, "group": "甲" if i % 2 else "乙"} for i, p in enumerate(gold[:60])]
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    result = evaluate(read_labelled_texts(path), fitted.classifier)
    assert list(result) == ["precision", "recall", "f1", "auc", "groups", "n"]
    assert (result["n"], set(result["groups"])) == (60, {"甲", "乙"})
    assert result["f1"]["low"] <= result["f1"]["value"] <= result["f1"]["high"]
    assert result["f1"]["value"] > 0.9  # these pages were fitted on


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"text": "a", "label": "adi"}', "line 1: found label 'adi'; did you mean 'aid'"),
        ('{"label": "aid"}', "line 1: found no 'text'"),
        ("[]", "line 1: found a list, expected an object"),
        ("{", "found a problem in .*: line 1: unexpected"),
        ("", "found no rows in"),
    ],
)
def test_rows_that_are_no_labelled_texts_are_told(tmp_path, content, message):
    path = tmp_path / "gold.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=message):
        read_labelled_texts(path)


def test_labels_of_rows_are_those_of_the_contract(rows):
    assert {row["label"] for row in rows} == {Label.AID, Label.NOISE, None}
