"""Paths and small models that several test files share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"


@pytest.fixture(scope="session")
def seeds() -> list[Path]:
    """The five real pages; they are not ours, so they lie beside the project and not in it."""
    if not SEEDS.is_dir():
        pytest.skip(f"the real pages are not here ({SEEDS})")
    return sorted(SEEDS.glob("*.txt"))


@pytest.fixture(scope="session")
def gold():
    """A third of the corpus: enough to fit a classifier that works, in a few seconds."""
    from aidtopics.corpus import read_gold

    return read_gold([ROOT / "corpus" / "pages"])[::3]


@pytest.fixture(scope="session")
def training():
    """Settings that fit fast."""
    from aidtopics.classify.training import TrainingSettings

    return TrainingSettings(
        seed=0, bits=18, variants=1, folds=3, kind_strength=10.0, topic_strength=10.0, layout_scale=0.3, jobs=1
    )


@pytest.fixture(scope="session")
def fitted(gold, training):
    """A classifier fitted on that third, with its cross-validation."""
    from aidtopics.classify.training import fit

    return fit(gold, training)
