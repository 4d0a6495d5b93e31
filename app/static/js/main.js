// The planner's page: reads the data once and brings map, list, legend, filters and panels together.
import { stopIfAborted } from "./abort.js";
import { getJson } from "./api.js";
import { boot, t } from "./boot.js";
import { collection } from "./collection.js";
import { startDetail, detailOpen, hideDetail } from "./detail.js";
import { el, icon } from "./dom.js";
import { events } from "./events.js";
import { startFilters } from "./filters.js";
import { startFullScreen, toggleFullScreen } from "./fullscreen.js";
import { flight, freeArea, freeEdges } from "./frame.js";
import { HighlightLayer } from "./highlight.js";
import { showHits } from "./hits.js";
import { LabelLayer } from "./labels.js";
import { addOverlay, openLayers, restoreOverlays } from "./layers.js";
import { startLegend } from "./legend.js";
import { mapMoved, startList } from "./list.js";
import { Locate } from "./locate.js";
import { Measure } from "./measure.js";
import { showMessage } from "./messages.js";
import { startPointer } from "./pointer.js";
import { follow } from "./position.js";
import { printMap, startPrint } from "./print.js";
import { readAhead, sitesOf } from "./readings.js";
import { startSearch } from "./search.js";
import { phone, Sheet } from "./sheet.js";
import { showSite } from "./sitepanel.js";
import { state } from "./state.js";
import { startTooltip } from "./tooltip.js";
import { toolButton, toolGroup } from "./tools.js";
import { showTown } from "./townpanel.js";
import { startWeek, weeks } from "./week.js";
import { startWeekBar, toggleWeekBar } from "./weekplay.js";

const L = window.L;
const root = document.documentElement;
const BUSY_MS = 400; // what is read sooner needs no word
const RENEW_MS = 2_000; // before news that could not be read are asked for again

/** Start the page on folium's map, ground and sites. */
export function start(map, ground, sites) {
  const labels = new LabelLayer(ground, sites);
  const highlight = new HighlightLayer();
  addOverlay("labels", labels);
  restoreOverlays();
  highlight.addTo(map);
  const page = new Page(map, ground, sites, highlight);
  page.build();
  page.loadGround();
  page.load();
  page.loadCheckins();
}

class Page {
  constructor(map, ground, sites, highlight) {
    Object.assign(this, { map, ground, sites, highlight });
  }

  build() {
    const { map } = this;
    startLegend();
    startFilters();
    startSearch();
    startTooltip();
    startPrint(map);
    startWeek();
    this.list = new Sheet(document.getElementById("side"), document.getElementById("side-grip"), {
      stops: { peek: () => 122, half: (room) => room * 0.54, full: (room) => room - 8 },
      at: "peek",
    });
    startDetail({ close: () => this.close(), below: this.list });
    startList({
      open: (site, options) => this.open(site, { ...options, show: true }),
      point: (site) => this.highlight.setHover(site),
      inBounds: (site) => this.inBounds(site),
      fitAll: () => map.fitBounds(map.homeBounds, freeArea(map)),
      reload: () => this.load(),
    });
    this.buildTools();
    startWeekBar({ readAhead: (week) => readAhead(this.sites.options.url, week, { most: this.sites.options.most, version: this.version() }) });
    startPointer(map, {
      ground: this.ground,
      sites: this.sites,
      on: {
        measure: this.measure,
        checkins: () => this.checkins,
        openSite: (site) => this.open(site),
        openHits: (found) => this.openHits(found),
        openTown: (town) => state.select({ place: town.code }),
        nothing: () => state.select(),
        point: (site) => this.highlight.setHover(site),
      },
    });
    collection.addEventListener("change", () => {
      this.sites.setSites(collection.shown);
      this.markSelected();
      if (collection.loaded && state.filtered && !collection.shown.length && this.list.at === "peek") this.list.go("half"); // what to do stands there
    });
    state.addEventListener("selection", () => this.showSelection());
    state.addEventListener("filters", () => phone.matches && state.q && this.list.at === "peek" && this.list.go("half"));
    state.addEventListener("week", () => this.load({ quiet: collection.loaded }));
    events.addEventListener("version", () => this.renew());
    map.on("moveend", mapMoved);
    follow(map);
    addEventListener("keydown", (event) => this.key(event));
    this.note = el("p", { class: "position-note", id: "position-note" }, icon("info"), el("span", {}, t("position_all")));
    document.getElementById("corner").prepend(this.note);
    window.minsheng = { map, pixelOf: (code) => this.pixelOf(code) };
  }

