// A metric scale bar with its unit in words of the page's language.
import { el } from "./dom.js";
import { metres } from "./format.js";

const WIDEST = 110;

const nice = (value) => {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
};

/** Add the bar to the page's corner and keep it true while the map moves. */
export function scale(map) {
  const label = el("span", { class: "scale-label" });
  const bar = el("div", { class: "scale" }, label);
  document.getElementById("corner").append(bar);
  const update = () => {
    const size = map.getSize();
    const y = size.y / 2;
    const across = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([WIDEST, y]));
    if (!across) return;
    const length = nice(across);
    bar.style.width = `${Math.round((WIDEST * length) / across)}px`;
    label.textContent = metres(length);
  };
  map.on("move zoomend resize", update);
  map.whenReady(update);
}
