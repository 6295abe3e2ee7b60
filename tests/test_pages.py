"""Files to pages: formats, encodings, HTML blocks, stated facts, and what can't be read."""

import csv
import gzip
import hashlib
import io
import json
import re
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidtopics.errors import UsageError
from aidtopics.pages import opening, page_from_html, page_from_text, pages_of, read_pages, read_pieces, size_of_all
from aidtopics.pages.opening import zstd
from aidtopics.pages.pieces import MOST_RECORDS
from aidtopics.records import Page, Unreadable

TEXT = "省人民医院医疗队到县里义诊，为三百名群众看病。\n专家向当地医生传授白内障手术的做法，并捐赠了药品。\n"
TRADITIONAL = "省人民醫院醫療隊到縣裡義診，為三百名群眾看病。\n專家向當地醫生傳授白內障手術的做法。\n"
PROSE = "医疗队到县里义诊三天，群众很高兴。"
MARKUP = f"<!doctype html><html><head><title>义诊</title></head><body><p>{PROSE}</p></body></html>"


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def table(rows: list[list[str]], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode()


def parquet(**columns: object) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def warc_record(kind: str, body: bytes, content_type: str, url: str | None = None) -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2020-01-01T00:00:00Z\r\nContent-Type: {content_type}\r\n"
    head += f"WARC-Target-URI: {url}\r\n" if url else ""
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n\r\n"


def response(body: bytes, headers: str, url: str = "http://a.example/1") -> bytes:
    answer = f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n".encode() + body
    return warc_record("response", answer, "application/http; msgtype=response", url)


def read(tmp_path: Path, name: str, content: bytes) -> list[Page | Unreadable]:
    path = tmp_path / name
    path.write_bytes(content)
    return list(read_pages([path]))


def read_one(tmp_path: Path, name: str, content: bytes) -> Page:
    (page,) = read(tmp_path, name, content)
    assert isinstance(page, Page), page
    return page


# --- formats: the same sentence, whatever holds it

WARC = [
    warc_record("warcinfo", b"software: hand\r\n", "application/warc-fields"),
    warc_record("request", b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request", "http://a.example/1"),
    response(MARKUP.encode(), "Content-Type: text/html; charset=utf-8"),
    response(b"\xff\xd8\xff\xe0" + bytes(range(256)), "Content-Type: image/jpeg", "http://a.example/2.jpg"),
]
FORMATS = {
    "a.txt": (PROSE.encode(), ""),
    "a.html": (MARKUP.encode(), ""),
    "a.jsonl": (lines({"text": PROSE, "other": [1, {"x": 2}]}), "#1"),
    "html.jsonl": (lines({"html": MARKUP}), "#1"),
    "null.jsonl": (lines({"text": None, "html": MARKUP}), "#1"),
    "bom.jsonl": ("\ufeff".encode() + lines({"text": PROSE}), "#1"),
    "a.csv": (table([["other", "text"], ["x", PROSE]]), "#1"),
    "bom.csv": ("\ufeff".encode() + table([["text", "other"], [PROSE, "x"]]), "#1"),
    "gb.csv": (table([["text"], [PROSE]]).decode().encode("gb18030"), "#1"),
    "a.tsv": (table([["text", "other"], [PROSE, "x"]], "\t"), "#1"),
    "a.parquet": (parquet(text=[PROSE], other=[[1]]), "#1"),
    "large.parquet": (parquet(text=pa.array([PROSE], pa.large_string())), "#1"),
    "dictionary.parquet": (parquet(text=pa.array([PROSE]).dictionary_encode()), "#1"),
    "a.warc": (b"".join(WARC), "#1"),
    "each.warc.gz": (b"".join(map(gzip.compress, WARC)), "#1"),
    "whole.warc.gz": (gzip.compress(b"".join(WARC)), "#1"),
    "wet.warc": (warc_record("conversion", PROSE.encode(), "text/plain", "http://a.example/1"), "#1"),
    "a.txt.gz": (gzip.compress(PROSE.encode()), ""),
    "a.html.gz": (gzip.compress(MARKUP.encode()), ""),
    "a.jsonl.gz": (gzip.compress(lines({"text": PROSE})), "#1"),
    "a.csv.gz": (gzip.compress(table([["text"], [PROSE]])), "#1"),
    "a.txt.zst": (zstd().compress(PROSE.encode()), ""),
    "a.jsonl.zst": (zstd().compress(lines({"text": PROSE})), "#1"),
    "frames.jsonl.zst": (zstd().compress(lines({"text": PROSE})) + zstd().compress(b"\n"), "#1"),
    "a.warc.zst": (zstd().compress(b"".join(WARC)), "#1"),
    "no_ending_zst": (zstd().compress(PROSE.encode()), ""),
    "no_ending": (PROSE.encode(), ""),
    "no_ending_html": (MARKUP.encode(), ""),
    "A.TXT": (PROSE.encode(), ""),
}


@pytest.mark.parametrize("name", FORMATS)
def test_format_gives_text_and_source_as_given(tmp_path, monkeypatch, name):
    content, number = FORMATS[name]
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content)
    (page,) = read_pages([name])
    assert isinstance(page, Page), page
    assert (page.text.strip(), page.source) == (PROSE, name + number)
    if "warc" not in name:  # a WARC record has an id of its own
        assert page.page_id == page.source


ROW = {"page_id": "p1", "url": "http://a.example/1", "title": "义诊", "date": "2020-01-02", "text": PROSE}
ROWS = {
    "all.jsonl": (lines(ROW), ("p1", "http://a.example/1", "义诊", "2020-01-02")),
    "all.csv": (table([list(ROW), list(ROW.values())]), ("p1", "http://a.example/1", "义诊", "2020-01-02")),
    "all.tsv": (table([list(ROW), list(ROW.values())], "\t"), ("p1", "http://a.example/1", "义诊", "2020-01-02")),
    "all.parquet": (parquet(**{k: [v] for k, v in ROW.items()}), ("p1", "http://a.example/1", "义诊", "2020-01-02")),
    "id.jsonl": (lines({"id": "p2", "text": PROSE}), ("p2", None, None, None)),
    "number.jsonl": (lines({"id": 7, "text": PROSE}), ("7", None, None, None)),
    "day.parquet": (parquet(id=[7], text=[PROSE], date=[date(2020, 1, 2)]), ("7", None, None, "2020-01-02")),
    "words.csv": (table([["id", "text", "date"], ["p3", PROSE, "2020年1月2日"]]), ("p3", None, None, "2020-01-02")),
    "no_day.csv": (table([["id", "text", "date"], ["p3", PROSE, "2020-02-31"]]), ("p3", None, None, None)),
}


@pytest.mark.parametrize("name", ROWS)
def test_row_facts(tmp_path, name):
    content, expected = ROWS[name]
    page = read_one(tmp_path, name, content)
    assert (page.page_id, page.url, page.title, page.date) == expected


def test_rows_keep_newlines_and_great_length(tmp_path):
    long = "医疗队义诊。\n" * 40_000  # beyond the csv module's default limit of a field
    assert read_one(tmp_path, "long.csv", table([["text"], [long]])).text == long
    assert read_one(tmp_path, "long.jsonl", lines({"text": long})).text == long


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (MARKUP.encode(), "Content-Type: text/html"),
        (MARKUP.encode("gb18030"), "Content-Type: text/html; charset=gbk"),
        (MARKUP.encode(), "Content-Type: text/html; charset=gbk"),  # the server is wrong
        # Heritrix and wget keep the body as it came over the wire
        (gzip.compress(MARKUP.encode()), "Content-Type: text/html\r\nContent-Encoding: gzip"),
        (
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(MARKUP.encode()), MARKUP.encode()),
            "Content-Type: text/html\r\nTransfer-Encoding: chunked",
        ),
    ],
    ids=["plain", "gbk", "wrong charset", "gzip", "chunked"],
)
def test_warc_response_body(tmp_path, body, headers):
    page = read_one(tmp_path, "a.warc", response(body, headers, "http://a.example/9"))
    assert (page.text, page.url, page.title) == (PROSE, "http://a.example/9", "义诊")


