// Check-ins on the map: small marks where somebody stood (beside the site's mark when no position came along), told
// apart by shape. For the selected one also the circle of its accuracy and the way to the nearest point of the site.
import { CanvasLayer } from "./canvas.js";
import { collection } from "./collection.js";
import { FONT } from "./groundlayer.js";
import { mercatorX, mercatorY } from "./geometry.js";
import { onTheme } from "./theme.js";

const EARTH_M = 40_075_016.686; // the equator of Web Mercator
const BESIDE = 15; // pixels right above a site's anchor, for those without a position
const NEAR_ZOOM = 13; // from here on the marks carry their signs

const colours = () => {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  return { accent: token("--accent"), onAccent: token("--on-accent"), ink: token("--ink"), quiet: token("--ink-3"), paper: token("--surface") };
};

/** Outline and sign of a presence around 0, 0; the radius of the whole is 8. The pages' marks are the same. */
export const SHAPES = {
  at_site: { outline: "M-8 0A8 8 0 1 1 8 0A8 8 0 1 1-8 0Z", sign: "M-3.6 .4l2.6 2.6 4.8-5.6", full: true },
  doubtful: { outline: "M0-8.2L8.6 7.2H-8.6Z", sign: "M0-3.2V2M0 4.6V4.8" },
  no_position: { outline: "M-7.2 0A7.2 7.2 0 1 1 7.2 0A7.2 7.2 0 1 1-7.2 0Z", sign: "M-2.9-2.9L2.9 2.9M2.9-2.9L-2.9 2.9", dash: [2.6, 3] },
};
for (const shape of Object.values(SHAPES)) Object.assign(shape, { path: new Path2D(shape.outline), stroke: new Path2D(shape.sign) });

/** Where a check-in is drawn on the unit square, and whether that is beside a site and not somebody's position. */
function spotOf(feature) {
  if (feature.geometry) {
    const [lon, lat] = feature.geometry.coordinates;
    return { x: mercatorX(lon), y: mercatorY(lat), beside: false };
  }
  const anchor = collection.get(feature.properties.subject)?.shape?.anchor;
  return anchor ? { x: anchor[0], y: anchor[1], beside: true } : null;
}

