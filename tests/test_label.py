"""Labelling as a stream: order, formats, what can't be read, evaluation, topics of new pages."""

import csv
import gzip
import io
import os

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from aidtopics.cli import label as command
from aidtopics.errors import AidtopicsError, UsageError
from aidtopics.label import (
    FORMATS,
    Counts,
    Form,
    Task,
    encode,
    format_of,
    label_pages,
    label_pieces,
    row_of,
    write_blocks,
)
from aidtopics.label.evaluation import evaluate, read_labelled_texts
from aidtopics.label.processes import in_order
from aidtopics.label.resume import Done, read_done
from aidtopics.label.stream import BLOCK
from aidtopics.pages import Piece, page_from_text, read_pages, read_pieces
from aidtopics.pages.opening import zstd
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


@pytest.fixture(scope="module")
def crawl(gold, tmp_path_factory):
    """More pages than a block holds, in a file, with the number of each in `#N`."""
    path = tmp_path_factory.mktemp("crawl") / "crawl.jsonl"
    lines = [orjson.dumps({"text": gold[i % 20].text[:300], "id": f"p{i}"}) for i in range(2 * BLOCK + 7)]
    path.write_bytes(b"\n".join(lines))
    return path


def labelled_file(path, fitted, format_, jobs=1, done=None):
    """The file that labelling a file gives."""
    form, stream = Form(format_), io.BytesIO()
    pieces = read_pieces([str(path)])
    if done:
        pieces = done.left_of(pieces, lambda size, pages: None)
    blocks = label_pieces(pieces, Task(fitted.classifier, None, form), jobs)
    write_blocks((block.content for block in blocks), stream, form, fresh=not done)
    return stream.getvalue()


def test_files_and_pages_and_processes_give_the_same_rows(crawl, fitted):
    one, two = (labelled_file(crawl, fitted, "jsonl", jobs) for jobs in (1, 2))
    assert one == two
    expected = [orjson.dumps(row_of(page)) for page in label_pages(read_pages([crawl]), fitted.classifier)]
    assert one.splitlines() == expected


def test_counts_are_those_of_the_rows(crawl, fitted):
    blocks = list(label_pieces(read_pieces([str(crawl)]), Task(fitted.classifier, None, Form("jsonl")), 1))
    counts = sum((block.counts for block in blocks), Counts())
    rows = [orjson.loads(line) for block in blocks for line in block.content.splitlines()]
    labels = [row["label"] for row in rows]
    assert (counts.aid, counts.noise, counts.errors) == (labels.count("aid"), labels.count("noise"), 0)
    assert counts.review == sum(row["needs_review"] for row in rows)
    assert counts.rows == len(rows)
    assert sum(block.size for block in blocks) == crawl.stat().st_size


def test_a_process_ended_from_outside_is_told_of(crawl):
    with pytest.raises(AidtopicsError, match=r"found a process ended from outside.*--jobs.*--resume"):
        list(in_order(end_process, range(9), None, 2, int))


def end_process(number, shared):
    os._exit(1)


def test_processes_see_shared_arrays_and_cannot_write_to_them():
    shared = {"empty": np.zeros(0), "weights": np.arange(6.0).reshape(2, 3), "words": ("援藏",)}
    assert list(in_order(look_at, range(9), shared, 2, int)) == [(0.0 + n, False, "援藏") for n in [*range(6), 0, 1, 2]]


def look_at(number, shared):
    weights = shared["weights"].ravel()
    return float(weights[number % 6]), weights.flags.writeable, shared["words"][0]


PACKERS = {
    "jsonl": lambda content: content,
    "jsonl.gz": lambda content: gzip.decompress(content),
    "jsonl.zst": lambda content: zstd().decompress(content),
    "csv.gz": lambda content: gzip.decompress(content),
    "csv.zst": lambda content: zstd().decompress(content),
}


@pytest.mark.parametrize("format_", ["jsonl.gz", "jsonl.zst", "csv.gz", "csv.zst"])
def test_compressed_output_is_the_plain_one(crawl, fitted, format_):
    packed = labelled_file(crawl, fitted, format_)
    assert PACKERS[format_](packed) == labelled_file(crawl, fitted, format_.partition(".")[0])


@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz", "jsonl.zst"])
@pytest.mark.parametrize("share", [0, 0.3, 0.7, 0.999])
def test_an_interrupted_run_goes_on_where_it_was(tmp_path, crawl, fitted, format_, share):
    whole = labelled_file(crawl, fitted, format_)
    path = tmp_path / "out"
    path.write_bytes(whole[: int(len(whole) * share)])
    done = read_done(path, Form(format_))
    left = path.read_bytes()
    assert whole.startswith(left)
    assert done.rows == PACKERS[format_](left).count(b"\n") if left else done.rows == 0
    assert (done.rows > 0) == (share > 0.4 or (format_, share) == ("jsonl", 0.3))
    rest = labelled_file(crawl, fitted, format_, done=done)
    assert PACKERS[format_](left + rest) == PACKERS[format_](whole)


@pytest.mark.parametrize("content", [b"something else\n", b"[1]\n", b'{"a": 1}\n'])
@pytest.mark.parametrize("format_", ["jsonl", "jsonl.gz"])
def test_going_on_with_another_file_is_refused(tmp_path, content, format_):
    path = tmp_path / "out"
    path.write_bytes(content if format_ == "jsonl" else gzip.compress(content))
    with pytest.raises(UsageError, match="other lines than 'aidtopics label' writes"):
        read_done(path, Form(format_))


@given(st.lists(st.tuples(st.sampled_from(["a", "b#7", "c#x"]), st.integers(0, 12)), max_size=30), st.data())
def test_done_records_are_left_out_and_no_others(rows, data):
    """Numbers come in order within a file, but a folder may hold a#10 before a#2."""
    done = Done()
    for file, number in rows:
        done.add(f"{file}#{number}" if number else file)
    for file, number in rows:
        assert done.left(Piece(f"{file}#{number}" if number else file, None, ["x"], "text", None, 1)) is None
    file = data.draw(st.sampled_from(["a", "b#7", "c#x"]))
    missing = {n for n in range(1, 13)} - {number for name, number in rows if name == file}
    left = done.left(Piece(file, 1, list(range(1, 13)), "json", None, 1))
    found = set() if left is None else set(range(left.first, 13))
    assert missing <= found | ({7} if file == "b" else set())


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
    form = Form(format_)
    write_blocks([encode(rows[start : start + 7], form) for start in range(0, len(rows), 7)], stream, form)
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
    for name, format_ in {
        "a.PARQUET": "parquet",
        "a.b.jsonl": "jsonl",
        "a.csv.gz": "csv.gz",
        "a.ndjson.ZST": "jsonl.zst",
    }.items():
        assert format_of(tmp_path / name) == format_
    assert command.FORMATS == FORMATS
    for name in ("a.parquet.gz", "a.gz", "a.txt.zst"):
        with pytest.raises(UsageError, match="expected an ending among"):
            format_of(tmp_path / name)
    with pytest.raises(UsageError, match=r"found the output file .*a.xlsx, expected an ending among .jsonl"):
        format_of(tmp_path / "a.xlsx")


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