def test_folder_is_read_recursively_in_name_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("f/z.txt", "f/m/b.txt", "f/a.html"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(MARKUP, encoding="utf-8")
    Path("f/c.pdf").write_bytes(b"%PDF")
    assert [page.source for page in read_pages(["f"])] == ["f/a.html", "f/m/b.txt", "f/z.txt"]


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.jsonl", "a.jsonl.gz", "a.parquet", "each.warc.gz"])
def test_standard_input(monkeypatch, name):
    content, number = FORMATS[name]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content)), encoding="ascii"))
    (page,) = read_pages(["-"])
    assert isinstance(page, Page), page
    assert (page.text.strip(), page.source) == (PROSE, "-" + number)


# --- encodings: (name of the case, bytes, text, encoding found)


def close(encoding: str | None) -> str:
    return re.sub("[^a-z0-9]", "", (encoding or "").lower()).replace("gbk", "gb18030").removesuffix("sig")


ENCODED = [
    ("utf-8", TEXT.encode(), TEXT, "utf8"),
    ("utf-8 with BOM", TEXT.encode("utf-8-sig"), TEXT, "utf8"),
    ("gb18030", TEXT.encode("gb18030"), TEXT, "gb18030"),
    (
        "gb18030, four bytes",
        ("医生㐀某到𠮷林义诊。" + TEXT).encode("gb18030"),
        "医生㐀某到𠮷林义诊。" + TEXT,
        "gb18030",
    ),
    ("big5", TRADITIONAL.encode("big5"), TRADITIONAL, "big5"),
    ("utf-16 little, BOM", b"\xff\xfe" + TEXT.encode("utf-16-le"), TEXT, "utf16"),
    ("utf-16 big, BOM", b"\xfe\xff" + TEXT.encode("utf-16-be"), TEXT, "utf16"),
    ("utf-16 little", TEXT.encode("utf-16-le"), TEXT, "utf16le"),
    ("utf-16 big", TEXT.encode("utf-16-be"), TEXT, "utf16be"),
    ("short, utf-8", "义诊".encode(), "义诊", "utf8"),
    ("short, utf-16 BOM", b"\xff\xfe" + "义诊".encode("utf-16-le"), "义诊", "utf16"),
    # Everyday words; another reading of the bytes gives Hangul, kana or unheard-of characters.
    *(
        (f"short, gb18030: {t}", t.encode("gb18030"), t, "gb18030")
        for t in ("援疆医疗队", "健康扶贫", "捐赠药品", "题：义诊。")
    ),
    *((f"short, utf-16: {t}", t.encode("utf-16-le"), t, "utf16le") for t in ("医疗队下乡义诊。", "医疗队义诊")),
]


