// The built part of lines: sections given as shares of the length, cut out of the projected line.

const ECCENTRICITY_2 = 0.0066943799901413; // of the WGS 84 ellipsoid, squared (EPSG:7030)
const EDGE = 1e-6; // shares of the length come rounded; so near to the end of a part is its end

/**
 * Length on the ground, up to a factor, of a line's step to corner i: Mercator stretches with 1 / cos(lat), and the
 * ellipsoid is a little shorter from north to south than from east to west.
 */
function step(line, i) {
  const north = Math.PI * (1 - line[i + 1] - line[i - 1]); // Mercator's y in radians, half-way
  const w = 1 - ECCENTRICITY_2 * Math.tanh(north) ** 2; // tanh(y) is the sine of the latitude
  const [dx, dy] = [line[i] - line[i - 2], ((line[i + 1] - line[i - 1]) * (1 - ECCENTRICITY_2)) / w];
  return Math.hypot(dx, dy) / (Math.cosh(north) * Math.sqrt(w));
}

function lengthOf(lines) {
  let sum = 0;
  for (const line of lines) for (let i = 2; i < line.length; i += 2) sum += step(line, i);
  return sum;
}

/** Sections in order, within 0…1, without gaps that are none; what lies between them comes as false. */
function stretches(sections) {
  const found = [];
  let at = 0;
  for (const [from, to] of [...sections].sort((a, b) => a[0] - b[0])) {
    const [low, high] = [Math.max(at, Math.min(1, from)), Math.min(1, to)];
    if (high <= low) continue;
    if (low > at) found.push({ to: low, built: false });
    const last = found[found.length - 1];
    if (last?.built && last.to === low) last.to = high;
    else found.push({ to: high, built: true });
    at = high;
  }
  if (at < 1) found.push({ to: 1, built: false });
  return found;
}

/**
 * Cut lines (flat arrays x, y, … on the unit square, measured one after the other) by `sections`, pairs of shares
 * 0…1 of the whole length: {built, rest}, each a list of such lines. Where a part ends, the piece ends with it.
 */
export function cut(lines, sections) {
  const out = { built: [], rest: [] };
  const whole = lengthOf(lines);
  const parts = stretches(sections);
  if (!whole || !parts.some((part) => part.built)) return { built: [], rest: lines };
  const edge = EDGE * whole;
  let done = 0; // length up to the corner before
  let n = 0; // of the stretch that we are in
  for (const line of lines) {
    let piece = [line[0], line[1]];
    const close = () => {
      if (piece.length > 2) out[parts[n].built ? "built" : "rest"].push(Float64Array.from(piece));
      piece = piece.slice(-2);
    };
    for (let i = 2; i < line.length; i += 2) {
      const length = step(line, i);
      while (n < parts.length - 1 && parts[n].to * whole < done + length - edge) {
        const share = Math.max(0, Math.min(1, (parts[n].to * whole - done) / length));
        piece.push(line[i - 2] + (line[i] - line[i - 2]) * share, line[i - 1] + (line[i + 1] - line[i - 1]) * share);
        close();
        n += 1;
      }
      piece.push(line[i], line[i + 1]);
      done += length;
    }
    close();
    while (n < parts.length - 1 && parts[n].to * whole <= done + edge) n += 1;
  }
  return out;
}
