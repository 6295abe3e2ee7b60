"""`aidtopics label --dask`: files labelled on a cluster into a folder of parts."""

import argparse
import sys
from pathlib import Path

from aidtopics.cli.arguments import CLASSIFIER, Progress
from aidtopics.cli.label import tell_drift, told
from aidtopics.errors import UsageError


def label_on_cluster(options: argparse.Namespace) -> int:
    """Label on the cluster that `--dask` names. Returns the exit code."""
    from aidtopics.label import Drift, Form, Task
    from aidtopics.label.cluster import Beginning, label_parts
    from aidtopics.label.parts import MANIFEST, PartFolder
    from aidtopics.pages.opening import is_url
    from aidtopics.store import default_model, load_classifier
    from aidtopics.store.folder import settings_hash

    output = options.output
    if not output or (not is_url(output) and Path(output).is_file()):
        raise UsageError("found --dask without a folder; expected -o FOLDER, a path or URL that all workers reach")
    if options.resume or options.jobs != 1:
        raise UsageError(
            "found --resume or --jobs with --dask; the same command again goes on, and workers are the jobs"
        )
    if options.format == "table":
        raise UsageError("found --format table with --dask; expected one for files, as jsonl.gz or parquet")
    saved = load_classifier(options.model or default_model(CLASSIFIER))
    task = Task(saved.classifier, saved.reference, Form(options.format or "jsonl", options.explain))
    folder = PartFolder(output if is_url(output) else str(Path(output).resolve()))
    drift = Drift(saved.reference) if saved.reference else None
    steps = label_parts(options.paths, folder, task, settings_hash(saved.manifest.files), options.dask)
    beginning = next(steps)
    assert isinstance(beginning, Beginning)
    parts = len(beginning.plan.parts)
    print(f"{beginning.left} of {parts} parts to do, {beginning.workers} workers", file=sys.stderr)
    if beginning.left and not beginning.workers:
        print("waiting for workers: start some with 'dask worker ADDRESS --nthreads 1'", file=sys.stderr)
    with Progress(beginning.size) as progress:
        for part in steps:
            assert not isinstance(part, Beginning)
            progress.passed(part.size, part.counts.rows)
            if drift:
                drift.tally += part.tally
    counts = folder.finish(beginning.plan)
    print(told(counts, saved, 0), file=sys.stderr)
    print(f"{parts} parts and {MANIFEST} are in {output}", file=sys.stderr)
    if drift:
        tell_drift(drift, options.drift)
    return 1 if counts.errors else 0
