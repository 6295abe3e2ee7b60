"""Questions to a person and the answers back: what is asked, the file in between, and what training makes of it."""

import csv
import io
import re
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import example as case
from hypothesis import given
from hypothesis import strategies as st

from aidtopics.classify import classify
from aidtopics.cli import _parser, main
from aidtopics.corpus import example, gold_from_row, read_gold
from aidtopics.errors import UsageError
from aidtopics.experiments import read_experiment
from aidtopics.experiments.answering import answered_pages
from aidtopics.label import label_pages
from aidtopics.pages import page_from_text, read_pages
from aidtopics.records import GoldPage, GoldPassage, Kind, Label, LabelledPage, LabelledPassages, Unreadable
from aidtopics.review import COLUMNS, Answer, gold_pages, pack, propose, question_rows, read_answers, sheet_format
from aidtopics.review.choosing import distances
from aidtopics.review.questions import LONGEST
from aidtopics.review.sheet import unpack
from conftest import ROOT

HEAD = "\ufeff" + ",".join(COLUMNS)


def labelled(name, text, probability):
    """A page whose lines the classifier takes for prose, with a probability of our choice."""
    page = page_from_text(text, name)
    ends = np.cumsum([len(line) + 1 for line in text.split("\n")]).tolist()
    count = len(ends)
    passages = LabelledPassages(
        [0, *ends[:-1]],
        [end - 1 for end in ends],
        [Kind.OTHER_TOPIC] * count,
        [Label.NOISE] * count,
        [probability / 2] * count,
    )
    label = Label.AID if probability >= 0.5 else Label.NOISE
    return LabelledPage(page, label, probability, False, passages, {})


def story(number):
    """A text that shares little with those of other numbers."""
    random = np.random.default_rng(number)
    return "".join(chr(code) for code in random.integers(0x4E00, 0x9FA5, 80)) + "。"


def asked(pages, number, answers=(), threshold=0.5):
    return propose(pages, answers, threshold, number, seed=0)


def ids(proposal):
    return [question.labelled.page.page_id for question in proposal.questions]


def answer(page_id, text, given="aid"):
    return Answer(page_id, page_id, text, given, "q.csv row 2")


# --- which pages


def test_uncertain_pages_come_first():
    pages = [labelled(str(p), story(number), p) for number, p in enumerate((0.01, 0.52, 0.99, 0.4, 0.9))]
    assert ids(asked(pages, 5)) == ["0.52", "0.4", "0.9", "0.01", "0.99"]
    assert ids(asked(pages, 2, threshold=0.95)) == ["0.9", "0.99"]


def test_of_two_uncertain_pages_alike_one_waits():
    """Both could be labelled alike; the second teaches little. They are no near-duplicates, which would never do."""
    shared, own = story(1), story(2)
    alike = labelled("alike", f"{shared}{own}", 0.51), labelled("twin", f"{shared}{story(3)}", 0.5)
    other = labelled("other", story(4), 0.46)
    proposal = asked([*alike, other], 3)
    assert ids(proposal) == ["twin", "other", "alike"]
    assert [question.is_unlike for question in proposal.questions] == [False, True, False]
    whys = [row["why"] for row in question_rows(proposal.questions, 0.5)]
    assert ["unlike the pages above" in why for why in whys] == [False, True, False]


def test_one_page_of_a_near_duplicate_cluster_the_least_sure():
    text = "\n".join(story(number) for number in range(4))
    mirror = labelled("mirror", f"{text}\n转载", 0.6)
    pages = [labelled("original", text, 0.9), mirror, labelled("other", story(9), 0.2)]
    proposal = asked(pages, 5)
    assert ids(proposal) == ["mirror", "other"]
    assert [question.copies for question in proposal.questions] == [1, 0]
    whys = [row["why"] for row in question_rows(proposal.questions, 0.5)]
    assert whys[0] == "very uncertain (0.60, aid from 0.50); stands for 1 near-duplicate"
    assert whys[1] == "uncertain (0.20, aid from 0.50)"


@pytest.mark.parametrize("given", ["aid", "unclear", ""])
def test_no_page_is_asked_about_twice_nor_a_copy_of_it(given):
    """Passed over counts too: who did not want to answer does not want to be asked again."""
    pages = [labelled("same id", story(1), 0.5), labelled("copy", story(2), 0.5), labelled("new", story(3), 0.9)]
    answers = [answer("same id", story(7), given), answer("elsewhere", f"{story(2)}\n", given)]
    proposal = asked(pages, 5, answers)
    assert ids(proposal) == ["new"]
    assert (proposal.read, proposal.asked_before) == (3, 2)


