"""The report: one file, offline, and page text stays text."""

import re

import orjson
import pytest
from selectolax.lexbor import LexborHTMLParser

from aidtopics.report import render

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;义诊"


@pytest.fixture
def folder(tmp_path):
    page = {
        "page_id": EVIL,
        "source": "a",
        "label": "aid",
        "aid_probability": 0.9,
        "needs_review": True,
        "aid_text": EVIL,
        "passages": [{"start": 0, "end": len(EVIL), "kind": "body", "label": "aid", "aid_probability": 0.9}],
        "repairs": {},
        "text": EVIL,
        "error": None,
        "title": EVIL,
        "date": None,
        "topics": [0.7, 0.3],
    }
    topics = [{"topic_id": i, "name": EVIL, "share": 0.5, "words": [[EVIL, 0.1]]} for i in range(2)]
    judged = {"part": EVIL, "page_id": EVIL, "site": "a", "gold": "noise", "aid_probability": 0.9, "opening": EVIL}
    (tmp_path / "topics").mkdir()
    (tmp_path / "plots").mkdir()
    (tmp_path / "metrics.json").write_bytes(orjson.dumps({"experiment": EVIL, "seed": 0, "seconds": 1, "classify": {}}))
    (tmp_path / "topics" / "topics.json").write_bytes(orjson.dumps(topics))
    for name, rows in (("pages", [page] * 400), ("judged", [judged])):
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    (tmp_path / "summary.md").write_text(EVIL, "utf-8")
    (tmp_path / "config.toml").write_text(EVIL, "utf-8")
    (tmp_path / "label_errors.csv").write_text(
        f'page_id,given,suggested,reason,opening\n"{EVIL.replace(chr(34), chr(34) * 2)}",aid,noise,why,=1\n',
        "utf-8-sig",
    )
    (tmp_path / "plots" / "topic_words.png").write_bytes(b"\x89PNG")
    return tmp_path


def test_page_text_stays_text(folder):
    tree = LexborHTMLParser(render(folder))
    assert tree.css("script") == []
    assert [node.attributes["src"][:22] for node in tree.css("img")] == ["data:image/png;base64,"]
    assert not [node for node in tree.css("*") if any(name.startswith("on") for name in node.attributes)]
    assert EVIL in tree.css_first("div.passage").text()


def test_nothing_is_loaded_from_elsewhere(folder):
    html = render(folder)
    assert re.findall(r"""(?:src|href)=["'](?!data:|#)""", html) == []
    assert not re.search(r"https?://|@import|url\(", html)


def test_many_pages_are_cut_and_said_to_be(folder):
    tree = LexborHTMLParser(render(folder))
    assert "The first 300 of 400." in tree.body.text()
    assert len(tree.css("#pages ~ details")) == 300


def test_topics_show_their_typical_pages_and_errors_are_listed(folder):
    tree = LexborHTMLParser(render(folder))
    assert len(tree.css("table")) == 3
    assert len(tree.css("table details")) == 6


def test_a_run_without_topics_or_pages_has_a_report(folder):
    for name in ("pages.jsonl", "judged.jsonl", "label_errors.csv", "topics/topics.json"):
        (folder / name).unlink()
    tree = LexborHTMLParser(render(folder))
    assert [node.attributes["id"] for node in tree.css("h2")] == ["plots", "settings"]


def test_doubtful_gold_labels_are_listed(folder):
    tree = LexborHTMLParser(render(folder))
    (row,) = tree.css("#label-errors ~ table")[0].css("tr")[1:]
    assert [cell.text() for cell in row.css("td")] == [EVIL, "aid", "noise", "why", "=1"]
