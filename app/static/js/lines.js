// Lines and areas by status on the canvas: casing, pattern, double lines.
import { edgeOf, groundColours, lineScale, palette } from "./looks.js";
import { theme } from "./theme.js";

/** Stroke the context's present path the way this status is drawn. `thin` is for outlines of areas. */
export function strokeStatus(ctx, look, zoom, { thin = false } = {}) {
  const scale = lineScale(zoom) * (thin ? 0.55 : 1);
  const { line } = look;
  const dark = theme() === "dark";
  const width = line.width * scale;
  const stroke = (colour, pixels) => {
    ctx.strokeStyle = colour;
    ctx.lineWidth = pixels;
    ctx.stroke();
  };
  ctx.lineJoin = ctx.lineCap = "round";
  ctx.setLineDash([]);
  stroke(groundColours().casing, width + 2 * palette.casing);
  ctx.lineCap = line.cap;
  ctx.setLineDash(line.dash.map((length) => (length < 1 ? length : length * scale)));
  // Pale fills get a thin rim on light ground: amber on white alone has a contrast of 2 only.
  if (!dark && line.rim) stroke(edgeOf(look), width + 1.2);
  stroke(dark ? line.dark : look.fill, width);
  ctx.setLineDash([]);
  if (line.double) stroke(groundColours().casing, Math.max(1, width / 3));
}

const UNBUILT = { dash: [5, 5], share: 0.5 }; // where the status itself has no dash

/**
 * Stroke a line of which a part is built: the built part solid in the status's colour, the rest dashed and thinner on
 * the same casing, so that both are told apart in grey, too. `trace` puts some lines into the path.
 */
export function strokeBuilt(ctx, look, zoom, { built, rest }, trace) {
  const scale = lineScale(zoom);
  const { line } = look;
  const dark = theme() === "dark";
  const [colour, rim] = [dark ? line.dark : look.fill, dark || !line.rim ? null : edgeOf(look)];
  const width = Math.max(4, line.width) * scale;
  const stroke = (shade, pixels) => {
    ctx.strokeStyle = shade;
    ctx.lineWidth = pixels;
    ctx.stroke();
  };
  ctx.lineJoin = ctx.lineCap = "round";
  ctx.setLineDash([]);
  trace([...rest, ...built]);
  stroke(groundColours().casing, width + 2 * palette.casing);
  ctx.lineCap = line.dash.length ? line.cap : "butt";
  trace(rest);
  ctx.setLineDash((line.dash.length ? line.dash : UNBUILT.dash).map((length) => (length < 1 ? length : length * scale)));
  stroke(rim || colour, width * (line.cap === "round" && line.dash.length ? 1 : UNBUILT.share));
  ctx.setLineDash([]);
  ctx.lineCap = "butt";
  trace(built);
  if (rim) stroke(rim, width + 1.2);
  stroke(colour, width);
}

/** A soft band under the present path, for hover and selection. */
export function strokeHalo(ctx, look, zoom, colour, grow) {
  ctx.lineJoin = ctx.lineCap = "round";
  ctx.setLineDash([]);
  ctx.lineWidth = look.line.width * lineScale(zoom) + 2 * palette.casing + 2 * grow;
  ctx.strokeStyle = colour;
  ctx.stroke();
}
