// The part of the map that floating panels leave free.
import { phone, restingHeight } from "./sheet.js";

const PEEK = 122; // of the list's sheet, before it has been set up (phone.css)

/** Free room at the map's edges in pixels: {left, top, right, bottom}. */
export function freeEdges(map) {
  const frame = map.getContainer().getBoundingClientRect();
  const bar = document.getElementById("week-bar")?.offsetHeight || 0;
  if (phone.matches) return { left: 12, top: bar + 12, right: 60, bottom: Math.min(frame.height * 0.7, (restingHeight() || PEEK) + 48) };
  const [side, detail] = ["side", "detail"].map((id) => document.getElementById(id)?.getBoundingClientRect() ?? { width: 0 });
  return {
    left: side.width ? side.right - frame.left + 16 : 16,
    top: 16,
    right: detail.width ? frame.right - detail.left + 56 : 64,
    bottom: 44 + (bar && bar + 8),
  };
}

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Options for a flight of the map; whoever wants less motion gets there at once. */
export const flight = (options = {}) => ({ duration: 0.6, animate: !still.matches, ...options });

/** The same as padding for Leaflet's fitting functions. */
export function freeArea(map) {
  const { left, top, right, bottom } = freeEdges(map);
  return { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] };
}
