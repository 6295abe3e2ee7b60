"""A folder of parts, filled by a cluster of processes of which some are ended on the way."""

import gzip
import io
import itertools
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joblib import Parallel, delayed

from aidtopics.cli.run import on_cluster
from aidtopics.errors import AidtopicsError, UsageError
from aidtopics.label import Counts, Form, Task, label_pieces, write_blocks
from aidtopics.label import parts as parts_module
from aidtopics.label.cluster import Beginning, label_parts
from aidtopics.label.parts import MANIFEST, Part, PartFolder, Plan, Slice, records_in, slices_of, with_files
from aidtopics.pages import pages_of, read_pieces
from aidtopics.pages.pieces import pieces_of_range
from aidtopics.records import Page
from aidtopics.store import default_model, load_classifier

FORM = Form("jsonl")
MODEL = "0" * 64


@pytest.fixture
def crawl(tmp_path, gold, monkeypatch):
    """A file that is cut into ranges, one in gzip that can't be, and small ones that go together."""
    monkeypatch.setattr(parts_module, "PART_BYTES", 30_000)
    folder = tmp_path / "crawl"
    folder.mkdir()
    lines = [orjson.dumps({"text": page.text, "id": page.page_id}) + b"\n" for page in gold[:90]]
    lines.insert(40, b"\n")
    lines.insert(60, b'{"text": "cut\n')
    (folder / "a.jsonl").write_bytes(b"".join(lines))
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[:40])))
    for number in range(5):
        (folder / f"c{number}.txt").write_text(gold[number].text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def task():
    saved = load_classifier(default_model("aid-classifier"))
    return Task(saved.classifier, saved.reference, FORM)


def expected_rows(crawl, task):
    stream = io.BytesIO()
    write_blocks((block.content for block in label_pieces(read_pieces([str(crawl)]), task, 1)), stream, FORM)
    return stream.getvalue()


def written(folder):
    """The rows of all parts in the order of the manifest, after holding the manifest against them."""
    manifest = orjson.loads((folder / MANIFEST).read_bytes())
    assert sorted(path.name for path in folder.glob("part-*")) == [part["name"] for part in manifest["parts"]]
    contents = [(folder / part["name"]).read_bytes() for part in manifest["parts"]]
    assert [content.count(b"\n") for content in contents] == [part["rows"] for part in manifest["parts"]]
    assert not list(folder.glob(".part-*"))
    rows = [orjson.loads(line) for content in contents for line in content.splitlines()]
    for name, count in {
        "rows": len(rows),
        "aid": sum(row["label"] == "aid" for row in rows),
        "noise": sum(row["label"] == "noise" for row in rows),
        "errors": sum(row["error"] is not None for row in rows),
    }.items():
        assert manifest[name] == count
    assert manifest["model"] == MODEL
    return b"".join(contents)


# --- parts, without a cluster


@given(st.lists(st.sampled_from([b"", b" ", b"{x", b'{"text":"\xe4\xb9\x89\xe8\xaf\x8a"}']), max_size=12), st.data())
def test_ranges_give_the_records_of_the_file_wherever_it_is_cut(tmp_path_factory, lines, data):
    path = tmp_path_factory.mktemp("ranges") / "a.jsonl"
    content = b"\n".join(lines)
    path.write_bytes(content)
    cuts = sorted({0, len(content), *data.draw(st.lists(st.integers(0, len(content)), max_size=4))})
    found, first = [], 1
    for start, end in itertools.pairwise(cuts):
        pieces = list(pieces_of_range(str(path), start, end, first))
        found += [page for piece in pieces for page in pages_of(piece)]
        first += records_in(Slice(str(path), len(content), start, end))
    whole = [page for piece in read_pieces([str(path)]) for page in pages_of(piece)]
    assert found == [page for page in whole if isinstance(page, Page) or "#" in page.source]


def test_large_lines_are_cut_and_small_files_put_together(crawl):
    slices = [piece for path in sorted(crawl.iterdir()) for piece in slices_of(str(path))]
    plan = with_files(Plan(MODEL, "jsonl", ()), slices)
    assert sum(not piece.is_whole for piece in slices) > 3
    assert [s for part in plan.parts for s in part.slices] == slices
    assert all(part.size <= parts_module.PART_BYTES or len(part.slices) == 1 for part in plan.parts)
    assert max(len(part.slices) for part in plan.parts) > 1
    assert [part.name for part in plan.parts] == [f"part-{n:06}.jsonl" for n in range(len(plan.parts))]


def test_a_part_is_finished_by_its_entry_alone(tmp_path, crawl, task):
    folder = PartFolder(str(tmp_path / "out"))
    (piece,) = slices_of(str(crawl / "c0.txt"))
    plan = with_files(Plan(MODEL, "jsonl", ()), [piece])
    folder.write_plan(plan)
    assert (folder.read_plan(), folder.finished()) == (plan, {})
    labelled = folder.label(plan.parts[0], task)
    assert folder.finished() == {"part-000000.jsonl": labelled.counts}
    (tmp_path / "out" / ".part-000000.jsonl-left").write_bytes(b"{")
    assert folder.finish(plan) == labelled.counts
    assert written(tmp_path / "out") == expected_rows(crawl / "c0.txt", task)


def test_a_part_whose_file_is_not_the_same_is_not_written(tmp_path, crawl, task):
    folder = PartFolder(str(tmp_path / "out"))
    folder.write_plan(Plan(MODEL, "jsonl", ()))
    path = str(crawl / "c0.txt")
    with pytest.raises(AidtopicsError, match=r"c0\.txt with \d+ bytes on a worker, expected 7; put it where all"):
        folder.label(Part("part-000000.jsonl", (Slice(path, 7, 0, 7),)), task)
    assert not list((tmp_path / "out").glob("*part*"))


@pytest.mark.parametrize("format_", ["csv.gz", "parquet"])
def test_an_interrupted_part_leaves_nothing(tmp_path, crawl, task, format_, monkeypatch):
    folder = PartFolder(str(tmp_path / "out"))
    folder.write_plan(Plan(MODEL, format_, ()))

    def broken(*_, jobs):
        raise OSError("disk full")
        yield

    monkeypatch.setattr(parts_module, "label_pieces", broken)
    (piece,) = slices_of(str(crawl / "c0.txt"))
    with pytest.raises(OSError, match="disk full"):
        folder.label(Part("part-000000", (piece,)), Task(task.model, None, Form(format_)))
    assert not list((tmp_path / "out").glob("*part*"))


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "x.txt").write_text("x", "utf-8")
    with pytest.raises(UsageError, match=r"found other files in .* and no plan\.json; name a new or empty folder"):
        PartFolder(str(tmp_path)).read_plan()


