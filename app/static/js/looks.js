// The palette as the browser draws it: colours for the theme, outlines as paths, line patterns for the zoom.
import { boot } from "./boot.js";
import { theme } from "./theme.js";

export const palette = boot.palette;
export const statuses = palette.statuses;

for (const look of statuses) {
  look.outline = new Path2D(look.path);
  look.inner = look.hole ? new Path2D(look.hole) : null;
}

const byCode = new Map(statuses.map((look) => [look.code, look]));

/** The look of a status; one the palette does not know is drawn as unscheduled. */
export const lookOf = (code) => byCode.get(code) || statuses[0];

const kinds = new Map(boot.kinds.map((kind) => [kind.code, { ...kind, glyph: new Path2D(kind.path) }]));
const plain = { label: "", path: "M-3 0A3 3 0 1 1 3 0A3 3 0 1 1-3 0Z" };
plain.glyph = new Path2D(plain.path);

/** Label and pictogram of a kind. */
export const kindOf = (code) => kinds.get(code) || plain;

/** Colours of ground and casing in the present theme. */
export const groundColours = () => palette[theme()];

/** The rim that lifts a mark off the ground in the present theme. */
export const edgeOf = (look) => (theme() === "dark" ? look.edgeDark : look.edgeLight);

/** Width factor of lines by zoom: hairlines would vanish on the overview, full width would smear it. */
export const lineScale = (zoom) => Math.max(0.6, Math.min(1.35, 0.6 + (zoom - 11.5) * 0.16));

/** Radius in pixels of a point's mark by zoom. */
export function markRadius(zoom) {
  if (zoom >= 16) return 15;
  if (zoom >= palette.pictogramZoom) return 13;
  return Math.max(5, Math.min(9, 5 + (zoom - 11) * 1.25));
}
