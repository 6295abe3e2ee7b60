"""The command line: help, exit codes, error lines, and what each command writes."""

import csv
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from aidtopics.cli import main
from aidtopics.cli.arguments import Progress

ROOT = Path(__file__).parents[1]
COMMANDS = ("run", "label", "review", "repair", "evaluate", "topics", "places", "plot", "model", "corpus")
KEYS = "page_id source label aid_probability needs_review aid_text passages repairs text error".split()
AID = "首页　新闻　联系我们\n省人民医院医疗队到县里义诊\n医疗队为三百名群众免费看病，并向县医院捐赠了设备。\n版权所有"
SHOP = "首页\n本店出售手机和电脑，价格优惠，欢迎选购。"
MIRRORED = "省人民醫(yī)院醫(yī)療(liáo)隊到𠮷林縣(xiàn)義診\n醫療隊為三百名群眾免費看病，並向縣醫院捐贈了設備。"
LABELS = ["aid", None, "noise", "aid", "aid", "noise"]  # of the rows of `crawl`
EXPERIMENT = """
name = "quick"
[pages]
paths = ["PAGES"]
[classify]
train = true
folds = 3
variants = 0
[topics]
number = 40  # the command line says 4
"""


def code(*arguments: object) -> int:
    """The exit code of a command, however it leaves."""
    try:
        return main([str(a) for a in arguments])
    except SystemExit as leaving:
        assert isinstance(leaving.code, int)
        return leaving.code


def process(*arguments, start=("-m", "aidtopics"), stdin=b"", **env) -> subprocess.CompletedProcess[bytes]:
    """A run in a process of its own, without PYTHONPATH and its like."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    command = [sys.executable, *start, *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, env=clean | env, timeout=120, check=False)


def write_rows(path: Path, *rows: object) -> Path:
    """JSON lines; a string goes in as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def rows(text: str | bytes) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="session")
def quick_models(tmp_path_factory) -> Path:
    """The run folder of a reduced experiment, its models in classifier/ and topics/."""
    folder = tmp_path_factory.mktemp("quick")
    experiment = folder / "quick.toml"
    experiment.write_text(EXPERIMENT.replace("PAGES", str(ROOT / "corpus" / "pages" / "c*.jsonl")), encoding="utf-8")
    assert main(["run", str(experiment), "--runs", str(folder / "runs"), "--set", "topics.number=4"]) == 0
    return folder / "runs" / "quick"


@pytest.fixture
def classifier(quick_models) -> Path:
    return quick_models / "classifier"


@pytest.fixture
def crawl(tmp_path, monkeypatch) -> Path:
    """Aid, a broken line, noise, a damaged mirror, and two pages with one id."""
    monkeypatch.chdir(tmp_path)
    pages = ({"id": "p1", "text": AID, "url": "http://a.example/1"}, "{broken", {"text": SHOP}, {"text": MIRRORED})
    write_rows(tmp_path / "crawl.jsonl", *pages, {"id": "twin", "text": AID}, {"id": "twin", "text": SHOP})
    return Path("crawl.jsonl")


# --- help and mistakes


@pytest.mark.parametrize("command", ["", *COMMANDS, "model show", "model verify", "corpus check"])
def test_help_has_an_example(command, capsys):
    assert code(*command.split(), "--help") == 0
    out, err = capsys.readouterr()
    assert re.search(rf"^example: .*aidtopics {command.partition(' ')[0]}", out, re.MULTILINE)
    assert err == ""


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_loads_nothing_heavy(command):
    heavy = {"numpy", "scipy", "sklearn", "gensim", "matplotlib", "jieba", "pyarrow", "pydantic", "jinja2", "opencc"}
    script = "import atexit, sys; atexit.register(lambda: sys.stderr.write(' '.join(sys.modules)));"
    script += f"import aidtopics; from aidtopics.cli import main; main({[*command.split(), '--help']!r})"
    done = process(start=("-c", script))
    loaded = set(done.stderr.decode().split())
    assert done.returncode == 0
    assert "aidtopics.cli" in loaded
    assert not heavy & loaded


