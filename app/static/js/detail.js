// The panel on the right (a sheet on the phone): what it holds is given by site, town or hits.
import { t } from "./boot.js";
import { el, icon } from "./dom.js";

const panel = document.getElementById("detail");
let returnTo = null;
let onClose = () => {};

export function startDetail({ close }) {
  onClose = close;
}

/** Show content. `focus` moves the keyboard into the panel and remembers where it came from. */
export function showDetail(content, { focus = false, kind = "" } = {}) {
  if (panel.hidden) returnTo = document.activeElement;
  panel.hidden = false;
  panel.dataset.kind = kind;
  panel.replaceChildren(
    el("button", { class: "icon-button detail-close", type: "button", "aria-label": t("detail.close"), title: t("detail.close"), on: { click: () => onClose() } }, icon("close")),
    ...content,
  );
  panel.scrollTop = 0;
  document.documentElement.classList.add("detail-open");
  if (focus) panel.focus({ preventScroll: true });
}

export function hideDetail() {
  if (panel.hidden) return;
  const held = panel.contains(document.activeElement);
  panel.hidden = true;
  panel.replaceChildren();
  document.documentElement.classList.remove("detail-open");
  if (held && returnTo?.isConnected) returnTo.focus({ preventScroll: true });
}

export const detailOpen = () => !panel.hidden;

/** A titled block inside the panel; null when it has no content. */
export function block(title, ...content) {
  const kept = content.flat().filter(Boolean);
  return kept.length ? el("section", { class: "block" }, el("h3", {}, title), ...kept) : null;
}

/** A list of name and value pairs; pairs without a value are left out. */
export function facts(pairs) {
  const kept = pairs.filter(([, value]) => value);
  return kept.length
    ? el("dl", { class: "facts" }, kept.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))))
    : null;
}
