// Picks sections of a line on a small map: the start is clicked, then the end. The text field beside it stays the
// truth and the way for keyboards; the server says where on the line a click lies.
import { getJson } from "./api.js";
import { t } from "./boot.js";
import { el } from "./dom.js";
import { metres } from "./format.js";
import { GroundLayer } from "./groundlayer.js";
import { onTheme, theme } from "./theme.js";

const L = window.L;

/** A click farther from the line than this, in pixels, means something else. */
const REACH_PX = 40;
const COLOURS = {
  light: { casing: "#FFFFFF", line: "#59616C", built: "#123E8C", before: "#8FA6CF", spot: "#B4540A" },
  dark: { casing: "#14181D", line: "#A3ABB5", built: "#8FB2F5", before: "#4C6796", spot: "#F0A35A" },
};

/** The pieces of `parts` (chains of [lon, lat, metres]) between two measures, as Leaflet's [lat, lon]. */
export function between(parts, from, to) {
  const pieces = [];
  for (const chain of parts) {
    const piece = [];
    const put = (point) => piece.push([point[1], point[0]]);
    for (let i = 1; i < chain.length; i += 1) {
      const [a, b] = [chain[i - 1], chain[i]];
      if (b[2] < from || a[2] > to || b[2] === a[2]) continue;
      const along = (m) => a.map((value, axis) => value + ((b[axis] - value) * (m - a[2])) / (b[2] - a[2]));
      if (!piece.length) put(along(Math.max(from, a[2])));
      put(along(Math.min(to, b[2])));
    }
    if (piece.length > 1) pieces.push(piece);
  }
  return pieces;
}

/**
 * A map in `box` for the line of `options`: {parts, length_m, before: [[from, to], …], locate}. `onPick(from, to)` is
 * called with whole metres. Returns {show(sections), undo()}.
 */
export function sectionPicker(box, status, options, onPick) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    attributionControl: false,
    zoomControl: false,
    scrollWheelZoom: false, // the page itself scrolls; two fingers and the buttons zoom
    zoomSnap: 0.25,
    tapHold: false,
    zoomAnimation: !still,
    fadeAnimation: !still,
    inertia: !still,
    keyboard: false,
    doubleClickZoom: false,
  });
  for (const [name, zIndex] of [["ground", 300], ["sections", 400], ["spots", 450]]) {
    const pane = map.createPane(name);
    pane.style.zIndex = zIndex;
    pane.style.pointerEvents = "none";
  }
  L.control.zoom({ position: "topright", zoomInTitle: t("zoom_in"), zoomOutTitle: t("zoom_out") }).addTo(map);
  const whole = between(options.parts, 0, options.length_m);
  map.fitBounds(L.latLngBounds(whole.flat()), { paddingTopLeft: [28, 44], paddingBottomRight: [28, 20], maxZoom: 18 });
  const ground = new GroundLayer({}).addTo(map);
  Promise.all([getJson("/api/towns"), getJson("/api/ground")]).then(
    ([towns, under]) => ground.setData(towns, under),
    () => {}, // the line alone will do
  );

  const drawn = L.layerGroup().addTo(map);
  const spots = L.layerGroup().addTo(map);
  let sections = [];
  let start = null;
  let undone = 0;
  let turn = Promise.resolve(); // clicks count in their order, also where the second comes before the first's answer

  const line = (pieces, color, weight, more = {}) =>
    L.polyline(pieces, { pane: "sections", interactive: false, color, weight, lineCap: "butt", ...more }).addTo(drawn);

  function draw() {
    const colours = COLOURS[theme()];
    drawn.clearLayers();
    line(whole, colours.casing, 11);
    line(whole, colours.line, 3, { dashArray: "6 5" });
    for (const [from, to] of options.before) line(between(options.parts, from, to), colours.before, 9);
    for (const [from, to] of sections) line(between(options.parts, from, to), colours.built, 6);
    for (const [word, at] of [[t("start"), 0], [t("end"), options.length_m]]) {
      const [place] = at ? between(options.parts, 0, at).at(-1).slice(-1) : whole[0];
      spot(place, colours.line, word, drawn);
    }
  }

  function spot(place, color, word, group) {
    L.circleMarker(place, { pane: "spots", radius: 5, color, weight: 2.5, fillColor: COLOURS[theme()].casing, fillOpacity: 1, interactive: false })
      .bindTooltip(el("span", {}, word), { permanent: true, direction: "top", offset: [0, -6], className: "picker-word" })
      .addTo(group);
  }

  function say(text) {
    status.textContent = text;
  }

  function forget() {
    start = null;
    spots.clearLayers();
  }

  /** What a click means, of which the server has said where it lies; `reach` is in metres. */
  function take(found, reach) {
    if (found.off_m > reach) {
      say(t("off", { m: metres(found.off_m) }));
      return;
    }
    const at = Math.round(found.measure_m);
    if (start === null) {
      start = at;
      const [place] = between(options.parts, 0, Math.max(at, 0.01)).at(-1).slice(-1);
      spot(at ? place : whole[0][0], COLOURS[theme()].spot, t("from", { m: at }), spots);
      say(t("now_end", { m: at }));
    } else if (at === start) {
      say(t("same"));
    } else {
      const [from, to] = [Math.min(start, at), Math.max(start, at)];
      forget();
      say(t("added", { from, to }));
      onPick(from, to);
    }
  }

  map.on("click", ({ latlng, containerPoint }) => {
    const before = undone;
    const reach = latlng.distanceTo(map.containerPointToLatLng(containerPoint.add([REACH_PX, 0])));
    const answer = getJson(`${options.locate}?lon=${latlng.lng}&lat=${latlng.lat}`).then(
      (found) => () => take(found, reach),
      (error) => () => say(error.message),
    );
    turn = turn.then(async () => {
      const act = await answer;
      if (before === undone) act();
    });
  });
  onTheme(draw);
  draw();
  say(t("now_start"));
  return {
    show(next) {
      sections = next;
      draw();
    },
    undo() {
      const open = start !== null;
      forget();
      undone += 1;
      say(t("now_start"));
      return open;
    },
  };
}
