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
const drawn = new Map(); // project → its row in the page

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

function row(project) {
  const p = project.properties;
  return el("div", { class: "m-row", role: "listitem" },
    el("a", { class: "m-row-link", href: `#site/${encodeURIComponent(project.code)}` },
      mark(p),
      el("span", { class: "m-row-text" },
        el("span", { class: "m-row-title" }, project.title),
        el("span", { class: "m-row-more" }, el("b", {}, project.look.label), " ", done(p), " · ", project.unit)),
      el("span", { class: "m-away" })));
}

function paint() {
  frame = null;
  const height = `${rows.length * rowHeight}px`;
  if (canvas.style.height !== height) canvas.style.height = height;
  const { scrollTop } = box; // read before anything is written: the page is laid out once a frame
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - EXTRA);
  const last = Math.min(rows.length, Math.ceil((scrollTop + boxHeight) / rowHeight) + EXTRA);
  const wanted = new Map();
  for (let i = first; i < last; i += 1) wanted.set(rows[i], i);
  for (const [project, node] of drawn) {
    if (wanted.has(project)) continue;
    node.remove();
    drawn.delete(project);
  }
  let after = null; // rows stand in the page in their order, for screen readers
  for (const [project, i] of wanted) {
    let node = drawn.get(project);
    if (!node) drawn.set(project, (node = row(project)));
    node.setAttribute("aria-setsize", rows.length);
    node.setAttribute("aria-posinset", i + 1);
    node.style.transform = `translateY(${i * rowHeight}px)`;
    tellAway(node, project);
    const expected = after ? after.nextSibling : canvas.firstChild;
    if (expected !== node) canvas.insertBefore(node, expected);
    after = node;
  }
}

/** Bring the distance in a row up to date; rows that already say the same are left alone. */
function tellAway(node, project) {
  projects.away(project);
  if (node.away === project.away && node.off === projects.here?.accuracy_m) return;
  node.away = project.away;
  node.off = projects.here?.accuracy_m;
  node.querySelector(".m-away").replaceChildren(...awayNodes(project));
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
  $("nearby-told").append(told, compass, help);
  box.replaceChildren(canvas, empty);
  startFixLine($("fix"), help, { pin });
  box.addEventListener("scroll", repaint, { passive: true });
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
  projects.addEventListener("change", () => {
    for (const node of drawn.values()) node.remove();
    drawn.clear();
    refresh();
  });
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
