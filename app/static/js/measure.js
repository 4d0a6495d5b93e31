// Measuring: points on the map, length and area on the ellipsoid. Keyboard: Enter ends, Backspace takes back, Esc leaves.
import { t } from "./boot.js";
import { CanvasLayer } from "./canvas.js";
import { el, icon } from "./dom.js";
import { metres, squareMetres } from "./format.js";
import { geodesic, measure } from "./geodesic.js";
import { mercatorX, mercatorY } from "./geometry.js";
import { showMessage } from "./messages.js";
import { theme } from "./theme.js";

const box = document.getElementById("mode");
const touch = matchMedia("(pointer: coarse)");

const Sketch = CanvasLayer.extend({
  paint(ctx, view) {
    const { points, cursor, done } = this.options.tool;
    const all = cursor && !done ? [...points, cursor] : points;
    const at = all.map(({ lat, lng }) => [view.x(mercatorX(lng)), view.y(mercatorY(lat))]);
    if (!at.length) return;
    const dark = theme() === "dark";
    const accent = dark ? "#8FB2F5" : "#123E8C";
    ctx.lineJoin = ctx.lineCap = "round";
    ctx.beginPath();
    at.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    if (at.length > 2) {
      ctx.save();
      ctx.globalAlpha = 0.12;
      ctx.fillStyle = accent;
      ctx.fill();
      ctx.restore();
    }
    ctx.lineWidth = 5.5;
    ctx.strokeStyle = dark ? "#14181D" : "#FFFFFF";
    ctx.stroke();
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = accent;
    ctx.stroke();
    for (const [x, y] of at.slice(0, points.length)) {
      ctx.beginPath();
      ctx.arc(x, y, 5, 0, 2 * Math.PI);
      ctx.fillStyle = dark ? "#14181D" : "#FFFFFF";
      ctx.fill();
      ctx.lineWidth = 2.5;
      ctx.stroke();
    }
  },
});

export class Measure {
  constructor(map, button) {
    this.map = map;
    this.button = button;
    this.active = false;
    this.points = [];
    this.sketch = new Sketch({ pane: "measure", tool: this });
    this.onMove = (event) => {
      this.cursor = event.latlng;
      this.update();
    };
  }

  async toggle() {
    if (this.active) return this.stop();
    this.active = true;
    this.button.setAttribute("aria-pressed", "true");
    this.map.getContainer().classList.add("measuring");
    this.map.doubleClickZoom.disable();
    this.sketch.addTo(this.map);
    this.map.on("mousemove", this.onMove);
    this.build();
    this.restart();
    this.map.getContainer().focus({ preventScroll: true });
    try {
      this.solver = await geodesic();
      this.update();
    } catch {
      if (this.active) this.stop();
      showMessage(t("measure.failed"));
    }
  }

  stop() {
    this.active = false;
    this.button.setAttribute("aria-pressed", "false");
    this.map.getContainer().classList.remove("measuring");
    this.map.doubleClickZoom.enable();
    this.map.off("mousemove", this.onMove);
    this.sketch.remove();
    box.hidden = true;
    box.replaceChildren();
    this.button.focus({ preventScroll: true });
  }

  build() {
    const tool = (label, name, run) =>
      el("button", { class: "icon-button", type: "button", "aria-label": t(label), title: t(label), on: { click: run } }, icon(name));
    this.length = el("b", {});
    this.area = el("b", {});
    this.areaLine = el("p", { class: "mode-number" }, t("measure.area"), " ", this.area);
    this.hint = el("p", { class: "mode-hint" }, t(touch.matches ? "measure.hint_touch" : "measure.hint"));
    this.end = el("button", { class: "button primary", type: "button", on: { click: () => this.finish() } });
    box.replaceChildren(
      el("div", { class: "mode-head" },
        icon("ruler"),
        el("p", { class: "mode-number", role: "status" }, t("measure.distance"), " ", this.length),
        this.areaLine,
        el("span", { class: "mode-tools" },
          tool("measure.undo", "undo", () => this.undo()), this.end, tool("measure.close", "close", () => this.stop()))),
      this.hint,
    );
    box.hidden = false;
  }

  restart() {
    this.points = [];
    this.cursor = null;
    this.done = false;
    this.update();
  }

  /** A click on the map while measuring. */
  add(latlng) {
    if (this.done) this.restart();
    const last = this.points[this.points.length - 1];
    if (last && this.map.latLngToContainerPoint(last).distanceTo(this.map.latLngToContainerPoint(latlng)) < 3) return;
    this.points.push(latlng);
    this.update();
  }

  undo() {
    this.points.pop();
    this.done = false;
    this.update();
  }

  finish() {
    if (this.done) return this.restart();
    this.done = this.points.length > 1;
    this.update();
  }

  update() {
    const live = this.cursor && !this.done && this.points.length ? [...this.points, this.cursor] : this.points;
    const { length, area } = this.solver ? measure(this.solver, live) : { length: 0, area: 0 };
    this.length.textContent = metres(length);
    this.area.textContent = squareMetres(area);
    this.areaLine.hidden = live.length < 3;
    this.end.textContent = t(this.done ? "measure.restart" : "measure.finish");
    this.sketch.repaint();
  }

  /** Keys that belong to measuring while it is on; true when one was used. */
  key(event) {
    if (!this.active) return false;
    if (event.key === "Escape") this.stop();
    else if (event.key === "Backspace") this.undo();
    else if (event.key === "Enter" && !event.target.closest("button")) {
      if (this.points.length && this.cursor === null) this.finish();
      else if (event.target === this.map.getContainer() && this.cursor === null) this.add(this.map.getCenter());
      else this.finish();
    } else return false;
    event.preventDefault();
    return true;
  }
}