def test_what_holds_nothing_to_label_is_not_asked_about():
    pages = [Unreadable("x", "x", "damaged"), labelled("blank", "", 0.5), labelled("page", story(1), 0.1)]
    pages[1] = replace(pages[1], passages=())
    proposal = asked(pages, 5)
    assert ids(proposal) == ["page"]
    assert (proposal.read, proposal.unreadable) == (3, 1)
    assert asked([], 5).questions == ()


def test_asking_for_fewer_gives_the_first_of_many():
    random = np.random.default_rng(0)
    pages = [labelled(str(n), story(n), float(p)) for n, p in enumerate(random.random(60))]
    many = ids(asked(pages, 30))
    assert ids(asked(pages, 7)) == many[:7]
    assert len(set(many)) == 30


def test_a_long_crawl_is_held_in_part_and_its_least_sure_pages_are_among_it(monkeypatch):
    monkeypatch.setattr("aidtopics.review.choosing._LEAST", 10)
    monkeypatch.setattr("aidtopics.review.choosing._PER_QUESTION", 1)
    pages = [labelled(str(n), story(n), 0.5 if n in (5, 177) else 0.001) for n in range(200)]
    proposal = asked(iter(pages), 4)
    assert ids(proposal)[:2] == ["5", "177"]
    assert proposal.read == 200


@given(st.lists(st.floats(0, 1), min_size=1), st.floats(0.01, 0.99))
def test_distances_from_the_threshold_are_finite_and_keep_the_order(probabilities, threshold):
    found = distances(np.array([*probabilities, threshold]), threshold)
    assert np.isfinite(found).all()
    assert found[-1] == 0
    above = sorted(p for p in probabilities if p >= threshold)
    assert sorted(distances(np.array(above), threshold)) == list(distances(np.array(above), threshold))


# --- the file in between


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"))))
@case(["=HYPERLINK(1)", "'=1", "''", "'", "-----", "+86", "@我", 'a,"b"\n;'])
def test_cells_survive_csv(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("sheet") / "q.csv"
    path.write_bytes(pack([{"a": f"x{cell}", "b": cell} for cell in cells], ("a", "b"), "csv"))
    assert [row for _, row in unpack(path)] == [{"a": f"x{cell}", "b": cell} for cell in cells]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a"])
def test_no_cell_is_taken_for_a_formula(cell):
    written = pack([{"a": cell}], ("a",), "csv").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written)))[1] == [f"'{cell}"]


@pytest.mark.parametrize("name", ["q.csv", "q.jsonl"])
def test_questions_come_back_as_they_went(tmp_path, fitted, name):
    pages = [page_from_text(page.text, page.page_id) for page in read_gold([ROOT / "corpus" / "pages"])[1:40:3]]
    threshold = fitted.classifier.decision.page_threshold
    proposal = propose(label_pages(pages, fitted.classifier), (), threshold, 5, seed=0)
    rows = question_rows(proposal.questions, threshold)
    content = pack([{**row, "label": "noise"} for row in rows], COLUMNS, sheet_format(tmp_path / name))
    assert name != "q.csv" or content.decode("utf-8").startswith(HEAD)
    (tmp_path / name).write_bytes(content)
    answers = read_answers([tmp_path / name])
    assert [(a.page_id, a.text) for a in answers] == [(row["page_id"], row["text"]) for row in rows]
    assert {a.label for a in answers} == {Label.NOISE}


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8-sig", ";"), ("gb18030", ","), ("utf-16", "\t"), ("utf-8", ",")])
def test_a_spreadsheet_may_save_it_in_its_own_way(tmp_path, encoding, mark):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=mark)
    article = "医疗队今天到县里义诊，免费看病。\n群众说，专家来了真好；不用去省城。"
    writer.writerows([["Label", "TEXT", "page_id"], [" Aid ", article.replace("\n", "\r\n"), "7"], ["", "", ""]])
    (tmp_path / "q.csv").write_bytes(text.getvalue().encode(encoding))
    (found,) = read_answers([tmp_path / "q.csv"])
    assert (found.label, found.text, found.page_id) == (Label.AID, article, "7")


def test_an_extract_shows_what_decides(fitted):
    title, first = (
        "我院医疗队赴那曲义诊",
        "7月6日，我院第三批援藏医疗队到比如县人民医院，为农牧民群众免费义诊并送药上门。",
    )
    text = (
        f"首页 > 新闻\n{title}\n{first}\n天气晴朗，公路两旁的油菜花开得正好，游客很多，不少人停车拍照留念。\n版权所有"
    )
    (page,) = label_pages([page_from_text(text, "a")], fitted.classifier)
    (row,) = question_rows(asked([page], 1).questions, 0.5)
    lines = row["extract"].split("\n")
    assert lines[0] == title
    assert first in lines
    assert any(line.startswith("least like aid: 天气晴朗") for line in lines)


