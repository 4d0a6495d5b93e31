// A layer that paints itself on a canvas, built on Leaflet's renderer base class: it follows pans and zoom
// animations by CSS transform and repaints when the map rests. Sharp on every screen density.
import { pixelRatio } from "./density.js";

const L = window.L;

/** How unit-square coordinates become pixels of the canvas for the present zoom. */
export class View {
  constructor(map, bounds) {
    const origin = map.getPixelOrigin();
    this.zoom = map.getZoom();
    this.scale = 256 * 2 ** this.zoom;
    this.left = origin.x;
    this.top = origin.y;
    this.bounds = bounds; // of the canvas, in layer points
  }

  x(unit) {
    return unit * this.scale - this.left;
  }

  y(unit) {
    return unit * this.scale - this.top;
  }

  /** Whether a box on the unit square touches the canvas, grown by `margin` pixels. */
  sees(box, margin = 40) {
    const { min, max } = this.bounds;
    return (
      this.x(box[2]) >= min.x - margin && this.x(box[0]) <= max.x + margin &&
      this.y(box[3]) >= min.y - margin && this.y(box[1]) <= max.y + margin
    );
  }

  /** Add a chain of unit-square coordinates to the context's path. */
  trace(ctx, chain, close = false) {
    ctx.moveTo(this.x(chain[0]), this.y(chain[1]));
    for (let i = 2; i < chain.length; i += 2) ctx.lineTo(this.x(chain[i]), this.y(chain[i + 1]));
    if (close) ctx.closePath();
  }
}

export const CanvasLayer = L.Renderer.extend({
  options: { pane: "overlayPane", padding: 0.25 },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.className = "leaflet-zoom-animated canvas-layer";
    this._container.setAttribute("aria-hidden", "true");
    this._ctx = this._container.getContext("2d");
  },

  _destroyContainer() {
    cancelAnimationFrame(this._frame);
    this._frame = null;
    this._container.remove();
    delete this._container;
    delete this._ctx;
  },

  getEvents() {
    return Object.assign(L.Renderer.prototype.getEvents.call(this), { move: this._onMove });
  },

  /** A long drag may leave the padded canvas before the map rests: repaint once it is about to show. */
  _onMove() {
    if (!this._bounds || this._map._animatingZoom || this._painted !== this._map.getZoom()) return;
    const size = this._map.getSize();
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    if (!this._bounds.contains([corner, corner.add(size)])) this._update();
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    this._paint();
  },

  /** What is painted at the present zoom, in layer points; null when nothing is. */
  _part(view) {
    if (!this.extent) return this._bounds;
    const box = this.extent(view);
    if (!box) return null;
    const { min, max } = this._bounds;
    const from = L.point(Math.floor(Math.max(box[0], min.x)), Math.floor(Math.max(box[1], min.y)));
    const to = L.point(Math.ceil(Math.min(box[2], max.x)), Math.ceil(Math.min(box[3], max.y)));
    return from.x < to.x && from.y < to.y ? L.bounds(from, to) : null;
  },

  /** Give the canvas the size and place of a part; every pixel of it costs memory and time, drawn on or not. */
  _fit(part) {
    const ratio = pixelRatio();
    const size = part ? part.getSize() : L.point(0, 0);
    const [width, height] = [Math.round(ratio * size.x), Math.round(ratio * size.y)];
    const canvas = this._container;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(canvas, (part || this._bounds).min);
    this._shifted = part ? part.min.subtract(this._bounds.min) : L.point(0, 0);
  },

  /** Leaflet moves the canvas as if it began where the bounds do. */
  _updateTransform(centre, zoom) {
    L.Renderer.prototype._updateTransform.call(this, centre, zoom);
    if (this._shifted?.x || this._shifted?.y) this._container.style.transform += ` translate(${this._shifted.x}px, ${this._shifted.y}px)`;
  },

  _updatePaths() {},

  _paint() {
    cancelAnimationFrame(this._frame);
    this._frame = null;
    if (!this._map || !this._ctx || !this._bounds) return;
    if (this.extent && this._map.getZoom() !== this._zoom) return; // zooming: its end paints
    const view = new View(this._map, this._bounds);
    const part = this._part(view);
    this._painted = this._map.getZoom();
    this._fit(part);
    if (!part) return;
    const ratio = pixelRatio();
    const { min } = part;
    this._ctx.setTransform(1, 0, 0, 1, 0, 0);
    this._ctx.clearRect(0, 0, this._container.width, this._container.height);
    this._ctx.setTransform(ratio, 0, 0, ratio, -min.x * ratio, -min.y * ratio);
    this.paint(this._ctx, view);
  },

  /** Paint again at the next frame; several calls make one. */
  repaint() {
    if (this._map && this._bounds && !this._frame) this._frame = requestAnimationFrame(() => this._paint());
  },

  /** To be given by the layer: draw on `ctx`, whose pixels are layer points. */
  paint(_ctx, _view) {},

  /**
   * May be given by a layer that draws little: the box of layer points that holds all of it, as [left, top, right,
   * bottom], or null while there is nothing. Without it the canvas is as large as the map.
   */
  extent: null,
});
