// Layer control: base maps (one of them) and what lies on top (any of them). Remembered on this device.
import { t } from "./boot.js";
import { el } from "./dom.js";
import { closePopover, popoverOf, togglePopover } from "./popover.js";
import { showMessage } from "./messages.js";

const STORE = "layers";

const remembered = () => {
  try {
    return JSON.parse(localStorage.getItem(STORE)) || {};
  } catch {
    return {};
  }
};
const remember = (change) => {
  try {
    localStorage.setItem(STORE, JSON.stringify({ ...remembered(), ...change }));
  } catch {
    // Storage may be blocked; the choice then lasts as long as the page.
  }
};

let warning = null; // takes the last message about an unreachable base map away
const kept = { bases: {}, overlays: {}, map: null };

/** Register the layers folium has collected, and take up the choices made earlier on this device. */
export function layerControl(map, { bases, overlays }) {
  Object.assign(kept, { bases, overlays: { ...overlays }, map });
  const choice = remembered();
  if (choice.base in bases) setBase(choice.base);
  else setBase(Object.keys(bases).find((key) => map.hasLayer(bases[key])) || "none");
}

/** One more overlay, known to the page only. */
export function addOverlay(key, layer) {
  kept.overlays[key] = layer;
  layer.addTo(kept.map);
}

/** Hide the overlays that were switched off earlier; to be called once all of them are known. */
export function restoreOverlays() {
  for (const key of remembered().hidden || []) kept.overlays[key]?.remove();
}

/** Show one base map instead of the present one. */
function setBase(key) {
  const { bases, overlays, map } = kept;
  for (const layer of Object.values(bases)) if (layer !== bases[key]) layer.remove();
  const base = bases[key];
  base.addTo(map);
  if (base.tiled) warning?.();
  base.off("unreachable").on("unreachable", () => {
    setBase("none");
    warning = showMessage(t("layers.failed", { name: base.label }));
    const button = document.getElementById("tool-layers");
    if (button && popoverOf(button)) closePopover(true); // its choice no longer holds, and on the phone it covers the message
  });
  kept.base = key;
  map.options.zoomSnap = base.tiled ? 1 : 0.25; // pictures are sharp at whole zooms only
  if (base.tiled && map.getZoom() % 1) map.setZoom(Math.round(map.getZoom()), { animate: false });
  map.getContainer().classList.toggle("has-base", base.tiled);
  overlays.ground?.setOverBase(base.tiled);
  showAttribution(base.attribution);
}

function showAttribution(attribution) {
  const corner = document.getElementById("corner");
  corner.querySelector(".attribution")?.remove();
  if (!attribution) return;
  const { text, url } = attribution;
  corner.append(el("p", { class: "attribution" }, url ? el("a", { href: url, rel: "noopener external" }, text) : text));
}

function option(type, name, label, checked, onChange) {
  const input = el("input", { type, name, on: { change: () => onChange(input.checked) } });
  input.checked = checked;
  return el("label", { class: "choice" }, input, el("span", {}, label));
}

/** Open the control beside its button. */
export function openLayers(button) {
  const { bases, overlays, map } = kept;
  togglePopover(button, {
    label: t("layers.title"),
    place: "left",
    build(panel) {
      panel.append(
        el("fieldset", { class: "choices" }, el("legend", {}, t("layers.base")),
          ...Object.entries(bases).map(([key, layer]) =>
            option("radio", "base", layer.label || t("layers.none"), kept.base === key, () => {
              setBase(key);
              remember({ base: key });
            }))),
        el("fieldset", { class: "choices" }, el("legend", {}, t("layers.overlays")),
          ...Object.entries(overlays).map(([key, layer]) =>
            option("checkbox", key, t(`layers.${key}`), map.hasLayer(layer), (on) => {
              if (on) layer.addTo(map);
              else layer.remove();
              remember({ hidden: Object.keys(overlays).filter((name) => !map.hasLayer(overlays[name])) });
            }))),
      );
    },
  });
}
