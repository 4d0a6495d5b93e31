// The sites on the map: areas below, lines above them, marks on top; the most urgent drawn last.
import { CanvasLayer } from "./canvas.js";
import { clip, contains, distanceTo } from "./geometry.js";
import { markRadius, palette } from "./looks.js";
import { strokeBuilt, strokeStatus } from "./lines.js";
import { stamp } from "./marks.js";
import { onTheme } from "./theme.js";

const SMALL = 26; // an area or line smaller than this on the screen is shown by a mark
const BADGE_ROOM = 72; // a line gets a badge with its pictogram when it is at least this long on the screen
const CROWD = 300; // with more sites in view, labels look for no gaps between lines, and small outlines are left out

const byUrgency = (a, b) => b.look.urgency - a.look.urgency || (a.code < b.code ? 1 : -1);

/** How one site is shown at this zoom: as a mark, as an outline, or both. */
export function manner(site, view) {
  const { shape } = site;
  const size = Math.max(shape.box[2] - shape.box[0], shape.box[3] - shape.box[1]) * view.scale;
  const near = view.zoom >= palette.pictogramZoom;
  if (shape.points.length) return { mark: true, outline: false, radius: markRadius(view.zoom), near, size };
  const small = size < (shape.areas.length ? SMALL : SMALL * 0.6);
  const badge = near && (shape.areas.length > 0 || size >= BADGE_ROOM);
  return { mark: small || badge, outline: true, radius: small ? markRadius(view.zoom) : badge ? 11.5 : 0, near, size, badge: badge && !small };
}

/** Put a site's lines and rings into the context's path. */
export function traceSite(ctx, site, view) {
  ctx.beginPath();
  for (const line of site.shape.lines) view.trace(ctx, line);
  for (const rings of site.shape.areas) for (const ring of rings) view.trace(ctx, ring, true);
}

export const SitesLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, { ...options, pane: "sites" });
    this._sites = [];
    this.marks = []; // what was drawn: {site, x, y, radius, kind}, also for hits and labels
    onTheme(() => this.repaint());
  },

  /** Show these sites instead of the present ones. */
  setSites(sites) {
    this._sites = sites.filter((site) => site.shape).sort(byUrgency);
    this.repaint();
    document.documentElement.dataset.shown = String(sites.length);
  },

  /** The selected site is drawn above all others. */
  setSelected(site) {
    this._selected = site;
    this.repaint();
  },

  paint(ctx, view) {
    const seen = this._sites.filter((site) => site !== this._selected && view.sees(site.shape.box));
    if (this._selected && this._sites.includes(this._selected) && view.sees(this._selected.shape.box)) seen.push(this._selected);
    const manners = seen.map((site) => manner(site, view));
    if (seen.length > CROWD) for (const how of manners) how.outline &&= !how.mark || how.badge || how.size > 2 * how.radius; // its own mark hides it
    this._view = view;
    this._seen = seen;
    seen.forEach((site, i) => {
      if (!manners[i].outline || !site.shape.areas.length) return;
      traceSite(ctx, site, view);
      ctx.globalAlpha = 0.22;
      ctx.fillStyle = site.look.fill;
      ctx.fill("evenodd");
      ctx.globalAlpha = 1;
      strokeStatus(ctx, site.look, view.zoom, { thin: true });
    });
    seen.forEach((site, i) => {
      if (!manners[i].outline || site.shape.areas.length) return;
      if (site.cut) {
        strokeBuilt(ctx, site.look, view.zoom, site.cut, (lines) => {
          ctx.beginPath();
          for (const line of lines) view.trace(ctx, line);
        });
        return;
      }
      traceSite(ctx, site, view);
      strokeStatus(ctx, site.look, view.zoom);
    });
    this._placeMarks(view, seen, manners);
    for (const { site, x, y, radius, kind } of this.marks) stamp(ctx, x, y, site.properties.status, kind, radius);
    this.fire("painted", { view });
  },

  /**
   * Decide which marks to draw, the more urgent first. Points and small areas always get theirs; a badge only repeats
   * what the outline shows and gives way: a line's to any other mark, an area's when it would be hidden anyway.
   */
  _placeMarks(view, seen, manners) {
    const taken = [];
    const placed = new Map();
    const place = (index) => {
      const [site, how] = [seen[index], manners[index]];
      const places = site.shape.points.length ? site.shape.points : [site.shape.anchor];
      for (const unit of places) {
        const [x, y] = [view.x(unit[0]), view.y(unit[1])];
        const room = site.shape.areas.length ? how.radius * 0.8 : how.radius * 2 + 4;
        if (how.badge && taken.some((m) => Math.hypot(m.x - x, m.y - y) < room)) continue;
        const mark = { site, x, y, radius: how.radius, kind: how.near ? site.properties.kind : "" };
        taken.push(mark);
        placed.set(index, [...(placed.get(index) || []), mark]);
      }
    };
    const givesWay = (i) => manners[i].badge && seen[i].shape.lines.length > 0;
    for (let i = seen.length - 1; i >= 0; i -= 1) if (manners[i].mark && !givesWay(i)) place(i);
    for (let i = seen.length - 1; i >= 0; i -= 1) if (manners[i].mark && givesWay(i)) place(i);
    this.marks = seen.flatMap((_, i) => placed.get(i) || []);
  },

  /** Whether the line or outline of a site, other than `own`, runs through a box of layer points; not asked in a crowd. */
  crosses(box, own) {
    const view = this._view;
    if (!view || this._seen.length > CROWD) return false;
    const [min, max] = [{ x: box[0], y: box[1] }, { x: box[2], y: box[3] }];
    return this._seen.some((site) => site !== own && [...site.shape.lines, ...site.shape.areas.flat()].some((line) => {
      for (let i = 2; i < line.length; i += 2) {
        if (clip(view.x(line[i - 2]), view.y(line[i - 1]), view.x(line[i]), view.y(line[i + 1]), min, max)) return true;
      }
      return false;
    }));
  },

  /**
   * Sites within `tolerance` pixels of a layer point, nearest first as a finger means it: marks, then lines, then
   * areas from small to large. Every site once.
   */
  hits(point, tolerance) {
    const view = this._view;
    if (!view || !this._map) return [];
    const found = new Map();
    const add = (site, rank) => {
      if (!found.has(site) || rank < found.get(site)) found.set(site, rank);
    };
    for (const { site, x, y, radius } of this.marks) {
      const away = Math.hypot(point.x - x, point.y - y) - radius;
      if (away <= tolerance) add(site, Math.max(0, away));
    }
    const x = (point.x + view.left) / view.scale;
    const y = (point.y + view.top) / view.scale;
    const reach = tolerance / view.scale;
    for (const site of this._seen) {
      const { box, lines, areas } = site.shape;
      if (x < box[0] - reach || x > box[2] + reach || y < box[1] - reach || y > box[3] + reach) continue;
      for (const line of lines) {
        const away = distanceTo(line, x, y);
        if (away <= reach) add(site, 1000 + away * view.scale);
      }
      for (const rings of areas) {
        const away = Math.min(...rings.map((ring) => distanceTo(ring, x, y)));
        if (contains(rings, x, y)) add(site, 2000 + (box[2] - box[0]) * (box[3] - box[1]) * view.scale);
        else if (away <= reach) add(site, 1000 + away * view.scale);
      }
    }
    return [...found].sort((a, b) => a[1] - b[1]).map(([site]) => site);
  },
});
