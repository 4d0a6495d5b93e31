// The ground: land, zone, towns and context roads, quiet enough for the sites to speak.
import { CanvasLayer } from "./canvas.js";
import { lang, local } from "./boot.js";
import { clip, contains, shapeOf } from "./geometry.js";
import { onTheme, theme } from "./theme.js";

export const FONT = '"PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export const GROUND_COLOURS = {
  light: {
    land: "#F4F2EC", town: "#A9A497", zone: "#5C6470", band: "rgba(92,100,112,.13)",
    road: "#FFFFFF", roadSide: "#D6D0C3", expressway: "#E2DDD0", expresswaySide: "#B4AD9D",
    townName: "rgba(74,72,64,.62)", roadName: "#5B5F66", halo: "rgba(244,242,236,.92)", chosen: "rgba(18,62,140,.07)",
  },
  dark: {
    land: "#181D23", town: "#48525E", zone: "#8A95A3", band: "rgba(138,149,163,.12)",
    road: "#353F4A", roadSide: "#0B0E12", expressway: "#46525F", expresswaySide: "#0B0E12",
    townName: "rgba(168,179,192,.66)", roadName: "#A7B0BB", halo: "rgba(20,24,29,.9)", chosen: "rgba(143,178,245,.09)",
  },
};

/** Width of a road's surface in pixels by zoom; its sides add a pixel each. */
export function roadWidth(zoom, kind) {
  const width = 1.6 * 1.52 ** (zoom - 12);
  return Math.max(1.2, Math.min(26, kind === "expressway" ? width * 1.7 : width));
}

const feature = (f) => ({ ...f.properties, label: local(f.properties, "name"), shape: shapeOf(f.geometry) });

/** How many of these things, or pieces of their lines, lie in a rectangle. */
function crowd(things, left, top, right, bottom) {
  const [min, max] = [{ x: left, y: top }, { x: right, y: bottom }];
  let found = 0;
  for (const { shape } of things || []) {
    const { box } = shape;
    if (box[2] < left || box[0] > right || box[3] < top || box[1] > bottom) continue;
    if (!shape.lines.length) found += 1;
    for (const line of shape.lines) {
      for (let i = 2; i < line.length; i += 2) {
        if (clip(line[i - 2], line[i - 1], line[i], line[i + 1], min, max)) found += 1;
      }
    }
  }
  return found;
}