  buildTools() {
    const { map } = this;
    toolGroup(
      toolButton("zoom_in", { iconName: "plus", onClick: () => map.zoomIn(1) }),
      toolButton("zoom_out", { iconName: "minus", onClick: () => map.zoomOut(1) }),
      toolButton("home", { onClick: () => map.flyToBounds(map.homeBounds, flight(freeArea(map))) }),
    );
    const locate = toolButton("locate", { pressed: "false", onClick: () => this.locate.toggle() });
    const measure = toolButton("measure", { iconName: "ruler", pressed: "false", onClick: () => this.measure.toggle() });
    const full = toolButton("full_screen", { iconName: "expand", pressed: "false", onClick: toggleFullScreen });
    toolGroup(
      locate,
      toolButton("layers", { expanded: "false", onClick: openLayers }),
      toolButton("week", { pressed: "false", onClick: toggleWeekBar }),
      measure,
      toolButton("print", { onClick: () => printMap(map) }),
      full,
    );
    this.locate = new Locate(map, locate);
    this.measure = new Measure(map, measure);
    startFullScreen(full);
  }

  /** The newest version there is, as far as the page knows; null before anything has been read or told. */
  version() {
    return Math.max(events.state?.version ?? 0, collection.version ?? 0) || null;
  }

  /**
   * Read the sites of the present (or chosen) week; a new call overtakes one that is still reading. `quiet`: what is
   * shown stays in place, with view, selection, focus and filters, until its news are there.
   */
  async load({ quiet = false } = {}) {
    this.reading?.abort();
    clearTimeout(this.later);
    this.reading = new AbortController();
    const { signal } = this.reading;
    const { week } = state;
    const ready = root.dataset.ready;
    if (!quiet || week !== this.week) delete root.dataset.ready;
    let busy = null;
    let words = t("load.sites");
    const say = setTimeout(() => (busy = showMessage(words, { busy: true })), quiet ? BUSY_MS : 0);
    const told = () => (clearTimeout(say), busy?.());
    try {
      const { url, most } = this.sites.options;
      const { features, partial, version } = await sitesOf(url, week, {
        most,
        signal,
        version: this.version(),
        progress: (n, total) => {
          words = t("load.sites_of", { n, total });
          busy?.update(words);
        },
      });
      stopIfAborted(signal);
      told();
      this.week = week;
      collection.fill(features, version);
      this.ground.keepClearOf(collection.all);
      this.showSelection({ first: !this.started, keep: this.started });
      this.started = true;
      this.tellPositions();
      if (partial && !quiet) showMessage(t("load.partial", { most }));
      requestAnimationFrame(() => requestAnimationFrame(() => {
        if (signal.aborted) return;
        Object.assign(root.dataset, { ready: "yes", version, week: week || weeks.present || "" });
        if (events.state && events.state.version > version) this.renew(); // told while this was being read
      }));
    } catch (error) {
      told();
      if (error.name === "AbortError") return;
      if (quiet && week === this.week && collection.loaded) {
        if (ready) root.dataset.ready = ready;
        this.later = setTimeout(() => this.renew(), RENEW_MS);
        return;
      }
      root.dataset.ready = "failed";
      collection.fail(error.message);
      this.showSelection();
      showMessage(t("load.failed", { why: error.message }), { action: { label: t("load.retry"), run: () => this.load() } });
    }
  }

  /** Take over a new version of the data. */
  renew() {
    if (!this.started || events.state.version === collection.version) return;
    this.load({ quiet: collection.loaded });
  }

  async loadGround() {
    try {
      const { townsUrl, groundUrl } = this.ground.options;
      const [towns, ground] = await Promise.all([getJson(townsUrl), getJson(groundUrl)]);
      this.ground.setData(towns, ground);
      const zone = this.ground.zones[0];
      root.dataset.ground = "yes";
      if (collection.loaded) this.tellPositions();
      if (zone && state.place) this.showSelection({ first: true });
    } catch {
      showMessage(t("load.ground_failed"), { action: { label: t("load.retry"), run: () => this.loadGround() } });
    }
  }

  /** Say how good the positions on the map are, for as long as any of them is illustrative. */
  tellPositions() {
    const drawn = collection.all.filter((site) => site.properties.position === "illustrative").length;
    const ground = [...this.ground.towns, ...this.ground.roads].some((one) => one.position === "illustrative");
    const key = drawn === 0 ? (ground ? "position_ground" : null) : drawn === collection.all.length ? "position_all" : "position_some";
    this.note.hidden = key === null;
    if (key) this.note.lastChild.textContent = t(key);
  }

