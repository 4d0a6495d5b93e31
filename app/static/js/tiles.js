// Base maps. Tiles drawn in GCJ-02 are put back tile by tile, so that sites keep their place on every base map.
import { lang } from "./boot.js";
import { fromGcj, toGcj } from "./gcj02.js";
const L = window.L;

const FAILURES = 6; // tiles in a row that may fail before the base map counts as unreachable

/** A tile layer whose pictures are in GCJ-02: each tile is placed at the WGS 84 position of its own corner. */
const ShiftedTiles = L.TileLayer.extend({
  _getTilePos(coords) {
    const corner = this._map.unproject(coords.scaleBy(this.getTileSize()), coords.z);
    const [lon, lat] = fromGcj(corner.lng, corner.lat);
    return this._map.project([lat, lon], coords.z).subtract(this._level.origin).round();
  },

  _getTiledPixelBounds(centre) {
    const [lon, lat] = toGcj(centre.lng, centre.lat);
    return L.TileLayer.prototype._getTiledPixelBounds.call(this, L.latLng(lat, lon));
  },
});

const BaseMap = L.LayerGroup.extend({
  initialize(options) {
    L.LayerGroup.prototype.initialize.call(this, []);
    this.label = lang === "en" ? options.nameEn : options.nameZh;
    this.attribution = { text: options.attribution, url: options.attributionUrl };
    this.tiled = true;
    const Tiles = options.offset === "GCJ02" ? ShiftedTiles : L.TileLayer;
    const common = {
      minZoom: options.minZoom,
      maxZoom: 22,
      maxNativeZoom: options.maxZoom,
      subdomains: options.subdomains.length ? options.subdomains : ["a"],
      pane: "base",
    };
    let failed = 0;
    for (const [i, url] of [options.url, options.labelsUrl].filter(Boolean).entries()) {
      const tiles = new Tiles(url, { ...common, zIndex: i + 1 });
      tiles.on("tileload", () => (failed = 0));
      tiles.on("tileerror", () => {
        failed += 1;
        if (failed === FAILURES) this.fire("unreachable", {}, true);
      });
      this.addLayer(tiles);
    }
  },
});

const NoBaseMap = L.LayerGroup.extend({ tiled: false, label: "", attribution: null });

export const baseMap = (options) => new BaseMap(options);
export const noBaseMap = () => new NoBaseMap([]);
