// The map behind the list: the listed projects, me with my accuracy, the way to the chosen one.
import { t } from "../boot.js";
import { CanvasLayer } from "../canvas.js";
import { el, icon } from "../dom.js";
import { flight, freeEdges } from "../frame.js";
import { mercatorX, mercatorY } from "../geometry.js";
import { markSvg } from "../marks.js";
import { scale } from "../scale.js";
import { onTheme, theme } from "../theme.js";
import { startBaseMaps } from "./basemaps.js";
import { awayNodes, scrolling, sheet } from "./nearby.js";
import { boundsOf, buildMap, setSites } from "./mapparts.js";
import { filters } from "./filters.js";
import { position } from "./position.js";
import { projects } from "./projects.js";
import { current, onShow, show } from "./screens.js";

const L = window.L;
const FINGER = 18; // pixels a fingertip may miss by
const CLOSE = 16; // nearer than this the streets around are out of sight
const FAR_M = 30_000; // farther away than this, here and there make no picture together

/** The straight way from here to the nearest position of the chosen project. */
const WayLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, { pane: "highlight" });
    onTheme(() => this.repaint());
  },

  setWay(from, to) {
    this._ends = from && to ? [from, to] : null;
    this.repaint();
  },

  paint(ctx, view) {
    if (!this._ends) return;
    const [a, b] = this._ends.map(([lon, lat]) => [view.x(mercatorX(lon)), view.y(mercatorY(lat))]);
    ctx.beginPath();
    ctx.moveTo(...a);
    ctx.lineTo(...b);
    ctx.lineCap = "round";
    const [ink, paper] = theme() === "dark" ? ["#8FB2F5", "#14181D"] : ["#123E8C", "#FFFFFF"];
    for (const [colour, width, dash] of [[paper, 6, []], [ink, 3, [2, 8]]]) {
      ctx.setLineDash(dash);
      ctx.lineWidth = width;
      ctx.strokeStyle = colour;
      ctx.stroke();
    }
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.arc(b[0], b[1], 6, 0, 2 * Math.PI);
    ctx.fillStyle = paper;
    ctx.fill();
    ctx.lineWidth = 3;
    ctx.strokeStyle = ink;
    ctx.stroke();
  },
});

const REST_MS = 300; // how long the map leaves the list alone that a thumb is moving

let parts = null;
let building = null;
let way = null;
let following = true;
let followButton = null;
let chosen = null; // the project that is marked

/** Build the map; once. Resolves when it is there. */
export const start = () => (building ??= build());

async function build() {
  document.getElementById("m-map").hidden = false;
  let missed = false; // something has changed while the layers were being made
  const takeOrMiss = () => (parts ? take() : (missed = true));
  projects.addEventListener("change", takeOrMiss);
  filters.addEventListener("change", takeOrMiss);
  parts = await buildMap(document.getElementById("m-canvas"), {
    look: (map) => current?.name === "site" || overview(false, map),
    keeps: () => filters.test(),
  });
  const { map, sites } = parts;
  way = new WayLayer().addTo(map);
  buildTools();
  scale(map);
  startBaseMaps(parts);
  map.on("click", (event) => tapped(sites.hits(event.layerPoint, FINGER)));
  map.on("dragstart", () => follow(false));
  projects.addEventListener("moved", moved);
  position.addEventListener("change", keepCentred);
  onShow("nearby", () => choose(null));
  onShow("site", ({ code }) => choose(projects.get(code)));
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  if (missed) take();
  document.documentElement.dataset.map = "yes";
  window.minshengPhone = { map, pixelOf };
}

function take() {
  setSites(parts, filters.test());
  if (current?.name === "site") choose(projects.get(current.params.code), { still: true });
}

function buildTools() {
  const { map } = parts;
  const tool = (name, symbol, run) => {
    const button = el("button", { class: "m-tool", type: "button", id: `m-tool-${name}`, "aria-label": t(`phone.map.${name}`), on: { click: run } }, icon(symbol));
    document.getElementById("m-map-tools").append(button);
    return button;
  };
  followButton = tool("follow", "follow", () => {
    if (!position.current) return void position.ask();
    follow(true);
    centre();
  });
  tool("zoom_in", "plus", () => map.zoomIn(1));
  tool("zoom_out", "minus", () => map.zoomOut(1));
  follow(following);
}

function follow(on) {
  following = on;
  followButton.setAttribute("aria-pressed", String(on));
}

/** The zoom and centre at which bounds fill what the sheet leaves free. */
function fit(bounds, { maxZoom = CLOSE, animate = true, map = parts.map } = {}) {
  const { left, top, right, bottom } = freeEdges(map);
  const options = { paddingTopLeft: [left + 20, top + 20], paddingBottomRight: [right + 10, bottom], maxZoom };
  if (animate) map.flyToBounds(bounds, flight(options));
  else map.fitBounds(bounds, { ...options, animate: false });
}

