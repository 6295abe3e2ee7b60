// Topics: a list to choose from, the words of the chosen one by relevance, its most typical passages.
// Scripts count topics by their place; readers see ids, which have gaps.

function topicLabel(data, topic) {
  return `${data.topics[topic].id} ${data.topics[topic].name}`;
}

function relevantWords(data, topic, balance) {
  const relevance = ([, probability, lift]) => balance * probability + (1 - balance) * lift;
  return [...data.topics[topic].words].sort((a, b) => relevance(b) - relevance(a)).slice(0, data.words);
}

function wordRows(data, topic, words) {
  const everywhere = ([, probability, lift]) => Math.exp(probability - lift);
  const here = ([, probability]) => Math.exp(probability) * data.topics[topic].share;
  const longest = Math.max(...words.map(everywhere), ...words.map(here));
  return words.map((word) => {
    const all = node("span", {});
    const own = node("span", {});
    all.style.width = `${(100 * everywhere(word)) / longest}%`;
    own.style.width = `${(100 * here(word)) / longest}%`;
    own.style.background = colourOf(data, topic);
    const bar = node("div", { className: "bar", title: `${percent(here(word) / everywhere(word))} of its uses` }, all, own);
    return node("div", { className: "word" }, node("span", {}, word[0]), bar);
  });
}

const colourOf = (data, topic) => data.colours[data.topics[topic].id % data.colours.length];

// Calls `chosen` with the number of each topic chosen, and `wanted` where its pages are asked for, `opened` with a page_id.
function showTopics(data, { chosen, wanted, opened }) {
  let topic = 0;
  const slider = byId("balance");
  slider.value = data.balance;

  const buttons = data.topics.map(({ id, name, share }, number) => {
    const parts = [String(id), name, percent(share)].map((text) => node("span", {}, text));
    const button = node("button", { type: "button", onclick: () => choose(number) }, ...parts);
    button.style.borderLeftColor = colourOf(data, number);
    return button;
  });
  byId("topic-list").append(...buttons);

  function show() {
    const words = relevantWords(data, topic, Number(slider.value));
    byId("balance-value").textContent = Number(slider.value).toFixed(2);
    byId("word-list").replaceChildren(...wordRows(data, topic, words));
    const listed = words.map(([word]) => word);
    const quotes = data.topics[topic].typical.map(([page, share, text]) => {
      const link = node("button", { type: "button", className: "link", onclick: () => opened(page) }, page);
      return node("blockquote", {}, ...marked(text, listed), node("div", { className: "facts" }, link, ` ${percent(share)}`));
    });
    byId("typical").replaceChildren(...(quotes.length ? quotes : ["It is the largest topic of no page."]));
  }

  function choose(number) {
    topic = number;
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === number)));
    byId("topic-name").textContent = topicLabel(data, number);
    show();
    chosen(number);
  }

  slider.addEventListener("input", show);
  byId("topic-pages").addEventListener("click", () => wanted(topic));
  choose(0);
}
