// The list of the nearest projects in its sheet. Only the rows in view exist in the page, so that a thousand projects
// scroll as smoothly as ten.
import { t } from "../boot.js";
import { el, svg } from "../dom.js";
import { percent } from "../format.js";
import { markSvg } from "../marks.js";
import { Sheet } from "../sheet.js";
import { away, direction } from "./distance.js";
import { filters } from "./filters.js";
import { startFixLine } from "./fixline.js";
import { grade, position } from "./position.js";
import { projects } from "./projects.js";
import { onHide, onShow } from "./screens.js";
import { zone } from "./zone.js";

const EXTRA = 4; // rows kept above and below the view
const ROUGH_M = 50; // a position that may be farther off than this gives distances "about"
const ROW_REM = 5.25; // as in m.css: rows grow with the letters a person has set
const FILLS = 8; // rows that are filled in one frame: more would let the thumb wait
const TIDY_MS = 150; // without scrolling, until the rows are put in order
const TURN = 5; // degrees the phone must turn before the arrows do

const $ = (id) => document.getElementById(id);
const box = $("nearby-list");
const canvas = el("div", { class: "m-rows", role: "list" });
const told = el("p", { class: "m-told-words", role: "status" });
const compass = el("button", { class: "m-button plain m-compass", type: "button", hidden: true, on: { click: () => position.askCompass() } }, t("phone.nearby.compass_allow"));
const help = el("div", { class: "m-help", hidden: true });
const empty = el("div", { class: "m-empty", hidden: true });

let rows = [];
let rowHeight = 84;
let boxHeight = 600;
let frame = null;
let scrolledAt = -Infinity;
let tidying = null;
const drawn = new Map(); // project → its row in the page
const free = []; // rows whose projects are out of view

/** Whether the list is being scrolled. */
export const scrolling = () => performance.now() - scrolledAt < TIDY_MS;

/** The list as it is shown now, nearest (or most urgent …) first. */
export const listed = () => rows;

export let sheet = null;

const ARROW = svg("svg", { class: "m-arrow", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: "M12 2l6.5 19L12 17l-6.5 4z" }));
const marks = new Map(); // status and kind → its mark; a copy costs a tenth of a new one

function mark({ status, kind }) {
  const key = `${status} ${kind}`;
  if (!marks.has(key)) marks.set(key, markSvg(status, { kind, size: 36 }));
  return marks.get(key).cloneNode(true);
}

/** The arrow of a bearing; the style sheet turns it against the phone's own heading. */
export function arrow(bearing) {
  const node = ARROW.cloneNode(true);
  node.style.setProperty("--bearing", `${Math.round(bearing)}deg`);
  return node;
}

/** Distance and arrow of a project: nodes for a row or a card. */
export function awayNodes(project) {
  const found = projects.away(project);
  if (!found) return [el("span", { class: "m-away-none" }, t(project.feature.geometry ? "phone.nearby.no_distance" : "phone.nearby.no_place"))];
  const off = projects.here?.accuracy_m ?? 0;
  if (grade(off) === "coarse" && found.distance_m < off) return [el("span", { class: "m-away-here" }, t("phone.nearby.within", { m: away(off) }))];
  if (found.distance_m === 0) return [el("span", { class: "m-away-here" }, t("phone.nearby.inside"))];
  const figure = away(found.distance_m);
  return [el("span", { class: "m-away-figure" }, off > ROUGH_M ? t("phone.nearby.about", { m: figure }) : figure), arrow(found.bearing_deg), el("span", { class: "hidden-text" }, direction(found.bearing_deg))];
}

/** What is reported of it, as 42% or 未上报. */
export const done = (p) => (p.reported_percent === undefined || p.reported_percent === null ? t("phone.nearby.unreported") : percent(p.reported_percent));

/** A row of the page, to be filled; it serves one project after another, since making one costs ten times as much. */
function newRow() {
  const title = document.createTextNode("");
  const label = document.createTextNode("");
  const more = document.createTextNode("");
  const away = el("span", { class: "m-away" });
  const text = el("span", { class: "m-row-text" }, el("span", { class: "m-row-title" }, title), el("span", { class: "m-row-more" }, el("b", {}, label), more));
  const link = el("a", { class: "m-row-link" }, text, away);
  const node = el("div", { class: "m-row", role: "listitem" }, link);
  canvas.append(node);
  return { node, link, title, label, more, away, at: -1, of: -1, look: "", mark: null, project: null, told: null, off: null };
}

