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
    const size = this._bounds.getSize();
    const ratio = pixelRatio();
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = Math.round(ratio * size.x);
    this._container.height = Math.round(ratio * size.y);
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this._paint();
  },

  _updatePaths() {},

  _paint() {
    cancelAnimationFrame(this._frame);
    this._frame = null;
    if (!this._map || !this._ctx || !this._bounds) return;
    const ratio = pixelRatio();
    const { min } = this._bounds;
    this._ctx.setTransform(1, 0, 0, 1, 0, 0);
    this._ctx.clearRect(0, 0, this._container.width, this._container.height);
    this._ctx.setTransform(ratio, 0, 0, ratio, -min.x * ratio, -min.y * ratio);
    this._painted = this._map.getZoom();
    this.paint(this._ctx, new View(this._map, this._bounds));
  },

  /** Paint again at the next frame; several calls make one. */
  repaint() {
    if (this._map && this._bounds && !this._frame) this._frame = requestAnimationFrame(() => this._paint());
  },

  /** To be given by the layer: draw on `ctx`, whose pixels are layer points. */
  paint(_ctx, _view) {},
});
