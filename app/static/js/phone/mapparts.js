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
import { breath, inPieces } from "./breath.js";
import { position } from "./position.js";
import { projects } from "./projects.js";
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

const CROWD = 300; // among more projects the towns' names find no gap, and looking for one takes long

/** Put these projects on the map, and let the names of the towns keep clear of all that there are. */
export function setSites({ ground, sites }, keeps) {
  const all = projects.all.map(drawn);
  ground.keepClearOf(all.length > CROWD ? [] : all);
  sites.setSites(all.filter(keeps));
}

/**
 * A map in an element, with the projects that `keeps(project)` lets through: {map, ground, sites, highlight, here, end}.
 * It is made in pieces; `look(map)` sets its view before anything is painted.
 */
export async function buildMap(element, { look, keeps }) {
  await inPieces(projects.all, drawn);
  const map = createMap(element, boot.map);
  look(map);
  const ground = new GroundLayer({});
  const sites = new SitesLayer({});
  const highlight = new HighlightLayer();
  const here = new HereLayer({ pane: "here" });
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
  setSites({ ground, sites }, keeps());
  for (const layer of [ground, sites, highlight, new LabelLayer(ground, sites), here]) {
    await breath(); // every canvas takes its time, also below the page's own code
    layer.addTo(map);
  }
  await breath();
  const end = () => {
    zone.removeEventListener("change", takeGround);
    position.removeEventListener("change", move);
    map.remove();
  };
  return { map, ground, sites, highlight, here, end };
}
