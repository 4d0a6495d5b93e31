// The site under the pointer and the selected site, on a canvas of their own: hovering repaints two, not ten thousand.
import { CanvasLayer } from "./canvas.js";
import { lineScale } from "./looks.js";
import { strokeHalo, strokeStatus } from "./lines.js";
import { stamp } from "./marks.js";
import { manner, traceSite } from "./siteslayer.js";
import { onTheme, theme } from "./theme.js";

const COLOURS = {
  light: { hover: "rgba(18,62,140,.28)", selected: "rgba(18,62,140,.9)" },
  dark: { hover: "rgba(143,178,245,.4)", selected: "rgba(143,178,245,.95)" },
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

  paint(ctx, view) {
    const colours = COLOURS[theme()];
    if (this._hover?.shape && this._hover !== this._selected) this._one(ctx, view, this._hover, colours.hover, 5);
    if (this._selected?.shape) this._one(ctx, view, this._selected, colours.selected, 3.5);
  },

  _one(ctx, view, site, colour, grow) {
    const how = manner(site, view);
    if (how.outline) {
      traceSite(ctx, site, view);
      strokeHalo(ctx, site.look, view.zoom, colour, site.shape.areas.length ? grow - lineScale(view.zoom) : grow);
      strokeStatus(ctx, site.look, view.zoom, { thin: site.shape.areas.length > 0 });
    }
    if (!how.mark) return;
    const places = site.shape.points.length ? site.shape.points : [site.shape.anchor];
    for (const place of places) {
      const [x, y] = [view.x(place[0]), view.y(place[1])];
      ctx.beginPath();
      ctx.arc(x, y, how.radius * 1.25 + 2 + grow, 0, 2 * Math.PI);
      ctx.fillStyle = colour;
      ctx.fill();
      ctx.beginPath();
      ctx.arc(x, y, how.radius * 1.25 + 2, 0, 2 * Math.PI);
      ctx.fillStyle = theme() === "dark" ? "#1C2229" : "#FFFFFF";
      ctx.fill();
      stamp(ctx, x, y, site.properties.status, how.near ? site.properties.kind : "", how.radius);
    }
  },
});
