// A position on the map: a dot with its accuracy as a ring, green, yellow or red, each with a dash of its own; or, when
// it was put by hand, a pin without a ring, since nothing is known of its accuracy.
import { CanvasLayer } from "./canvas.js";
import { mercatorX, mercatorY } from "./geometry.js";
import { lookOf } from "./looks.js";
import { onTheme, theme } from "./theme.js";

/** How far off a position may be, in metres, to count as good or fair. */
const GOOD = 15;
const FAIR = 50;
export const grade = (accuracy) => (accuracy <= GOOD ? "good" : accuracy <= FAIR ? "fair" : "poor");
const COLOUR = { good: lookOf("on_track").fill, fair: lookOf("lagging").fill, poor: lookOf("overdue").fill };
const DASH = { good: [], fair: [8, 5], poor: [2, 5] };
const WIDE = 400; // pixels; a wider ring may fill the whole map, which must stay readable
const PIN = new Path2D("M0 0C-9-10-13-16-13-23A13 13 0 1 1 13-23C13-16 9-10 0 0Z");

export const HereLayer = CanvasLayer.extend({
  initialize(options) {
    CanvasLayer.prototype.initialize.call(this, options);
    onTheme(() => this.repaint());
  },

  /** `position` is {lon, lat, accuracy_m (null: put by hand)}, or null. */
  setPosition(position) {
    this._position = position;
    this.repaint();
  },

  _place(view) {
    const { lon, lat, accuracy_m: accuracy } = this._position;
    const metre = view.scale / (40075016.686 * Math.cos((lat * Math.PI) / 180));
    return { x: view.x(mercatorX(lon)), y: view.y(mercatorY(lat)), accuracy, radius: Math.max(14, accuracy * metre) };
  },

  extent(view) {
    if (!this._position) return null;
    const { x, y, accuracy, radius } = this._place(view);
    const room = accuracy === null ? 42 : radius + 3;
    return [x - room, y - room, x + room, y + room];
  },

  paint(ctx, view) {
    const { x, y, accuracy, radius } = this._place(view);
    const [ink, paper] = theme() === "dark" ? ["#8FB2F5", "#14181D"] : ["#123E8C", "#FFFFFF"];
    if (accuracy === null) {
      ctx.save();
      ctx.translate(x, y);
      ctx.lineWidth = 4;
      ctx.strokeStyle = paper;
      ctx.stroke(PIN);
      ctx.fillStyle = ink;
      ctx.fill(PIN);
      ctx.beginPath();
      ctx.arc(0, -23, 5, 0, 2 * Math.PI);
      ctx.fillStyle = paper;
      ctx.fill();
      ctx.restore();
      return;
    }
    const colour = COLOUR[grade(accuracy)];
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.globalAlpha = radius > WIDE ? 0.05 : 0.14;
    ctx.fillStyle = colour;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.lineWidth = 2;
    ctx.setLineDash(DASH[grade(accuracy)]);
    ctx.strokeStyle = colour;
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.arc(x, y, 7, 0, 2 * Math.PI);
    ctx.fillStyle = ink;
    ctx.fill();
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = paper;
    ctx.stroke();
  },
});