export const CheckinsLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, { pane: "checkins" });
    this.features = [];
    this.marks = []; // what was drawn: {feature, x, y, radius}
    this.fresh = new Set(); // ids of those that came in while the page was open
    onTheme(() => this.repaint());
    collection.addEventListener("change", () => this.repaint());
  },

  /** Show these, the newest first. */
  setFeatures(features) {
    this.features = features;
    this.repaint();
  },

  setSelected(feature) {
    this.selected = feature;
    if (feature) this.fresh.delete(feature.id);
    this.repaint();
  },

  /** Check-ins under a layer point, the topmost first; each once. */
  hits(point, tolerance) {
    if (!this._map) return [];
    const found = this.marks.filter(({ x, y, radius }) => Math.hypot(point.x - x, point.y - y) <= radius + tolerance * 0.6);
    return [...new Set(found.reverse().flatMap((mark) => mark.all))];
  },

  paint(ctx, view) {
    const look = colours();
    const near = view.zoom >= NEAR_ZOOM;
    const scale = near ? 1 : 0.58; // on the overview the sites' own marks come first
    this.marks = [];
    const chosen = this.selected;
    if (chosen) this._way(ctx, view, chosen, look);
    const grouped = new Map(); // those without a position share the place beside their site
    const order = [...this.features].reverse().filter((feature) => feature.id !== chosen?.id);
    if (chosen) order.push(chosen);
    for (const feature of order) {
      const spot = spotOf(feature);
      if (!spot || !view.sees([spot.x, spot.y, spot.x, spot.y])) continue;
      const [x, y] = [view.x(spot.x) + (spot.beside ? BESIDE : 0), view.y(spot.y) - (spot.beside ? BESIDE : 0)];
      if (spot.beside) {
        const before = grouped.get(feature.properties.subject);
        if (before) this.marks.splice(this.marks.indexOf(before), 1);
        const mark = { x, y, radius: 9 * scale, feature, all: [feature, ...(before?.all || [])] };
        grouped.set(feature.properties.subject, mark);
        this.marks.push(mark);
      } else this.marks.push({ x, y, radius: 9 * scale, feature, all: [feature] });
    }
    for (const { feature, x, y } of this.marks) this._mark(ctx, x, y, feature, look, near, scale * (feature.id === chosen?.id ? 1.35 : 1));
  },

  _mark(ctx, x, y, feature, look, near, scale) {
    const shape = SHAPES[feature.properties.presence] || SHAPES.no_position;
    ctx.save();
    ctx.translate(x, y);
    if (this.fresh.has(feature.id)) {
      ctx.beginPath();
      ctx.arc(0, 0, 15 * scale, 0, 2 * Math.PI);
      ctx.globalAlpha = 0.25;
      ctx.fillStyle = look.accent;
      ctx.fill();
      ctx.globalAlpha = 1;
    }
    ctx.scale(scale, scale);
    ctx.lineJoin = ctx.lineCap = "round";
    ctx.strokeStyle = look.paper;
    ctx.lineWidth = 5;
    ctx.stroke(shape.path);
    ctx.fillStyle = shape.full ? look.accent : look.paper;
    ctx.fill(shape.path);
    ctx.strokeStyle = shape.full ? look.accent : shape.dash ? look.quiet : look.ink;
    ctx.lineWidth = 2;
    ctx.setLineDash(shape.dash || []);
    ctx.stroke(shape.path);
    ctx.setLineDash([]);
    if (near) {
      ctx.strokeStyle = shape.full ? look.onAccent : shape.dash ? look.quiet : look.ink;
      ctx.stroke(shape.stroke);
    }
    ctx.restore();
  },

  /** The accuracy's circle, and the dotted way to the nearest point of the site with the distance beside it. */
  _way(ctx, view, { geometry, properties: p }, look) {
    if (!geometry) return;
    const [lon, lat] = geometry.coordinates;
    const [x, y] = [view.x(mercatorX(lon)), view.y(mercatorY(lat))];
    const metre = view.scale / (EARTH_M * Math.cos((lat * Math.PI) / 180));
    if (p.accuracy_m) {
      ctx.beginPath();
      ctx.arc(x, y, p.accuracy_m * metre, 0, 2 * Math.PI);
      ctx.fillStyle = ctx.strokeStyle = look.accent;
      ctx.globalAlpha = 0.1;
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.lineWidth = 1.2;
      ctx.setLineDash([5, 4]);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    if (!p.near) return;
    const [footX, footY] = [view.x(mercatorX(p.near[0])), view.y(mercatorY(p.near[1]))];
    const long = Math.hypot(footX - x, footY - y);
    if (long < 3) return;
    ctx.lineCap = "round";
    for (const [colour, width, dash] of [[look.paper, 6, []], [look.ink, 2, [1, 5]]]) {
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.lineTo(footX, footY);
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      ctx.setLineDash(dash);
      ctx.stroke();
    }
    ctx.setLineDash([]);
    ctx.save();
    ctx.translate(footX, footY);
    ctx.rotate(Math.PI / 4);
    ctx.fillStyle = look.paper;
    ctx.strokeStyle = look.ink;
    ctx.fillRect(-4, -4, 8, 8);
    ctx.strokeRect(-4, -4, 8, 8);
    ctx.restore();
    if (long < 50 || !p.distance_words) return;
    ctx.font = `700 13px ${FONT}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.strokeStyle = look.paper;
    ctx.fillStyle = look.ink;
    ctx.lineWidth = 5;
    ctx.lineJoin = "round";
    const [textX, textY] = [(x + footX) / 2, (y + footY) / 2 - 14];
    ctx.strokeText(p.distance_words, textX, textY);
    ctx.fillText(p.distance_words, textX, textY);
  },
});