@pytest.mark.parametrize(("content", "text", "encoding"), [c[1:] for c in ENCODED], ids=[c[0] for c in ENCODED])
def test_encoding_is_found(tmp_path, content, text, encoding):
    page = read_one(tmp_path, "a.txt", content)
    assert (page.text, close(page.encoding)) == (text, encoding)


@pytest.mark.parametrize("lost", [1, 2])
def test_utf8_cut_off_inside_a_character_stays_utf8(tmp_path, lost):
    page = read_one(tmp_path, "a.txt", TEXT.rstrip().encode()[:-lost])
    assert page.text.startswith(TEXT.rstrip()[:-1])
    assert (close(page.encoding), len(page.text)) == ("utf8", len(TEXT.rstrip()))


@pytest.mark.parametrize(
    ("stated", "real", "text"),
    [
        ("gbk", "utf-8", PROSE),
        ("utf-8", "gb18030", PROSE),
        ("big5", "gb18030", PROSE),
        ("iso-8859-1", "gb18030", PROSE),
        ("no-such-charset", "utf-8", PROSE),
        ("gb2312", "gb18030", PROSE + "𠮷"),
        ("gb2312", "big5", TRADITIONAL.split("\n")[0]),
    ],
)
def test_wrong_meta_charset_is_not_believed(tmp_path, stated, real, text):
    page = read_one(tmp_path, "a.html", f'<meta charset="{stated}"><p>{text}</p>'.encode(real))
    assert (page.text, close(page.encoding)) == (text, close(real))


