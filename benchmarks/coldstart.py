"""Cold starts as whole processes: help, and one short page labelled, beside jieba with scikit-learn and bare Python.

Wall time of fresh processes, in turn; only the ratios mean anything.
"""

import argparse
import importlib
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from aidtopics.corpus import read_gold

ROOT = Path(__file__).parents[1]
PAGE = "省人民医院医疗队到县里义诊\n医疗队为三百名群众免费看病，并向县医院捐赠了设备。\n"
# What a user of the pipeline writes: the model and the segmenter are loaded, one page is labelled.
WORDS = "import jieba\n\ndef words(text):\n    return jieba.lcut(text)\n"
PEER = """
import sys, joblib
sys.path.insert(0, sys.argv[3])
pipeline = joblib.load(sys.argv[1])
print(pipeline.predict_proba([open(sys.argv[2], encoding="utf-8").read()]))
"""


def main() -> None:
    """Print a table of seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats: int = parser.parse_args().repeats
    gold = read_gold([ROOT / "corpus" / "pages"])
    with tempfile.TemporaryDirectory() as folder:
        # A pickle takes the tokenizer by its module, so it has one.
        Path(folder, "segmenting.py").write_text(WORDS, "utf-8")
        sys.path.insert(0, folder)
        words = importlib.import_module("segmenting").words
        pipeline = make_pipeline(TfidfVectorizer(tokenizer=words, token_pattern=None), LogisticRegression())
        pipeline.fit([page.text for page in gold], [page.label == "aid" for page in gold])
        model, page = Path(folder) / "pipeline.joblib", Path(folder) / "page.txt"
        joblib.dump(pipeline, model)
        page.write_text(PAGE, "utf-8")
        python = [sys.executable]
        commands = {
            "python -c pass": [*python, "-c", "pass"],
            "aidtopics --help": [*python, "-m", "aidtopics", "--help"],
            "aidtopics label, one short page": [*python, "-m", "aidtopics", "label", str(page), "--format", "jsonl"],
            "jieba + scikit-learn, one short page": [*python, "-c", PEER, str(model), str(page), folder],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(repeats):
            for name, command in commands.items():
                start = perf_counter()
                subprocess.run(command, check=True, capture_output=True)
                times[name].append(perf_counter() - start)
    bare = statistics.median(times["python -c pass"])
    peer = statistics.median(times["jieba + scikit-learn, one short page"])
    print(f"{'':<38} {'seconds':>8} {'spread':>8} {'of bare Python':>15} {'of jieba + scikit-learn':>24}")
    for name, found in times.items():
        median = statistics.median(found)
        spread = (max(found) - min(found)) / median
        print(f"{name:<38} {median:>8.3f} {spread:>8.0%} {median / bare:>15.2f} {median / peer:>24.2f}")


if __name__ == "__main__":
    main()
