// A place put by hand: the map is moved under a fixed cross, which is exact even with gloves on.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { filters } from "./filters.js";
import { leaflet } from "./maploader.js";
import { position } from "./position.js";

/**
 * Ask for a place: resolves to {lon, lat}, or null when the person turned back. `title` says what is asked,
 * `geometry` (GeoJSON) is brought in and marked, `start` is [lon, lat] to begin with.
 */
export async function pickPlace({ title = t("phone.pick.title"), geometry = null, start = null } = {}) {
  const canvas = el("div", { class: "m-pick-map" });
  const where = el("p", { class: "m-pick-where", role: "status" });
  const dialog = el("dialog", { class: "m-pick", "aria-label": title },
    el("div", { class: "m-pick-head" }, el("h2", {}, title), el("p", {}, t("phone.pick.hint"))),
    el("div", { class: "m-pick-room" }, canvas, el("span", { class: "m-pick-cross", "aria-hidden": "true" }, icon("plus"))),
    where);
  document.body.append(dialog);
  const answer = new Promise((resolve) => {
    const act = (key, value, kind) => el("button", { class: `m-button ${kind}`, type: "button", on: { click: () => {
      resolve(value());
      dialog.close();
    } } }, t(key));
    dialog.addEventListener("close", () => resolve(null));
    const place = () => {
      const centre = parts?.map.getCenter();
      return centre ? { lon: Number(centre.lng.toFixed(6)), lat: Number(centre.lat.toFixed(6)) } : null;
    };
    dialog.append(el("div", { class: "m-actions" }, act("phone.pick.cancel", () => null, ""), act("phone.pick.here", place, "primary")));
  });
  dialog.showModal();
  let parts = null;
  let resized = null;
  try {
    await leaflet();
    const { boundsOf, buildMap, drawn } = await import("./mapparts.js");
    const at = start ?? (position.current ? [position.current.lon, position.current.lat] : null);
    const shape = geometry && drawn({ feature: { geometry }, properties: {} }).shape;
    const look = (map) => {
      map.options.maxBoundsViscosity = 0;
      if (at) map.setView([at[1], at[0]], 17, { animate: false });
      else if (shape) map.fitBounds(boundsOf(map, shape), { maxZoom: 17, animate: false });
      else map.fitBounds(map.homeBounds, { animate: false });
    };
    parts = await buildMap(canvas, { look, keeps: () => filters.test() });
    const { map } = parts;
    const tell = () => {
      const { lat, lng } = map.getCenter();
      where.textContent = t("phone.pick.where", { lat: lat.toFixed(5), lon: lng.toFixed(5) });
    };
    resized = new ResizeObserver(() => map.invalidateSize({ animate: false })); // the cross stays on its place
    resized.observe(canvas);
    map.on("moveend", tell);
    tell();
    dialog.dataset.ready = "yes";
  } catch {
    where.textContent = t("phone.pick.failed");
  }
  const found = await answer;
  resized?.disconnect();
  parts?.end();
  dialog.remove();
  return found;
}

/** The person says where they are; it stands in for the device until it is taken back. */
export async function pinByHand() {
  const place = await pickPlace();
  if (place) position.pin(place.lon, place.lat);
}