  /** The layer of check-ins, for people who may read them; nobody else has to fetch it. */
  async loadCheckins() {
    if (!boot.urls.checkins) return;
    const { startCheckins } = await import("./checkins.js");
    this.checkins = startCheckins(this.map, { openSite: (code) => this.open(collection.get(code), { focus: true, show: true }) });
  }

  open(site, { focus = false, show = false } = {}) {
    this.wantFocus = focus;
    this.wantShow = show;
    if (site.code === state.site) this.showSelection();
    else state.select({ site: site.code });
  }

  openHits(found) {
    state.select();
    this.checkins?.clear();
    showHits(found, { open: (site) => this.open(site, { focus: true }), point: (site) => this.highlight.setHover(site) });
  }

  /** Bring panel and highlight in line with the selected site or town; `keep`: it is the same one with news. */
  showSelection({ first = false, keep = false } = {}) {
    const site = state.site ? collection.get(state.site) : null;
    const town = state.place ? this.ground.towns.find((one) => one.code === state.place) : null;
    this.markSelected();
    if (keep && !state.site && !state.place) return; // an open list of hits or a check-in stays
    this.checkins?.clear();
    if (state.site && collection.loaded && !site) {
      showMessage(t("detail.unknown", { code: state.site }));
      return void state.select();
    }
    this.ground.choose(town?.code);
    const focus = this.wantFocus;
    const show = this.wantShow || (first && !location.hash);
    this.wantFocus = this.wantShow = false;
    if (site) {
      showSite(site, { focus, keep, zoomTo: () => this.fit(site.shape, 16) });
      if (keep) return;
      if (show) this.bringIn(site);
      else if (!first) this.uncover(site.shape);
    } else if (town) {
      showTown(town, { focus, keep, zoomTo: () => this.fit(town.shape, 14) });
      if (keep) return;
      if (show) this.fit(town.shape, 14);
    } else hideDetail();
  }

  /** The selected site stands out on the map for as long as the filters leave it there. */
  markSelected() {
    const site = collection.get(state.site);
    const marked = site && collection.shownCodes.has(site.code) ? site : null;
    this.highlight.setSelected(marked);
    this.sites.setSelected(marked);
  }

  boundsOf({ box }) {
    const { map } = this;
    const corner = (x, y) => map.unproject([x * 256, y * 256], 0);
    return L.latLngBounds(corner(box[0], box[3]), corner(box[2], box[1]));
  }

  fit(shape, maxZoom) {
    if (shape) this.map.flyToBounds(this.boundsOf(shape), flight({ ...freeArea(this.map), maxZoom }));
  }

  /** Move the map only when the site cannot be seen beside the panels; zoom only when it would be a speck. */
  bringIn(site) {
    if (!site.shape) return;
    const { map } = this;
    const { left, top, right, bottom } = freeEdges(map);
    const size = map.getSize();
    const free = L.bounds([left, top], [size.x - right, size.y - bottom]);
    const bounds = this.boundsOf(site.shape);
    const here = L.bounds(map.latLngToContainerPoint(bounds.getNorthWest()), map.latLngToContainerPoint(bounds.getSouthEast()));
    if (!free.contains(here) || map.getZoom() < 13) this.fit(site.shape, Math.max(14.5, map.getZoom()));
  }

  /** Move what was tapped out from under the panel that tells about it. */
  uncover(shape) {
    if (!shape) return;
    const at = this.map.unproject([shape.anchor[0] * 256, shape.anchor[1] * 256], 0);
    if (this.map.getBounds().contains(at)) this.map.panInside(at, flight({ ...freeArea(this.map) }));
  }

  inBounds(site) {
    if (!site.shape) return false;
    return this.map.getBounds().intersects(this.boundsOf(site.shape));
  }

  close() {
    this.checkins?.clear();
    if (state.site || state.place) state.select();
    else hideDetail();
  }

  key(event) {
    if (event.defaultPrevented || this.measure.key(event)) return;
    if (event.key === "Escape" && detailOpen()) this.close();
  }

  /** Where a site's anchor is in the window, for tests: {x, y}, or null. */
  pixelOf(code) {
    const site = collection.get(code);
    if (!site?.shape) return null;
    const at = this.map.latLngToContainerPoint(this.map.unproject([site.shape.anchor[0] * 256, site.shape.anchor[1] * 256], 0));
    const frame = this.map.getContainer().getBoundingClientRect();
    return { x: frame.left + at.x, y: frame.top + at.y };
  }
}