# --- HTML: markup to (tag, text, link density) of each block

BLOCKS = {
    "<h1>义诊</h1><p>下乡</p>": [("h1", "义诊", 0), ("p", "下乡", 0)],
    "<p>医疗队<br>下乡<br/>义诊</p>": [("p", "医疗队", 0), ("p", "下乡", 0), ("p", "义诊", 0)],
    "<div>甲<p>乙</p>丙</div>": [("div", "甲", 0), ("p", "乙", 0), ("div", "丙", 0)],
    "<p>甲<b>乙</b><span>丙</span></p>": [("p", "甲乙丙", 0)],
    "<p>未闭<p>又一": [("p", "未闭", 0), ("p", "又一", 0)],
    "<nav>导航</nav><footer>页脚</footer>": [("nav", "导航", 0), ("footer", "页脚", 0)],
    "<ul><li><a>首页</a></li><li>甲乙<a>丙丁</a></li></ul>": [("li", "首页", 1), ("li", "甲乙丙丁", 0.5)],
    "<a><p>块在链接里</p></a>": [("p", "块在链接里", 1)],
    "<p>𠮷到县<a>里</a></p>": [("p", "𠮷到县里", 0.25)],
    "<table><tr><td>一</td><td>二</td></tr></table>": [("td", "一", 0), ("td", "二", 0)],
    "<table><tr><td>甲<table><tr><td>内</td></tr></table></td></tr></table>": [("td", "甲", 0), ("td", "内", 0)],
    "<p><ruby>援<rp>(</rp><rt>yuán</rt><rp>)</rp>疆<rt>jiāng</rt></ruby>队</p>": [("p", "援疆队", 0)],
    "<p><ruby>援<rt>yuán<rt></ruby>疆</p>": [("p", "援疆", 0)],  # the end tags left out
    "<p>前<script>var 隐 = 1;</script>后</p><style>p{}</style>": [("p", "前后", 0)],
    "<p>甲<!-- 注 --></p><template>模</template>": [("p", "甲", 0)],
    "<p>甲&lt;乙&amp;丙&#19969;</p>": [("p", "甲<乙&丙丁", 0)],
    "<p>  多\n\t空   格 </p>": [("p", "多 空 格", 0)],
    "<div> <p></p><br> </div>": [],
    "没有标签": [("div", "没有标签", 0)],
    "<div>" * 20_000 + "深" + "</div>" * 20_000: [("div", "深", 0)],
    "<div>" * 20_000 + "未闭": [("div", "未闭", 0)],
}


@pytest.mark.parametrize("markup", BLOCKS, ids=lambda markup: markup[:40])
def test_html_blocks(markup):
    page = page_from_html(markup, "x")
    assert [(b.tag, page.text[b.start : b.end], b.link_density) for b in page.blocks] == BLOCKS[markup]
    assert page.text == "\n".join(text for _, text, _ in BLOCKS[markup])


@given(
    st.lists(
        st.sampled_from([*"<p> </p> <div> </div> <a> </a> <br> <td> <li> <ruby> <rt> 医 疗队 𠮷 x &nbsp;".split(), " "])
    )
)
def test_blocks_cover_the_text_in_order(pieces):
    page = page_from_html("".join(pieces), "x")
    assert "\n".join(page.text[b.start : b.end] for b in page.blocks) == page.text
    assert all(a.end < b.start for a, b in zip(page.blocks, page.blocks[1:], strict=False))
    assert all(b.start < b.end and 0 <= b.link_density <= 1 for b in page.blocks)