# Arguments (CLASSIFIER and TOPICS stand for the model folders), and what the error line says.
MISTAKES = [
    (["nope"], "'nope'.*'label'"),
    (["label"], "PATH"),
    (["label", "crawl.jsonl", "--jobs", "0"], "--jobs.*0"),
    (["label", "missing.txt", "--model", "CLASSIFIER"], r"missing\.txt"),
    (["label", "crawl.jsonl", "--model", "missing"], r"missing.*manifest\.json"),
    (["label", "crawl.jsonl", "--model", "TOPICS"], "topics model.*classifier"),
    (["label", "crawl.jsonl", "--model", "CLASSIFIER", "-o", "out.docx"], r"out\.docx.*\.jsonl.*\.parquet"),
    (["label", "crawl.jsonl", "--model", "CLASSIFIER", "-o", "missing/out.csv"], r"missing/out\.csv"),
    (["label", "crawl.jsonl", "--model", "CLASSIFIER", "--resume"], "--resume.*-o"),
    (["label", "crawl.jsonl", "--model", "CLASSIFIER", "--resume", "-o", "out.csv"], "--resume.*jsonl"),
    (["label", "crawl.jsonl", "--model", "CLASSIFIER", "--resume", "-o", "out.csv.gz"], "--resume.*written anew"),
    (["label", "crawl.jsonl", "--model", "CLASSIFIER", "--resume", "-o", "other.jsonl"], r"other\.jsonl"),
    (["label", "crawl.jsonl", "--dask", "tcp://127.0.0.1:1"], "--dask without a folder.*-o FOLDER"),
    (["label", "crawl.jsonl", "--dask", "tcp://127.0.0.1:1", "-o", "out", "--jobs", "2"], "--jobs with --dask"),
    (["label", "crawl.jsonl", "--dask", "x:1:2", "-o", "out", "--format", "table"], "--format table with --dask"),
    (["label", "crawl.jsonl", "--model", "CLASSIFIER", "--dask", "x:1:2", "-o", "out"], "no Dask scheduler at x:1:2"),
    (["run", "quick.toml", "--dask", "x:1:2"], "no Dask scheduler at x:1:2"),
    (["review", "crawl.jsonl", "--model", "CLASSIFIER"], "-o"),
    (["review", "crawl.jsonl", "--model", "CLASSIFIER", "-o", "q.parquet"], r"q\.parquet.*\.csv.*\.jsonl"),
    (["review", "crawl.jsonl", "--model", "CLASSIFIER", "-o", "missing/q.csv"], r"missing/q\.csv"),
    (["review", "crawl.jsonl", "--model", "CLASSIFIER", "-o", "q.csv", "--number", "0"], "--number.*0"),
    (["review", "crawl.jsonl", "-o", "q.csv", "--answered", "other.jsonl"], r"other\.jsonl line 1.*not JSON"),
    (["repair", "missing.txt"], r"missing\.txt"),
    (["repair", "."], "file"),
    (["evaluate", "missing.jsonl", "--model", "CLASSIFIER"], r"missing\.jsonl"),
    (["evaluate", "empty.jsonl", "--model", "CLASSIFIER"], r"empty\.jsonl"),
    (["topics", "crawl.jsonl", "--model", "CLASSIFIER"], "classifier model.*topics"),
    (["topics", "missing.txt", "--model", "TOPICS", "--classifier", "CLASSIFIER"], r"missing\.txt"),
    (["places", "missing.txt"], r"missing\.txt"),
    (["plot", "missing"], "missing.*aidtopics run"),
    (["model", "show", "missing"], "missing"),
    (["model", "verify", "missing"], "missing"),
    (["corpus", "check", "missing.jsonl"], r"missing\.jsonl.*gold"),
    (["corpus", "coverage", "other.jsonl"], r"other\.jsonl#1"),
    (["corpus", "check", "other.jsonl", "--into", "card.md"], "--into.*coverage"),
    (["corpus", "coverage", "other.jsonl", "--into", "card.md", "--json"], "--json.*--into"),
    (["run", "missing.toml"], r"missing\.toml"),
    (["run", "other.jsonl"], "TOML"),
    (["run", "quick.toml", "--set", "number"], r"number.*table\.key=value"),
    (["run", "quick.toml", "--set", "topics.numbr=4"], "numbr.*'number'"),
    (["run", "quick.toml", "--set", "topcs.number=4"], "topcs.*'topics'"),
    (["run", "quick.toml", "--set", "topics.number=vier"], "topics.number.*vier"),
    (["run", "misspelt.toml"], "folsd.*'folds'"),
]


