// Status marks: drawn once per look into a small canvas and stamped from there, so ten thousand cost little.
import { pixelRatio } from "./density.js";
import { svg } from "./dom.js";
import { edgeOf, groundColours, kindOf, lookOf, palette } from "./looks.js";
import { theme } from "./theme.js";

const UNIT = 11.5; // radius of the disc in the outlines' own units
const cache = new Map();

function draw(ctx, look, kind, radius) {
  const scale = radius / UNIT;
  const ground = groundColours();
  ctx.scale(scale, scale);
  ctx.lineJoin = "round";
  const rim = 1.1 / scale;
  // Outside in: a breath of shadow, the casing, the rim, the fill.
  ctx.shadowColor = "rgba(10,16,24,.45)";
  ctx.shadowBlur = 3;
  ctx.lineWidth = 2 * (palette.casing / scale + rim);
  ctx.strokeStyle = ground.casing;
  ctx.stroke(look.outline);
  ctx.shadowColor = "transparent";
  ctx.lineWidth = 2 * rim;
  ctx.strokeStyle = edgeOf(look);
  ctx.stroke(look.outline);
  ctx.fillStyle = look.fill;
  ctx.fill(look.outline);
  if (look.inner) {
    ctx.fillStyle = theme() === "dark" ? "#1C2229" : "#FFFFFF";
    ctx.fill(look.inner);
  }
  if (!kind) return;
  ctx.translate(0, look.shift);
  ctx.scale(look.glyph, look.glyph);
  ctx.fillStyle = look.inner && theme() === "dark" ? "#E8ECF1" : look.ink;
  ctx.fill(kindOf(kind).glyph, "evenodd");
}

/** A ready-drawn mark: {image, size} with size in CSS pixels; `kind` is "" for a mark without pictogram. */
function markImage(status, kind, radius) {
  const ratio = pixelRatio();
  const key = `${status}|${kind}|${radius.toFixed(1)}|${theme()}|${ratio}`;
  let mark = cache.get(key);
  if (!mark) {
    if (cache.size > 600) cache.clear();
    const half = Math.ceil(radius * 1.45 + 5);
    const image = document.createElement("canvas");
    image.width = image.height = Math.ceil(2 * half * ratio);
    const ctx = image.getContext("2d");
    ctx.scale(ratio, ratio);
    ctx.translate(half, half);
    draw(ctx, lookOf(status), kind, radius);
    mark = { image, size: image.width / ratio };
    cache.set(key, mark);
  }
  return mark;
}

/** Stamp a mark with its centre at x, y. */
export function stamp(ctx, x, y, status, kind, radius) {
  const { image, size } = markImage(status, kind, radius);
  ctx.drawImage(image, x - size / 2, y - size / 2, size, size);
}

/** The same mark as SVG, for lists, legend and panels; both themes' rims are in it, the style sheet shows one. */
export function markSvg(status, { kind = "", size = 20 } = {}) {
  const look = lookOf(status);
  const rim = (colour, only) =>
    svg("path", { class: only, d: look.path, fill: look.fill, stroke: colour, "stroke-width": 1.4, "stroke-linejoin": "round" });
  return svg(
    "svg",
    { class: "mark", width: size, height: size, viewBox: "-18 -18 36 36", "aria-hidden": "true", focusable: "false" },
    rim(look.edgeLight, "only-light"),
    rim(look.edgeDark, "only-dark"),
    look.hole ? svg("path", { class: "mark-hole", d: look.hole }) : null,
    kind
      ? svg("path", {
          class: look.hole ? "mark-on-hole" : "mark-on-fill",
          d: kindOf(kind).path,
          fill: look.ink,
          "fill-rule": "evenodd",
          transform: `translate(0 ${look.shift}) scale(${look.glyph})`,
        })
      : null,
  );
}

/** A sample of a status's line as SVG, for the legend. */
export function lineSvg(status, { width = 36, height = 12 } = {}) {
  const { fill, line } = lookOf(status);
  const common = { d: "M3 8H45", fill: "none" };
  const dash = line.dash.length ? line.dash.join(" ") : null;
  const stroke = (colour, only) =>
    svg("path", { ...common, class: only, stroke: colour, "stroke-width": line.width, "stroke-linecap": line.cap, "stroke-dasharray": dash });
  return svg(
    "svg",
    { class: "line-sample", width, height, viewBox: "0 0 48 16", "aria-hidden": "true", focusable: "false" },
    stroke(fill, "only-light"),
    stroke(line.dark, "only-dark"),
    line.double ? svg("path", { ...common, class: "mark-middle", "stroke-width": line.width / 3 }) : null,
  );
}