# --- facts: (text, date, publisher) as a byline states them
FACTS = [
    ("2016年5月4日", "2016-05-04", None),
    ("2016/5/4 10:22", "2016-05-04", None),
    ("2016.05.04", "2016-05-04", None),
    ("发布日期：2016年05月04日 10:20　浏览：33", "2016-05-04", None),
    ("2015年1月1日\n发布时间：2016-05-04", "2016-05-04", None),  # a labelled date goes before an earlier one
    ("2015-02-29\n2016-02-29", "2016-02-29", None),  # the first is no day
    ("2016-13-40", None, None),
    ("2199-01-01", None, None),  # the future
    ("文号：2016-05-0412", None, None),  # part of a longer number
    ("医疗队2016年5月4日到达县城，义诊三天，诊治病人三百名。" * 4, None, None),  # prose, not a byline
    ("来源：健康报 2016年5月4日　责任编辑：李四", "2016-05-04", "健康报"),
    ("2016-05-04 10:20:33 来源: 健康报 作者：张三", "2016-05-04", "健康报"),
    ("来源：健康报2016-05-04", "2016-05-04", "健康报"),
    ("（来源：青海日报）", None, "青海日报"),
    ("文章来源：某县卫健局　点击：322次", None, "某县卫健局"),
    ("来源：\n医疗队到县里义诊。", None, None),
    # 来源 of money, infection or drugs names no outlet
    ("资金来源：省财政专项", None, None),
    ("传染来源：野生动物", None, None),
    ("这批药品来源：医院捐赠，共三万元，发给两百名患者。", None, None),
]


@pytest.mark.parametrize(("text", "day", "publisher"), FACTS)
def test_stated_facts(text, day, publisher):
    page = page_from_text(text, "x")
    assert (page.date, page.publisher, page.text, page.source) == (day, publisher, text, "x")


# head or body of a document, and the (title, date, publisher) in it
HTML_FACTS = {
    "<title>省医院义诊</title>": ("省医院义诊", None, None),
    "<title>省医院义诊_某某网</title>": ("省医院义诊", None, None),
    "<title>省医院义诊 - 某某网</title>": ("省医院义诊", None, None),
    "<title>2016-2018年援疆总结</title>": ("2016-2018年援疆总结", None, None),
    "<title>COVID-19疫苗送下乡</title>": ("COVID-19疫苗送下乡", None, None),
    "<title>光明行——记省医院眼科专家</title>": ("光明行——记省医院眼科专家", None, None),
    "<h1>省医院义诊</h1>": ("省医院义诊", None, None),
    '<meta property="og:title" content="省医院义诊">': ("省医院义诊", None, None),
    '<meta name="PubDate" content="2016-05-04 10:20">': (None, "2016-05-04", None),
    '<meta property="article:published_time" content="2016-05-04T10:20:00+08:00">': (None, "2016-05-04", None),
    '<meta name="ContentSource" content="健康报">': (None, None, "健康报"),
    "<p>来源：<a>健康报</a>　<span>2016-05-04</span></p>": (None, "2016-05-04", "健康报"),
}


@pytest.mark.parametrize("markup", HTML_FACTS)
def test_stated_facts_of_html(markup):
    page = page_from_html(f"<html>{markup}<p>{PROSE}</p></html>", "x")
    assert (page.title, page.date, page.publisher) == HTML_FACTS[markup]


# --- what can't be read: file, content, sources refused, sources read, what the error names

GOOD = lines({"text": PROSE})
# Lines that don't compress well, so that a cut in the file is a cut in their number.
LATE = b"".join(lines({"text": PROSE + hashlib.sha512(str(n).encode()).hexdigest() * 5}) for n in range(600))
RESPONSES = [response(MARKUP.encode(), "Content-Type: text/html", f"http://a.example/{n}") for n in range(3)]


