// How far it is to a geometry itself, not to its middle: the geodesic to its nearest position. The same definition as
// /api/nearby has (geo/nearest.py): a segment is straight in lon/lat (RFC 7946 §3.1.1), inside an area it is 0 m.
//
// Every segment is kept as short pieces with their chords through the Earth. A straight distance c bounds the geodesic
// one, c ≤ s ≤ 2r asin(c/2r) with the ellipsoid's smallest radius of curvature r = b²/a, and a curve strays from its
// chord by a known amount at most; so a few subtractions rule out nearly all pieces, and only what is left is looked
// at exactly: Newton steps to the foot on the curve, then the geodesic to it.
import { contains } from "../geometry.js";
import { E2, MAJOR, MINOR, earthCentred, geodesic } from "./ellipsoid.js";

const RAD = Math.PI / 180;
const LONGEST_DEG = 0.25; // pieces this short have a single nearest position
const TIGHTEST = (MINOR * MINOR) / MAJOR; // smallest radius of curvature, metres
const STEPS = 3;
// Columns of a piece: lon, lat, their extent, start and chord (Earth-centred metres), the chord's square, the stray.
const WIDTH = 12;

const known = new WeakMap(); // geometry → its pieces; geometries are never changed in place

/** A geometry's pieces and rings, taken apart once. */
function taken(geometry) {
  let found = known.get(geometry);
  if (!found) {
    const pieces = [];
    const areas = [];
    takeApart(geometry, pieces, areas);
    known.set(geometry, (found = { pieces: Float64Array.from(pieces), areas }));
  }
  return found;
}

function takeApart(geometry, pieces, areas) {
  const { type, coordinates } = geometry;
  const area = (rings) => {
    if (!rings.length) return;
    areas.push(rings.map((ring) => Float64Array.from(ring.flatMap(([lon, lat]) => [lon, lat]))));
    for (const ring of rings) chain(ring, pieces);
  };
  if (type === "Point") chain([coordinates], pieces);
  else if (type === "MultiPoint") for (const place of coordinates) chain([place], pieces);
  else if (type === "LineString") chain(coordinates, pieces);
  else if (type === "MultiLineString") for (const line of coordinates) chain(line, pieces);
  else if (type === "Polygon") area(coordinates);
  else if (type === "MultiPolygon") for (const rings of coordinates) area(rings);
  else for (const part of geometry.geometries || []) takeApart(part, pieces, areas);
}

function chain(places, pieces) {
  if (places.length === 1 && places[0].length) piece(places[0], [0, 0], pieces);
  for (let i = 1; i < places.length; i += 1) {
    const [from, to] = [places[i - 1], places[i]];
    const extent = [to[0] - from[0], to[1] - from[1]];
    const count = Math.max(1, Math.ceil(Math.max(Math.abs(extent[0]), Math.abs(extent[1])) / LONGEST_DEG));
    const step = [extent[0] / count, extent[1] / count];
    for (let n = 0; n < count; n += 1) piece([from[0] + n * step[0], from[1] + n * step[1]], step, pieces);
  }
}

function piece([lon, lat], [dlon, dlat], pieces) {
  const start = earthCentred(lon, lat);
  const end = earthCentred(lon + dlon, lat + dlat);
  const chord = [end[0] - start[0], end[1] - start[1], end[2] - start[2]];
  // A curve and its chord differ by at most max|x''|/8, and |x''| ≤ R (|dlat| + |dlon|)², R = 6,400 km and 2 % for the
  // change of curvature along the meridian.
  const stray = ((1.02 * 6.4e6) / 8) * ((Math.abs(dlon) + Math.abs(dlat)) * RAD) ** 2;
  pieces.push(lon, lat, dlon, dlat, ...start, ...chord, chord[0] ** 2 + chord[1] ** 2 + chord[2] ** 2, stray);
}

/** The longest straight distance at which a position may still be as near by geodesic as one at `straight` metres. */
function reach(straight) {
  const arc = straight < 1.2e7 ? 2 * TIGHTEST * Math.asin(straight / (2 * TIGHTEST)) : Infinity;
  return Math.min(arc, 2 * MAJOR * Math.asin(Math.min(1, straight / (2 * MINOR)))) + 1e-6;
}

