// A halo under the site that is pointed at and under the selected one, on a canvas of its own below the sites:
// hovering repaints two shapes, not ten thousand.
import { CanvasLayer } from "./canvas.js";
import { strokeHalo } from "./lines.js";
import { manner, traceSite } from "./siteslayer.js";
import { onTheme, theme } from "./theme.js";

const ROOM = 40; // pixels that marks and halos may reach beyond a site's box
const COLOURS = {
  light: { hover: "rgba(18,62,140,.34)", selected: "#123E8C", paper: "#FFFFFF" },
  dark: { hover: "rgba(143,178,245,.45)", selected: "#8FB2F5", paper: "#14181D" },
};

export const HighlightLayer = CanvasLayer.extend({
  initialize() {
    CanvasLayer.prototype.initialize.call(this, { pane: "highlight" });
    onTheme(() => this.repaint());
  },

  setHover(site) {
    if (site === this._hover) return;
    this._hover = site;
    this.repaint();
  },

  setSelected(site) {
    this._selected = site;
    this.repaint();
  },

  extent(view) {
    const boxes = [this._hover, this._selected].filter((site) => site?.shape).map((site) => site.shape.box);
    if (!boxes.length) return null;
    const edge = (pick, at) => pick(...boxes.map((box) => box[at]));
    const [left, top, right, bottom] = [edge(Math.min, 0), edge(Math.min, 1), edge(Math.max, 2), edge(Math.max, 3)];
    return [view.x(left) - ROOM, view.y(top) - ROOM, view.x(right) + ROOM, view.y(bottom) + ROOM];
  },

  paint(ctx, view) {
    const { hover, selected } = COLOURS[theme()];
    if (this._hover?.shape && this._hover !== this._selected) this._one(ctx, view, this._hover, hover, 5);
    if (this._selected?.shape) this._one(ctx, view, this._selected, selected, 4);
  },

  _one(ctx, view, site, colour, grow) {
    const how = manner(site, view);
    const { paper } = COLOURS[theme()];
    if (how.outline) {
      traceSite(ctx, site, view);
      strokeHalo(ctx, site.look, view.zoom, colour, grow + 1);
      strokeHalo(ctx, site.look, view.zoom, paper, 1);
    }
    if (!how.mark || how.badge) return;
    for (const place of site.shape.points.length ? site.shape.points : [site.shape.anchor]) {
      for (const [radius, fill] of [[how.radius * 1.28 + 2 + grow, colour], [how.radius * 1.28 + 2, paper]]) {
        ctx.beginPath();
        ctx.arc(view.x(place[0]), view.y(place[1]), radius, 0, 2 * Math.PI);
        ctx.fillStyle = fill;
        ctx.fill();
      }
    }
  },
});
