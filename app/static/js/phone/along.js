// Metres along a line to the place nearest to a position: linear referencing as geo/linear.py does it. Segments are
// straight in degrees, metres are counted along them on the ellipsoid; the parts of a MultiLineString follow each other
// and the way from one to the next counts nothing.

import { E2, MAJOR } from "./ellipsoid.js";

const RAD = Math.PI / 180;
// Nodes and weights of Gauss and Legendre on 0 … 1; segments are short and smooth, five are plenty.
const NODES = [0.0469100770306680, 0.2307653449471585, 0.5, 0.7692346550528415, 0.9530899229693320];
const WEIGHTS = [0.1184634425280945, 0.2393143352496832, 0.2844444444444444, 0.2393143352496832, 0.1184634425280945];

/** Metres per degree to the east and to the north at a latitude. */
function scale(lat) {
  const w2 = 1 - E2 * Math.sin(lat * RAD) ** 2;
  const across = MAJOR / Math.sqrt(w2);
  return [across * Math.cos(lat * RAD) * RAD, ((across * (1 - E2)) / w2) * RAD];
}

/** Metres from a segment's start to a share (0 … 1) of its way. */
function metres(segment, share) {
  let sum = 0;
  NODES.forEach((node, i) => {
    const [east, north] = scale(segment.lat + node * share * segment.north);
    sum += WEIGHTS[i] * Math.hypot(east * segment.east, north * segment.north);
  });
  return share * sum;
}

/** The line of a GeoJSON geometry ready to be measured, {segments, length}; null when it is no line. */
export function course(geometry) {
  const parts = { LineString: (c) => [c], MultiLineString: (c) => c }[geometry?.type]?.(geometry.coordinates);
  if (!parts) return null;
  const segments = [];
  let length = 0;
  for (const [part, points] of parts.entries()) {
    for (let i = 1; i < points.length; i += 1) {
      const [[lon, lat], [toLon, toLat]] = [points[i - 1], points[i]];
      if (lon === toLon && lat === toLat) continue;
      const segment = { part, lon, lat, east: toLon - lon, north: toLat - lat, begin: length };
      segment.length = metres(segment, 1);
      length += segment.length;
      segments.push(segment);
    }
  }
  return length ? { segments, length } : null;
}

/** The place on one segment nearest to a position: {share, off_m}. In the plane that touches half-way between them. */
function foot(segment, lon, lat) {
  let share = 0.5;
  let off = 0;
  for (let round = 0; round < 3; round += 1) {
    const [east, north] = scale((lat + segment.lat + share * segment.north) / 2);
    const [dx, dy] = [east * segment.east, north * segment.north];
    const [px, py] = [east * (lon - segment.lon), north * (lat - segment.lat)];
    share = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy)));
    off = Math.hypot(px - share * dx, py - share * dy);
  }
  return { share, off_m: off };
}

/** Every segment's nearest place, [{along_m, off_m}], in the order of the line. */
function feet({ segments }, lon, lat) {
  return segments.map((segment) => {
    const { share, off_m } = foot(segment, lon, lat);
    return { along_m: segment.begin + metres(segment, share), off_m };
  });
}

/** {along_m, off_m} of the place on a course nearest to a position; the first where there are several. */
export function locate(line, lon, lat) {
  return feet(line, lon, lat).reduce((best, one) => (one.off_m < best.off_m ? one : best));
}

/**
 * The same for somebody who was at `last_m` before: where the line runs back beside itself, the arm that continues the
 * way is taken as long as it is within `slack_m` of the nearest.
 */
export function locateNear(line, lon, lat, last_m, slack_m) {
  const found = feet(line, lon, lat);
  const nearest = Math.min(...found.map((one) => one.off_m));
  // Only the nearest place of each arm: the corners before it are near as well, and would hold the walker back.
  const arms = found.filter((one, i) => one.off_m <= (found[i - 1]?.off_m ?? Infinity) && one.off_m <= (found[i + 1]?.off_m ?? Infinity));
  return arms
    .filter((one) => one.off_m <= nearest + slack_m)
    .reduce((best, one) => {
      const [a, b] = [Math.abs(one.along_m - last_m), Math.abs(best.along_m - last_m)];
      return a < b || (a === b && one.off_m < best.off_m) ? one : best;
    });
}
