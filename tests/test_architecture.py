"""The imports of the package against the table of rooms in docs/architecture.md."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "src" / "aidtopics"
ROW = re.compile(r"^\| (\d) \| `(\w+)` \|", re.MULTILINE)
RANKS = {name: int(rank) for rank, name in ROW.findall((ROOT / "docs" / "architecture.md").read_text("utf-8"))}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path not in (PACKAGE / "__init__.py", PACKAGE / "__main__.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (
                [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "aidtopics" else [node.module]
            )
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        rooms |= {name.split(".")[1] for name in names if name.startswith("aidtopics.")}
    return rooms


def test_the_table_lists_exactly_the_rooms_that_are_there():
    assert {room_of(path) for path in FILES} == set(RANKS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_lower_ranks(path):
    room = room_of(path)
    for other in imported_rooms(path) - {room}:
        assert RANKS[other] < RANKS[room], f"{room} (rank {RANKS[room]}) imports {other} (rank {RANKS[other]})"


@pytest.mark.parametrize("room", sorted(RANKS))
def test_every_room_has_its_test_file(room):
    assert (ROOT / "tests" / f"test_{room}.py").is_file()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_stays_small_enough_to_read(path):
    assert len(path.read_text("utf-8").splitlines()) <= 320


def modules_after(code: str) -> set[str]:
    found = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(found.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    loaded = modules_after("import aidtopics, aidtopics.cli")
    assert not loaded & {"numpy", "sklearn", "gensim", "matplotlib", "pydantic", "pyarrow"}


def test_labelling_needs_numpy_and_no_machine_learning_package():
    page = "page_from_text('医院派出医疗队到县里义诊。', 'a')"
    loaded = modules_after(
        "from aidtopics.label import label_pages\n"
        "from aidtopics.pages import page_from_text\n"
        "from aidtopics.store import default_model, load_classifier\n"
        f"list(label_pages([{page}], load_classifier(default_model('aid-classifier')).classifier))"
    )
    assert "numpy" in loaded
    assert not loaded & {"sklearn", "gensim", "matplotlib", "scipy", "pandas", "pyarrow"}
