// Printing. Browsers do not show what is painted while they already lay out for paper, so: the print button prepares
// the map in the sheet's shape and in fine resolution first; printing from the browser's menu scales the map as it is.
import { freeEdges } from "./frame.js";
import { setPixelRatio } from "./density.js";
import { lightForPaper } from "./theme.js";

const MILLIMETRE = 96 / 25.4;
const SHEET = { width: 277 * MILLIMETRE, height: 140 * MILLIMETRE }; // as in print.css
const root = document.documentElement;

/** Tell the style sheet how to scale the map of the screen to the sheet. */
function measureScreen(map) {
  const { x, y } = map.getSize();
  root.style.setProperty("--map-width", `${x}px`);
  root.style.setProperty("--map-height", `${y}px`);
  root.style.setProperty("--print-scale", String(Math.min(SHEET.width / x, SHEET.height / y)));
}

export function startPrint(map) {
  measureScreen(map);
  map.on("resize", () => measureScreen(map));
}

const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

/** Print what lies between the panels, on the whole sheet; afterwards everything is as it was. */
export async function printMap(map) {
  const [centre, zoom] = [map.getCenter(), map.getZoom()];
  const { left, top, right, bottom } = freeEdges(map);
  const size = map.getSize();
  const seen = window.L.latLngBounds(
    map.containerPointToLatLng([left, size.y - bottom]),
    map.containerPointToLatLng([size.x - right, top]),
  );
  const resize = () => map.invalidateSize({ animate: false, pan: false });
  map.printing = true; // the address keeps the screen's position
  root.classList.add("printing");
  const restoreTheme = lightForPaper();
  setPixelRatio(3);
  resize();
  map.fitBounds(seen, { animate: false });
  await frames();
  const back = () => {
    root.classList.remove("printing");
    restoreTheme();
    setPixelRatio(null);
    resize();
    map.setView(centre, zoom, { animate: false });
    map.printing = false;
  };
  addEventListener("afterprint", back, { once: true });
  window.print();
}
