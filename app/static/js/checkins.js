// The layer of check-ins, for people who may read them: what came in during the week that is shown, new ones as they
// arrive, and a panel that tells about one.
import { boot, lang, local, t } from "./boot.js";
import { getJson } from "./api.js";
import { CheckinsLayer, SHAPES } from "./checkinslayer.js";
import { collection } from "./collection.js";
import { facts, showDetail } from "./detail.js";
import { el, icon, svg } from "./dom.js";
import { events } from "./events.js";
import { metres } from "./format.js";
import { flight, freeArea } from "./frame.js";
import { addOverlay, restoreOverlays } from "./layers.js";
import { state } from "./state.js";
import { showWords } from "./tooltip.js";

const L = window.L;
const NAME = "checkin"; // in the address: the one that is open
const BEHIND_MS = 200; // another server process may be a moment behind the one that told of a version
const TRIES = 10;

/** Start the layer; `openSite(code)` opens a site's panel. */
export function startCheckins(map, { openSite }) {
  const own = new Checkins(map, openSite);
  own.start();
  return own;
}

/** The mark of a presence as SVG. */
export function presenceSvg(presence, size = 20) {
  const shape = SHAPES[presence];
  if (!shape) return null;
  const sign = { at_site: "presence-sign", doubtful: "presence-stroke", no_position: "presence-stroke" }[presence];
  const body = { at_site: "presence-fill", doubtful: "presence-hollow", no_position: "presence-ring" }[presence];
  return svg("svg", { class: `presence-mark presence-${presence}`, width: size, height: size, viewBox: "-10 -10 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { class: body, d: shape.outline }), svg("path", { class: sign, d: shape.sign }));
}

const label = (p) => p.presence_label || t("checkins.unjudged");
const minute = (iso) => `${iso.slice(0, 10)} ${iso.slice(11, 16)}`; // in the zone's time, as the pages have it
const what = (p) => `${p.subject} ${local(p, "subject_title")}`;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

class Checkins {
  constructor(map, openSite) {
    Object.assign(this, { map, openSite, known: null, selected: null });
    this.layer = new CheckinsLayer();
  }

  start() {
    addOverlay("checkins", this.layer);
    restoreOverlays();
    this.buildKey();
    this.layer.on("add remove", () => this.tellKey());
    state.addEventListener("week", () => this.load({ fresh: true }));
    events.addEventListener("version", () => this.load());
    this.load({ fresh: true });
  }

  /** Read the check-ins of the week that is shown; `fresh`: another week, so none of them is news. */
  async load({ fresh = false } = {}) {
    this.reading?.abort();
    this.reading = new AbortController();
    const { signal } = this.reading;
    if (fresh) this.known = null;
    try {
      const found = await this.read(signal);
      if (signal.aborted) return;
      this.take(found);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.key.lastChild.textContent = t("checkins.failed", { why: error.message }); // the map itself goes on
    }
  }

  async read(signal) {
    const query = new URLSearchParams({ lang, ...(state.week && { week: state.week }) });
    const address = `${boot.urls.checkins}?${query}`;
    for (let n = 1; ; n += 1) {
      const found = await getJson(address, { signal });
      if (!events.state || found.version >= events.state.version || n === TRIES) return found;
      await wait(BEHIND_MS);
    }
  }

  take({ features }) {
    for (const { properties: p } of features) p.distance_words = typeof p.distance_m === "number" ? metres(p.distance_m) : "";
    const news = this.known ? features.filter((one) => !this.known.has(one.id)) : [];
    this.known = new Set([...(this.known || []), ...features.map((one) => one.id)]);
    for (const one of news) this.layer.fresh.add(one.id);
    this.features = features;
    this.layer.setFeatures(features);
    this.tellKey();
    document.documentElement.dataset.checkins = String(features.length);
    if (news.length) this.tell(news);
    const asked = this.selected?.id ?? new URLSearchParams(location.search).get(NAME);
    if (asked && !this.selected) this.openAsked(asked);
    else if (asked) {
      const renewed = features.find((one) => one.id === asked);
      if (renewed) this.open(renewed, { keep: true });
    }
  }

  /** The one that the address names; it may be older than the week that is shown. */
  async openAsked(id) {
    if (this.asked === id) return;
    this.asked = id;
    let one = this.features.find((feature) => feature.id === id);
    if (!one) {
      const found = await getJson(`${boot.urls.checkins}?${new URLSearchParams({ lang, id })}`).catch(() => null);
      one = found?.features[0];
      if (!one) return;
      one.properties.distance_words = typeof one.properties.distance_m === "number" ? metres(one.properties.distance_m) : "";
    }
    if (!collection.loaded) await new Promise((done) => collection.addEventListener("change", done, { once: true }));
    if (!this.map.hasLayer(this.layer)) this.layer.addTo(this.map);
    this.open(one, { show: true });
  }

  /** What a tap at a layer point means here; true when a check-in was meant. */
  tap(point, tolerance) {
    if (!this.map.hasLayer(this.layer)) return false;
    const found = this.layer.hits(point, tolerance);
    if (found.length === 1) this.open(found[0]);
    else if (found.length > 1) this.list(found);
    return found.length > 0;
  }

  /** The label beside the pointer; true when there is one. */
  point(point, tolerance, x, y) {
    const found = this.map.hasLayer(this.layer) ? this.layer.hits(point, tolerance) : [];
    if (!found.length) return false;
    const p = found[0].properties;
    showWords([presenceSvg(p.presence, 18), el("span", {}, el("b", {}, label(p)), " ", what(p)), found.length > 1 ? el("span", { class: "tooltip-more" }, `+${found.length - 1}`) : ""], x, y);
    return true;
  }

  open(one, { show = false, keep = false } = {}) {
    if (!keep) state.select();
    this.selected = one;
    this.layer.setSelected(one);
    this.note?.remove();
    this.write(one.id);
    showDetail(this.panel(one), { focus: show, keep });
    if (show) this.fit(one);
  }

  /** Another thing is shown, or nothing. */
  clear() {
    if (!this.selected) return;
    this.selected = null;
    this.layer.setSelected(null);
    this.write(null);
  }

  write(id) {
    const query = new URLSearchParams(location.search);
    if (query.get(NAME) === id) return;
    if (id) query.set(NAME, id);
    else query.delete(NAME);
    const text = query.toString();
    history.replaceState(history.state, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
  }

  /** Bring position and nearest point into the free part of the map. */
  fit({ geometry, properties: p }) {
    const site = collection.get(p.subject);
    const at = geometry ? [[geometry.coordinates[1], geometry.coordinates[0]]] : [];
    if (geometry && p.near) at.push([p.near[1], p.near[0]]);
    if (!at.length && site?.shape) {
      const { lat, lng } = this.map.unproject([site.shape.anchor[0] * 256, site.shape.anchor[1] * 256], 0);
      at.push([lat, lng]);
    }
    if (at.length) this.map.flyToBounds(L.latLngBounds(at), flight({ ...freeArea(this.map), maxZoom: p.distance_m > 60 ? 16.5 : 18 }));
  }

  panel(one) {
    const p = one.properties;
    const pin = p.position_source === "pin";
    return [
      el("header", { class: "detail-head" }, el("p", { class: "detail-code" }, `${t("checkins.title")} · ${p.subject}`), el("h2", {}, local(p, "subject_title"))),
      el("div", { class: "checkin-standing" }, presenceSvg(p.presence, 40),
        el("div", {}, el("p", { class: "status-word" }, label(p)), el("ul", { class: "checkin-why" }, p.why.map((sentence) => el("li", {}, sentence))))),
      el("div", { class: "actions" },
        el("a", { class: "button primary", href: p.url }, icon("page"), t("checkins.page")),
        collection.get(p.subject) ? el("button", { class: "button", type: "button", on: { click: () => this.openSite(p.subject) } }, icon("target"), t("checkins.site")) : null),
      facts([
        [t("checkins.finding"), [el("b", {}, p.verdict_label), p.finding ? ` ${p.finding}` : ""]],
        [t("checkins.distance"), one.geometry ? (pin ? t("checkins.pin") : p.distance_words) : t("checkins.no_distance")],
        [t("checkins.accuracy"), one.geometry && p.accuracy_m ? metres(p.accuracy_m) : null],
        [t("checkins.by"), p.by],
        [t("checkins.made_at"), minute(p.made_at)],
        [t("checkins.photos"), p.photos ? t("checkins.photos_value", { n: p.photos }) : null],
      ]),
      p.disputed ? el("p", { class: "checkin-dispute" }, icon("warning"), el("a", { href: p.url }, t("checkins.dispute"))) : null,
    ].filter(Boolean);
  }

  list(found) {
    state.select();
    this.clear();
    const rows = found.map((one) => {
      const p = one.properties;
      return el("li", {}, el("button", { class: "hit", type: "button", on: { click: () => this.open(one) } },
        presenceSvg(p.presence, 26),
        el("span", { class: "hit-text" }, el("b", {}, what(p)), el("span", { class: "muted" }, `${label(p)} · ${minute(p.made_at)}`))));
    });
    showDetail([el("header", { class: "detail-head" }, el("h2", {}, t("checkins.hits", { n: found.length }))), el("ul", { class: "hits" }, rows)]);
  }

  /** A quiet line about what has just come in; it stays until it is followed, closed or overtaken. */
  tell(news) {
    this.note?.remove();
    const [first, ...others] = news;
    const p = first.properties;
    const text = t("checkins.new", { what: what(p), presence: label(p) });
    const close = () => this.note.remove();
    this.note = el("div", { class: "checkin-note card" },
      presenceSvg(p.presence, 20),
      el("p", { role: "status" }, text, others.length ? el("span", { class: "muted" }, ` ${t("checkins.more", { n: others.length })}`) : null),
      el("button", { class: "small-button", type: "button", on: { click: () => this.open(first, { show: true }) } }, t("checkins.look")),
      el("button", { class: "icon-button", type: "button", "aria-label": t("checkins.close"), title: t("checkins.close"), on: { click: close } }, icon("close")));
    document.getElementById("content").append(this.note);
  }

  /** What the marks mean, below the legend, for as long as any of them is on the map. */
  buildKey() {
    this.key = el("div", { class: "legend-checkins", id: "legend-checkins", hidden: true },
      el("p", {}),
      el("ul", {}, Object.keys(SHAPES).map((name) => el("li", {}, presenceSvg(name, 18), el("span", {}, boot.presences[name])))));
    document.getElementById("legend").append(this.key);
  }

  tellKey() {
    this.key.hidden = !this.features?.length || !this.map.hasLayer(this.layer);
    this.key.firstChild.textContent = t(state.week ? "checkins.key_week" : "checkins.key");
  }
}
