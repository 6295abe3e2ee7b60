// Everything a page says reaches the document as a text node; nothing is ever parsed as HTML.

const byId = (id) => document.getElementById(id);

function node(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function shape(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

// The text in pieces, with the words in it inside <mark>. Longer words first, or 远程 would hide 远程会诊.
function marked(text, words) {
  if (!words.length) return [text];
  const literal = [...words].sort((a, b) => b.length - a.length).map((w) => w.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pieces = text.split(new RegExp(`(${literal.join("|")})`, "i"));
  return pieces.map((piece, i) => (i % 2 ? node("mark", {}, piece) : piece));
}
