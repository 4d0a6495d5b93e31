// The coverage board in large: what if there were one more. Nothing here is saved.
import { el, svg } from "./dom.js";

const MOST = 10;

/** Drawing units of a position, and back: the map is even in degrees, as its frame says. */
function frameOf(drawing) {
  const [west, south, east, north] = drawing.dataset.bounds.split(" ").map(Number);
  const { width, height } = drawing.viewBox.baseVal;
  return {
    xy: ([lon, lat]) => [((lon - west) / (east - west)) * width, ((north - lat) / (north - south)) * height],
    lonLat: (x, y) => [west + (x / width) * (east - west), north - (y / height) * (north - south)],
  };
}

const point = (xy) => xy.map((value) => value.toFixed(1)).join(" ");

/** SVG path data of a GeoJSON polygon or multipolygon. */
function pathOf(geometry, frame) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.flat().map((ring) => `M${ring.map((position) => point(frame.xy(position))).join("L")}Z`).join("");
}

/** What if: points that are not there, asked of the server together; the newest answer counts. */
export class WhatIf {
  constructor(map, panel) {
    this.panel = panel;
    this.frame = frameOf(map);
    this.points = [];
    this.asked = 0;
    this.told = document.getElementById("tried-told");
    this.row = document.getElementById("tried-row");
    this.clearButton = document.getElementById("try-clear");
    this.language = document.documentElement.lang.startsWith("en") ? "en" : "zh";
    this.number = new Intl.NumberFormat(this.language === "en" ? "en" : "zh-CN", { maximumFractionDigits: 2 });
    this.whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
    this.share = new Intl.NumberFormat(this.language === "en" ? "en" : "zh-CN", { style: "percent", maximumFractionDigits: 1 });
    panel.hidden = false;
    map.closest(".cv-map").classList.add("can-try");
    map.addEventListener("click", (event) => {
      const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
      this.add(this.frame.lonLat(spot.x, spot.y));
    });
    for (const button of document.querySelectorAll("[data-try]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.add(button.dataset.try.split(",").map(Number)));
    }
    document.getElementById("try-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const [lon, lat] = ["lon", "lat"].map((name) => event.target.elements[name].value.trim());
      if (!lon || !lat || !(Math.abs(lon) <= 180) || !(Math.abs(lat) <= 90)) return this.say(this.panel.dataset.wrong);
      return this.add([Number(lon), Number(lat)]);
    });
    this.clearButton.addEventListener("click", () => this.clear());
  }

  say(text) {
    this.told.textContent = text;
  }

  add(place) {
    if (this.points.length >= MOST) this.points.shift();
    this.points.push(place.map((value) => Number(value.toFixed(6))));
    this.drawPoints();
    return this.ask();
  }

  clear() {
    this.points = [];
    this.asked += 1;
    this.row.hidden = true;
    this.clearButton.hidden = true;
    this.say("");
    this.drawPoints();
    document.getElementById("cv-tried").replaceChildren();
  }

  drawPoints() {
    document.getElementById("cv-points").replaceChildren(
      ...this.points.map((place) => {
        const [x, y] = this.frame.xy(place);
        return svg("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` }, svg("circle", { class: "cv-tried-point", r: 8 }), svg("path", { class: "cv-tried-point", d: "M-4 0H4M0-4V4" }));
      }),
    );
  }

  async ask() {
    const number = (this.asked += 1);
    this.say(this.panel.dataset.working);
    const { kind, radius, method, state, week } = this.panel.dataset;
    const query = new URLSearchParams({ kind, radius, method, state, gaps: "0", lang: this.language });
    if (week) query.set("week", week);
    for (const place of this.points) query.append("add", place.join(","));
    try {
      const response = await fetch(`/api/coverage.geojson?${query}`);
      const body = await response.json();
      if (number !== this.asked) return;
      if (!response.ok) throw new Error(body.detail || body.title);
      this.show(body);
    } catch (error) {
      if (number === this.asked) this.say(this.panel.dataset.failed.replace("{why}", error.message));
    }
  }

  show(body) {
    const paths = body.features.map((feature) => svg("path", { class: "cv-tried", "fill-rule": "evenodd", d: pathOf(feature.geometry, this.frame) }));
    document.getElementById("cv-tried").replaceChildren(...paths);
    for (const cell of this.row.querySelectorAll("[data-town]")) {
      const row = cell.dataset.town === "zone" ? body.zone : body.towns.find((town) => town.town_code === cell.dataset.town);
      const before = cell.dataset.town === "zone" ? body.before.zone : body.before.towns.find((town) => town.town_code === cell.dataset.town);
      const more = row.covered_km2 - before.covered_km2;
      const words = [`+${this.panel.dataset.km2.replace("{n}", this.number.format(more))}`, ...this.places(row, before)];
      cell.replaceChildren(this.share.format(row.share), ...words.map((text) => el("span", {}, text)));
    }
    this.row.querySelector("th").textContent = this.panel.dataset.row.replace("{n}", String(this.points.length));
    this.row.hidden = false;
    this.clearButton.hidden = false;
    const gained = body.zone.covered_km2 - body.before.zone.covered_km2;
    this.say(gained > 0 ? "" : this.panel.dataset.outside);
  }

  /** How many more villages and people, where they are loaded. */
  places(row, before) {
    const told = [];
    const { villages, people } = this.panel.dataset;
    if (row.villages && before.villages) told.push(villages.replace("{n}", String(row.villages.covered - before.villages.covered)));
    if (row.population && before.population) told.push(people.replace("{n}", this.whole.format(row.population.covered - before.population.covered)));
    return told;
  }
}
