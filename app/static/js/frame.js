// The part of the map that floating panels leave free.
import { phone } from "./sheet.js";

/** Padding for fitting: what the floating panels leave free of the map. */
export function freeArea(map) {
  const frame = map.getContainer().getBoundingClientRect();
  const pad = { left: 16, right: 16, top: 16, bottom: 40 };
  const side = document.getElementById("side")?.getBoundingClientRect();
  const detail = document.getElementById("detail")?.getBoundingClientRect();
  if (phone.matches) {
    const sheet = detail?.height ? detail : side;
    if (sheet) pad.bottom = Math.min(frame.height * 0.6, Math.max(24, frame.bottom - sheet.top + 16));
    pad.right = 56;
  } else {
    if (side?.width) pad.left = side.right - frame.left + 24;
    pad.right = detail?.width ? frame.right - detail.left + 24 : 72;
  }
  return { paddingTopLeft: [pad.left, pad.top], paddingBottomRight: [pad.right, pad.bottom] };
}