export const GroundLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, { ...options, pane: "ground" });
    this.towns = [];
    this.roads = [];
    this.zones = [];
    this.overBase = false;
    this.names = true;
    onTheme(() => this.repaint());
  },

  setData(towns, ground) {
    this.towns = towns.features.map(feature).filter((town) => town.shape);
    const others = ground.features.map(feature).filter((other) => other.shape);
    this.zones = others.filter((other) => other.layer === "zone");
    this.roads = others.filter((other) => other.layer === "road");
    this._places = new Map();
    this.repaint();
  },

  /** With a base map the land is not filled and roads only hinted: the picture below shows them. */
  setOverBase(yes) {
    this.overBase = yes;
    this.repaint();
  },

  choose(code) {
    this._chosen = code;
    this.repaint();
  },

  /** The town at a layer point, or undefined. */
  townAt(point) {
    const view = this._view;
    if (!view || !this._map) return undefined;
    const [x, y] = [(point.x + view.left) / view.scale, (point.y + view.top) / view.scale];
    return this.towns.find((town) => town.shape.areas.some((rings) => contains(rings, x, y)));
  },

  paint(ctx, view) {
    const colours = GROUND_COLOURS[theme()];
    this._view = view;
    ctx.lineJoin = ctx.lineCap = "round";
    const outline = (shapes) => {
      ctx.beginPath();
      for (const { shape } of shapes) for (const rings of shape.areas) for (const r of rings) view.trace(ctx, r, true);
    };
    const zones = this.zones.length ? this.zones : this.towns;
    if (!this.overBase) {
      outline(zones);
      ctx.lineWidth = 9;
      ctx.strokeStyle = colours.band;
      ctx.stroke();
      ctx.fillStyle = colours.land;
      ctx.fill("evenodd");
    }
    const chosen = this.towns.filter((town) => town.code === this._chosen);
    if (chosen.length) {
      outline(chosen);
      ctx.fillStyle = colours.chosen;
      ctx.fill("evenodd");
    }
    this._paintRoads(ctx, view, colours);
    outline(this.towns);
    ctx.setLineDash([7, 3, 1.5, 3]);
    ctx.lineCap = "butt";
    ctx.lineWidth = 1;
    ctx.strokeStyle = colours.town;
    ctx.stroke();
    ctx.setLineDash([]);
    outline(zones);
    ctx.lineWidth = 1.4;
    ctx.strokeStyle = colours.zone;
    ctx.stroke();
    if (this.names) for (const town of this.towns) this._paintName(ctx, view, colours, town);
    this.fire("painted", { view });
  },

  /** A town's name in spaced letters, below everything else, as names of areas are. */
  _paintName(ctx, view, colours, town) {
    const size = Math.max(15, Math.min(30, 15 + (view.zoom - 11) * 3.5));
    const letters = [...(lang === "en" ? town.label.toUpperCase() : town.label)];
    const gap = size * (lang === "en" ? 0.22 : 0.8);
    ctx.font = `500 ${size}px ${FONT}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    const widths = letters.map((letter) => ctx.measureText(letter).width);
    const whole = widths.reduce((sum, width) => sum + width, 0) + gap * (letters.length - 1);
    const [centreX, y] = this._placeName(view, town, whole, size);
    let x = centreX - whole / 2;
    ctx.lineJoin = "round";
    ctx.lineWidth = 4;
    letters.forEach((letter, i) => {
      ctx.strokeStyle = colours.halo;
      if (this.overBase) ctx.strokeText(letter, x, y);
      ctx.fillStyle = colours.townName;
      ctx.fillText(letter, x, y);
      x += widths[i] + gap;
    });
  },

  /** Which sites the names of towns should keep clear of. */
  keepClearOf(sites) {
    this._sites = sites.filter((site) => site.shape);
    this._places = new Map();
    this.repaint();
  },

  /** The centre of a town's name: near its middle, inside its outline, over as few sites and then roads as possible. */
  _placeName(view, town, width, height) {
    const key = `${town.code}|${view.zoom}`;
    const kept = this._places?.get(key);
    if (kept) return [view.x(kept[0]), view.y(kept[1])];
    const [ax, ay] = town.shape.anchor;
    const [w, h] = [width / 2 / view.scale, (height * 0.75) / view.scale];
    const rim = 6 / view.scale;
    let best = null;
    for (let row = -8; row <= 8; row += 1) {
      for (const column of [0, -0.4, 0.4, -0.8, 0.8, -1.2, 1.2, -1.6, 1.6]) {
        const [x, y] = [ax + column * w, ay + row * h * 1.6];
        const corners = [[x - w, y - h], [x + w, y - h], [x - w, y + h], [x + w, y + h]];
        if (!corners.every(([cx, cy]) => town.shape.areas.some((rings) => contains(rings, cx, cy)))) continue;
        const room = [x - w - rim, y - h, x + w + rim, y + h];
        const cost = crowd(this._sites, ...room) * 100 + crowd(this.roads, ...room) * 10 + Math.abs(row) + Math.abs(column) * 3;
        if (!best || cost < best.cost) best = { cost, at: [x, y] };
      }
    }
    const at = best ? best.at : [ax, ay];
    this._places?.set(key, at);
    return [view.x(at[0]), view.y(at[1])];
  },

  _paintRoads(ctx, view, colours) {
    ctx.globalAlpha = this.overBase ? 0.55 : 1;
    // Sides first and surfaces after, so that crossings are open.
    for (const pass of ["Side", ""]) {
      for (const kind of ["main", "expressway"]) {
        const roads = this.roads.filter((road) => (road.class === "expressway") === (kind === "expressway"));
        ctx.beginPath();
        for (const { shape } of roads) for (const line of shape.lines) view.trace(ctx, line);
        ctx.lineCap = "round";
        ctx.lineWidth = roadWidth(view.zoom, kind) + (pass ? 2 : 0);
        ctx.strokeStyle = colours[(kind === "main" ? "road" : kind) + pass];
        ctx.stroke();
      }
    }
    ctx.globalAlpha = 1;
  },
});
