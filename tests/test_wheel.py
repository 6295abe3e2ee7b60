"""The wheel, built and installed into an empty environment, works without the checkout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT


@pytest.mark.slow
def test_one_command_of_each_kind_runs_from_the_wheel(tmp_path):
    def call(*command: object) -> str:
        done = subprocess.run([str(c) for c in command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    call(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("aidtopics-*.whl")
    call(sys.executable, "-m", "venv", tmp_path / "venv")
    call(tmp_path / "venv/bin/pip", "install", "--quiet", wheel)
    aidtopics = tmp_path / "venv/bin/aidtopics"
    page = tmp_path / "page.txt"
    page.write_text("醫(yī)療(liáo)隊(duì)到縣里義診，為牧民免費看病，並培訓村醫。\n", "utf-8")
    assert call(aidtopics, "repair", page) == "医疗队到县里义诊，为牧民免费看病，并培训村医。\n"
    assert json.loads(call(aidtopics, "label", page))["label"] == "aid"
    assert sum(json.loads(call(aidtopics, "topics", page))["shares"]) == pytest.approx(1, abs=0.01)
    models = next(Path(tmp_path / "venv").rglob("aidtopics/models"))
    for name in ("aid-classifier", "aid-topics"):
        assert "golden pages as expected" in call(aidtopics, "model", "verify", models / name)