function fill(one, project) {
  const p = project.properties;
  one.project = project;
  one.link.href = `#site/${encodeURIComponent(project.code)}`;
  const look = `${p.status} ${p.kind}`;
  if (one.look !== look) {
    const fresh = mark(p);
    if (one.mark) one.mark.replaceWith(fresh);
    else one.link.prepend(fresh);
    Object.assign(one, { look, mark: fresh });
  }
  one.title.data = project.title;
  one.label.data = project.look.label;
  one.more.data = ` ${done(p)} · ${project.unit}`;
  one.told = undefined;
}

/** Put a row where the n-th project stands. */
function put(one, n) {
  if (one.of !== rows.length) one.node.setAttribute("aria-setsize", (one.of = rows.length));
  const top = n * rowHeight;
  if (one.at === top) return;
  one.at = top;
  one.node.setAttribute("aria-posinset", n + 1);
  one.node.style.transform = `translateY(${top}px)`;
}

function paint() {
  frame = null;
  const height = `${rows.length * rowHeight}px`;
  if (canvas.style.height !== height) canvas.style.height = height;
  const { scrollTop } = box; // read before anything is written: the page is laid out once a frame
  const seen = [Math.floor(scrollTop / rowHeight), Math.ceil((scrollTop + boxHeight) / rowHeight)];
  const count = Math.ceil(boxHeight / rowHeight) + 1 + 2 * EXTRA; // as many everywhere, so that none is made anew
  const first = Math.max(0, Math.min(seen[0] - EXTRA, rows.length - count));
  const last = Math.min(rows.length, first + count);
  const wanted = new Set(rows.slice(first, last));
  for (const [project, one] of drawn) {
    if (wanted.has(project)) continue;
    drawn.delete(project);
    one.node.style.transform = "translateY(-100vh)";
    one.at = -1;
    free.push(one);
  }
  let fills = 0;
  const bring = (n) => {
    let one = drawn.get(rows[n]);
    if (!one) {
      if (fills === FILLS) return;
      fills += 1;
      one = free.pop() ?? newRow();
      if (one.node.contains(document.activeElement)) document.activeElement.blur(); // it was another project's
      fill(one, rows[n]);
      drawn.set(rows[n], one);
    }
    put(one, n);
    tellAway(one);
  };
  // what is in view comes first, and what is beyond it with the next frames
  for (let n = Math.max(first, seen[0]); n < Math.min(last, seen[1]); n += 1) bring(n);
  for (let n = first; n < last; n += 1) if (n < seen[0] || n >= seen[1]) bring(n);
  if (drawn.size < wanted.size) repaint();
  else for (const one of free.splice(0)) one.node.remove();
  clearTimeout(tidying);
  tidying = setTimeout(tidy, scrolling() ? TIDY_MS : 0);
}

/** Rows that moved on while the list was scrolled take their place in the page's order again, as screen readers and keys follow it. */
function tidy() {
  if (scrolling()) {
    tidying = setTimeout(tidy, TIDY_MS);
    return;
  }
  const kept = document.activeElement;
  let after = null;
  for (const { node } of [...drawn.values()].sort((a, b) => a.at - b.at)) {
    const expected = after ? after.nextSibling : canvas.firstChild;
    if (expected !== node) canvas.insertBefore(node, expected);
    after = node;
  }
  if (kept !== document.activeElement && canvas.contains(kept)) kept.focus({ preventScroll: true });
}

/** Bring the distance in a row up to date; rows that already say the same are left alone. */
function tellAway(one) {
  const found = projects.away(one.project);
  const off = projects.here?.accuracy_m;
  if (one.told === found && one.off === off) return;
  Object.assign(one, { told: found, off });
  one.away.replaceChildren(...awayNodes(one.project));
}

const repaint = () => (frame ??= requestAnimationFrame(paint));

