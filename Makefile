# `make run` shows what aidtopics does, `make test` that it works; both install what they need.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup run test check bench language models clean

setup: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"found Python {v[0]}.{v[1]}, expected 3.11 or newer; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[fast,dask,dev]'
	@touch $@

run: $(READY)
	@$(BIN)/aidtopics run experiments/quickstart.toml --runs runs
	@echo "The sample pages, labelled with the classifier just saved:"
	@echo
	@$(BIN)/aidtopics label corpus/samples --model runs/quickstart/classifier --format table
	@echo
	@echo "Label your own: .venv/bin/aidtopics label PATH -o labelled.jsonl"

test: $(READY)
	$(BIN)/pytest -n auto

check: $(READY)
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/pytest -m slow
	$(BIN)/python benchmarks/coldstart.py
	$(BIN)/python benchmarks/label.py
	$(BIN)/python benchmarks/vectorize.py --most 1000
	$(BIN)/python benchmarks/repair.py
	$(BIN)/python benchmarks/review.py
	$(BIN)/python benchmarks/topics.py --pages 1000 --number 20

# The language model of repair, made of jieba's dictionary and the gold pages.
language: $(READY)
	$(BIN)/python -c 'from pathlib import Path; from aidtopics.repair.language import main; main(Path("corpus/pages"))'

# The models that come along, rebuilt from the corpus; the same corpus and settings give the same bytes,
# on one thread: sums of several come in any order.
models: $(READY)
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/aidtopics run experiments/aid_classifier.toml --runs runs
	rm -rf models/aid-classifier && cp -r runs/aid_classifier/classifier models/aid-classifier
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/aidtopics run experiments/aid_topics.toml --runs runs
	rm -rf models/aid-topics && cp -r runs/aid_topics/topics models/aid-topics

clean:
	rm -rf .venv runs .mypy_cache .pytest_cache .ruff_cache .hypothesis
