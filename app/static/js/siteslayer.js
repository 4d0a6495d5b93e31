// The sites on the map: areas below, lines above them, marks on top; the most urgent drawn last.
import { CanvasLayer } from "./canvas.js";
import { contains, distanceTo } from "./geometry.js";
import { markRadius, palette } from "./looks.js";
import { strokeStatus } from "./lines.js";
import { stamp } from "./marks.js";
import { onTheme } from "./theme.js";

const SMALL = 26; // an area or line smaller than this on the screen is shown by a mark
const BADGE_ROOM = 72; // a line gets a badge with its pictogram when it is at least this long on the screen

const byUrgency = (a, b) => b.look.urgency - a.look.urgency || (a.code < b.code ? 1 : -1);

/** How one site is shown at this zoom: as a mark, as an outline, or both. */
export function manner(site, view) {
  const { shape } = site;
  const size = Math.max(shape.box[2] - shape.box[0], shape.box[3] - shape.box[1]) * view.scale;
  const near = view.zoom >= palette.pictogramZoom;
  if (shape.points.length) return { mark: true, outline: false, radius: markRadius(view.zoom), near, size };
  const small = size < (shape.areas.length ? SMALL : SMALL * 0.6);
  const badge = near && (shape.areas.length > 0 || size >= BADGE_ROOM);
  return { mark: small || badge, outline: true, radius: small ? markRadius(view.zoom) : badge ? 11.5 : 0, near, size, badge };
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
    this.marks = []; // what was drawn: {site, x, y, radius}, for hits and labels
    onTheme(() => this.repaint());
  },

  /** Show these sites instead of the present ones. */
  setSites(sites) {
    this._sites = sites.filter((site) => site.shape).sort(byUrgency);
    this.repaint();
    document.documentElement.dataset.shown = String(sites.length);
  },

  paint(ctx, view) {
    const seen = this._sites.filter((site) => view.sees(site.shape.box));
    const manners = seen.map((site) => manner(site, view));
    this._view = view;
    this._seen = seen;
    this.marks = [];
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
      traceSite(ctx, site, view);
      strokeStatus(ctx, site.look, view.zoom);
    });
    seen.forEach((site, i) => this._paintMarks(ctx, view, site, manners[i]));
    this.fire("painted", { view });
  },

  _paintMarks(ctx, view, site, how) {
    if (!how.mark) return;
    const places = site.shape.points.length ? site.shape.points : [site.shape.anchor];
    for (const place of places) {
      const x = view.x(place[0]);
      const y = view.y(place[1]);
      // Badges are a help, the outline already shows the status: they give way to each other.
      if (how.badge && this.marks.some((m) => Math.hypot(m.x - x, m.y - y) < m.radius + how.radius + 2)) continue;
      stamp(ctx, x, y, site.properties.status, how.near ? site.properties.kind : "", how.radius);
      this.marks.push({ site, x, y, radius: how.radius });
    }
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
