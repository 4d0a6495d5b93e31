// What the page shows: filters, search and selection, kept in the address's query string.
// Events: "filters" when the filtered set may change, "selection" when another site or town is opened, "week" when
// the ledger of another week is asked for.

export const FACETS = ["status", "item", "town", "kind", "unit"];

class State extends EventTarget {
  constructor() {
    super();
    this.read();
    addEventListener("popstate", () => {
      const { week } = this;
      if (this.read()) this.emit("filters");
      if (week !== this.week) this.emit("week");
      this.emit("selection");
    });
  }

  /** Take filters and selection from the address; true when the filters differ from before. */
  read() {
    const query = new URLSearchParams(location.search);
    const before = this.facets ? this.filterText() : null;
    this.facets = Object.fromEntries(FACETS.map((name) => [name, new Set(query.getAll(name).filter(Boolean))]));
    this.q = query.get("q") || "";
    this.site = query.get("site");
    this.place = query.get("place");
    this.week = /^\d{4}-W\d\d$/.test(query.get("week") || "") ? query.get("week") : null;
    return before !== this.filterText();
  }

  filterText() {
    const query = new URLSearchParams();
    for (const name of FACETS) for (const value of this.facets[name]) query.append(name, value);
    if (this.q.trim()) query.set("q", this.q.trim());
    return query.toString();
  }

  /** The page's query string for the present state; parameters that are not ours stay. */
  search() {
    const query = new URLSearchParams(location.search);
    for (const name of [...FACETS, "q", "site", "place", "week"]) query.delete(name);
    for (const [name, value] of new URLSearchParams(this.filterText())) query.append(name, value);
    if (this.site) query.set("site", this.site);
    if (this.place) query.set("place", this.place);
    if (this.week) query.set("week", this.week);
    const text = query.toString();
    return text ? `?${text}` : "";
  }

  /** Write the address. Typing replaces the entry, deliberate steps add one, so that "back" undoes a step. */
  write(push) {
    const address = location.pathname + this.search() + location.hash;
    if (address === location.pathname + location.search + location.hash) return;
    try {
      history[push ? "pushState" : "replaceState"](null, "", address);
    } catch {
      // A file opened from a disk keeps its address; the state is the page's own then.
    }
  }

  emit(name) {
    this.dispatchEvent(new Event(name));
  }

  toggle(facet, value) {
    const set = this.facets[facet];
    if (!set.delete(value)) set.add(value);
    this.changed();
  }

  setFacet(facet, values) {
    this.facets[facet] = new Set(values);
    this.changed();
  }

  type(text) {
    if (text === this.q) return;
    this.q = text;
    this.write(false);
    this.emit("filters");
  }

  clear() {
    for (const name of FACETS) this.facets[name].clear();
    this.q = "";
    this.changed();
  }

  changed() {
    this.write(true);
    this.emit("filters");
  }

  /** Open a site (by code), a town (by code), or nothing. */
  select({ site = null, place = null } = {}) {
    if (site === this.site && place === this.place) return;
    this.site = site;
    this.place = place;
    this.write(true);
    this.emit("selection");
  }

  /** Ask for the ledger of a week; the present one needs no mention. A slider's way there makes no steps to go back. */
  setWeek(week, present, { push = true } = {}) {
    const next = week === present ? null : week;
    if (next === this.week) return;
    this.week = next;
    this.write(push);
    this.emit("week");
  }

  get filtered() {
    return this.filterText() !== "";
  }
}

export const state = new State();