# --- with a cluster


@pytest.fixture(scope="module")
def cluster():
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as local,
        Client(local, set_as_default=False) as client,
    ):
        yield client


def label(crawl, folder, task, address, on_first=lambda: None):
    """Run to the end; returns the number of parts that were labelled."""
    out = PartFolder(str(folder))
    steps = label_parts([str(crawl)], out, task, MODEL, address)
    beginning = next(steps)
    assert isinstance(beginning, Beginning)
    done = 0
    for _ in steps:
        if not done:
            on_first()
        done += 1
    assert done == beginning.left
    out.finish(beginning.plan)
    return done


def test_a_killed_worker_loses_nothing(tmp_path, crawl, task, cluster):
    pids = cluster.run(os.getpid)
    out = tmp_path / "out"
    count = label(crawl, out, task, cluster.scheduler.address, lambda: os.kill(min(pids.values()), signal.SIGKILL))
    assert count > 4
    assert written(out) == expected_rows(crawl, task)


def test_a_second_run_does_what_is_left_and_nothing_twice(tmp_path, crawl, task, cluster, gold):
    out, address = tmp_path / "out", cluster.scheduler.address
    count = label(crawl, out, task, address)
    assert label(crawl, out, task, address) == 0
    rows = written(out)
    (out / "entries" / "part-000001.jsonl.json").unlink()
    (out / "part-000001.jsonl").write_bytes(b'{"half')
    assert label(crawl, out, task, address) == 1
    assert written(out) == rows
    (crawl / "d.txt").write_text(gold[7].text, "utf-8")
    assert label(crawl, out, task, address) == 1
    assert written(out) == rows + expected_rows(crawl / "d.txt", task)
    assert len(orjson.loads((out / MANIFEST).read_bytes())["parts"]) == count + 1
    with pytest.raises(UsageError, match="begun with the format jsonl, expected parquet; name a new folder"):
        label(crawl, out, Task(task.model, None, Form("parquet")), address)
    (crawl / "c0.txt").write_text("医院", "utf-8")
    with pytest.raises(UsageError, match=r"c0\.txt changed since"):
        label(crawl, out, task, address)


def test_a_part_that_fails_is_told_of_and_the_others_are_done(tmp_path, crawl, task, cluster, monkeypatch):
    out = tmp_path / "out"
    monkeypatch.setattr(
        parts_module, "size_of", lambda source: Path(source).stat().st_size + source.endswith("b.jsonl.gz")
    )
    with pytest.raises(AidtopicsError, match=r"could not do 1 of \d+ parts, the first part-.*b\.jsonl\.gz with"):
        label(crawl, out, task, cluster.scheduler.address)
    monkeypatch.undo()
    plan = PartFolder(str(out)).read_plan()
    assert len(PartFolder(str(out)).finished()) == len(plan.parts) - 1


def test_what_can_not_go_to_a_cluster_is_refused(tmp_path, crawl, task, cluster):
    with pytest.raises(UsageError, match=r"standard input.*expected files that all workers reach"):
        label("-", tmp_path / "out", task, cluster.scheduler.address)
    with pytest.raises(UsageError, match="found no Dask scheduler at nowhere"):
        label(crawl, tmp_path / "out", task, "nowhere:1:2")


def test_what_joblib_does_is_done_by_the_workers(cluster):
    cluster.wait_for_workers(2)  # one may have been ended by another test; with one alone joblib stays at home
    with on_cluster(cluster.scheduler.address):
        parents = set(Parallel(n_jobs=2)(delayed(os.getppid)() for _ in range(8)))
    assert parents == set(cluster.run(os.getppid).values())
    assert os.getppid() not in parents


@contextmanager
def started(*arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_restarted_scheduler_loses_nothing(tmp_path, crawl, task):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    worker = ("worker", address, "--nthreads", "1", "--no-dashboard")
    out = tmp_path / "out"
    with started(*scheduler) as first, started(*worker) as one:
        with ExitStack() as again:

            def restart():
                for process, arguments in ((first, scheduler), (one, worker)):
                    process.kill()
                    process.wait()
                    again.enter_context(started(*arguments))

            assert label(crawl, out, task, address, restart) > 4
    assert written(out) == expected_rows(crawl, task)


def test_counts_add_up():
    assert sum([Counts(1, 2, 1, 0), Counts(0, 1, 0, 4)], Counts()) == Counts(1, 3, 1, 4)
    assert Counts(1, 3, 1, 4).rows == 8