def flipped(content: bytes, share: float) -> bytes:
    place = int(len(content) * share)
    return content[:place] + bytes(255 - byte for byte in content[place : place + 40]) + content[place + 40 :]


BAD = [
    ("binary.txt", bytes(range(256)) * 8, [""], [], "binary"),
    ("binary.html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), [""], [], "binary"),
    ("empty.txt", b"", [""], [], "empty"),
    ("empty.html", b"", [""], [], "empty"),
    ("empty.jsonl", b"", [""], [], "empty|no "),
    ("empty.csv", b"", [""], [], "empty|no "),
    ("header.csv", b"text,title\n", [""], [], "empty|no "),
    ("broken.jsonl", GOOD + b'{"text": "\n' + b"\n" + GOOD, ["#2"], ["#1", "#3"], "JSON"),
    (
        "rows.jsonl",
        lines({"title": "x"}, [1], {"text": 5}, {"text": ""}) + GOOD,
        [f"#{n}" for n in range(1, 5)],
        ["#5"],
        "text",
    ),
    ("rows.csv", table([["id", "text"], ["1", ""], ["2", PROSE]]), ["#1"], ["#2"], "text"),
    ("columns.csv", table([["标题"], ["义诊"]]), [""], [], "标题.*'text' or 'html'"),
    ("columns.parquet", parquet(标题=["义诊"]), [""], [], "标题.*'text' or 'html'"),
    ("rows.parquet", parquet(text=["", None, PROSE]), ["#1", "#2"], ["#3"], "text"),
    ("cut.txt.gz", gzip.compress(TEXT.encode() * 50)[:-12], [""], [], "damaged"),
    ("cut.jsonl.gz", gzip.compress(GOOD)[:-12], [""], [], "damaged"),
    ("wrong.jsonl.gz", b"\x1f\x8b\x08\x00" + b"rubbish" * 9, [""], [], "damaged"),
    ("cut.parquet", parquet(text=[PROSE])[:-9], [""], [], "Parquet"),
    ("wrong.parquet", b"PAR1 not a table PAR1", [""], [], "Parquet"),
    ("wrong.warc", b"rubbish\r\n\r\n", [""], [], "WARC"),
    ("late.jsonl.gz", gzip.compress(LATE)[:-5_000], ["#N"], ["#*"], "damaged"),
    ("late.jsonl.zst", zstd().compress(LATE)[:-5_000], ["#N"], ["#*"], "damaged"),
    ("flipped.jsonl.gz", flipped(gzip.compress(LATE), 0.8), ["#N"], ["#*"], "damaged"),
    ("late.csv.gz", gzip.compress(b"text\n" + LATE)[:-5_000], ["#N"], ["#*"], "damaged"),
    ("cut.warc", b"".join(RESPONSES)[:-40], ["#3"], ["#1", "#2"], "ends within a record"),
    ("cut_head.warc", b"".join(RESPONSES)[: -len(RESPONSES[2]) + 30], ["#3"], ["#1", "#2"], "ends within a record"),
    ("cut.warc.gz", b"".join(map(gzip.compress, RESPONSES))[:-40], ["#3"], ["#1", "#2"], "ends within|damaged"),
    ("cut_request.warc", b"".join([*RESPONSES[:2], WARC[1]])[:-9], ["#3"], ["#1", "#2"], "ends within a record"),
    ("wild.csv", table([["text"], [PROSE]]) + b'a\rb"\r\n' + table([[PROSE]]), ["#2"], ["#1", "#3"], "not CSV"),
]


@pytest.mark.parametrize(("name", "content", "bad", "good", "says"), BAD, ids=[case[0] for case in BAD])
def test_unreadable_is_told_and_the_others_go_on(tmp_path, name, content, bad, good, says):
    path, after = tmp_path / name, tmp_path / "after.txt"
    path.write_bytes(content)
    after.write_text(PROSE, encoding="utf-8")
    found = list(read_pages([path, after]))
    refused = [item for item in found if isinstance(item, Unreadable)]
    if good == ["#*"]:  # all that stands before the damage, which is most of it
        read_before = len(found) - 2
        assert 100 < read_before < 600
        bad, good = [f"#{read_before + 1}"], [f"#{n + 1}" for n in range(read_before)]
    assert [item.source for item in refused] == [f"{path}{number}" for number in bad]
    assert [item.source for item in found if isinstance(item, Page)] == [
        *(f"{path}{number}" for number in good),
        str(after),
    ]
    for item in refused:
        assert item.page_id
        assert re.search(says, item.error)
        assert "\n" not in item.error


@pytest.fixture
def field_limit():
    """The csv module has one limit for all its readers."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


@pytest.mark.parametrize("name", ["long.jsonl", "long.jsonl.gz", "long.csv", "long.txt", "long.warc"])
def test_a_record_that_would_fill_the_memory_does_not_stop_the_rest(tmp_path, monkeypatch, field_limit, name):
    monkeypatch.setattr(opening, "LONGEST", 1000)
    long = PROSE * 100
    content = {
        ".jsonl": GOOD + lines({"text": long}) + GOOD,
        ".gz": gzip.compress(GOOD + lines({"text": long}) + GOOD),
        ".csv": table([["text"], [PROSE], [long], [PROSE]]),
        ".txt": long.encode(),
        ".warc": RESPONSES[0] + response(long.encode(), "Content-Type: text/html") + RESPONSES[1],
    }[Path(name).suffix]
    found = read(tmp_path, name, content)
    assert [isinstance(item, Page) for item in found] == ([False] if name == "long.txt" else [True, False, True])
    (error,) = [item.error for item in found if isinstance(item, Unreadable)]
    assert re.search("MiB in one record|field larger", error)


def test_pieces_know_their_records_and_bytes(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(lines({"text": PROSE, "id": n}) for n in range(MOST_RECORDS + 9)))
    pieces = list(read_pieces([str(path)]))
    assert [(piece.first, len(piece)) for piece in pieces] == [(1, MOST_RECORDS), (MOST_RECORDS + 1, 9)]
    assert sum(piece.size for piece in pieces) == path.stat().st_size == size_of_all([str(path)])
    whole = [page for piece in pieces for page in pages_of(piece)]
    assert [page for piece in pieces for page in pages_of(piece.after(5))] == whole[5:MOST_RECORDS] + whole[
        MOST_RECORDS + 5 :
    ]


def test_urls_are_read_like_paths(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(GOOD + GOOD))
    (tmp_path / "b.txt").write_text(PROSE, "utf-8")
    url = tmp_path.as_uri()
    expected = [f"{url}/a.jsonl.gz#1", f"{url}/a.jsonl.gz#2", f"{url}/b.txt"]
    assert [page.source for page in read_pages([url])] == expected
    assert [page.source for page in read_pages([f"{url}/*.txt"])] == expected[2:]
    assert size_of_all([url]) == sum(path.stat().st_size for path in tmp_path.iterdir())
    with pytest.raises(UsageError, match=r"found no file or folder file://.*/x\.\*"):
        read_pieces([f"{url}/x.*"])
    with pytest.raises(UsageError, match=r"could not use the URL nowhere://a.*install aidtopics\[dask\]"):
        read_pieces(["nowhere://a"])


def test_missing_path_and_folder_without_pages_are_the_users_mistake(tmp_path):
    with pytest.raises(UsageError, match=r"missing\.txt"):
        list(read_pages([tmp_path / "missing.txt"]))
    (tmp_path / "x.pdf").write_bytes(b"%PDF")
    with pytest.raises(UsageError, match=r"\.jsonl"):
        list(read_pages([tmp_path]))
