"""Experiment files are strict, and a run leaves what it promises."""

import csv
import shutil
from dataclasses import replace

import orjson
import pytest

from aidtopics.errors import FittingError, UsageError
from aidtopics.experiments import read_experiment
from aidtopics.experiments.auditing import audit_sentences, warnings_of
from aidtopics.experiments.chain import run
from aidtopics.experiments.drawing import draw
from aidtopics.experiments.learning import learning_curve
from aidtopics.experiments.tables import omissions, read_table
from aidtopics.experiments.telling import told_by
from aidtopics.records import Page
from aidtopics.store import read_manifest
from conftest import ROOT

EXPERIMENTS = sorted((ROOT / "experiments").glob("*.toml"))
SMALL = """
name = "small"
[pages]
paths = ["gold.jsonl"]
[classify]
train = true
folds = 3
variants = 0
[topics]
number = 3
numbers = [4]
seeds = 2
compare = ["tomotopy"]
[vectorize]
min_pages = 2
compare = ["characters", "words"]
bits = 14
[[ablation]]
name = "chain"
without = ["second_stage"]
smoothing = true
bits = 10
[[ablation]]
name = "rule"
keywords.programmes = ["义诊", "医疗队", "帮扶", "捐赠"]
keywords.medical = ["医院", "医生", "患者", "手术", "医疗"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, gold):
    """A run of the whole chain on a third of the corpus."""
    place = tmp_path_factory.mktemp("experiment")
    fields = ("page_id", "site", "label", "date")
    rows = [
        {name: getattr(page, name) for name in fields}
        | {"passages": [{"text": p.text, "kind": p.kind} for p in page.passages]}
        for page in gold
    ]
    (place / "gold.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    (place / "small.toml").write_text(SMALL, "utf-8")
    return run(read_experiment(place / "small.toml", ["jobs=1"]), place / "runs")


def metrics_of(folder):
    return orjson.loads((folder / "metrics.json").read_bytes())


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_the_experiments_that_come_along_are_valid_and_named_like_their_file(path):
    assert read_experiment(path).name == path.stem


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_every_line_that_differs_from_the_default_has_its_reason(path):
    lines = path.read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    for line in lines:
        told = not line or line.startswith(("#", "[", "name =", "paths =")) or "#" in line
        assert told or line == "train = true", line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('nam = "a"', r"unknown key 'nam'; did you mean 'name'"),
        ("[topic]\nnumber = 3", r"unknown key 'topic'; did you mean 'topics'"),
        ("[topics]\nnumbr = 3", r"unknown key 'topics.numbr'; did you mean 'number'"),
        ("[topics]\nnumber = 0", r"topics.number: found 0: Input should be greater than or equal to 1"),
        ('[topics]\nnumber = "3"', r"topics.number: found '3': Input should be a valid integer"),
        ('[topics]\nengine = "lda"', r"topics.engine: found 'lda': Input should be 'nmf', 'tomotopy' or 'gensim'"),
        ('[topics]\nof = "aid"', r"topics.of = \"aid\" needs a \[classify\] table"),
        ("[classify]\nfolds = 3", r"expected either model = \"FOLDER\" or train = true"),
        ("[vectorize]\nbits = 99", r"vectorize.bits: found 99"),
        (
            "[classify]\ntrain = true\nthreshold = {precison = 0.9}",
            r"unknown key 'classify.threshold.precison'; did you",
        ),
        ("[classify]\ntrain = true\nthreshold = {precision = 1.2}", r"classify.threshold.precision: found 1.2"),
        ("[classify]\ntrain = true\nthreshold = {}", r"expected either {precision = ...} or {recall = ...}"),
        (
            '[classify]\nmodel = "m"\nthreshold = {recall = 0.9}',
            r"threshold for a saved model, whose threshold is fixed",
        ),
        ('[topics]\nof = "all"\n[[ablation]]\nname = "x"', r"found \[\[ablation\]\], which varies a classifier"),
        (
            '[classify]\ntrain = true\n[[ablation]]\nname = "x"\nsmothing = 1',
            r"'ablation.0.smothing'; did you mean 'smoo",
        ),
        ("", r"nothing to do"),
    ],
)
def test_a_wrong_experiment_says_what_and_where(tmp_path, text, message):
    head = "" if text.startswith("nam") else 'name = "a"\n'
    path = tmp_path / "a.toml"
    path.write_text(f"{head}{text}\n" + ("" if "[pages]" in text else '[pages]\npaths = ["."]\n'), "utf-8")
    with pytest.raises(UsageError, match=message):
        read_experiment(path)


def test_all_problems_are_told_at_once(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text('name = "a b"\nsed = 1\n[topics]\nnumber = -1\nof = "all"\n', "utf-8")
    with pytest.raises(
        UsageError, match=r"(?s)found 4 problems.*name.*'pages' is missing.*topics.number.*'sed'.*'seed'"
    ):
        read_experiment(path)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("topics.number", "expected --set table.key=value"),
        ("name.x=1", "but 'name' is no table"),
        ("topics.nmber=3", "unknown key 'topics.nmber'; did you mean 'number'"),
    ],
)
def test_settings_from_the_command_line_are_as_strict(setting, message):
    with pytest.raises(UsageError, match=message):
        read_experiment(ROOT / "experiments" / "quickstart.toml", [setting])


def test_settings_override_the_file():
    experiment = read_experiment(
        ROOT / "experiments" / "quickstart.toml", ["topics.number=12", "topics.numbers=[4, 5]", "name=other", "seed=3"]
    )
    assert experiment.topics is not None
    assert (experiment.topics.number, experiment.topics.numbers, experiment.name, experiment.seed) == (
        12,
        [4, 5],
        "other",
        3,
    )


def test_missing_files_are_told(tmp_path):
    with pytest.raises(UsageError, match="found no experiment file"):
        read_experiment(tmp_path / "none.toml")
    (tmp_path / "a.toml").write_text("name = ", "utf-8")
    with pytest.raises(UsageError, match="found no valid TOML"):
        read_experiment(tmp_path / "a.toml")
    (tmp_path / "b.toml").write_text('name = "b"\n[pages]\npaths = ["*.xyz"]\n[topics]\nof = "all"\n', "utf-8")
    with pytest.raises(UsageError, match=r"found no file for pages.paths '\*.xyz'"):
        read_experiment(tmp_path / "b.toml")


def test_a_run_leaves_what_it_promises(folder):
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    figures = "calibration confusion_matrix precision_recall strongest_features sweep page_topics page_map topic_words"
    figures += " topic_sizes topic_stability topics_over_time province_topics programme_topics donors_recipients"
    figures += " model_comparison"
    expected = {f"plots/{name}.{ending}" for name in figures.split() for ending in ("png", "svg")}
    kinds = "year province programme site pair"
    expected |= {f"tables/topics_by_{kind}.csv" for kind in kinds.split()}
    expected |= {"tables/topic_refits.csv", "tables/topic_models.csv", "tables/page_map.csv"}
    expected |= {
        "config.toml",
        "metrics.json",
        "summary.md",
        "report.html",
        "judged.jsonl",
        "pages.jsonl",
        "label_errors.csv",
    }
    expected |= {"classifier/manifest.json", "topics/manifest.json", "topics/topics.json", "topics/topics.toml"}
    assert expected <= found
    assert list(folder.parent.glob(".small-*")) == []


def test_metrics_keep_their_shape(folder):
    metrics = metrics_of(folder)
    assert {"experiment", "seed", "seconds", "pages", "classify", "ablation", "topics", "vectorize"} == set(metrics)
    assert set(metrics["classify"]["f1"]) == {"value", "low", "high"}
    topics = {"engine", "number", "npmi", "c_v", "diversity", "stability", "perplexity", "fit_seconds", "sweep"}
    assert topics <= set(metrics["topics"])
    assert [entry["engine"] for entry in metrics["topics"]["engines"]] == ["nmf", "tomotopy"]
    assert [entry["topic_id"] for entry in metrics["topics"]["topics"]] == [0, 1, 2]
    assert metrics["topics"]["recommended"]["number"] in (3, 4)
    assert None not in [metrics["topics"][name] for name in topics]
    assert [entry["number"] for entry in metrics["topics"]["sweep"]] == [3, 3, 4, 4]
    assert set(metrics["vectorize"]) == {"characters", "words"}
    assert metrics["vectorize"]["characters"]["auc"]["value"] > 0.85


def test_a_run_tells_shortcuts_doubtful_labels_and_calibration(folder, gold):
    classify = metrics_of(folder)["classify"]
    assert set(classify["shortcuts"]) == {"site", "layout", "length", "date", "marks"}
    assert not any(found["explains"] for found in classify["shortcuts"].values())
    assert (
        set(classify["calibration_error"]) == set(classify["calibration_error_of_perfect"]) == {"value", "low", "high"}
    )
    summary = (folder / "summary.md").read_text("utf-8")
    card = (folder / "classifier" / "card.md").read_text("utf-8")
    for text in (summary, card):
        assert "Shortcuts, AUC of each alone:" in text
        assert "Warning" not in text
    with (folder / "label_errors.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == classify["label_errors"]
    label_of = {page.page_id: page.label for page in gold}
    for row in rows:
        assert (row["given"], row["suggested"] != row["given"]) == (label_of[row["page_id"]], True)


def test_a_shortcut_that_explains_the_score_is_a_warning_that_says_what_to_do():
    found = {"auc": {"value": 0.91}, "share": 0.84, "kept": 0.3, "explains": True}
    (warning,) = warnings_of({"shortcuts": {"site": found, "date": {**found, "explains": False}}})
    assert warning.startswith("Warning: a page's site alone reaches AUC 0.910, 84% of what the classifier gains")
    assert "add aid and noise pages that are alike in site" in warning


def test_an_ablation_compares_variants_with_the_classifier_as_it_is(folder):
    rows = metrics_of(folder)["ablation"]
    assert [row["name"] for row in rows] == ["as it is", "chain", "rule"]
    whole, chain, rule = rows
    assert whole["f1"] == metrics_of(folder)["classify"]["f1"]
    assert whole["character_f1"]["value"] == metrics_of(folder)["classify"]["character_f1"]
    for row in (chain, rule):
        difference = row["f1_difference"]
        assert difference["value"] == pytest.approx(row["f1"]["value"] - whole["f1"]["value"], abs=2e-4)
        assert difference["low"] <= difference["value"] <= difference["high"]
    assert rule["character_f1"]["value"] is None
    assert rule["auc"]["value"] > 0.6
    assert "| chain |" in (folder / "summary.md").read_text("utf-8")


def test_the_learning_curve_climbs(gold, training):
    few = replace(training, bits=10, variants=0)
    rows = learning_curve(gold[::2], few)
    assert [row["share"] for row in rows][-2:] == [0.5, 1.0]
    assert [row["pages"] for row in rows] == sorted({row["pages"] for row in rows})
    assert rows[-1]["auc"]["value"] > rows[0]["auc"]["value"]
    assert rows[-1]["deviation"]["f1"] >= 0
    (sentence,) = audit_sentences({"learning_curve": rows})
    assert f"from {rows[-1]['pages']:.0f}. The last doubling brought" in sentence


def test_a_stated_precision_moves_the_threshold_and_is_told(tmp_path, folder):
    text = (folder.parent.parent / "small.toml").read_text("utf-8").partition("[topics]")[0]
    text = text.replace("gold.jsonl", f"{folder.parent.parent}/gold.jsonl").replace("small", "sure")
    (tmp_path / "sure.toml").write_text(f"{text}threshold = {{precision = 0.99}}\n[vectorize]\nbits = 12\n", "utf-8")
    found = run(read_experiment(tmp_path / "sure.toml", ["jobs=1"]), tmp_path / "runs")
    classify = metrics_of(found)["classify"]
    assert classify["precision"]["value"] >= 0.99
    assert "chosen for a cross-validated precision of 0.99" in (found / "classifier" / "card.md").read_text("utf-8")
    assert read_manifest(found / "classifier").settings["classify"]["threshold"] == {"precision": 0.99}


def test_the_resolved_config_runs_again(folder):
    again = read_experiment(folder / "config.toml")
    assert again.classify is not None
    assert (again.name, again.classify.folds, again.topics and again.topics.number) == ("small", 3, 3)


def test_every_page_has_its_row_and_every_aid_page_its_topics(folder, gold):
    rows = [orjson.loads(line) for line in (folder / "pages.jsonl").read_bytes().splitlines()]
    assert [row["page_id"] for row in rows] == [page.page_id for page in gold]
    for row in rows:
        assert (row["label"] == "aid") == ("topics" in row)
        assert abs(sum(row.get("topics", [1])) - 1) < 1e-2


def test_the_same_experiment_gives_the_same_models(folder):
    before = {p.name: p.read_bytes() for name in ("classifier", "topics") for p in (folder / name).iterdir()}
    again = run(
        read_experiment(folder.parent.parent / "small.toml", ["jobs=2", "vectorize.compare=[]", "ablation=[]"]),
        folder.parent / "again",
    )
    after = {p.name: p.read_bytes() for name in ("classifier", "topics") for p in (again / name).iterdir()}
    assert [name for name in before if before[name] != after[name]] == []


def test_figures_are_drawn_again_from_the_folder(folder):
    before = {path.name: path.read_bytes() for path in (folder / "plots").iterdir()}
    drawn = draw(folder)
    assert {path.name: path.read_bytes() for path in drawn} == before
    with pytest.raises(UsageError, match="found no finished run in"):
        draw(folder / "plots")


def test_a_run_that_fails_keeps_the_older_one(folder):
    before = (folder / "metrics.json").read_bytes()
    experiment = read_experiment(folder.parent.parent / "small.toml", ["topics.number=900", "topics.numbers=[]"])
    with pytest.raises(FittingError, match=r"expected at least as many of each as topics \(900\)"):
        run(experiment, folder.parent)
    assert (folder / "metrics.json").read_bytes() == before
    assert list(folder.parent.glob(".small-*")) == []


def test_topics_of_all_pages_need_no_classifier(tmp_path, folder):
    text = f'name = "all"\n[pages]\npaths = ["{folder.parent.parent}/gold.jsonl"]\n[topics]\nof = "all"\nnumber = 4\n'
    (tmp_path / "all.toml").write_text(text, "utf-8")
    found = run(read_experiment(tmp_path / "all.toml"), tmp_path / "runs")
    metrics = metrics_of(found)
    assert metrics["topics"]["pages"] == metrics["pages"]["read"]
    assert "aid" not in metrics["pages"]  # nothing was labelled, so nothing is said about it
    summary = (found / "summary.md").read_text("utf-8")
    assert "4 topics of" in summary
    assert "health aid" not in summary


def test_a_saved_classifier_labels_the_pages_without_topics_too(tmp_path, folder, gold):
    pages = f'[pages]\npaths = ["{folder.parent.parent}/gold.jsonl"]\n'
    text = f'name = "l"\n{pages}[classify]\nmodel = "{folder}/classifier"\n'
    (tmp_path / "l.toml").write_text(text, "utf-8")
    found = run(read_experiment(tmp_path / "l.toml"), tmp_path / "runs")
    rows = (found / "pages.jsonl").read_bytes().splitlines()
    counts = metrics_of(found)["pages"]
    assert len(rows) == counts["read"] == len(gold)
    assert 0 < counts["aid"] < counts["read"]
    assert f"{counts['aid']} are about health aid" in (found / "summary.md").read_text("utf-8")


@pytest.mark.parametrize("engine", ["nmf", "gensim"])
def test_a_saved_model_learns_on_from_other_pages(tmp_path, folder, engine):
    pages = f'[pages]\npaths = ["{folder.parent.parent}/gold.jsonl"]\n[topics]\nof = "all"\n'
    (tmp_path / "one.toml").write_text(f'name = "one"\n{pages}number = 3\nengine = "{engine}"\nseeds = 1\n', "utf-8")
    (tmp_path / "two.toml").write_text(f'name = "two"\n{pages}update = "runs/one/topics"\n', "utf-8")
    first, second = (run(read_experiment(tmp_path / f"{name}.toml"), tmp_path / "runs") for name in ("one", "two"))
    before, after = (metrics_of(place)["topics"] for place in (first, second))
    assert after["pages"] == 2 * before["pages"]
    assert (after["engine"], after["number"], after["words"]) == (engine, 3, before["words"])
    assert after["stability"] is None  # there is one fit, and nothing is said of what was not measured
    assert "stability" not in (second / "summary.md").read_text("utf-8")
    names = [[row["name"] for row in orjson.loads((p / "topics/topics.json").read_bytes())] for p in (first, second)]
    assert names[0] == names[1]
    assert read_experiment(second / "config.toml").topics.update == str(first / "topics")
    with pytest.raises(UsageError, match="found number beside update; these come from the model that is updated"):
        read_experiment(tmp_path / "two.toml", ["topics.number=5"])


def test_an_update_with_unknown_words_is_told(tmp_path, folder):
    (tmp_path / "noise.txt").write_text("首页\n鸵鸟孵蛋，斑马奔跑。\n", "utf-8")
    (tmp_path / "u.toml").write_text(
        f'name = "u"\n[pages]\npaths = ["noise.txt"]\n[topics]\nof = "all"\nupdate = "{folder}/topics"\n', "utf-8"
    )
    with pytest.raises(FittingError, match=r"found no word that the model of topics.update knows"):
        run(read_experiment(tmp_path / "u.toml"), tmp_path / "runs")


def test_no_aid_page_is_told(tmp_path, folder):
    (tmp_path / "noise.txt").write_text("首页\n今天天气晴，最高气温二十度。\n", "utf-8")
    (tmp_path / "a.toml").write_text(
        f'name = "a"\n[pages]\npaths = ["noise.txt"]\n[classify]\nmodel = "{folder}/classifier"\n[topics]\n', "utf-8"
    )
    with pytest.raises(FittingError, match="found no page with text to model"):
        run(read_experiment(tmp_path / "a.toml"), tmp_path / "runs")


def test_the_tables_hold_what_the_rows_of_the_pages_tell(folder):
    rows = [orjson.loads(line) for line in (folder / "pages.jsonl").read_bytes().splitlines()]
    rows = [row for row in rows if "topics" in row]
    groups = metrics_of(folder)["topics"]["groups"]
    assert groups["pages"] == len(rows)
    assert groups["different"] == len({row["cluster"] for row in rows})
    assert groups["fits"] > 2
    first = next(row for row in rows if row["pairs"])
    assert set(first["donors"]) >= {donor for donor, _ in first["pairs"]}
    for kind, key in (("year", "period"), ("province", "recipients"), ("programme", "programmes"), ("pair", "pairs")):
        told = sum(bool(row[key]) for row in rows)
        assert (groups[kind]["pages"], groups[kind]["without"]) == (told, len(rows) - told)
        table = read_table(folder / "tables" / f"topics_by_{kind}.csv")
        assert len(table) == 3 * groups[kind]["groups"]
    year = first["period"][:4]
    pages = {row["cluster"]: row["topics"] for row in rows if (row["period"] or "").startswith(year)}
    own = [entry for entry in read_table(folder / "tables" / "topics_by_year.csv") if entry["year"] == year]
    assert {int(entry["pages"]) for entry in own} == {len(pages)}
    if len(pages) == sum((row["period"] or "").startswith(year) for row in rows):
        means = [sum(column) / len(pages) for column in zip(*pages.values(), strict=True)]
        assert [float(entry["share"]) for entry in own] == pytest.approx(means, abs=1e-3)
    codes = [
        (entry["donor_code"], entry["recipient_code"]) for entry in read_table(folder / "tables/topics_by_pair.csv")
    ]
    assert codes == sorted(codes)


def test_what_the_tables_leave_out_is_told(folder):
    groups = metrics_of(folder)["topics"]["groups"]
    summary = (folder / "summary.md").read_text("utf-8")
    without = groups["year"]["without"]
    assert f"{without} of {groups['pages']} pages do not tell a date; they are left out" in summary
    nothing = {"groups": 0, "pages": 0, "without": 4}
    kinds = dict.fromkeys(("year", "programme", "site", "pair", "province"), nothing)
    sentences = omissions({"pages": 4, **kinds, "year": {"groups": 2, "pages": 4, "without": 0}})
    assert sentences[0] == "No page tells a recipient, so there are no topic shares by province and no figure of them."
    assert len(sentences) == 4


def test_a_mirror_and_its_original_are_one_page():
    body = "南京市援青医疗队在玉树州人民医院义诊三天，接诊牧民四百人，捐赠药品十五万元，并培训乡村医生六十名。"
    pages = [
        Page("a", "a", f"首页 | 关于我们\n{body}", url="https://news.a.cn/1.html", date="2019-07-02"),
        Page("b", "b", f"{body}\n友情链接", url="http://[", publisher="乙报"),
        Page("c", "c", "今天县里开会。", url="https://c.cn"),
    ]
    first, second, third = told_by(pages, [body, body + "。", pages[2].text], {"c": "gold.cn"})
    assert first.cluster == second.cluster != third.cluster
    assert (first.site, second.site, third.site) == ("news.a.cn", "乙报", "gold.cn")
    assert (first.year, third.year, third.pairs) == ("2019", None, ())
    assert [(donor.name, recipient.name) for donor, recipient in first.pairs] == [("江苏省", "青海省")]
    assert first.as_row()["recipients"] == ["青海省"]


def test_pages_without_date_or_place_give_a_sentence_and_no_figure(tmp_path):
    words = "医生 护士 病人 手术 药品 门诊 检查 治疗 康复 住院".split()
    texts = ["，".join(words[(i * j) % 10] for j in range(1, 8)) for i in range(1, 13)]
    rows = [{"id": str(i), "text": f"{text}。"} for i, text in enumerate(texts)]
    (tmp_path / "p.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    text = 'name = "bare"\n[pages]\npaths = ["p.jsonl"]\n[topics]\nof = "all"\nnumber = 2\nseeds = 1\n'
    (tmp_path / "a.toml").write_text(f"{text}[vectorize]\nmax_share = 1.0\n", "utf-8")
    found = run(read_experiment(tmp_path / "a.toml", ["jobs=1"]), tmp_path / "runs")
    drawn = {path.stem for path in (found / "plots").iterdir()}
    assert "topic_words" in drawn
    assert not drawn & {"topics_over_time", "province_topics", "site_topics", "donors_recipients", "topic_stability"}
    summary = (found / "summary.md").read_text("utf-8")
    assert "No page tells a date, so there are no topic shares by year and no figure of them." in summary
    assert "No page tells both donor and recipient" in summary


def test_topics_keep_what_a_person_wrote_of_them(tmp_path, folder):
    pages = f'[pages]\npaths = ["{folder.parent.parent}/gold.jsonl"]\n[classify]\nmodel = "{folder}/classifier"\n'
    (tmp_path / "kept.toml").write_text(f'name = "kept"\n{pages}[topics]\nnumber = 3\nseeds = 1\n', "utf-8")
    found = run(read_experiment(tmp_path / "kept.toml"), tmp_path / "runs")
    first = metrics_of(found)["topics"]
    assert [row["topic_id"] for row in first["topics"]] == [0, 1, 2]
    assert first["changes"] == []
    assert first["learned"]["chrome"]["number"] > 0
    for row in first["topics"]:
        assert 0.5 < row["aid_probability"] <= 1
        assert 0 < row["site_share"] < 1
        assert 0 <= row["reprint_share"] < 0.5
    register = found / "topics" / "topics.toml"
    name = first["topics"][2]["name"]
    edited = register.read_text("utf-8").replace(f'name = "{name}"', 'name = "救治"')
    register.write_text(edited.replace("hidden = false", "hidden = true", 1), "utf-8")
    again = run(read_experiment(tmp_path / "kept.toml", ["seed=7"]), tmp_path / "runs")
    summary = (again / "summary.md").read_text("utf-8")
    assert "救治: " in summary
    assert "-  0 " not in summary  # hidden
    assert [row["name"] for row in metrics_of(again)["topics"]["topics"]][2] == "救治"
    # Another number: what went and came is told, and nothing takes an id that was given.
    fewer = run(read_experiment(tmp_path / "kept.toml", ["topics.number=2"]), tmp_path / "runs")
    (change,) = metrics_of(fewer)["topics"]["changes"]
    assert change["kind"] in ("merged", "vanished")
    assert change["told"] in (fewer / "summary.md").read_text("utf-8")
    other = f"topics.previous='{fewer}/topics'"
    elsewhere = run(read_experiment(tmp_path / "kept.toml", [other]), tmp_path / "elsewhere")
    ids = [row["topic_id"] for row in metrics_of(elsewhere)["topics"]["topics"]]
    assert len(set(ids)) == 3
    assert change["topic_id"] not in ids


def test_a_register_that_was_edited_into_something_impossible_stops_the_next_run(tmp_path, folder):
    model = tmp_path / "topics"
    shutil.copytree(folder / "topics", model)
    (model / "topics.toml").write_text("[[topic]]\nid = 0\nnmae = 'x'\n", "utf-8")
    text = f'name = "r"\n[pages]\npaths = ["{folder.parent.parent}/gold.jsonl"]\n[topics]\nof = "all"\nnumber = 3\n'
    (tmp_path / "r.toml").write_text(f'{text}seeds = 1\nprevious = "topics"\n', "utf-8")
    with pytest.raises(UsageError, match="topic 0: unknown key 'nmae'; did you mean 'name'"):
        run(read_experiment(tmp_path / "r.toml"), tmp_path / "runs")