def test_a_text_longer_than_a_cell_is_cut_at_a_line_end():
    line = "医" * 999
    text = "\n".join([line] * 40)
    (row,) = question_rows(asked([labelled("a", text, 0.5)], 1).questions, 0.5)
    assert row["text"] == "\n".join([line] * (LONGEST // 1000))


# --- answers that are none

WRONG_ROWS = [
    ({"label": "ad", "text": "a"}, r"found label 'ad'; did you mean 'aid'\? \(or leave it empty\)"),
    ({"label": "maybe", "text": "a"}, r"found label 'maybe'; known: aid, noise, unclear"),
    ({"label": "aid", "text": " "}, "found no text; training needs"),
    ({"label": "aid", "text": 7}, "found no text; training needs"),
    ({"lable": "aid", "text": "a"}, "found no 'label' among 'lable', 'text'"),
    ([], "found a JSON list, expected an object"),
]


def write(path, *rows):
    path.write_bytes(b"".join(row if isinstance(row, bytes) else orjson.dumps(row) + b"\n" for row in rows))
    return path


@pytest.mark.parametrize(("row", "message"), WRONG_ROWS, ids=[message for _, message in WRONG_ROWS])
def test_a_row_that_is_no_answer_is_told(tmp_path, row, message):
    with pytest.raises(UsageError, match=rf"q\.jsonl line 2: {message}"):
        read_answers([write(tmp_path / "q.jsonl", {"label": "aid", "text": "b"}, row)])


def test_all_wrong_rows_of_all_files_are_told_at_once(tmp_path):
    twice = {"page_id": "p", "text": "一", "label": "aid"}
    first = write(tmp_path / "1.jsonl", b"{\n", twice, {**twice, "label": "noise"})
    (tmp_path / "2.csv").write_text('text,label,page_id\n"两\n行",nois,q\n二,aid,p\n', "utf-8")
    with pytest.raises(UsageError) as told:
        read_answers([first, tmp_path / "2.csv"])
    lines = str(told.value).splitlines()
    assert lines[0] == "found 4 problems in the answers:"
    assert "1.jsonl line 1: found a line that is not JSON" in lines[1]
    assert lines[2].endswith(f"1.jsonl line 3: found page_id p as noise, but as aid in {first} line 2")
    assert lines[3].endswith("2.csv row 2: found label 'nois'; did you mean 'noise'? (or leave it empty)")
    assert "2.csv row 3: found page_id p with another text" in lines[4]


def test_a_page_that_was_passed_over_may_be_answered_later(tmp_path):
    row = {"page_id": "p", "text": "一", "url": "http://www.a.example:80/x"}
    files = [write(tmp_path / f"{n}.jsonl", {**row, "label": label}) for n, label in enumerate((None, "aid", ""))]
    (found,) = read_answers(files)
    assert (found.label, found.site) == (Label.AID, "www.a.example")
    assert read_answers([]) == ()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("q.txt", b"", r"q\.txt, expected an ending among \.csv"),
        ("q.csv", b"\0\1\2\0", "found binary data"),
        ("none.csv", None, r"could not read .*none\.csv: No such file"),
    ],
)
def test_a_file_that_holds_no_rows_is_told(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read_answers([tmp_path / name])


# --- answers as gold


@pytest.mark.parametrize("given", ["aid", "noise"])
def test_passages_agree_with_the_answer_whatever_the_model_thinks(gold, fitted, given):
    answers = [answer(page.page_id, page.text, given) for page in gold[:80]]
    found = gold_pages(answers, fitted.classifier)
    assert [page.page_id for page in found] == [page.page_id for page in gold[:80]]
    for page in found:
        row = {"page_id": page.page_id, "site": page.site, "label": page.label, "passages": []}
        row["passages"] = [{"text": p.text, "kind": p.kind} for p in page.passages]
        assert gold_from_row(row).label == given  # which holds every rule of a gold page


def test_passages_of_a_right_answer_are_those_that_labelling_finds(gold, fitted):
    examples = [example(page) for page in gold[:60]]
    pages = classify([(e.page, e.passages) for e in examples], fitted.classifier)
    agreeing = [page for page in pages if page.label is Label.AID and Kind.BODY in {p.kind for p in page.passages}]
    answers = [answer(page.page.page_id, page.page.text) for page in agreeing]
    assert len(agreeing) > 10
    for page, found in zip(agreeing, gold_pages(answers, fitted.classifier), strict=True):
        assert "\n".join(p.text for p in found.passages if p.kind.label is Label.AID) == page.aid_text


def test_an_aid_page_without_aid_passages_has_its_prose_as_body(fitted):
    """The model sees nothing of aid in it, and a person does."""
    prose = "昨日本市新开两条公交线路，连接火车站和大学城，票价两元，市民可刷卡乘车，高峰时段每八分钟一班。"
    (page,) = gold_pages(
        [answer("a", f"首页　新闻　房产　汽车\n{prose}\n版权所有：某某网　京ICP备05000000号")], fitted.classifier
    )
    assert [p.text for p in page.passages if p.kind is Kind.BODY] == [prose]
    (short,) = gold_pages([answer("b", "首页")], fitted.classifier)
    assert short.passages == (GoldPassage("首页", Kind.BODY),)


def test_unclear_and_empty_answers_train_nothing(fitted):
    answers = [answer("a", "医疗队义诊", ""), answer("b", "医疗队义诊", "unclear"), answer("c", "\u200b", "aid")]
    assert gold_pages(answers, fitted.classifier) == ()


# --- the experiment


def test_answers_stand_beside_the_gold_pages(tmp_path):
    path = write(tmp_path / "q.jsonl", *({"page_id": str(n), "text": story(n), "label": "noise"} for n in range(3)))
    answered = answered_pages([str(path)], [])
    assert answered.counts == {"aid": 0, "noise": 3, "unclear": 0, "passed_over": 0}
    known = GoldPage("1", "a.example", Label.NOISE, (GoldPassage("一", Kind.OTHER_TOPIC),))
    with pytest.raises(UsageError, match=r"line 2: page_id 1 is a gold page of pages\.paths"):
        answered_pages([str(path)], [known])
    empty = write(tmp_path / "empty.jsonl", {"text": "a", "label": None})
    with pytest.raises(UsageError, match=r"found no page labelled aid or noise in .*empty\.jsonl; fill the column"):
        answered_pages([str(empty)], [])


def test_the_experiment_that_comes_along_reads_its_answers():
    experiment = read_experiment(ROOT / "experiments" / "adapt.toml")
    assert experiment.classify is not None
    answered = answered_pages(experiment.classify.answers, read_gold(experiment.pages.paths))
    expected = orjson.loads((ROOT / "corpus" / "samples" / "expected.json").read_bytes())
    samples = ROOT / "corpus" / "samples"
    file_of = {page.page_id: Path(page.source).name for page in read_pages([samples])}
    label_of = {page_id.rpartition("/")[2]: expected[name] for page_id, name in file_of.items()}
    given = {page.page_id.rpartition("/")[2]: page.label for page in answered.pages}
    assert len(given) == 9
    assert set(given.values()) == set(Label)
    assert given == {page_id: label_of[page_id] for page_id in given}


def test_answers_need_training(tmp_path):
    text = 'name = "a"\n[pages]\npaths = ["."]\n[classify]\nmodel = "m"\nanswers = ["q.csv"]\n'
    (tmp_path / "a.toml").write_text(text, "utf-8")
    with pytest.raises(UsageError, match="answers are for fitting: expected train = true"):
        read_experiment(tmp_path / "a.toml")


# --- the command


def test_the_loop_of_the_document(tmp_path, monkeypatch, capsys):
    """Ask, answer, ask again: the second file asks about other pages and the first is not written over."""
    monkeypatch.chdir(tmp_path)
    crawl = str(ROOT / "corpus" / "samples")
    assert main(["review", crawl, "-o", "one.csv", "--number", "6"]) == 0
    assert "6 of 17 pages in one.csv" in capsys.readouterr().err
    rows = [row for _, row in unpack(tmp_path / "one.csv")]
    assert [row["label"] for row in rows] == [""] * 6
    (tmp_path / "one.csv").write_bytes(pack([{**row, "label": "noise"} for row in rows], COLUMNS, "csv"))
    assert main(["review", crawl, "-o", "one.csv"]) == 2
    assert "found 6 answers in one.csv; name a new file with -o" in capsys.readouterr().err
    assert main(["review", crawl, "-o", "two.jsonl", "--answered", "one.csv"]) == 0
    assert "6 asked about before" in capsys.readouterr().err
    again = [row["page_id"] for _, row in unpack(tmp_path / "two.jsonl")]
    assert not {row["page_id"] for row in rows} & set(again)
    assert len(again) == 11
    (tmp_path / "notes.csv").write_text("mine\n1\n", "utf-8")
    assert main(["review", crawl, "-o", "notes.csv"]) == 2
    assert "notes.csv, which is no questions file" in capsys.readouterr().err


def test_the_commands_of_the_document_are_valid():
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "review.md").read_text("utf-8"), re.DOTALL)
    commands = [shlex.split(line) for block in blocks for line in block.splitlines()]
    assert [command[1] for command in commands[:2]] == ["review", "run"]
    for command in commands:
        if command[0] == "aidtopics":
            options = _parser().parse_args(command[1:])
            if "experiment" in options:
                assert read_experiment(ROOT / options.experiment, options.settings).classify.answers
