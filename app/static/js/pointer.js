// Pointer on the map: what is under it, what a tap means.
import { collection } from "./collection.js";
import { showTooltip } from "./tooltip.js";

const MOUSE = 5;
const TOUCH = 16; // a fingertip

/**
 * Wire the map's pointer events. `on` has: measure, openSite(site), openHits(sites), openTown(town), nothing(),
 * point(site|null), checkins() (the layer of check-ins, null without one).
 */
export function startPointer(map, { ground, sites, on }) {
  let type = "mouse";
  const container = map.getContainer();
  container.addEventListener("pointerdown", (event) => (type = event.pointerType), true);
  const tolerance = () => (type === "mouse" ? MOUSE : TOUCH);
  const found = (point, reach) => (map.hasLayer(sites) ? sites.hits(point, reach) : []);

  map.on("click", (event) => {
    showTooltip([]);
    if (on.measure.active) return on.measure.add(event.latlng);
    if (on.checkins()?.tap(event.layerPoint, tolerance())) return;
    const hits = found(event.layerPoint, tolerance());
    if (hits.length === 1) return on.openSite(hits[0]);
    if (hits.length > 1) return on.openHits(hits);
    const town = map.hasLayer(ground) ? ground.townAt(event.layerPoint) : null;
    if (town) on.openTown(town);
    else on.nothing();
  });
  map.on("dblclick", () => on.measure.active && on.measure.finish());

  let frame = null;
  map.on("mousemove", (event) => {
    if (type !== "mouse" || frame) return;
    frame = requestAnimationFrame(() => {
      frame = null;
      const busy = on.measure.active || map.dragging.moving?.();
      const { clientX, clientY } = event.originalEvent;
      const checkin = !busy && on.checkins()?.point(event.layerPoint, MOUSE, clientX, clientY);
      const hits = busy || checkin || !collection.loaded ? [] : found(event.layerPoint, MOUSE);
      container.classList.toggle("over-site", checkin || hits.length > 0);
      if (!checkin) showTooltip(hits, clientX, clientY);
      on.point(hits[0] || null);
    });
  });
  map.on("mouseout movestart zoomstart", () => {
    showTooltip([]);
    on.point(null);
    container.classList.remove("over-site");
  });
}
