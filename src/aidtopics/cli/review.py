"""`aidtopics review`: pages in, those worth a person's label out."""

import argparse
import sys
from pathlib import Path
from typing import Any

from aidtopics.cli.arguments import CLASSIFIER, command, model, paths, positive, progress
from aidtopics.errors import UsageError

_SEED = 0


def add(commands: Any) -> None:  # noqa: ANN401 - argparse names its type privately
    """Declare the command."""
    review = command(
        commands,
        "review",
        _review,
        "choose the pages that a person should label next",
        "aidtopics review crawl.jsonl -o questions.csv --number 50",
    )
    paths(review)
    review.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="questions, .csv or .jsonl")
    review.add_argument("--number", metavar="N", type=positive, default=50, help="pages to ask about (50)")
    model(review, CLASSIFIER)
    review.add_argument(
        "--answered",
        metavar="FILE",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        help="earlier questions files; their pages are not asked about again",
    )


def _review(options: argparse.Namespace) -> int:
    from aidtopics.label import label_pages
    from aidtopics.pages import read_pages
    from aidtopics.review import COLUMNS, pack, propose, question_rows, read_answers, sheet_format
    from aidtopics.store import default_model, load_classifier

    output: Path = options.output
    format_ = sheet_format(output)
    _keep_answers(output)
    asked = read_answers(options.answered)
    classifier = load_classifier(options.model or default_model(CLASSIFIER)).classifier
    threshold = classifier.decision.page_threshold
    pages = progress(read_pages(options.paths), "reading")
    proposal = propose(label_pages(pages, classifier), asked, threshold, options.number, _SEED)
    try:
        output.write_bytes(pack(question_rows(proposal.questions, threshold), COLUMNS, format_))
    except OSError as error:
        raise UsageError(f"could not write {output}: {error.strerror or error}") from error
    told = [f"{len(proposal.questions)} of {proposal.read} pages in {output}"]
    if proposal.asked_before:
        told.append(f"{proposal.asked_before} asked about before")
    if proposal.unreadable:
        told.append(f"{proposal.unreadable} unreadable")
    print(", ".join(told), file=sys.stderr)
    if proposal.questions:
        print("fill its column 'label' with aid, noise or unclear; empty passes a page over", file=sys.stderr)
    return 1 if proposal.unreadable else 0


def _keep_answers(output: Path) -> None:
    """An hour of a person's labelling must not be lost to the same command given again."""
    from aidtopics.review import read_answers

    if not output.exists():
        return
    try:
        given = sum(bool(answer.answer) for answer in read_answers([output]))
    except UsageError as error:
        raise UsageError(f"found {output}, which is no questions file; name a new one with -o") from error
    if given:
        raise UsageError(
            f"found {given} answers in {output}; name a new file with -o, and give this one with --answered {output}"
        )
