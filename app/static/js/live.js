// What the script that folium writes (maps/live.py) builds the page from.
import { GroundLayer } from "./groundlayer.js";
import { SitesLayer } from "./siteslayer.js";

export { createMap } from "./createmap.js";
export { layerControl } from "./layers.js";
export { start } from "./main.js";
export { scale } from "./scale.js";
export { baseMap, noBaseMap } from "./tiles.js";

export const ground = (options) => new GroundLayer(options);
export const sites = (options) => new SitesLayer(options);
