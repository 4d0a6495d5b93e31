// Elements are made here and nowhere else; text always goes in as text, never as markup.
const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An HTML element. `on` maps events to listeners, `data` goes to the dataset; children are nodes or text. */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

// A snapshot has the icons in itself.
const icons = document.getElementById("icons") ? "#icon-" : `${new URL("../icons.svg", import.meta.url).pathname}#`;

/** One of our icons, hidden from screen readers: the control around it carries the words. */
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true", focusable: "false" }, svg("use", { href: icons + name }));
}

/** Show another icon in an existing icon element. */
export function setIcon(node, name) {
  node.querySelector("use").setAttribute("href", icons + name);
}

/** Text with the first occurrence of any of the (lower-case) words wrapped in <mark>. */
export function highlighted(text, words) {
  const lower = text.toLowerCase();
  const at = words.map((word) => [lower.indexOf(word), word.length]).filter(([index]) => index >= 0);
  if (!at.length || lower.length !== text.length) return [text];
  const [start, length] = at.sort((a, b) => a[0] - b[0] || b[1] - a[1])[0];
  return [text.slice(0, start), el("mark", {}, text.slice(start, start + length)), text.slice(start + length)];
}
