// Base maps from the settings: offered and shown only while there is signal, since their pictures are not kept.
import { boot, t } from "../boot.js";
import { el, icon } from "../dom.js";
import { baseMap } from "../tiles.js";

const STORE = "m-base";
const NONE = "none";

const remembered = () => {
  try {
    return localStorage.getItem(STORE) ?? "base-1";
  } catch {
    return "base-1"; // blocked storage
  }
};

/** Offer the base maps on this map, if the settings name any. */
export function startBaseMaps({ map, ground }) {
  if (!boot.basemaps.length) return;
  const bases = new Map(boot.basemaps.map((options, i) => [`base-${i + 1}`, baseMap(options)]));
  let shown = NONE;

  const set = (key) => {
    bases.get(shown)?.remove();
    shown = bases.has(key) && navigator.onLine ? key : NONE;
    const base = bases.get(shown);
    base?.addTo(map);
    map.options.zoomSnap = base ? 1 : 0.25; // pictures are sharp at whole zooms only
    if (base && map.getZoom() % 1) map.setZoom(Math.round(map.getZoom()), { animate: false });
    map.getContainer().classList.toggle("has-base", Boolean(base));
    ground.setOverBase(Boolean(base));
    const corner = document.getElementById("corner");
    corner.querySelector(".m-attribution")?.remove();
    if (!base) return;
    const { text, url } = base.attribution;
    corner.append(el("p", { class: "m-attribution" }, url ? el("a", { href: url, rel: "noopener external" }, text) : text));
  };
  for (const base of bases.values()) base.on("unreachable", () => set(NONE));
  addEventListener("online", () => set(remembered()));
  addEventListener("offline", () => set(NONE));

  const dialog = document.getElementById("content").appendChild(el("dialog", { class: "m-dialog", id: "m-bases", "aria-labelledby": "m-bases-title" }));
  const choice = (key, label) => {
    const input = el("input", { type: "radio", name: "m-base", value: key, on: { change: () => {
      try {
        localStorage.setItem(STORE, key);
      } catch {
        // the choice lasts as long as the page
      }
      set(key);
      dialog.close();
    } } });
    input.checked = shown === key;
    input.disabled = key !== NONE && !navigator.onLine;
    return el("label", { class: "m-choice" }, input, el("span", {}, label));
  };
  document.getElementById("m-map-tools").append(el("button", { class: "m-tool", type: "button", id: "m-tool-layers", "aria-label": t("layers.base"), on: { click: () => {
    dialog.replaceChildren(
      el("h2", { class: "m-dialog-title", id: "m-bases-title" }, t("layers.base")),
      navigator.onLine ? "" : el("p", { class: "m-dialog-note" }, t("phone.map.bases_offline")),
      choice(NONE, t("layers.none")), ...[...bases].map(([key, base]) => choice(key, base.label)),
      el("button", { class: "m-button", type: "button", on: { click: () => dialog.close() } }, t("phone.shell.close")));
    dialog.showModal();
  } } }, icon("layers")));
  set(remembered());
}
