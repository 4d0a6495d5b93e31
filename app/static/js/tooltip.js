// A small label beside the pointer with the name and status of what is under it.
import { local } from "./boot.js";
import { el } from "./dom.js";
import { markSvg } from "./marks.js";

const box = el("div", { class: "tooltip", hidden: true, "aria-hidden": "true" });

export function startTooltip() {
  document.getElementById("content").append(box);
}

/** Show the label for sites at a point of the window; nothing for an empty list. */
export function showTooltip(sites, x, y) {
  box.hidden = sites.length === 0;
  if (box.hidden) return;
  const { properties: p, look } = sites[0];
  showWords([
    markSvg(p.status, { size: 18 }),
    el("span", {}, el("b", {}, local(p, "title")), " ", el("span", { class: "tooltip-status" }, p.status_label || look.label)),
    sites.length > 1 ? el("span", { class: "tooltip-more" }, `+${sites.length - 1}`) : "",
  ], x, y);
}

/** The same with any content. */
export function showWords(content, x, y) {
  box.hidden = false;
  box.replaceChildren(...content);
  const flip = x + 20 + box.offsetWidth > innerWidth;
  box.style.left = `${flip ? x - 14 - box.offsetWidth : x + 14}px`;
  box.style.top = `${Math.min(y + 16, innerHeight - box.offsetHeight - 8)}px`;
}