/** Share of the way along a piece, 0 to 1, at which the ellipsoid's curve is nearest to the Earth-centred place. */
function foot(pieces, i, share, place) {
  const [dlam, dphi] = [pieces[i + 2] * RAD, pieces[i + 3] * RAD];
  let t = share;
  for (let step = 0; step < STEPS; step += 1) {
    const [lam, phi] = [(pieces[i] + t * pieces[i + 2]) * RAD, (pieces[i + 1] + t * pieces[i + 3]) * RAD];
    const [sinL, cosL, sinP, cosP] = [Math.sin(lam), Math.cos(lam), Math.sin(phi), Math.cos(phi)];
    const w2 = 1 - E2 * sinP * sinP;
    const normal = MAJOR / Math.sqrt(w2);
    const axis = normal * cosP;
    const [ex, ey, ez] = [axis * cosL - place[0], axis * sinL - place[1], normal * (1 - E2) * sinP - place[2]];
    // Velocity along the piece: away from the axis, to the east, along the axis.
    const north = ((normal * (1 - E2)) / w2) * dphi;
    const [out, east, up] = [-sinP * north, axis * dlam, cosP * north];
    const slope = ex * (out * cosL - east * sinL) + ey * (out * sinL + east * cosL) + ez * up;
    // Acceleration, the change of the meridian's radius left out: it only steers the step.
    const inward = -(east * dlam + cosP * north * dphi);
    const aside = 2 * out * dlam;
    const bend = ex * (inward * cosL - aside * sinL) + ey * (inward * sinL + aside * cosL) - ez * sinP * north * dphi;
    const speed2 = out * out + east * east + up * up;
    const convex = speed2 + bend;
    if (convex <= 0.05 * speed2) {
      // Thousands of kilometres away a piece has no least position inside: it is one of its ends.
      const ends = [0, 1].map((end) => straightTo(pieces[i] + end * pieces[i + 2], pieces[i + 1] + end * pieces[i + 3], place));
      return ends[1] < ends[0] ? 1 : 0;
    }
    t = Math.min(1, Math.max(0, t - slope / convex));
  }
  return t;
}

function straightTo(lon, lat, place) {
  const [x, y, z] = earthCentred(lon, lat);
  return Math.hypot(x - place[0], y - place[1], z - place[2]);
}

/**
 * Distance from a position (WGS 84 degrees) to a GeoJSON geometry of any type: {distance_m, bearing_deg in [0, 360),
 * point: [lon, lat] on the geometry}. Inside an area: 0 m, bearing 0, the position itself. null for an empty geometry.
 */
export function nearest(geometry, lon, lat) {
  if (!geometry) return null;
  const { pieces, areas } = taken(geometry);
  if (!pieces.length) return null;
  if (areas.some((rings) => contains(rings, lon, lat))) return { distance_m: 0, bearing_deg: 0, point: [lon, lat] };

  const place = earthCentred(lon, lat);
  const count = pieces.length / WIDTH;
  const straight = new Float64Array(count);
  const share = new Float64Array(count);
  let least = Infinity; // no piece's nearest position is farther than this, through the Earth
  for (let n = 0, i = 0; n < count; n += 1, i += WIDTH) {
    let [x, y, z] = [place[0] - pieces[i + 4], place[1] - pieces[i + 5], place[2] - pieces[i + 6]];
    const square = pieces[i + 10];
    if (square > 0) {
      const t = Math.min(1, Math.max(0, (x * pieces[i + 7] + y * pieces[i + 8] + z * pieces[i + 9]) / square));
      share[n] = t;
      x -= t * pieces[i + 7];
      y -= t * pieces[i + 8];
      z -= t * pieces[i + 9];
    }
    straight[n] = Math.sqrt(x * x + y * y + z * z);
    least = Math.min(least, straight[n] + pieces[i + 11]);
  }
  let best = null;
  for (let n = 0, limit = reach(least); n < count; n += 1) {
    const i = n * WIDTH;
    if (straight[n] - pieces[i + 11] > limit) continue;
    const t = pieces[i + 10] > 0 ? foot(pieces, i, share[n], place) : 0;
    const point = [pieces[i] + t * pieces[i + 2], pieces[i + 1] + t * pieces[i + 3]];
    const through = straightTo(point[0], point[1], place);
    if (through > limit) continue;
    limit = Math.min(limit, reach(through));
    const way = geodesic(lon, lat, point[0], point[1]);
    if (!best || way.distance_m < best.distance_m) best = { ...way, point };
  }
  return best;
}
