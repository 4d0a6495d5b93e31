// The list beside the map: always the same sites as the map shows. Only the rows in view exist in the page, so
// that twenty thousand sites scroll as smoothly as twenty.
import { boot, lang, local, t } from "./boot.js";
import { collection, searchWords } from "./collection.js";
import { el, highlighted } from "./dom.js";
import { percent } from "./format.js";
import { pageLink } from "./links.js";
import { markSvg } from "./marks.js";
import { state } from "./state.js";

const EXTRA = 6; // rows kept above and below the view
const collator = new Intl.Collator(lang === "en" ? "en" : "zh-CN", { numeric: true });
const ORDERS = {
  code: (a, b) => collator.compare(a.code, b.code),
  urgent: (a, b) => a.look.urgency - b.look.urgency || collator.compare(a.code, b.code),
};

const box = document.getElementById("list");
const countLine = document.getElementById("count");
const inViewButton = document.getElementById("in-view");
const sortButton = document.getElementById("sort");
const notice = document.getElementById("notice");
const canvas = el("div", { class: "list-canvas", role: "presentation" });
const unplanned = el("p", { class: "unplanned", hidden: "" }, t("list.unplanned"), " ", pageLink(boot.urls.ledger, "", {}, t("list.unplanned_ledger")));

let rows = [];
const drawn = new Map(); // site → its row in the page
const revisions = new WeakMap(); // row → which revision of its site it shows
let drawnWords = ""; // the search whose words are marked in them
let active = -1; // row that the keyboard is on
let order = "code";
let inView = false;
let placed = false;
let rowHeight = 60;
let on = {}; // {open(site), point(site|null), inBounds(site), fitAll(), reload()}

/** Start the list. Callbacks: `open` a site, `point` at it on the map, `inBounds` asks the map, `fitAll` shows all, `reload`
 * reads the sites once more. */
export function startList(callbacks) {
  on = callbacks;
  box.append(canvas);
  box.before(unplanned);
  box.addEventListener("scroll", () => requestAnimationFrame(paint), { passive: true });
  new ResizeObserver(() => {
    rowHeight = parseFloat(getComputedStyle(box).getPropertyValue("--row")) || 60;
    paint();
  }).observe(box);
  box.addEventListener("keydown", onKey);
  box.addEventListener("focus", () => {
    // A finger on a row focuses the list too: scrolling now would move the row away from under it.
    if (active < 0 && rows.length && box.matches(":focus-visible")) setActive(Math.max(0, rows.findIndex((site) => site.code === state.site)));
  });
  box.addEventListener("pointerleave", () => on.point(null));
  inViewButton.addEventListener("click", () => {
    inView = !inView;
    inViewButton.setAttribute("aria-pressed", String(inView));
    refresh();
  });
  sortButton.title = t("list.sort_title");
  sortButton.addEventListener("click", () => {
    order = order === "code" ? "urgent" : "code";
    refresh();
  });
  collection.addEventListener("change", refresh);
  refresh();
  state.addEventListener("selection", () => {
    paint();
    revealSelected();
  });
}

/** The map has moved: only matters when the list follows the view. */
export function mapMoved() {
  if (inView) refresh();
}

function refresh() {
  const known = rows[active]?.code;
  rows = (inView ? collection.shown.filter(on.inBounds) : [...collection.shown]).sort(ORDERS[order]);
  active = known ? rows.findIndex((site) => site.code === known) : -1;
  if (drawnWords !== state.q) {
    for (const node of drawn.values()) node.remove();
    drawn.clear();
    drawnWords = state.q;
  }
  sortButton.textContent = t(`list.sort_${order}`);
  document.documentElement.dataset.listed = String(rows.length);
  const words = countWords();
  if (countLine.textContent !== words) countLine.textContent = words; // said again, it would be read out again
  unplanned.hidden = Boolean(state.week) || !collection.all.length || collection.all.some((site) => site.properties.status !== "unscheduled");
  showNotice();
  paint();
  if (!placed && collection.loaded) {
    placed = true; // an address may open a site far down the list
    revealSelected();
  }
}

function countWords() {
  if (!collection.loaded) return collection.failure ? "" : t("load.sites");
  if (inView) return t("list.count_in_view", { n: rows.length, total: collection.shown.length });
  return state.filtered ? t("list.count_of", { n: rows.length, total: collection.all.length }) : t("list.count", { n: rows.length });
}