function refresh() {
  rows = projects.sorted(filters.order, filters.test());
  document.documentElement.dataset.listed = String(rows.length);
  const words = summary();
  if (told.textContent !== words) told.textContent = words;
  const nothing = rows.length === 0;
  empty.hidden = !nothing;
  canvas.hidden = nothing;
  if (nothing) empty.replaceChildren(...whyEmpty());
  const n = filters.count;
  $("nearby-filter-count").hidden = n === 0;
  $("nearby-filter-count").textContent = n ? String(n) : "";
  repaint();
}

function summary() {
  if (!zone.data) return "";
  const of = filters.active ? t("phone.nearby.count_of", { n: rows.length, total: projects.all.length }) : t("phone.nearby.count", { n: rows.length });
  const order = filters.order === "distance" && !projects.here ? "no_position" : filters.order;
  const arrows = projects.here ? t(position.heading === null ? "phone.nearby.arrow_north" : "phone.nearby.arrow_phone") : "";
  return [of, t(`phone.nearby.by_${order}`), arrows].filter(Boolean).join(" · ");
}

function whyEmpty() {
  if (!zone.data) {
    const offline = zone.trouble && !zone.refreshing;
    return [
      el("p", {}, t(offline ? `phone.nearby.trouble_${zone.trouble}` : "phone.nearby.reading")),
      offline ? el("button", { class: "m-button", type: "button", on: { click: () => zone.refresh() } }, t("phone.position.again")) : "",
    ];
  }
  if (!projects.all.length) return [el("p", {}, t("phone.nearby.none"))];
  return [
    el("p", {}, t("phone.nearby.none_found")),
    el("button", { class: "m-button", type: "button", on: { click: clear } }, t("phone.nearby.show_all")),
  ];
}

function clear() {
  filters.clear();
  $("nearby-q").value = "";
}

/** Turn all arrows at once: one number, at most every few degrees. */
function turn() {
  const steps = position.heading === null ? 0 : Math.round(position.heading / TURN) * TURN;
  document.documentElement.style.setProperty("--heading", `${steps}deg`);
  const words = summary();
  if (told.textContent !== words) told.textContent = words;
}

/** Start list, search and sheet. `pin()` lets the person put the place by hand. */
export function startNearby({ pin }) {
  $("nearby-told").append(told, compass);
  $("nearby-help").append(help);
  box.replaceChildren(canvas, empty);
  startFixLine($("fix"), help, { pin });
  const scrolled = () => {
    scrolledAt = performance.now();
    repaint();
  };
  box.addEventListener("scroll", scrolled, { passive: true });
  new ResizeObserver(() => {
    boxHeight = box.clientHeight;
    rowHeight = ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);
    repaint();
  }).observe(box);

  sheet = new Sheet($("nearby-sheet"), $("nearby-grip"), {
    stops: { peek: () => peekHeight(), half: (room) => room * 0.56, full: (room) => room - 8 },
    at: "half",
  });
  new ResizeObserver(() => sheet.settle()).observe($("content"));

  const q = $("nearby-q");
  q.value = filters.q;
  q.addEventListener("input", () => filters.search(q.value));
  q.addEventListener("focus", () => sheet.at !== "full" && sheet.go("full")); // above the keyboard
  q.addEventListener("keydown", (event) => event.key === "Enter" && q.blur());
  $("nearby-filter").addEventListener("click", async () => (await import("./filterdialog.js")).openFilters($("nearby-filters")));

  filters.addEventListener("change", () => {
    box.scrollTop = 0;
    q.value = filters.q;
    refresh();
  });
  projects.addEventListener("change", refresh);
  projects.addEventListener("moved", refresh);
  zone.addEventListener("state", () => zone.data || refresh());
  zone.addEventListener("change", () => zone.data || refresh());
  const offer = () => (compass.hidden = !(position.compassAsks && position.current && position.heading === null));
  position.addEventListener("heading", () => {
    turn();
    offer();
  });
  position.addEventListener("change", offer);
  onShow("nearby", () => {
    position.start();
    sheet.covered = false;
    sheet.settle();
    repaint();
  });
  onHide("nearby", () => {
    position.stop();
    sheet.covered = true;
  });
  refresh();
}

/** At the lowest stop: the position's line and the first project. */
const peekHeight = () => $("nearby-sheet").querySelector(".m-sheet-head").offsetHeight + rowHeight;
