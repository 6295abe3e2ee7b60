"""`aidtopics evaluate`: gold pages in, figures out."""

import argparse
from typing import Any

from aidtopics.cli.arguments import CLASSIFIER, command, model


def add(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    """Declare the command."""
    evaluate = command(
        commands, "evaluate", _evaluate, "score a classifier on gold pages", "aidtopics evaluate gold.jsonl --json"
    )
    evaluate.add_argument(
        "gold", metavar="GOLD.jsonl", help='rows {"text": ..., "label": "aid"|"noise", "group"?: ...}'
    )
    model(evaluate, CLASSIFIER)
    evaluate.add_argument("--json", action="store_true", help="print JSON")


def _evaluate(options: argparse.Namespace) -> int:
    import json

    from aidtopics.label.evaluation import as_table, evaluate, read_labelled_texts
    from aidtopics.store import default_model, load_classifier

    saved = load_classifier(options.model or default_model(CLASSIFIER))
    result = evaluate(read_labelled_texts(options.gold), saved.classifier)
    print(json.dumps(result, ensure_ascii=False) if options.json else as_table(result))
    return 0