function revealSelected() {
  const index = state.site ? rows.findIndex((site) => site.code === state.site) : -1;
  if (index >= 0) reveal(index);
}

function showNotice() {
  const failed = !collection.loaded && collection.failure;
  notice.hidden = rows.length > 0 || !(collection.loaded || failed);
  box.hidden = !notice.hidden;
  if (notice.hidden) return;
  if (failed) {
    notice.replaceChildren(
      el("p", { class: "notice-title" }, t("list.failed")),
      el("p", {}, collection.failure),
      el("button", { class: "button", type: "button", on: { click: on.reload } }, t("load.retry")),
    );
    return;
  }
  const [key, label, act] =
    collection.all.length === 0
      ? ["none_yet", null, null]
      : inView && collection.shown.length
        ? ["empty_view", t("list.show_all"), on.fitAll]
        : ["empty", t("filters.clear"), () => state.clear()];
  notice.replaceChildren(
    el("p", { class: "notice-title" }, t(`list.${key}`)),
    el("p", {}, t(`list.${key}_hint`)),
    label ? el("button", { class: "button", type: "button", on: { click: act } }, label) : "",
  );
}

/** Bring the rows in view up to date. Rows that stay are kept: replacing one under the finger would lose its click. */
function paint() {
  canvas.style.height = `${rows.length * rowHeight}px`;
  const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - EXTRA);
  const last = Math.min(rows.length, Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + EXTRA);
  const words = searchWords(state.q);
  const wanted = new Map();
  for (let i = first; i < last; i += 1) wanted.set(rows[i], i);
  for (const [site, node] of drawn) {
    if (wanted.has(site) && revisions.get(node) === site.revision) continue;
    node.remove();
    drawn.delete(site);
  }
  let after = null; // rows stand in the page in their order, for screen readers
  for (const [site, i] of wanted) {
    let node = drawn.get(site);
    if (!node) {
      drawn.set(site, (node = row(site, words)));
      revisions.set(node, site.revision);
    }
    place(node, site, i);
    const expected = after ? after.nextSibling : canvas.firstChild;
    if (expected !== node) canvas.insertBefore(node, expected);
    after = node;
  }
  if (wanted.has(rows[active])) box.setAttribute("aria-activedescendant", `row-${rows[active].code}`);
  else box.removeAttribute("aria-activedescendant");
}

function place(node, site, index) {
  node.classList.toggle("active", index === active);
  node.setAttribute("aria-selected", String(site.code === state.site));
  node.setAttribute("aria-setsize", rows.length);
  node.setAttribute("aria-posinset", index + 1);
  node.style.transform = `translateY(${index * rowHeight}px)`;
}

function row(site, words) {
  const p = site.properties;
  const done = p.reported_percent;
  return el(
    "div",
    {
      class: "row",
      role: "option",
      id: `row-${site.code}`,
      on: {
        click: () => {
          setActive(rows.indexOf(site));
          on.open(site);
        },
        pointerenter: () => on.point(site),
      },
    },
    markSvg(p.status, { kind: p.kind, size: 30 }),
    el(
      "div",
      { class: "row-text" },
      el("div", { class: "row-head" },
        el("span", { class: "row-title" }, ...highlighted(local(p, "title"), words)),
        done === null || done === undefined ? "" : el("span", { class: "row-done" }, percent(done))),
      el("div", { class: "row-more" },
        el("span", { class: "row-status" }, p.status_label || site.look.label),
        el("span", {}, ...highlighted(site.code, words)),
        el("span", { class: "row-unit" }, ...highlighted(local(p, "lead_unit"), words))),
    ),
  );
}

function setActive(index) {
  active = index;
  reveal(index);
  paint();
}

function reveal(index) {
  const top = index * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + rowHeight - box.clientHeight;
}

function onKey(event) {
  const page = Math.max(1, Math.floor(box.clientHeight / rowHeight) - 1);
  const to = {
    ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: rows.length - 1,
  }[event.key];
  if (to !== undefined && rows.length) {
    setActive(Math.max(0, Math.min(rows.length - 1, to)));
    on.point(rows[active]);
    event.preventDefault();
  } else if ((event.key === "Enter" || event.key === " ") && rows[active]) {
    on.open(rows[active], { focus: true });
    event.preventDefault();
  }
}

/** Open the first row, as Enter in the search field does. */
export function openFirst() {
  if (rows.length) on.open(rows[0], { focus: true });
}

/** Put the keyboard on the list. */
export function focusList() {
  box.focus();
}
