// The zone's projects as the list and the map show them: searched, sorted, and how far each is from here.
import { local } from "../boot.js";
import { kindOf, lookOf } from "../looks.js";
import { grade, position } from "./position.js";
import { zone } from "./zone.js";

const MOVED_M = 5; // a shorter way changes nothing that is shown
const NEAR_M = 2000; // nearer projects are measured anew after every move
const SHARE = 0.005; // farther ones when the way since then could be seen in the figure shown

// Numbers in codes count as numbers; a prepared key is compared in a tenth of a collator's time.
const keyOf = (code) => code.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
const byCode = (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
const ORDERS = {
  distance: (a, b) => (a.away?.distance_m ?? Infinity) - (b.away?.distance_m ?? Infinity) || byCode(a, b),
  urgency: (a, b) => a.look.urgency - b.look.urgency || (a.away?.distance_m ?? 0) - (b.away?.distance_m ?? 0) || byCode(a, b),
  code: byCode,
};

export const normal = (text) => text.normalize("NFKC").toLowerCase();

/** A project of the list: the kept properties and what is worked out from them. */
function projectOf(feature) {
  const p = feature.properties;
  let text = null;
  return {
    key: keyOf(p.code),
    code: p.code,
    feature,
    properties: p,
    title: local(p, "title"),
    unit: local(p, "lead_unit"),
    look: lookOf(p.status),
    /** What a search looks through; most people never search. */
    get text() {
      text ??= normal(
        [p.code, p.title, p.title_en, p.road, p.lead_unit, p.lead_unit_en, p.town, p.town_en, kindOf(p.kind).label].filter(Boolean).join(" "),
      );
      return text;
    },
    away: null, // {distance_m, bearing_deg, point} from `from`
    from: null,
  };
}

/** Metres between two positions, to 1 % up to some hundred kilometres: only tells whether it pays to measure anew. */
function roughly(one, other) {
  const dy = (other.lat - one.lat) * 110_900;
  const dx = (other.lon - one.lon) * 111_300 * Math.cos((one.lat * Math.PI) / 180);
  return Math.hypot(dx, dy);
}

/** Events: "change" when the projects are others, "moved" when distances are. */
class Projects extends EventTarget {
  constructor() {
    super();
    this.all = [];
    this.byCode = new Map();
    this.here = null; // the position that the distances are from
    zone.addEventListener("change", () => this.take());
    position.addEventListener("change", () => this.move());
    this.take();
  }

  get(code) {
    return this.byCode.get(code) ?? null;
  }

  take() {
    if (!zone.data || zone.data === this.data) return;
    this.data = zone.data;
    this.all = zone.data.sites.map(projectOf);
    this.byCode = new Map(this.all.map((project) => [project.code, project]));
    if (this.here) this.measureAll();
    this.dispatchEvent(new Event("change"));
  }

  async move() {
    const here = position.current;
    if (!here) {
      if (!this.here) return;
      this.here = null;
      for (const project of this.all) project.away = project.from = null;
      this.dispatchEvent(new Event("moved"));
      return;
    }
    const alike = this.here && this.here.source === here.source && grade(this.here.accuracy_m) === grade(here.accuracy_m);
    if (alike && roughly(this.here, here) < MOVED_M) return;
    this.nearest ??= (await import("./nearest.js")).nearest;
    this.here = position.current ?? here;
    this.measureAll();
    this.dispatchEvent(new Event("moved"));
  }

  measureAll() {
    for (const project of this.all) if (this.stale(project)) this.measure(project);
  }

  stale({ away, from, feature }) {
    if (!feature.geometry) return false;
    if (!away) return true;
    const way = roughly(from, this.here);
    return way > 0 && (away.distance_m - way < NEAR_M || way > away.distance_m * SHARE);
  }

  measure(project) {
    project.away = this.nearest(project.feature.geometry, this.here.lon, this.here.lat);
    project.from = this.here;
  }

  /** A project's distance, bearing and nearest position from exactly here; null without a position. */
  away(project) {
    if (this.here && this.nearest && !(project.from && roughly(project.from, this.here) === 0) && project.feature.geometry) this.measure(project);
    return project.away;
  }

  /** Those that `keeps(project)` lets through, in the order asked for; without a position "distance" is by code. */
  sorted(order, keeps) {
    return this.all.filter(keeps).sort(ORDERS[order === "distance" && !this.here ? "code" : order]);
  }
}

export const projects = new Projects();
