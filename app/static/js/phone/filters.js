// Which projects are listed and in which order; kept on this phone until the person clears it.
import { normal } from "./projects.js";

const STORE = "m-filters";
export const FACETS = ["status", "visit", "item", "town", "kind"];
export const ORDERS = ["distance", "urgency", "code"];
let today = new Set(); // codes of the projects that this person has checked in at today
const keyOf = {
  visit: (p) => (today.has(p.code) ? "today" : "not_today"),
  status: (p) => p.status,
  item: (p) => String(p.item),
  town: (p) => p.town_code || "",
  kind: (p) => p.kind,
};

/** Event "change" whenever another set or order may result. */
class Filters extends EventTarget {
  constructor() {
    super();
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(STORE)) || {};
    } catch {
      // blocked storage or another page's words: begin with everything
    }
    this.order = ORDERS.includes(kept.order) ? kept.order : ORDERS[0];
    this.q = typeof kept.q === "string" ? kept.q : "";
    this.facets = Object.fromEntries(FACETS.map((name) => [name, new Set(Array.isArray(kept[name]) ? kept[name] : [])]));
  }

  /** How many kinds of limits are set, the search not counted. */
  get count() {
    return FACETS.filter((name) => this.facets[name].size).length;
  }

  get active() {
    return this.count > 0 || this.words.length > 0;
  }

  get words() {
    return normal(this.q).split(/\s+/).filter(Boolean);
  }

  /** The test a project must pass; `except` leaves one facet out, to count what its choices would give. */
  test(except = null) {
    const { words } = this;
    const asked = FACETS.filter((name) => name !== except && this.facets[name].size);
    return (project) =>
      words.every((word) => project.text.includes(word)) &&
      asked.every((name) => this.facets[name].has(keyOf[name](project.properties)));
  }

  /** How many projects each choice of a facet would show: value → number. */
  counts(name, projects) {
    const found = new Map();
    for (const project of projects.filter(this.test(name))) {
      const key = keyOf[name](project.properties);
      found.set(key, (found.get(key) || 0) + 1);
    }
    return found;
  }

  search(text) {
    if (text === this.q) return;
    this.q = text;
    this.changed();
  }

  sort(order) {
    this.order = order;
    this.changed();
  }

  set(name, value, on) {
    if (on) this.facets[name].add(value);
    else this.facets[name].delete(value);
    this.changed();
  }

  /** Told by visits.js: where this person has checked in today. */
  visited(codes) {
    const before = today;
    today = codes;
    const same = before.size === codes.size && [...codes].every((code) => before.has(code));
    if (!same && this.facets.visit.size) this.dispatchEvent(new Event("change"));
  }

  clear() {
    for (const name of FACETS) this.facets[name].clear();
    this.q = "";
    this.changed();
  }

  changed() {
    const { order, q } = this;
    const kept = { order, q, ...Object.fromEntries(FACETS.map((name) => [name, [...this.facets[name]]])) };
    try {
      localStorage.setItem(STORE, JSON.stringify(kept));
    } catch {
      // the choice lasts as long as the page
    }
    this.dispatchEvent(new Event("change"));
  }
}

export const filters = new Filters();
