// Where the reader stands: a dot with its accuracy as a ring, green, yellow or red, and in words.
import { t } from "./boot.js";
import { CanvasLayer } from "./canvas.js";
import { metres } from "./format.js";
import { flight, freeArea } from "./frame.js";
import { mercatorX, mercatorY } from "./geometry.js";
import { lookOf } from "./looks.js";
import { showMessage } from "./messages.js";
import { theme } from "./theme.js";

/** How far off a position may be, in metres, to count as good or fair. */
const GOOD = 15;
const FAIR = 50;
const grade = (accuracy) => (accuracy <= GOOD ? "good" : accuracy <= FAIR ? "fair" : "poor");
const COLOUR = { good: lookOf("on_track").fill, fair: lookOf("lagging").fill, poor: lookOf("overdue").fill };
const DASH = { good: [], fair: [8, 5], poor: [2, 5] };

const Here = CanvasLayer.extend({
  setPosition(position) {
    this._position = position;
    this.repaint();
  },

  paint(ctx, view) {
    if (!this._position) return;
    const { latitude, longitude, accuracy } = this._position;
    const [x, y] = [view.x(mercatorX(longitude)), view.y(mercatorY(latitude))];
    const metre = view.scale / (40075016.686 * Math.cos((latitude * Math.PI) / 180));
    const colour = COLOUR[grade(accuracy)];
    ctx.beginPath();
    ctx.arc(x, y, Math.max(14, accuracy * metre), 0, 2 * Math.PI);
    ctx.globalAlpha = 0.14;
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
    ctx.fillStyle = theme() === "dark" ? "#8FB2F5" : "#123E8C";
    ctx.fill();
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = theme() === "dark" ? "#14181D" : "#FFFFFF";
    ctx.stroke();
  },
});

export class Locate {
  constructor(map, button) {
    this.map = map;
    this.button = button;
    this.layer = new Here({ pane: "here" });
    this.watch = null;
  }

  toggle() {
    if (this.watch !== null) return this.stop();
    if (!navigator.geolocation) return void showMessage(t(window.isSecureContext ? "locate.unsupported" : "locate.insecure"));
    this.first = true;
    this.button.setAttribute("aria-pressed", "true");
    this.button.classList.add("waiting");
    this.say = showMessage(t("locate.waiting"), { busy: true, action: { label: t("locate.stop"), run: () => this.stop() } });
    this.watch = navigator.geolocation.watchPosition((p) => this.found(p.coords), (e) => this.failed(e), {
      enableHighAccuracy: true, timeout: 20_000, maximumAge: 5_000,
    });
  }

  stop() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
    this.layer.remove();
    this.say?.();
    this.button.setAttribute("aria-pressed", "false");
    this.button.classList.remove("waiting");
  }

  found(position) {
    this.button.classList.remove("waiting");
    this.layer.addTo(this.map);
    this.layer.setPosition(position);
    const at = window.L.latLng(position.latitude, position.longitude);
    const inside = this.map.homeBounds.pad(0.3).contains(at);
    const words = [`${t("locate.accuracy", { m: metres(position.accuracy) })} · ${t(`locate.${grade(position.accuracy)}`)}`];
    if (!inside) words.push(t("locate.outside"));
    this.say?.update(words.join(" · "));
    // Near enough to read the streets, yet with the whole ring of doubt in view.
    if (this.first && inside) this.map.flyToBounds(at.toBounds(Math.max(20, position.accuracy * 2)), flight({ ...freeArea(this.map), maxZoom: 16 }));
    this.first = false;
  }

  failed(error) {
    const why = !window.isSecureContext ? "insecure" : { 1: "denied", 2: "unavailable", 3: "timeout" }[error.code] || "unavailable";
    this.stop();
    showMessage(t(`locate.${why}`));
  }
}
