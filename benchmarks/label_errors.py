"""How many wrong gold labels are found again: some are turned around on purpose, and the list is read from its top.

The corpus is judged by cross-validation without composed forms, once for each seed. `python benchmarks/label_errors.py`
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from aidtopics.classify.stages import WHOLE  # noqa: E402
from aidtopics.classify.training import TrainingSettings, judge  # noqa: E402
from aidtopics.corpus import read_gold  # noqa: E402
from aidtopics.records import Label  # noqa: E402
from aidtopics.scores import find_label_errors  # noqa: E402
from flip import flip  # noqa: E402


def main() -> None:
    """Print, for each seed, labels turned, listed, found, and the precision among the first as many as were turned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.03, help="of the labels that are turned around")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=-1)
    options = parser.parse_args()
    pages = read_gold([ROOT / "corpus" / "pages"])
    for seed in range(options.seeds):
        turned, wrong = flip(pages, options.share, seed)
        settings = TrainingSettings(
            seed=0,
            bits=18,
            variants=0,
            folds=5,
            kind_strength=10.0,
            topic_strength=3.0,
            layout_scale=0.3,
            jobs=options.jobs,
        )
        judged = judge(turned, settings, WHOLE)
        truth = np.array([e.label is Label.AID for e in judged.examples])
        listed = [
            error.page_id
            for error in find_label_errors([e.page.page_id for e in judged.examples], truth, judged.page_probability)
        ]
        found, top = len(wrong & set(listed)), len(wrong & set(listed[: len(wrong)]))
        print(
            f"seed {seed}: {len(wrong)} of {len(pages)} labels turned, {len(listed)} listed, {found} turned ones "
            f"among them (recall {found / len(wrong):.2f}, precision {found / max(len(listed), 1):.2f}); "
            f"of the first {len(wrong)} listed {top} are turned ones",
            flush=True,
        )


if __name__ == "__main__":
    main()
