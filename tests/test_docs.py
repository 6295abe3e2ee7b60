"""What the documents tell the reader to type works, and what they show is so."""

import re
import shlex
import subprocess
import sys

import orjson
import pytest

from aidtopics.cli import _parser
from aidtopics.experiments import read_experiment
from conftest import ROOT

DOCUMENTS = ("README.md", "README.zh.md")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(language):
    for name in DOCUMENTS:
        for found, body in BLOCK.findall((ROOT / name).read_text("utf-8")):
            if found == language:
                yield body


COMMANDS = [line.split("  #")[0].strip() for body in blocks("sh") for line in body.splitlines() if line.strip()]
QUICK = [command for command in COMMANDS if not re.search(r"aidtopics run|runs/", command)]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """The checkout as a reader stands in it, with nothing of a command's output left in the real one."""
    for name in ("corpus", "experiments", "models"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", QUICK)
def test_commands_of_the_readme_run(command, checkout):
    python = shlex.quote(sys.executable)
    line = re.sub(r"(^|\| )aidtopics ", rf"\1{python} -m aidtopics ", command)
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout or "-o" in command


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in QUICK])
def test_commands_that_take_long_are_valid(command):
    options = _parser().parse_args(shlex.split(command)[1:])
    assert callable(options.call)
    if "experiment" in options:
        assert read_experiment(ROOT / options.experiment, options.settings).name == options.experiment.stem


@pytest.mark.parametrize("body", list(blocks("python")))
def test_python_of_the_readme_runs(body, checkout, capsys):
    exec(compile(body, "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("aid ")


def test_the_readme_begins_with_one_sentence_and_the_two_commands():
    lines = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line]
    assert lines[1].endswith(".")
    assert lines[2].strip().startswith("make run")
    assert lines[3].strip().startswith("make test")


def test_the_repair_shown_is_what_repair_does(capsys):
    from aidtopics.repair import repair

    text = (ROOT / "README.md").read_text("utf-8")
    raw = re.search(r"printf '(.*?)\\n'", text)
    assert raw
    assert f"```text\n{repair(raw[1]).text}\n```" in text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_figures_shown_are_those_of_the_model(name):
    metrics = orjson.loads((ROOT / "models" / "aid-classifier" / "manifest.json").read_bytes())["metrics"]
    text = (ROOT / name).read_text("utf-8")
    for figures in (metrics, metrics["held_out"]):
        f1 = figures["f1"]
        interval = rf"{f1['value']:.3f}\W+{f1['low']:.3f}\D+{f1['high']:.3f}"
        shown = rf"\| {figures['n']} \| {interval}\W+{figures['character_f1']:.3f} \|"
        assert re.search(shown, text)


@pytest.mark.parametrize(
    "name",
    [
        *DOCUMENTS,
        "CONTRIBUTING.md",
        "corpus/README.md",
        "docs/architecture.md",
        "docs/classifier.md",
        "docs/places.md",
        "docs/review.md",
        "docs/scale.md",
        "docs/topics.md",
    ],
)
def test_links_and_files_named_are_there(name):
    path = ROOT / name
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (path.parent / target).exists(), target
    for target in re.findall(r"`((?:src|tests|docs|experiments|models|corpus)/[\w./-]+)`", text):
        assert (ROOT / target).exists(), target
