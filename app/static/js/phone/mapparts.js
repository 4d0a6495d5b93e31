// What every map of the phone is made of: the ground from the kept data, the projects, names, where I am.
import { boot } from "../boot.js";
import { cut } from "../built.js";
import { CanvasLayer } from "../canvas.js";
import { createMap } from "../createmap.js";
import { setPixelRatio } from "../density.js";
import { shapeOf } from "../geometry.js";
import { GroundLayer } from "../groundlayer.js";
import { HereLayer } from "../herelayer.js";
import { HighlightLayer } from "../highlight.js";
import { LabelLayer } from "../labels.js";
import { SitesLayer } from "../siteslayer.js";
import { position } from "./position.js";
import { zone } from "./zone.js";

const L = window.L;

// A phone's memory is short: six layers at three pixels per point with wide margins would take 160 MB, these take 45.
CanvasLayer.mergeOptions({ padding: 0.1 });
setPixelRatio(Math.min(2, window.devicePixelRatio || 1));

/** A project as the layers draw it; its projected shape is worked out once. */
export function drawn(project) {
  if (project.shape === undefined) {
    project.shape = project.feature.geometry ? shapeOf(project.feature.geometry) : null;
    const { built } = project.properties;
    project.cut = project.shape?.lines.length && built?.length ? cut(project.shape.lines, built) : null;
    project.revision = 0;
  }
  return project;
}

/** Bounds of a project's shape, for Leaflet. */
export function boundsOf(map, { box }) {
  const corner = (x, y) => map.unproject([x * 256, y * 256], 0);
  return L.latLngBounds(corner(box[0], box[3]), corner(box[2], box[1]));
}

/** A map in an element: {map, ground, sites, highlight, here}. */
export function buildMap(element) {
  const map = createMap(element, boot.map);
  const ground = new GroundLayer({}).addTo(map);
  const sites = new SitesLayer({}).addTo(map);
  const highlight = new HighlightLayer().addTo(map);
  new LabelLayer(ground, sites).addTo(map);
  const here = new HereLayer({ pane: "here" }).addTo(map);
  let data = null;
  const takeGround = () => {
    if (!zone.data || zone.data === data) return;
    data = zone.data;
    ground.setData(data.towns, data.ground);
  };
  const move = () => here.setPosition(position.current);
  zone.addEventListener("change", takeGround);
  position.addEventListener("change", move);
  takeGround();
  move();
  const end = () => {
    zone.removeEventListener("change", takeGround);
    position.removeEventListener("change", move);
    map.remove();
  };
  return { map, ground, sites, highlight, here, end };
}
