// Names on the map: roads beside their lines, sites beside their marks from zoom 15 (towns: groundlayer.js).
// Whatever would cover something already there is left out; Chinese letters on steep roads stay upright.
import { CanvasLayer } from "./canvas.js";
import { lang, local } from "./boot.js";
import { freeEdges } from "./frame.js";
import { clip } from "./geometry.js";
import { FONT, GROUND_COLOURS, roadWidth } from "./groundlayer.js";
import { onTheme, theme } from "./theme.js";

const ROADS_FROM = 13;
const SITES_FROM = 15;
const REPEAT = 460; // pixels between two names on the same road
/** Where on its stretch a road's name may stand, and whether only if it crosses no site. */
const PLACES = [[0.5, true], [0.25, true], [0.75, true], [0.12, true], [0.88, true], [0.5, false]];

/** Boxes already taken on the screen. */
class Room {
  constructor() {
    this.boxes = [];
  }

  free(box) {
    return this.boxes.every((b) => box[2] < b[0] || box[0] > b[2] || box[3] < b[1] || box[1] > b[3]);
  }

  take(box) {
    this.boxes.push(box);
  }
}

export const LabelLayer = CanvasLayer.extend({
  initialize(ground, sites) {
    CanvasLayer.prototype.initialize.call(this, { pane: "labels" });
    this._ground = ground;
    this._sites = sites;
    ground.on("painted", () => this.repaint());
    sites.on("painted", () => this.repaint());
    onTheme(() => this.repaint());
  },

  extent(view) {
    const { min, max } = view.bounds;
    return view.zoom < Math.min(ROADS_FROM, SITES_FROM) ? null : [min.x, min.y, max.x, max.y];
  },

  paint(ctx, view) {
    this._colours = GROUND_COLOURS[theme()];
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    const room = new Room();
    const marks = this._map.hasLayer(this._sites) ? this._sites.marks : [];
    for (const { x, y, radius } of marks) room.take([x - radius, y - radius, x + radius, y + radius]);
    if (this._map.hasLayer(this._ground)) {
      if (view.zoom >= ROADS_FROM) for (const road of this._ground.roads) this._road(ctx, view, room, road);
    }
    if (view.zoom >= SITES_FROM) for (const mark of marks) this._site(ctx, room, mark);
  },

  _text(ctx, text, x, y, width = 3.5) {
    ctx.lineWidth = width;
    ctx.strokeStyle = this._colours.halo;
    ctx.strokeText(text, x, y);
    ctx.fillText(text, x, y);
  },

  /** A road's name on its longest straight stretch in view, and again every so often. */
  _road(ctx, view, room, road) {
    const big = view.zoom >= 15;
    const size = big ? 13 : 12;
    ctx.font = `${road.class === "expressway" ? 600 : 400} ${size}px ${FONT}`;
    ctx.fillStyle = this._colours.roadName;
    const widths = [...road.label].map((letter) => ctx.measureText(letter).width + (lang === "en" ? 0 : 1.5));
    const width = lang === "en" ? ctx.measureText(road.label).width : widths.reduce((sum, w) => sum + w, 0);
    const aside = roadWidth(view.zoom, road.class) / 2 + size * 0.75 + 2;
    const { min, max } = this._inner();
    let last = null;
    for (const line of road.shape.lines) {
      for (let i = 2; i < line.length; i += 2) {
        let [ax, ay, bx, by] = [view.x(line[i - 2]), view.y(line[i - 1]), view.x(line[i]), view.y(line[i + 1])];
        if (ax > bx) [ax, ay, bx, by] = [bx, by, ax, ay];
        const part = clip(ax, ay, bx, by, min, max);
        if (!part) continue;
        const length = Math.hypot(part[2] - part[0], part[3] - part[1]);
        const times = Math.max(1, Math.floor(length / REPEAT));
        for (let n = 0; n < times; n += 1) {
          // In the middle if no site runs there, else nearer to an end; over a site only if the road has no name yet.
          for (const [within, clear] of PLACES) {
            const share = (n + within) / times;
            const centre = [part[0] + (part[2] - part[0]) * share, part[1] + (part[3] - part[1]) * share];
            if (Math.min(share, 1 - share) * length < width / 2 + 5) continue;
            if (last && (!clear || Math.hypot(centre[0] - last[0], centre[1] - last[1]) < REPEAT * 0.8)) continue;
            if (!this._alongRoad(ctx, room, road.label, { centre, part, width, widths, size, aside, clear })) continue;
            last = centre;
            break;
          }
        }
      }
    }
  },

  _alongRoad(ctx, room, label, { centre, part, width, widths, size, aside, clear }) {
    const angle = Math.atan2(part[3] - part[1], part[2] - part[0]);
    const steep = Math.abs(angle) > Math.PI / 3.4;
    const stacked = steep && lang !== "en";
    const length = stacked ? widths.length * (size + 2) : width;
    const half = [Math.abs(Math.cos(angle) * length) / 2 + size / 2, Math.abs(Math.sin(angle) * length) / 2 + (stacked ? 0 : size / 2)];
    // Beside the line, on the side where no site runs: above a flat road if possible, right of a steep one.
    let normal = [Math.sin(angle), -Math.cos(angle)];
    if (steep && normal[0] < 0) normal = [-normal[0], -normal[1]];
    const boxes = [1, -1].map((side) => {
      const [x, y] = [centre[0] + side * normal[0] * aside, centre[1] + side * normal[1] * aside];
      return { x, y, box: [x - half[0], y - half[1], x + half[0], y + half[1]] };
    });
    const free = boxes.filter(({ box }) => room.free(box));
    if (!free.length) return false;
    const place = free.find((one) => !this._sites.crosses(one.box)) || (clear ? null : free[0]);
    if (!place) return false;
    const { x, y, box } = place;
    room.take(box);
    if (stacked) {
      const down = angle > 0 ? 1 : -1;
      [...label].forEach((letter, i) => {
        const step = (i - (widths.length - 1) / 2) * (size + 2);
        this._text(ctx, letter, x + Math.cos(angle) * step * down, y + Math.abs(Math.sin(angle)) * step);
      });
    } else {
      ctx.save();
      ctx.translate(x, y);
      ctx.rotate(angle);
      this._text(ctx, label, 0, 0);
      ctx.restore();
    }
    return true;
  },

  _site(ctx, room, { site, x, y, radius }) {
    const { min, max } = this._inner();
    const text = local(site.properties, "title");
    ctx.font = `500 13px ${FONT}`;
    const width = ctx.measureText(text).width;
    const off = radius * 1.2 + 6;
    const choices = [
      [x + off + width / 2, y],
      [x - off - width / 2, y],
      [x, y + off + 8],
      [x, y - off - 8],
    ];
    const free = choices
      .map(([cx, cy]) => ({ cx, cy, box: [cx - width / 2 - 3, cy - 9, cx + width / 2 + 3, cy + 9] }))
      .filter(({ box }) => room.free(box));
    const place = free.find(({ box }) => box[0] > min.x && box[2] < max.x && !this._sites.crosses(box, site)) || free[0];
    if (!place) return;
    room.take(place.box);
    ctx.fillStyle = theme() === "dark" ? "#E8ECF1" : "#1B2430";
    this._text(ctx, text, place.cx, place.cy, 4);
  },

  /** What the reader sees of the map between the panels, in layer points. */
  _inner() {
    const { left, top, right, bottom } = freeEdges(this._map);
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    const size = this._map.getSize();
    return {
      min: { x: corner.x + left, y: corner.y + Math.min(top, 12) },
      max: { x: corner.x + size.x - right, y: corner.y + size.y - Math.min(bottom, size.y * 0.4) },
    };
  },
});