let again = null;
/** As long as the map follows me, unless it cannot be seen; not while the list is being scrolled. */
function keepCentred() {
  clearTimeout(again);
  if (!following || current?.name !== "nearby" || sheet.at === "full" || !position.current) return;
  if (scrolling()) again = setTimeout(keepCentred, REST_MS);
  else centre();
}

/** Bring me into the middle of what is free, at the present zoom. */
function centre() {
  const { map } = parts;
  const { lon, lat } = position.current;
  const { left, top, right, bottom } = freeEdges(map);
  const zoom = map.getZoom();
  const at = map.project([lat, lon], zoom).add([(right - left) / 2, (bottom - top) / 2]);
  const to = map.unproject(at, zoom);
  if (map.latLngToContainerPoint(to).distanceTo(map.getSize().divideBy(2)) < 1) return; // all layers would be painted for nothing
  map.panTo(to, flight());
}

/** Me and the nearest project, or all projects as long as it is not known where I am. */
function overview(animate = true, map = parts.map) {
  const here = position.current;
  const nearest = here && projects.sorted("distance", filters.test())[0];
  const found = nearest && projects.away(nearest);
  if (found && found.distance_m < FAR_M) return fit(around(here, found.point), { animate, map });
  const boxes = projects.all.filter((one) => one.shape).map((one) => one.shape.box);
  const edge = (pick, at) => pick(...boxes.map((box) => box[at]));
  if (boxes.length) fit(boundsOf(map, { box: [edge(Math.min, 0), edge(Math.min, 1), edge(Math.max, 2), edge(Math.max, 3)] }), { animate, map });
}

const around = ({ lon, lat, accuracy_m: off }, point) =>
  L.latLng(lat, lon).toBounds(Math.max(120, Math.min(off ?? 0, 1000) * 2)).extend([point[1], point[0]]);

let placed = false;
function moved() {
  if (!placed && projects.here && current?.name === "nearby") {
    placed = true;
    overview();
  }
  if (current?.name === "site") drawWay(projects.get(current.params.code));
}

function drawWay(project) {
  const found = project && projects.away(project);
  way.setWay(found?.distance_m ? [projects.here.lon, projects.here.lat] : null, found?.point);
  return found;
}

/** Mark a project and bring it in, together with me when I am not too far away; null: none. */
function choose(project, { still = false } = {}) {
  const site = project?.shape ? project : null;
  if (site !== chosen) {
    chosen = site;
    parts.highlight.setSelected(site);
    parts.sites.setSelected(site);
  }
  const found = drawWay(site);
  if (!site || still) return;
  follow(false);
  const bounds = found && found.distance_m < FAR_M ? around(projects.here, found.point) : boundsOf(parts.map, site.shape);
  fit(bounds, { maxZoom: 17 });
}

function tapped(hits) {
  if (hits.length === 1) return show("site", { code: hits[0].code });
  if (hits.length < 2) return;
  const dialog = document.getElementById("m-hits") || document.getElementById("content").appendChild(
    el("dialog", { class: "m-dialog", id: "m-hits", "aria-labelledby": "m-hits-title" }));
  const open = (code) => {
    dialog.close();
    show("site", { code });
  };
  dialog.replaceChildren(
    el("h2", { class: "m-dialog-title", id: "m-hits-title" }, t("hits.title", { n: hits.length })),
    el("ul", { class: "m-hits" }, hits.map((project) => el("li", {},
      el("button", { class: "m-row-link", type: "button", on: { click: () => open(project.code) } },
        markSvg(project.properties.status, { kind: project.properties.kind, size: 36 }),
        el("span", { class: "m-row-text" }, el("span", { class: "m-row-title" }, project.title),
          el("span", { class: "m-row-more" }, el("b", {}, project.look.label), " ", project.code)),
        el("span", { class: "m-away" }, ...awayNodes(project)))))),
    el("button", { class: "m-button", type: "button", on: { click: () => dialog.close() } }, t("phone.shell.close")),
  );
  dialog.showModal();
}

/** Where a project's mark is on the screen: [x, y], or null. For tests and for support. */
function pixelOf(code) {
  const shape = projects.get(code)?.shape;
  if (!shape) return null;
  const place = shape.points[0] || shape.anchor;
  const { x, y } = parts.map.latLngToContainerPoint(parts.map.unproject([place[0] * 256, place[1] * 256], 0));
  const frame = parts.map.getContainer().getBoundingClientRect();
  return [x + frame.left, y + frame.top];
}

