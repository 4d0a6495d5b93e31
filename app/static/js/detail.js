// The panel on the right (a sheet on the phone): what it holds is given by site, town or hits.
import { t } from "./boot.js";
import { el, icon } from "./dom.js";
import { Sheet } from "./sheet.js";

const panel = document.getElementById("detail");
const body = panel.querySelector(".detail-body");
let returnTo = null;
let onClose = () => {};
let sheet = null;
let listSheet = null;

/** `close` is called by the close button; `below` is the list's sheet, covered while details are shown. */
export function startDetail({ close, below }) {
  onClose = close;
  listSheet = below;
  sheet = new Sheet(panel, document.getElementById("detail-grip"), {
    stops: { low: () => 190, half: (room) => room * 0.56, full: (room) => room - 8 },
    at: "half",
  });
}

const controls = () => [...body.querySelectorAll("a[href], button, [tabindex]")];

/**
 * Show content. `focus` moves the keyboard into the panel and remembers where it came from. `keep` is for the same
 * thing brought up to date: scroll, focus and the sheet's height stay.
 */
export function showDetail(content, { focus = false, keep = false } = {}) {
  keep = keep && !panel.hidden;
  const [scrolled, held] = [body.scrollTop, controls().indexOf(document.activeElement)];
  if (panel.hidden) returnTo = document.activeElement;
  panel.hidden = false;
  listSheet.covered = true;
  body.replaceChildren(
    el("button", { class: "icon-button detail-close", type: "button", "aria-label": t("detail.close"), title: t("detail.close"), on: { click: () => onClose() } }, icon("close")),
    ...content,
  );
  body.scrollTop = keep ? scrolled : 0;
  if (keep) return void (held >= 0 && controls()[held]?.focus({ preventScroll: true }));
  document.documentElement.classList.add("detail-open");
  sheet.go("half");
  if (focus) body.focus({ preventScroll: true });
}

export function hideDetail() {
  if (panel.hidden) return;
  const held = panel.contains(document.activeElement);
  panel.hidden = true;
  body.replaceChildren();
  document.documentElement.classList.remove("detail-open");
  listSheet.covered = false;
  listSheet.settle();
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
    ? el("dl", { class: "facts" }, kept.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, ...[value].flat()))))
    : null;
}
