// Pages: filters, fifty at a time, each with its passages when it is opened.

const PAGES_AT_ONCE = 50;
const SNIPPET = 40; // characters before and after a word that was searched for

function options(select, all, pairs) {
  select.replaceChildren(...[["", all], ...pairs].map(([value, text]) => node("option", { value }, text)));
}

const lower = (text) => (text ?? "").toLowerCase();

// A page passes if one passage of the wanted kind is there and every word is in its passages of that kind, its title or id.
function passes(page, wanted) {
  if (wanted.label && (page.label ?? "none") !== wanted.label) return false;
  if (wanted.review && !page.review) return false;
  if (wanted.topic !== "" && page.topics[0]?.[0] !== Number(wanted.topic)) return false;
  if (wanted.site && !lower(page.site).includes(wanted.site)) return false;
  const passages = wanted.kind ? page.passages.filter(([kind]) => kind === wanted.kind) : page.passages;
  if (wanted.kind && !passages.length) return false;
  const texts = passages.map((passage) => passage[3]);
  if (!wanted.kind) texts.push(page.title ?? "", page.id);
  const searched = lower(texts.join("\n"));
  return wanted.words.every((word) => searched.includes(word));
}

function snippet(page, wanted) {
  for (const [kind, , , text] of page.passages) {
    if (wanted.kind && kind !== wanted.kind) continue;
    const at = lower(text).indexOf(wanted.words[0]);
    if (at < 0) continue;
    const start = Math.max(0, at - SNIPPET);
    const end = at + wanted.words[0].length + SNIPPET;
    return `${start ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
  }
  return "";
}

function pageBody(data, page, words) {
  const facts = [page.site, page.url, page.date, ...page.topics.map(([t, share]) => `${topicLabel(data, t)} ${percent(share)}`)];
  const parts = [node("p", { className: "facts" }, facts.filter(Boolean).join(" · "))];
  if (page.error) parts.push(node("p", {}, page.error));
  for (const [kind, label, probability, text, left] of page.passages) {
    const told = kind ? `${kind} · ${label} ${probability.toFixed(2)} ` : "";
    const cut = left ? ` … ${left} more characters` : "";
    parts.push(
      node(
        "div",
        { className: `passage ${label ?? ""}` },
        node("span", { className: "kind" }, told),
        ...marked(text, words),
        node("span", { className: "kind" }, cut),
      ),
    );
  }
  if (page.cut) parts.push(node("p", { className: "facts" }, `${page.cut} more passages are in pages.jsonl.`));
  return parts;
}

function pageEntry(data, page, wanted) {
  const label = node("span", { className: `tag ${page.label ?? ""}` }, page.label ?? (page.error ? "unreadable" : "not labelled"));
  const opening = page.title ?? page.passages.find(([, l]) => l === "aid")?.[3] ?? page.passages[0]?.[3] ?? "";
  const facts = [page.id, page.p === null ? "" : page.p.toFixed(3), page.review ? "needs review" : "", opening.slice(0, 60)];
  const summary = node("summary", {}, label, ` ${facts.filter(Boolean).join(" · ")}`);
  if (wanted.words.length) {
    summary.append(node("div", { className: "facts" }, ...marked(snippet(page, wanted), wanted.words)));
  }
  const entry = node("details", {}, summary);
  // Fifty pages of passages at once would be slow to lay out.
  entry.addEventListener("toggle", () => entry.append(...pageBody(data, page, wanted.words)), { once: true });
  return entry;
}

// Returns functions that show the pages of a topic, and one page.
function showPages(data) {
  const form = byId("filters");
  let from = 0;
  let single = null; // the id of the one page asked for, whatever the filters say
  const kinds = new Set(data.pages.flatMap((page) => page.passages.map(([kind]) => kind)).filter(Boolean));
  const labels = ["aid", "noise"].map((label) => [label, label]);
  options(byId("label"), "any", [...labels, ["none", "none"]]);
  options(byId("kind"), "any", [...kinds].sort().map((kind) => [kind, kind]));
  options(byId("topic"), "any", data.topics.map((topic, number) => [number, topicLabel(data, number)]));
  const sites = [...new Set(data.pages.map((page) => page.site))].sort();
  byId("sites").replaceChildren(...sites.map((value) => node("option", { value })));

  function show() {
    const wanted = {
      words: lower(byId("search").value).split(/\s+/).filter(Boolean),
      label: byId("label").value,
      kind: byId("kind").value,
      topic: byId("topic").value,
      site: lower(byId("site").value.trim()),
      review: byId("review").checked,
    };
    const found = data.pages.filter((page) => (single === null ? passes(page, wanted) : page.id === single));
    if (wanted.topic !== "") found.sort((a, b) => b.topics[0][1] - a.topics[0][1]);
    const shown = found.slice(from, from + PAGES_AT_ONCE);
    byId("count").textContent = `${found.length} of ${data.pages.length} pages`;
    byId("place").textContent = found.length ? `${from + 1} to ${from + shown.length}` : "";
    byId("previous").disabled = from === 0;
    byId("next").disabled = from + PAGES_AT_ONCE >= found.length;
    byId("page-list").replaceChildren(...shown.map((page) => pageEntry(data, page, wanted)));
  }

  function restart() {
    from = 0;
    single = null;
    show();
  }

  function clear() {
    form.reset();
    restart();
  }

  function turn(step) {
    from += step * PAGES_AT_ONCE;
    show();
  }

  form.addEventListener("input", restart);
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", clear);
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  show();
  return {
    ofTopic(topic) {
      form.reset();
      byId("topic").value = String(topic);
      restart();
      byId("pages").scrollIntoView();
      byId("topic").focus({ preventScroll: true });
    },
    open(page) {
      form.reset();
      from = 0;
      single = page;
      show();
      byId("pages").scrollIntoView();
      const entry = byId("page-list").querySelector("details");
      entry?.setAttribute("open", "");
      entry?.querySelector("summary").focus({ preventScroll: true });
    },
  };
}
