"""The report: one file, offline, and page text stays text."""

import base64
import hashlib
import json
import random
import re
import shutil
import zlib
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

import aidtopics.report
from aidtopics.report import render
from aidtopics.report.payload import choose, pack, page_entry
from aidtopics.report.topics import words_of
from aidtopics.segment import Segmenter
from aidtopics.store import Manifest, save_topics
from aidtopics.topics import TopicModel
from aidtopics.topics.model import first_words, relevance_weights
from aidtopics.topics.registry import first_registry
from browser import CHROMIUM, DRIVER, Browser

EVIL = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`${1}&lt;\u2028\u2029<!--javascript:alert(3)义诊"
)
WORDS = ("白内障", "手术", "眼科", "义诊", "捐赠", "救护车", "仪式", "设备", "<img/src=x/onerror=alert(5)>")
COLOURS = ("#0072B2", "#D55E00")
WEB = Path(aidtopics.report.__file__).parent / "web"


def page_row(page_id: str, *passages: tuple[str, str, str], **more: object) -> dict[str, object]:
    """A row of pages.jsonl; passages as kind, label, text."""
    found, start = [], 0
    for kind, label, text in passages:
        entry = {"start": start, "end": start + len(text), "kind": kind, "label": label, "aid_probability": 0.9}
        found.append(entry)
        start += len(text) + 1
    aid = any(label == "aid" for _, label, _ in passages)
    return {
        "page_id": page_id,
        "source": "crawl.jsonl#1",
        "label": "aid" if aid else "noise",
        "aid_probability": 0.9 if aid else 0.1,
        "needs_review": False,
        "aid_text": "\n".join(text for _, label, text in passages if label == "aid"),
        "passages": found,
        "repairs": {},
        "text": "\n".join(text for _, _, text in passages),
        "error": None,
        "title": None,
        "date": None,
        "url": None,
        **more,
    }


EYES = "眼科医生在县医院为老人做白内障手术，随后举行义诊，共看了两百名病人。"
GIFTS = "捐赠仪式在县里举行，红十字会捐赠救护车三辆和设备一批，价值百万元。"
PAGES = [
    page_row("eyes", ("title", "aid", "白内障手术"), ("body", "aid", EYES), ("advert", "noise", "低价救护车出租"))
    | {"date": "2019-05-01", "period": "2019-Q2", "cluster": 0, "topics": [0.9, 0.1], "url": "http://a.example/1"},
    page_row("gifts", ("navigation", "noise", "首页 设备"), ("body", "aid", GIFTS))
    | {
        "date": "2021-05-01",
        "period": "2021-Q2",
        "cluster": 1,
        "topics": [0.2, 0.8],
        "url": "http://b.example/1",
        "needs_review": True,
    },
    page_row("shop", ("other_topic", "noise", "今日股市收盘上涨，成交放大。"), url="javascript:alert(4)"),
    page_row(EVIL, ("body", "aid", EVIL), ("notice", "noise", EVIL), title=EVIL, url=EVIL)
    | {"period": None, "cluster": 2, "topics": [0.6, 0.4], "error": EVIL},
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder of a run with two topics and a hostile page."""
    folder = tmp_path_factory.mktemp("run")
    weights = np.array([[9, 8, 7, 4, 1, 1, 1, 2, 1], [0.5, 0.5, 0.5, 2, 9, 8, 7, 4, 1]], np.float32)
    model = TopicModel(
        "lda", WORDS, weights, np.full(2, 0.5, np.float32), np.array([0.6, 0.4], np.float32), ("眼科", EVIL)
    )
    settings = {"segment": {"engine": "jieba", "shortest": 2}, "topics": {"engine": "lda"}}
    manifest = Manifest("topics", {}, settings, "0", {}, None)
    save_topics(
        folder / "topics", model, Segmenter("jieba", WORDS[:-1], (), 2), manifest, [], "card", first_registry(model)
    )
    f1 = {"value": 0.9, "low": 0.8, "high": 1.0}
    audit = {"site": {"auc": f1, "share": 0.1, "kept": 0.95, "explains": False}}
    classify = {"f1": f1, "threshold": 0.5, "shortcuts": audit}
    (folder / "metrics.json").write_bytes(
        orjson.dumps({"experiment": EVIL, "seed": 0, "seconds": 1, "classify": classify})
    )
    judged = {"part": EVIL, "page_id": EVIL, "site": EVIL, "gold": "noise", "aid_probability": 0.9, "opening": EVIL}
    for name, rows in (("pages", PAGES), ("judged", [judged])):
        (folder / f"{name}.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    (folder / "summary.md").write_text(EVIL, "utf-8")
    (folder / "config.toml").write_text(EVIL, "utf-8")
    quoted = EVIL.replace('"', '""')
    (folder / "label_errors.csv").write_text(
        f'page_id,given,suggested,reason,opening\n"{quoted}",aid,noise,why,=1\n', "utf-8-sig"
    )
    (folder / "plots").mkdir()
    (folder / "plots" / "page_topics.png").write_bytes(b"\x89PNG")
    return folder


@pytest.fixture
def folder(written, tmp_path):
    return Path(shutil.copytree(written, tmp_path / "run"))


@pytest.fixture(scope="module")
def html(written):
    return render(written, COLOURS)


def data_of(html: str) -> dict[str, object]:
    return json.loads(zlib.decompress(base64.b64decode(LexborHTMLParser(html).css_first("#data").text())))


def test_page_text_stays_text(html):
    tree = LexborHTMLParser(html)
    assert [node.attributes["type"] for node in tree.css("script")] == ["text/plain", "module"]
    assert [node.attributes["src"][:22] for node in tree.css("img")] == ["data:image/png;base64,"]
    assert not [node for node in tree.css("*") if any(name.startswith("on") for name in node.attributes)]
    assert tree.css_first("h1").text() == EVIL
    assert data_of(html)["pages"][3]["passages"][0][3] == EVIL


def test_the_browser_may_run_nothing_but_the_script_and_the_style(html):
    tree = LexborHTMLParser(html)
    policy = tree.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for name, selector in (("script-src", "script[type=module]"), ("style-src", "style")):
        code = tree.css_first(selector).text()
        assert rules[name] == f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


@pytest.mark.parametrize("path", sorted(WEB.glob("*.js")), ids=lambda path: path.name)
def test_no_script_makes_html_of_text_or_asks_for_anything(path):
    makes_html = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|\.href|\.src\b"
    asks = r"fetch\(|XMLHttp|WebSocket|import\b"
    assert re.findall(f"{makes_html}|{asks}", path.read_text("utf-8")) == []


def test_nothing_is_loaded_from_elsewhere(html):
    tree = LexborHTMLParser(html)
    links = [node.attributes.get("src") or node.attributes.get("href") for node in tree.css("[src], [href]")]
    assert [link for link in links if not link.startswith(("data:image/png;", "#"))] == []
    assert not re.search(r"@import|url\(", tree.css_first("style").text())


def test_a_run_without_topics_or_pages_has_a_report(folder):
    shutil.rmtree(folder / "topics")
    for name in ("pages.jsonl", "judged.jsonl", "label_errors.csv"):
        (folder / name).unlink()
    html = render(folder, COLOURS)
    assert [node.attributes["id"] for node in LexborHTMLParser(html).css("h2")] == ["classifier", "plots", "settings"]
    assert data_of(html)["pages"] == []


def test_a_run_of_a_version_that_told_neither_dates_nor_reprints_has_a_report(folder):
    older = [{key: value for key, value in row.items() if key not in ("period", "cluster")} for row in PAGES]
    (folder / "pages.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in older))
    data = data_of(render(folder, COLOURS))
    assert (len(data["pages"]), data["years"]) == (len(PAGES), [])


def test_doubtful_gold_labels_and_figures_are_listed(html):
    tree = LexborHTMLParser(html)
    (row,) = tree.css("#label-errors ~ table")[0].css("tr")[1:]
    assert [cell.text() for cell in row.css("td")] == [EVIL, "aid", "noise", "why", "=1"]
    figures, audit = tree.css("#classifier ~ table")
    assert [cell.text() for cell in figures.css("td")] == ["F1", "0.900 (0.800 to 1.000)"]
    assert [cell.text() for cell in audit.css("td")] == ["site", "0.900 (0.800 to 1.000)", "95.0 %", "no"]


def test_plots_that_do_not_fit_are_named(folder):
    (folder / "plots" / "sweep.png").write_bytes(b"\x89PNG" * 500_000)
    tree = LexborHTMLParser(render(folder, COLOURS))
    assert len(tree.css("img")) == 1
    assert "sweep.png" in tree.css_first("#plots ~ p").text()


def test_typical_passages_speak_for_their_topic(html):
    eyes, gifts = (topic["typical"] for topic in data_of(html)["topics"])
    assert (eyes[0], gifts[0]) == (["eyes", 0.9, EYES], ["gifts", 0.8, GIFTS])


@given(st.integers(0, 20))
def test_the_slider_has_every_word_it_needs(step):
    drawn = np.random.default_rng(step).gamma(0.3, size=(3, 200)) + 0.01
    model = TopicModel("lda", tuple(map(str, range(200))), drawn, np.ones(3), np.ones(3) / 3, ("a", "b", "c"))
    balance = step / 20
    expected = first_words(relevance_weights(drawn, balance), 10)
    for best, words in zip(expected, words_of(model, 10), strict=True):
        ranked = sorted(words, key=lambda word: -(balance * word[1] + (1 - balance) * word[2]))
        # Both logs are rounded; words closer than that may change places.
        assert len({word for word, _, _ in ranked[:10]} & {str(i) for i in best}) >= 9


def test_aid_passages_are_kept_before_others():
    row = page_row("a", ("link_list", "noise", "链接" * 100), ("body", "aid", "义诊" * 20))
    entry = page_entry(row, {}, 60)
    assert [(kind, len(text), left) for kind, _, _, text, left in entry["passages"]] == [
        ("link_list", 20, 180),
        ("body", 40, 0),
    ]
    assert page_entry(row, {}, 40)["cut"] == 1


@pytest.mark.parametrize(
    ("known", "url", "site"),
    [
        ({"a": "gold.example"}, "http://b.example/x", "gold.example"),
        ({}, "http://b.example/x", "b.example"),
        ({}, "http://[broken", "crawl.jsonl"),
        ({}, None, "crawl.jsonl"),
    ],
)
def test_the_site_of_a_page(known, url, site):
    assert page_entry(page_row("a", ("body", "aid", "义诊"), url=url), known, 100)["site"] == site


def test_a_page_that_no_classifier_saw_comes_in_lines():
    row = page_row("a") | {"text": "一\n\n 二 \n三", "label": None}
    assert [passage[3] for passage in page_entry(row, {}, 100)["passages"]] == ["一", " 二", "三"]


def test_of_many_pages_those_that_want_review_are_shown():
    rows = [page_row(str(i)) | {"needs_review": i in (5, 97)} for i in range(100)]
    chosen = [int(row["page_id"]) for row in choose(rows, 12)]
    assert len(chosen) == 12 and {5, 97} <= set(chosen) and chosen == sorted(chosen)
    assert max(np.diff(chosen)) < 20


def long_pages(number: int, characters: int) -> list[dict[str, object]]:
    """Pages of drawn characters, which compress worse than any language."""
    draw = random.Random(0)
    signs = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    passages = [
        [("body", "aid", "".join(draw.choices(signs, k=characters // 20))) for _ in range(20)] for _ in range(number)
    ]
    return [page_row(f"page-{i}", *found) for i, found in enumerate(passages)]


def test_two_thousand_long_pages_stay_below_five_megabytes(folder):
    rows = long_pages(2000, 1500)
    (folder / "pages.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    (folder / "plots" / "sweep.png").write_bytes(b"\x89PNG" * 220_000)
    html = render(folder, COLOURS)
    assert 3_900_000 < len(html.encode()) < 5_000_000
    found = re.search(r"Of each page's text (\d+) characters are kept", html)
    pages = data_of(html)["pages"]
    assert len(pages) == 2000
    assert {sum(len(passage[3]) for passage in page["passages"]) for page in pages} == {int(found[1])}


def test_pages_too_heavy_at_any_limit_are_fewer(monkeypatch):
    monkeypatch.setattr("aidtopics.report.payload._BYTES", 20_000)
    rows = long_pages(100, 3000)
    packed = pack({}, rows, {})
    assert len(packed.block) <= 20_000
    assert (packed.pages, packed.limit) == (25, 150)


def test_short_pages_are_whole_and_nothing_is_said_of_a_limit(html):
    assert pack({}, PAGES, {}).limit is None
    assert "characters are kept" not in html


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    if not (CHROMIUM and DRIVER):
        pytest.skip("no Chromium with its driver here; Debian's packages are chromium and chromium-driver")
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(window, written, html, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(html, "utf-8")
    shown(window, path)
    yield window
    assert window.complaints() == []


def shown(browser: Browser, path: Path) -> None:
    browser.complaints()
    browser.requests()
    browser.open(path)
    browser.until("return !document.getElementById('notice')")


def test_a_browser_asks_for_nothing_but_the_file(browser):
    assert [url for url in browser.requests() if url.split(":")[0] not in {"data", "chrome"}] == [
        browser.run("return location.href")
    ]


def test_a_hostile_page_stays_text_in_a_browser(browser):
    browser.run("window.alerts = 0; window.alert = () => window.alerts++")
    before = browser.run("return document.querySelectorAll('script, img, iframe, a').length")
    browser.click("#topic-list button:nth-child(2)")
    browser.type("#search", "onerror")
    browser.click("#page-list summary")
    browser.until("return document.querySelectorAll('#page-list .passage').length === 2")
    assert browser.texts("#topic-name") == [f"1 {EVIL}"]
    assert all(EVIL in text for text in browser.texts("#page-list .passage"))
    assert browser.texts("#page-list .passage mark") == ["onerror"] * 2
    assert browser.run("return document.querySelectorAll('script, img, iframe, a').length") == before
    assert browser.run("return window.alerts") == 0


def test_the_policy_stops_what_would_get_past_the_escaping(browser):
    browser.run(
        "const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.body.append(s);"
        "const i = document.createElement('img'); i.src = 'http://127.0.0.1:9/x.png'; document.body.append(i);"
    )
    browser.until("return document.images.length > 1 && document.images[1].complete")
    assert browser.run("return window.broken ?? 0") == 0
    assert sum("Content Security Policy" in line for line in browser.complaints()) >= 2


def test_the_slider_ranks_words_and_marks_them(browser):
    assert browser.texts("#word-list .word > span")[:2] == ["白内障", "手术"]
    assert {"白内障", "手术", "眼科"} <= set(browser.texts("#typical mark"))
    before = browser.texts("#word-list .word > span")
    browser.run("document.getElementById('balance').focus()")
    browser.press("\ue010")  # End
    assert browser.texts("#balance-value") == ["1.00"]
    browser.press("\ue011")  # Home
    assert browser.texts("#balance-value") == ["0.00"]
    after = browser.texts("#word-list .word > span")
    assert sorted(before) == sorted(after) and before != after


def test_choosing_a_topic_by_keyboard_changes_words_passages_and_years(browser):
    browser.run("document.querySelector('#topic-list button:nth-child(2)').focus()")
    browser.press("\ue007")  # Enter
    assert browser.texts("#word-list .word > span")[:2] == ["捐赠", "救护车"]
    assert GIFTS in browser.texts("#typical blockquote")[0]
    assert "Share of topic 1" in browser.texts("#years-chart svg > title")[0]
    browser.click("#topic-pages")
    assert browser.texts("#count") == ["1 of 4 pages"]


@pytest.mark.parametrize(
    ("filters", "pages"),
    [
        ({}, ["eyes", "gifts", "shop", EVIL]),
        ({"search": "救护车"}, ["eyes", "gifts"]),
        ({"search": "救护车 出租"}, ["eyes"]),
        ({"search": "救护车", "kind": "body"}, ["gifts"]),
        ({"label": "noise"}, ["shop"]),
        ({"kind": "navigation"}, ["gifts"]),
        ({"topic": "0"}, ["eyes", EVIL]),
        ({"site": "b.exam"}, ["gifts"]),
        ({"review": True}, ["gifts"]),
        ({"search": "没有的词"}, []),
    ],
)
def test_filters(browser, filters, pages):
    for name, value in filters.items():
        if name == "review":
            browser.click("#review")
        else:
            browser.type(f"#{name}", value)  # in a list the keys choose the entry that begins with them
    summaries = browser.texts("#page-list summary")
    assert [page for page, text in zip(pages, summaries, strict=True) if page not in text] == []
    browser.click("#clear")
    assert browser.texts("#count") == ["4 of 4 pages"]


def test_an_error_opens_its_page(browser):
    browser.click("#errors ~ table button")
    browser.until("return document.querySelectorAll('#page-list .passage').length === 2")
    assert browser.texts("#count") == ["1 of 4 pages"]


def test_pages_come_fifty_at_a_time(window, folder):
    rows = [page_row(f"page-{i}", ("body", "aid", f"义诊第{i}场")) for i in range(120)]
    (folder / "pages.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    path = folder / "report.html"
    path.write_text(render(folder, COLOURS), "utf-8")
    shown(window, path)
    window.click("#next")
    window.click("#next")
    assert len(window.texts("#page-list summary")) == 20
    assert window.texts("#place") == ["101 to 120"]
    assert window.run("return document.getElementById('next').disabled")
    window.click("#previous")
    assert "page-50" in window.texts("#page-list summary")[0]
    assert window.texts("#years-chart") == ["No page states a date: there is no course over time."]
