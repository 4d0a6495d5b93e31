// A Leaflet map as all our pages have it: panes, limits, words for screen readers.
import { lang, t } from "./boot.js";
import { freeArea } from "./frame.js";
import { parse } from "./position.js";

const L = window.L;

/** Panes from below to above; only the base map's is dimmed. */
const PANES = { base: 200, ground: 300, highlight: 390, sites: 400, labels: 420, checkins: 430, measure: 440, here: 450 };

/** The map in the element with this id, at the address's position or showing `bounds`. */
export function createMap(id, { bounds, minZoom, maxZoom }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const box = L.latLngBounds(bounds);
  const map = L.map(id, {
    minZoom,
    maxZoom,
    zoomControl: false,
    attributionControl: false,
    zoomSnap: 0.25,
    wheelPxPerZoomLevel: 90,
    maxBounds: box.pad(4),
    maxBoundsViscosity: 0.8,
    zoomAnimation: !still,
    fadeAnimation: !still,
    inertia: !still,
    keyboardPanDelta: 120,
    doubleClickZoom: true,
    tapHold: false,
  });
  for (const [name, zIndex] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = zIndex;
    if (name !== "base") pane.style.pointerEvents = "none";
  }
  map.homeBounds = box;
  const container = map.getContainer();
  container.setAttribute("role", "application");
  container.setAttribute("aria-label", t("label"));
  container.lang = lang === "en" ? "en" : "zh-CN";
  const view = parse(location.hash);
  if (view) map.setView(view.centre, Math.max(minZoom, Math.min(maxZoom, view.zoom)), { animate: false });
  else map.fitBounds(box, { ...freeArea(map), animate: false });
  return map;
}