@pytest.mark.parametrize(("arguments", "says"), MISTAKES, ids=[" ".join(arguments) for arguments, _ in MISTAKES])
def test_a_mistake_ends_with_code_2_and_a_clear_line(quick_models, crawl, capsys, arguments, says):
    Path("other.jsonl").write_text("not a row of ours\n", encoding="utf-8")
    Path("empty.jsonl").touch()
    Path("quick.toml").write_text(EXPERIMENT, encoding="utf-8")
    Path("misspelt.toml").write_text(EXPERIMENT.replace("folds", "folsd"), encoding="utf-8")
    before = sorted(Path().iterdir())
    folders = {"CLASSIFIER": quick_models / "classifier", "TOPICS": quick_models / "topics"}
    assert code(*(folders.get(a, a) for a in arguments)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    message = err[err.index("\naidtopics") + 1 :] if err.startswith("usage: ") else err
    assert re.match(f"aidtopics.*{says}", message, re.DOTALL)
    assert len(message.splitlines()) == 1
    assert sorted(Path().iterdir()) == before  # nothing half-written
    assert Path("other.jsonl").read_text(encoding="utf-8") == "not a row of ours\n"


def test_a_failed_run_ends_with_code_1(crawl, capsys):
    Path("few.toml").write_text('name = "few"\npages.paths = ["crawl.jsonl"]\ntopics.of = "all"\n', encoding="utf-8")
    assert code("run", "few.toml", "--runs", "runs") == 1
    assert re.search("^aidtopics: found .*give more pages$", capsys.readouterr().err, re.MULTILINE)


# --- label


def label(capsys, *arguments: object) -> tuple[int, list[dict]]:
    status = code("label", *arguments)
    return status, rows(capsys.readouterr().out)


def test_label_rows_keep_the_contract(classifier, crawl, capsys):
    status, found = label(capsys, crawl, "--model", classifier)
    assert status == 1  # of the broken line
    assert all(list(row) == KEYS for row in found)
    assert [row["source"] for row in found] == [f"crawl.jsonl#{n}" for n in range(1, 7)]
    assert [row["page_id"] for row in found] == ["p1", *(f"crawl.jsonl#{n}" for n in (2, 3, 4)), "twin", "twin"]
    assert [row["label"] for row in found] == LABELS
    broken = found.pop(1)
    assert "JSON" in broken["error"]
    assert (broken["aid_probability"], broken["text"]) == (None, None)
    for row in found:
        assert row["error"] is None
        assert 0 <= row["aid_probability"] <= 1
        assert isinstance(row["needs_review"], bool)


def test_label_offsets_slice_the_repaired_text(classifier, crawl, capsys):
    _, found = label(capsys, crawl, "--model", classifier)
    assert "省人民医院医疗队到𠮷林县义诊" in found[3]["text"]
    assert found[3]["repairs"]["pinyin"] >= 1
    for row in (row for row in found if row["label"]):
        spans = [(p["start"], p["end"]) for p in row["passages"]]
        cut = [row["text"][start:end] for start, end in spans]
        assert cut == row["text"].split("\n")  # every line of these pages is a passage
        assert spans == sorted(spans)
        aid = [c for c, p in zip(cut, row["passages"], strict=True) if p["label"] == "aid"]
        assert row["aid_text"] == "\n".join(aid)
        assert bool(aid) == (row["label"] == "aid")
        for p in row["passages"]:
            assert list(p) == ["start", "end", "kind", "label", "aid_probability"]
            assert (p["kind"] in ("title", "body")) == (p["label"] == "aid")


def test_label_an_unreadable_file_gets_its_row_and_the_others_go_on(classifier, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_bytes(bytes(range(256)) * 4)
    Path("b.txt").write_text(AID, encoding="utf-8")
    status, (bad, good) = label(capsys, "a.txt", "b.txt", "--model", classifier)
    assert (status, bad["source"], bad["label"], good["source"], good["label"]) == (1, "a.txt", None, "b.txt", "aid")
    assert list(bad) == KEYS
    assert "binary" in bad["error"]
    assert label(capsys, "b.txt", "--model", classifier) == (0, [good])


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_label_output_by_ending(classifier, crawl, capsys, ending):
    _, expected = label(capsys, crawl, "--model", classifier)
    out = Path(f"out.{ending}")
    assert code("label", crawl, "--model", classifier, "-o", out) == 1
    assert capsys.readouterr().out == ""
    if ending == "jsonl":
        found = rows(out.read_bytes())
    elif ending == "csv":
        with out.open(encoding="utf-8-sig", newline="") as file:  # a BOM for Excel may stand there
            found = list(csv.DictReader(file))
        found = [{k: v or None for k, v in row.items()} for row in found]
        decoded = {"aid_probability", "needs_review", "passages", "repairs"}
        found = [{k: json.loads(v) if v and k in decoded else v for k, v in row.items()} for row in found]
        expected = [row | {"aid_text": row["aid_text"] or None} for row in expected]
    else:
        found = [row | {"repairs": dict(row["repairs"])} for row in pq.read_table(out).to_pylist()]
    assert found == expected
    assert all(list(row) == KEYS for row in found)


@pytest.mark.parametrize("format_", ["jsonl", "csv", "table"])
def test_label_format_option_goes_before_the_ending(classifier, crawl, capsysbinary, format_):
    code("label", crawl, "--model", classifier, "--format", format_)
    out = capsysbinary.readouterr().out.decode().removeprefix("\ufeff")
    code("label", crawl, "--model", classifier, "--format", format_, "-o", "out.parquet")
    assert Path("out.parquet").read_bytes().decode("utf-8-sig").splitlines() == out.splitlines()
    assert out.startswith({"jsonl": '{"page_id":', "csv": "page_id,source,label", "table": "label"}[format_])
    if format_ == "table":  # a head and a line a page
        assert [line.split()[0] for line in out.splitlines()[1:]] == [label or "error" for label in LABELS]


def test_label_reads_its_own_output(classifier, crawl, capsys):
    label(capsys, crawl, "--model", classifier, "-o", "out.parquet")
    first, again = (label(capsys, path, "--model", classifier)[1] for path in (crawl, "out.parquet"))
    assert [(r["page_id"], r["label"]) for r in again] == [(r["page_id"], r["label"]) for r in first]


def test_label_resume_completes_a_cut_file_without_duplicates(classifier, crawl, capsys):
    whole = Path("whole.jsonl")
    code("label", crawl, "--model", classifier, "-o", whole)
    content = whole.read_bytes()
    ends = [i + 1 for i, byte in enumerate(content) if byte == 10]
    inside = content.index("版权".encode()) + 1  # in the middle of a character
    part = Path("part.jsonl")
    for cut in (0, inside, ends[0], ends[1] + 1, ends[4], ends[4] + 40, ends[5] - 1, ends[5]):
        part.write_bytes(content[:cut])
        code("label", crawl, "--model", classifier, "-o", part, "--resume")
        assert part.read_bytes() == content, f"cut at byte {cut}"
    part.unlink()
    code("label", crawl, "--model", classifier, "-o", part, "--resume")
    assert part.read_bytes() == content
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_label_resume_completes_a_compressed_file(classifier, crawl, capsys, packing):
    whole, part = Path(f"whole.jsonl.{packing}"), Path(f"part.jsonl.{packing}")
    code("label", crawl, "--model", classifier, "-o", whole)
    for cut in (0, 20, whole.stat().st_size):
        part.write_bytes(whole.read_bytes()[:cut])
        code("label", crawl, "--model", classifier, "-o", part, "--resume")
        assert part.read_bytes() == whole.read_bytes()
    assert label(capsys, whole, "--model", classifier)[0] == 1


def test_label_into_a_missing_input_leaves_the_output_alone(classifier, crawl):
    Path("out.jsonl").write_text("mine", "utf-8")
    assert code("label", "missing.jsonl", "--model", classifier, "-o", "out.jsonl") == 2
    assert Path("out.jsonl").read_text("utf-8") == "mine"


def test_label_shows_progress_in_bytes_on_a_terminal(classifier, tmp_path, monkeypatch, capsys):
    pages = write_rows(tmp_path / "many.jsonl", *({"text": AID} for _ in range(600)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    label(capsys, pages, "--model", classifier)
    progress = Progress(1000)
    time.sleep(0.2)  # it is drawn ten times a second
    progress.passed(500, 20)
    progress.__exit__()
    shown = capsys.readouterr().err
    assert re.search(r"labelling:\s+50%.*500/1\.00k \[.*<.*B/s, [\d,]+ pages/s\]", shown)


def test_label_jobs_give_the_same_rows_in_the_same_order(classifier, tmp_path):
    pages = ({"text": f"第{n}批。\n{(AID, SHOP, MIRRORED)[n % 3]}"} for n in range(900))
    many = write_rows(tmp_path / "many.jsonl", *pages)
    one, two = (process("label", many, "--model", classifier, "--jobs", jobs) for jobs in (1, 2))
    assert (one.returncode, two.returncode) == (0, 0)
    assert len(rows(one.stdout)) == 900
    assert two.stdout == one.stdout


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gz"])
def test_label_standard_input(classifier, crawl, pack):
    done = process("label", "-", "--model", classifier, stdin=pack(crawl.read_bytes()), PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert [(row["source"], row["label"]) for row in rows(done.stdout)] == [
        (f"-#{n}", v) for n, v in enumerate(LABELS, 1)
    ]
    assert b"Traceback" not in done.stderr


def test_label_explain_adds_a_key_at_the_end_and_changes_no_other(classifier, crawl, capsys):
    _, plain = label(capsys, crawl, "--model", classifier)
    status, found = label(capsys, crawl, "--model", classifier, "--explain")
    assert status == 1
    assert all(list(row) == [*KEYS, "explanation"] for row in found)
    reasons = [row.pop("explanation") for row in found]
    assert found == plain
    assert reasons[1] is None  # of the broken line
    assert reasons[0]["pieces"]
    code("label", crawl, "--model", classifier, "--explain", "-o", "out.parquet")
    code("label", crawl, "--model", classifier, "--explain", "-o", "out.csv")
    columns = pq.read_table("out.parquet").to_pylist()
    assert [row["explanation"] and json.loads(row["explanation"]) for row in columns] == reasons
    with Path("out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [json.loads(row["explanation"] or "null") for row in csv.DictReader(file)] == reasons


def test_label_explain_in_a_table_marks_the_words(classifier, crawl, capsys):
    code("label", crawl, "--model", classifier, "--explain", "--format", "table")
    lines = capsys.readouterr().out.splitlines()
    assert "the threshold" in lines[2]
    assert any(line.split()[:1] == ["for"] and "【" in line for line in lines)


def test_label_ends_with_a_note_where_pages_are_unlike_those_of_training(classifier, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pages = write_rows(
        Path("pages.jsonl"), *({"text": f"It was a dark and stormy night, number {n}."} for n in range(40))
    )
    assert code("label", pages, "--model", classifier, "-o", "out.jsonl", "--drift", "drift.json") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "note: these pages (40 looked at) are not like those the model was trained on" in err
    assert "0% of the characters are Chinese" in err
    figures = json.loads(Path("drift.json").read_bytes())
    assert figures["measures"]["share of Chinese characters"]["told"] is True
    assert code("label", "pages.jsonl", "--model", classifier, "--drift", "missing/drift.json") == 2
    assert "missing/drift.json" in capsys.readouterr().err


# --- repair


def test_repair_writes_the_text_and_nothing_else(tmp_path, capfdbinary):
    page = tmp_path / "page.txt"
    page.write_text("醫(yī)療(liáo)隊到縣(xiàn)裡義診，艾滋病(HIV)。\n", encoding="utf-8")
    assert code("repair", page) == 0
    assert capfdbinary.readouterr() == ("医疗队到县里义诊，艾滋病(HIV)。\n".encode(), b"")


def test_repair_standard_input_whatever_the_locale_and_encoding():
    text = "醫療隊到縣裡義診，為三百名群眾免費看病，並捐贈了設備。"
    for encoding in ("utf-8", "big5"):
        done = process("repair", "-", stdin=text.encode(encoding), PYTHONIOENCODING="ascii", LC_ALL="C")
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode() == "医疗队到县里义诊，为三百名群众免费看病，并捐赠了设备。"


def test_repair_explain_writes_the_edits_as_json_lines(tmp_path, capsys):
    page = tmp_path / "page.txt"
    page.write_text("義診(yì zhěn)", encoding="utf-8")
    assert code("repair", page, "--explain") == 0
    edits = rows(capsys.readouterr().out)
    assert {"pinyin", "script"} == {edit["step"] for edit in edits}
    assert all(list(edit) == ["step", "start", "end", "before", "after", "reason"] for edit in edits)
    assert "a reading of the character" in next(edit["reason"] for edit in edits if edit["step"] == "pinyin")
    (pinyin,) = (edit for edit in edits if edit["step"] == "pinyin")
    assert (pinyin["start"], pinyin["end"], pinyin["before"], pinyin["after"]) == (2, 11, "(yì zhěn)", "")
    page.write_text("义诊", encoding="utf-8")
    assert code("repair", page, "--explain") == 0
    assert capsys.readouterr().out == ""


def test_repair_of_binary_fails_with_code_1(tmp_path, capsys):
    (tmp_path / "x.bin").write_bytes(bytes(range(256)))
    assert code("repair", tmp_path / "x.bin") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch("aidtopics: .*binary.*\n", err)


# --- evaluate

GOLD = [
    {"text": AID, "label": "aid", "group": "甲"},
    {"text": SHOP, "label": "noise", "group": "甲", "other": 1},
    {"text": MIRRORED, "label": "aid", "group": "乙"},
    {"text": SHOP + "送货上门。", "label": "aid"},  # a wrong gold label: recall 2/3, precision 1
]


def test_evaluate_json(classifier, tmp_path, capsys):
    assert code("evaluate", write_rows(tmp_path / "gold.jsonl", *GOLD), "--model", classifier, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["precision", "recall", "f1", "auc", "groups", "n"]
    assert (found["n"], set(found["groups"]), found["groups"]["甲"]["n"]) == (4, {"甲", "乙"}, 2)
    assert [found[m]["value"] for m in ("precision", "recall", "f1")] == pytest.approx([1, 2 / 3, 0.8], abs=1e-3)
    for figures in (found, found["groups"]["甲"]):
        for measure in ("precision", "recall", "f1", "auc"):
            assert list(figures[measure]) == ["value", "low", "high"]
            assert 0 <= figures[measure]["low"] <= figures[measure]["value"] <= figures[measure]["high"] <= 1


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_evaluate_table_on_any_terminal(classifier, tmp_path, encoding):
    gold = write_rows(tmp_path / "gold.jsonl", *GOLD)
    done = process("evaluate", gold, "--model", classifier, PYTHONIOENCODING=encoding)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    head, *lines = done.stdout.decode("utf-8").splitlines()
    assert head.lower().split() == ["pages", "precision", "recall", "f1", "auc"]
    assert [line.split()[:2] for line in lines if line.startswith("all")] == [["all", "4"]]
    assert {line.split()[0] for line in lines} == {"all", "甲", "乙"}


def test_evaluate_names_every_bad_row(classifier, tmp_path, capsys):
    wrong = ({"text": "一", "label": "maybe"}, {"label": "aid"}, "{x", {"text": "一"})
    bad = write_rows(tmp_path / "gold.jsonl", GOLD[0], *wrong)
    assert code("evaluate", bad, "--model", classifier, "--json") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.findall(r"^\s*line (\d+):", err, re.MULTILINE) == ["2", "3", "4", "5"]
    assert re.search("'maybe'.*aid.*noise", err)


# --- topics, models, runs


def test_topics_gives_shares_of_aid_pages(quick_models, crawl, capsys):
    assert code("topics", crawl, "--model", quick_models / "topics", "--classifier", quick_models / "classifier") == 1
    found = rows(capsys.readouterr().out)
    assert [row["label"] for row in found] == LABELS
    assert [row["source"] for row in found] == [f"crawl.jsonl#{n}" for n in range(1, 7)]
    shares = found[0]["shares"]
    assert (list(shares), sum(shares.values())) == (list("0123"), pytest.approx(1, abs=1e-3))
    assert str(found[0]["main_topic"]) == max(shares, key=shares.get)
    assert (found[1]["shares"], found[2]["shares"]) == (None, None)
    assert [row["fits"] for row in found] == [True if row["shares"] else None for row in found]


@pytest.mark.parametrize("kind", ["classifier", "topics"])
def test_model_show_and_verify(quick_models, tmp_path, capsys, kind):
    assert code("model", "show", quick_models / kind) == 0
    assert capsys.readouterr().out.startswith((quick_models / kind / "card.md").read_text(encoding="utf-8").rstrip())
    assert code("model", "verify", quick_models / kind) == 0
    assert re.search(r"(\d+) of \1 golden pages", capsys.readouterr().out)
    altered = tmp_path / "altered"
    shutil.copytree(quick_models / kind, altered)
    for name in ("weights.npz", "golden.jsonl"):
        whole = (altered / name).read_bytes()
        (altered / name).write_bytes(whole[:-1])
        assert code("model", "verify", altered) == 2
        assert name in capsys.readouterr().err
        (altered / name).unlink()
        assert code("model", "verify", altered) == 2
        assert name in capsys.readouterr().err
        (altered / name).write_bytes(whole)
    assert code("model", "verify", altered) == 0


def test_run_leaves_what_it_promises(quick_models):
    metrics = json.loads((quick_models / "metrics.json").read_text(encoding="utf-8"))
    assert {"experiment", "seed", "seconds", "pages", "classify", "topics"} <= set(metrics)
    assert set(metrics["classify"]["f1"]) == {"value", "low", "high"}
    promised = {"engine", "number", "npmi", "c_v", "diversity", "stability", "perplexity", "fit_seconds", "sweep"}
    assert promised <= set(metrics["topics"])
    assert metrics["topics"]["number"] == 4  # as --set said, against the file
    topics = json.loads((quick_models / "topics" / "topics.json").read_text(encoding="utf-8"))
    assert [set(topic) >= {"topic_id", "name", "share", "words"} for topic in topics] == [True] * 4
    assert sum(topic["share"] for topic in topics) == pytest.approx(1, abs=1e-3)
    assert re.search(r"^number = 4$", (quick_models / "config.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert "<script src=" not in (quick_models / "report.html").read_text(encoding="utf-8")


def test_places_tells_who_helps_whom_and_goes_on_after_a_broken_row(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = "时间：2019-08-06\n宁波市援藏醫(yī)療(liáo)隊在比如縣義診，為一百多名群眾看病。"
    write_rows(tmp_path / "crawl.jsonl", {"id": "p1", "text": text}, "{broken")
    assert code("places", "crawl.jsonl") == 1
    good, bad = rows(capsys.readouterr().out)
    keys = "page_id source date period donors recipients aid programmes places error".split()
    assert list(good) == list(bad) == keys
    assert (good["period"], good["donors"], good["recipients"]) == ("2019-Q3", ["浙江省"], ["西藏自治区"])
    assert good["aid"] == [
        {"donor": "浙江省", "recipient": "西藏自治区", "evidence": "宁波市援藏医疗队在比如县义诊，为一百多名群众看病。"}
    ]
    assert [place["name"] for place in good["places"]] == ["宁波市", "比如县"]
    assert bad["places"] == [] and bad["error"]


def test_plot_draws_the_figures_again(quick_models, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(quick_models, run)
    drawn = {path.name for path in (run / "plots").iterdir()}
    shutil.rmtree(run / "plots")
    assert code("plot", run) == 0
    assert {path.name for path in (run / "plots").iterdir()} == drawn
    assert "topic_words.png" in drawn
