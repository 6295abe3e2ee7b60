// Mean shares of the topics in the dated pages of each year, the chosen topic in front; the same figures as a table.

// Behind the colours when those are used up, so that lines of equal colour still differ.
const DASHES = ["none", "8 4", "8 3 2 3", "2 3"];
const CHART = { width: 900, height: 300, left: 50, right: 20, top: 15, bottom: 50 };

function showYears(data, chosen) {
  const place = byId("years-chart");
  if (data.years.length < 2) {
    const found = data.years.length ? `All dated pages are of ${data.years[0][0]}` : "No page states a date";
    place.replaceChildren(node("p", {}, `${found}: there is no course over time.`));
    return;
  }
  const table = place.querySelector("details") ?? yearTable(data);
  place.replaceChildren(yearChart(data, chosen), table);
}

function yearChart(data, chosen) {
  const { width, height, left, right, top, bottom } = CHART;
  const first = data.years[0][0];
  const last = data.years.at(-1)[0];
  const most = Math.ceil(10 * Math.max(...data.years.flatMap(([, , shares]) => shares))) / 10;
  const x = (year) => left + ((year - first) / (last - first)) * (width - left - right);
  const y = (share) => height - bottom - (share / most) * (height - top - bottom);
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
  svg.append(shape("title", {}, `Share of topic ${topicLabel(data, chosen)} by year, the others behind it`));
  for (const share of [0, most / 2, most]) {
    svg.append(shape("line", { x1: left, x2: width - right, y1: y(share), y2: y(share), stroke: "#ddd" }));
    svg.append(shape("text", { x: left - 6, y: y(share) + 4, "text-anchor": "end", "font-size": 12 }, percent(share)));
  }
  const every = Math.ceil(data.years.length / 16);
  data.years.forEach(([year, pages], i) => {
    if (i % every) return;
    const at = { x: x(year), "text-anchor": "middle" };
    svg.append(shape("text", { ...at, y: height - bottom + 20, "font-size": 12 }, year));
    svg.append(shape("text", { ...at, y: height - bottom + 36, "font-size": 10, fill: "#666" }, `${pages} p.`));
  });
  const others = data.topics.map((_, topic) => topic).filter((topic) => topic !== chosen);
  for (const topic of [...others, chosen]) {
    const points = data.years.map(([year, , shares]) => `${x(year)},${y(shares[topic])}`).join(" ");
    const look = topic === chosen ? { "stroke-width": 3.5 } : { "stroke-width": 1.2, opacity: 0.45 };
    const dash = DASHES[Math.floor(data.topics[topic].id / data.colours.length) % DASHES.length];
    const stroke = { stroke: colourOf(data, topic), "stroke-dasharray": dash, ...look };
    const line = shape("polyline", { points, fill: "none", ...stroke });
    line.append(shape("title", {}, topicLabel(data, topic)));
    svg.append(line);
  }
  return svg;
}

function yearTable(data) {
  const cells = (tag, texts) => node("tr", {}, ...texts.map((text) => node(tag, {}, String(text))));
  const heads = cells("th", ["year", "pages", ...data.topics.map((topic, number) => topicLabel(data, number))]);
  const rows = data.years.map(([year, pages, shares]) => cells("td", [year, pages, ...shares.map(percent)]));
  return node("details", {}, node("summary", {}, "As a table"), node("table", {}, heads, ...rows));
}
