// All sites of the page, and the part of them that the filters leave. Map, list and legend read from here, so they
// cannot disagree.
import { cut } from "./built.js";
import { shapeOf } from "./geometry.js";
import { kindOf, lookOf } from "./looks.js";
import { FACETS, state } from "./state.js";

const normal = (text) => text.normalize("NFKC").toLowerCase();

/** A site as the page handles it: the API's properties, the projected shape and the text to be searched. */
function siteOf(feature) {
  const p = feature.properties;
  const shape = shapeOf(feature.geometry);
  const words = [
    p.code, p.title, p.title_en, p.road, p.item_title, p.item_title_en, p.lead_unit, p.lead_unit_en,
    p.town, p.town_en, p.kind_label || kindOf(p.kind).label,
  ];
  return {
    code: feature.id ?? p.code,
    properties: p,
    shape,
    cut: shape?.lines.length && p.built?.length ? cut(shape.lines, p.built) : null,
    revision: 0, // how often it has changed since the page was opened
    look: lookOf(p.status),
    text: normal(words.filter(Boolean).join(" ")),
    keys: {
      status: p.status,
      item: String(p.item),
      town: p.town_code || "",
      kind: p.kind,
      unit: p.lead_unit_code || "",
    },
  };
}

const sameValue = (one, other) => one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
const sameLine = (one, other) => one.length === other.length && one.every((value, i) => value === other[i]);
const chains = (shape) => (shape ? [...shape.points, ...shape.lines, ...shape.areas.flat()] : []);

/** Take over another state of a site; whoever holds the site (selection, list, panel) goes on holding it. */
function renewed(site, feature) {
  const next = siteOf(feature);
  const names = new Set([...Object.keys(site.properties), ...Object.keys(next.properties)]);
  const [before, after] = [chains(site.shape), chains(next.shape)];
  const same =
    before.length === after.length && before.every((chain, i) => sameLine(chain, after[i])) &&
    [...names].every((name) => sameValue(site.properties[name], next.properties[name]));
  return same ? site : Object.assign(site, next, { revision: site.revision + 1 });
}

/** The words of a search text; all of them have to occur. */
export const searchWords = (text) => normal(text).split(/\s+/).filter(Boolean);

class Collection extends EventTarget {
  constructor() {
    super();
    this.all = [];
    this.shown = [];
    this.byCode = new Map();
    this.shownCodes = new Set();
    this.loaded = false;
    this.version = null; // of the data that the sites were read from
    this.failure = null; // why nothing could be read, in words
    state.addEventListener("filters", () => this.filter());
  }

  /** Show these sites, as of a version of the data; those known already stay the same objects. */
  fill(features, version) {
    this.version = version;
    this.all = features.map((feature) => {
      const known = this.byCode.get(feature.id ?? feature.properties.code);
      return known ? renewed(known, feature) : siteOf(feature);
    });
    this.byCode = new Map(this.all.map((site) => [site.code, site]));
    this.loaded = true;
    this.failure = null;
    this.filter();
  }

  /** Nothing could be read. Sites of another week would be wrong under the new one's name, so none are kept. */
  fail(why) {
    this.all = [];
    this.shown = [];
    this.byCode = new Map();
    this.shownCodes = new Set();
    this.loaded = false;
    this.version = null;
    this.failure = why;
    this.dispatchEvent(new Event("change"));
  }

  filter() {
    const words = searchWords(state.q);
    const active = FACETS.filter((facet) => state.facets[facet].size);
    this.shown = this.all.filter(
      (site) =>
        active.every((facet) => state.facets[facet].has(site.keys[facet])) &&
        words.every((word) => site.text.includes(word)),
    );
    this.shownCodes = new Set(this.shown.map((site) => site.code));
    this.dispatchEvent(new Event("change"));
  }

  /** How many sites each value of a facet would leave, given the search and the *other* facets. */
  counts(facet) {
    const words = searchWords(state.q);
    const others = FACETS.filter((name) => name !== facet && state.facets[name].size);
    const found = new Map();
    for (const site of this.all) {
      if (!others.every((name) => state.facets[name].has(site.keys[name]))) continue;
      if (!words.every((word) => site.text.includes(word))) continue;
      found.set(site.keys[facet], (found.get(site.keys[facet]) || 0) + 1);
    }
    return found;
  }

  /** A site by its code, whether the filters leave it or not; undefined when there is none. */
  get(code) {
    return this.byCode.get(code);
  }
}

export const collection = new Collection();
