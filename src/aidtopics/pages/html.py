"""HTML to text blocks, boilerplate kept: one line a block, with its tag and link density."""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aidtopics.records import Block

# Elements that never show text of the page. `rt` and `rp` hold readings of ruby annotation, not text.
_HIDDEN = frozenset("script style noscript template svg math iframe object head rt rp select textarea canvas".split())
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark nobr q rb ruby s samp small span "
    "strike strong sub sup time tt u var wbr button input".split()
)
# The nearest of these names a block; other block elements count as div.
_NAMED = frozenset("h1 h2 h3 h4 h5 h6 p li dt dd td th blockquote figcaption pre nav footer header aside".split())
_WHITE = re.compile(r"[ \t\r\n\f\v]+")
# The site's name behind a title. A bare hyphen can belong to the title itself, so what follows must sound like a site.
_SITE_NAME = re.compile(
    r"(?:\s*[_|｜]\s*|\s+[-–—]+\s+)[^_|｜]{1,40}$|"
    r"-[^-\s]{1,20}(?:网|在线|门户|政府|医院|大学|学院|委员会|卫健委|局|中心|频道|日报|晚报|时报|论坛|基金会)$"
)
_META = {
    "title": ("og:title", "articletitle", "title"),
    "date": ("article:published_time", "pubdate", "publishdate", "publish_time", "date", "og:release_date"),
    "publisher": ("contentsource", "source", "og:site_name"),
}


@dataclass(frozen=True, slots=True)
class HtmlText:
    """What one HTML document says."""

    text: str  # blocks joined by newlines
    blocks: tuple[Block, ...]
    title: str | None
    date: str | None  # as the document writes it
    publisher: str | None


def read_html(markup: str) -> HtmlText:
    """Read an HTML document (or fragment) into text blocks in document order."""
    tree = LexborHTMLParser(markup)
    lines = _Lines()
    if tree.body is not None:
        _walk(tree.body, lines)
    lines.break_here()
    meta = _meta(tree)
    return HtmlText(
        text="\n".join(lines.texts),
        blocks=tuple(lines.blocks),
        title=meta["title"] or _headline(tree),
        date=meta["date"],
        publisher=meta["publisher"],
    )


@dataclass(slots=True)
class _Lines:
    """Collects text into blocks; a block ends where a block element begins or ends, or at <br>."""

    texts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    position: int = 0
    tag: str = "div"
    parts: list[str] = field(default_factory=list)
    linked: int = 0  # characters inside links, white space not counted
    visible: int = 0

    def add(self, text: str, in_link: bool) -> None:
        self.parts.append(text)
        count = len(text) - sum(map(text.count, (" ", "\n", "\t", "\u3000")))
        self.visible += count
        self.linked += count if in_link else 0

    def break_here(self) -> None:
        text = _WHITE.sub(" ", "".join(self.parts)).strip(" \u3000\xa0")
        if text and self.visible:
            self.texts.append(text)
            end = self.position + len(text)
            self.blocks.append(Block(self.position, end, self.tag, self.linked / self.visible))
            self.position = end + 1
        self.parts.clear()
        self.linked = self.visible = 0


def _walk(body: LexborNode, lines: _Lines) -> None:
    """Depth first without recursion, because scraped markup nests thousands deep."""
    # An entry is a node to enter, or (None, tag of the block that goes on) where a block element ends.
    todo: list[tuple[LexborNode | None, str, bool]] = [(body, "div", False)]
    while todo:
        node, tag, in_link = todo.pop()
        if node is None:
            lines.break_here()
            lines.tag = tag
            continue
        name = node.tag or ""
        if name == "-text":
            lines.add(node.text_content or "", in_link)
        elif name == "br":
            lines.break_here()
        elif name not in _HIDDEN and not name.startswith(("-", "!", "_")):
            if name not in _INLINE:
                lines.break_here()
                todo.append((None, tag, in_link))
                tag = name if name in _NAMED else tag if tag in _NAMED else "div"
                lines.tag = tag
            in_link = in_link or name == "a"
            children = []
            child = node.child
            while child is not None:
                children.append((child, tag, in_link))
                child = child.next
            todo.extend(reversed(children))


def _meta(tree: LexborHTMLParser) -> dict[str, str | None]:
    stated: dict[str, str] = {}
    for node in tree.css("meta"):
        key = node.attributes.get("property") or node.attributes.get("name") or ""
        content = (node.attributes.get("content") or "").strip()
        if content:
            stated.setdefault(key.lower(), content)
    return {fact: next((stated[k] for k in keys if k in stated), None) for fact, keys in _META.items()}


def _headline(tree: LexborHTMLParser) -> str | None:
    """The only h1, else <title> without the site's name behind the last separator."""
    headings = [_WHITE.sub(" ", node.text()).strip() for node in tree.css("h1")]
    headings = [heading for heading in headings if heading]
    if len(headings) == 1:
        return headings[0]
    node = tree.css_first("title")
    title = _WHITE.sub(" ", node.text()).strip() if node is not None else ""
    return _SITE_NAME.sub("", title) or title or None
