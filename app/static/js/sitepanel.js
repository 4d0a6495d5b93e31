// What the panel tells about a site: what the list already knows at once, the rest when it has been read.
import { boot, local, t } from "./boot.js";
import { getJson } from "./api.js";
import { block, facts, showDetail } from "./detail.js";
import { el, icon } from "./dom.js";
import { isSnapshot } from "./embedded.js";
import { metres, moment, number, percent, squareMetres, wholeMetres } from "./format.js";
import { pageLink } from "./links.js";
import { kindOf } from "./looks.js";
import { markSvg } from "./marks.js";
import { state } from "./state.js";

const RECENT = 5;
const QUALITIES = ["illustrative", "approximate", "surveyed"];
let pending = null;

/** Show a site's panel; `zoomTo` is called by its button. With `keep` the panel shows this site already and is renewed. */
export async function showSite(site, { focus = false, keep = false, zoomTo }) {
  pending?.abort();
  pending = new AbortController();
  const { signal } = pending;
  const told = keep ? document.querySelector("#detail .rest") : null; // stays until its news have been read
  const rest = told || el("div", { class: "rest", "aria-live": "polite" }, el("p", { class: "muted" }, t("detail.loading")));
  showDetail(head(site, zoomTo, rest), { focus, keep: Boolean(told) });
  const read = async () => {
    if (isSnapshot) return void rest.remove(); // what the list knows is all there is
    try {
      const full = await getJson(boot.urls.api_sites + encodeURIComponent(site.code) + (state.week ? `?week=${state.week}` : ""), { signal });
      if (!signal.aborted) rest.replaceChildren(...more(full.properties));
    } catch (error) {
      if (error.name === "AbortError" || told) return;
      rest.replaceChildren(
        el("p", { class: "muted" }, t("detail.more_failed", { why: error.message })),
        el("button", { class: "button", type: "button", on: { click: read } }, t("detail.retry")),
      );
    }
  };
  await read();
}

function head(site, zoomTo, rest) {
  const p = site.properties;
  const status = el(
    "div",
    { class: "status-block" },
    markSvg(p.status, { kind: p.kind, size: 44 }),
    el("div", {}, el("p", { class: "status-word" }, p.status_label || site.look.label), p.why ? el("p", { class: "status-why" }, p.why) : ""),
  );
  status.style.setProperty("--status", site.look.fill);
  return [
    el("header", { class: "detail-head" },
      el("p", { class: "detail-code" }, `${site.code} · ${p.kind_label || kindOf(p.kind).label}`),
      el("h2", {}, local(p, "title"))),
    status,
    progress(p, site.look.fill),
    el("div", { class: "actions" },
      boot.urls.sites ? el("a", { class: "button primary", href: boot.urls.sites + encodeURIComponent(site.code) }, icon("page"), t("detail.page")) : null,
      boot.urls.sites ? el("button", { class: "button", type: "button", on: { click: (event) => copy(event.currentTarget, site.code) } }, icon("link"), el("span", {}, t("detail.copy"))) : null,
      el("button", { class: "button", type: "button", on: { click: zoomTo } }, icon("target"), t("detail.zoom"))),
    facts([
      [t("detail.item"), pageLink(boot.urls.items, p.item, {}, `${p.item} ${local(p, "item_title")}`)],
      [t("detail.lead"), local(p, "lead_unit")],
      [t("detail.town"), local(p, "town")],
      [t("detail.road"), p.road],
      [t("detail.length"), p.length_m ? metres(p.length_m) : null],
      [t("detail.built"), p.length_m && p.built?.length ? t("detail.built_of", { built: wholeMetres(p.built_m), length: wholeMetres(p.length_m) }) : null],
      [t("detail.area"), p.area_m2 ? squareMetres(p.area_m2) : null],
      [t("detail.position"), position(p)],
    ]),
    rest,
  ];
}

/** How good the position is, in a word and in a sentence. */
function position(p) {
  if (!p.position) return null;
  return [
    el("span", { class: `position position-${p.position}` }, p.position_label || p.position),
    QUALITIES.includes(p.position) ? el("span", { class: "muted position-means" }, t(`quality.${p.position}`)) : "",
  ];
}

function progress(p, colour) {
  const bar = (name, value, kind, none) => {
    const fill = el("span", { class: `bar-fill ${kind}` });
    fill.style.width = `${Math.max(0, Math.min(100, value ?? 0))}%`;
    if (kind === "reported") fill.style.setProperty("--status", colour);
    const known = value !== null && value !== undefined;
    return el("div", { class: "bar-line" },
      el("span", { class: "bar-name" }, name),
      el("span", { class: "bar-track", "aria-hidden": "true" }, fill),
      el("span", { class: known ? "bar-value" : "bar-value muted" }, known ? percent(value) : none));
  };
  return el("div", { class: "progress" },
    bar(t("detail.planned"), p.planned_percent, "planned", t("detail.unplanned")),
    bar(t("detail.reported"), p.reported_percent, "reported", t("detail.unreported")));
}

function more(p) {
  const targets = (p.targets || []).map((target) => {
    const title = local(target, "title");
    const amount = target.quantity === null || target.quantity === undefined ? "" : `${number(target.quantity, 2)} ${local(target, "unit")}`;
    const text = target.text || amount;
    return el("li", {}, el("span", {}, title), text === title ? "" : el("b", {}, text));
  });
  const supporting = (p.supporting_units || []).map((unit) => local(unit, "name")).join(separator());
  return [
    facts([
      [t("detail.task"), local(p, "task_title") ? `${t("detail.task_no", { no: p.task })} · ${local(p, "task_title")}` : null],
      [t("detail.supporting"), supporting],
      [t("detail.remark"), local(p, "remark")],
      [t("detail.updated"), moment(p.updated_at)],
    ]),
    block(t("detail.targets"), targets.length ? el("ul", { class: "targets" }, targets) : null),
    block(t("detail.history"), timeline(p.history || [])),
  ].filter(Boolean);
}

/** What happened, the newest first; the older part opens on demand. */
function timeline(history) {
  if (!history.length) return el("p", { class: "muted" }, t("detail.no_history"));
  const entry = ({ at, text }) => el("li", {}, el("time", { datetime: at }, moment(at)), el("span", {}, text));
  const list = el("ol", { class: "history" }, history.slice(0, RECENT).map(entry));
  if (history.length <= RECENT) return list;
  const all = el("button", { class: "small-button", type: "button" }, t("detail.history_all", { n: history.length }));
  all.addEventListener("click", () => {
    list.append(...history.slice(RECENT).map(entry));
    all.remove();
  });
  return [list, all];
}

const separator = () => (boot.lang === "en" ? "; " : "、");

async function copy(button, code) {
  const words = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(new URL(boot.urls.sites + encodeURIComponent(code), location.href).href);
    words.textContent = t("detail.copied");
  } catch {
    words.textContent = t("detail.copy_failed");
  }
  setTimeout(() => (words.textContent = t("detail.copy")), 2500);
}
