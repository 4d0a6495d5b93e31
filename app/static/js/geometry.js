// Geometry on the unit square of Web Mercator (0…1, y down): projected once, then only scaled and shifted.

export const mercatorX = (lon) => (lon + 180) / 360;
export const mercatorY = (lat) => {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
};

function ring(positions) {
  const out = new Float64Array(positions.length * 2);
  positions.forEach(([lon, lat], i) => {
    out[2 * i] = mercatorX(lon);
    out[2 * i + 1] = mercatorY(lat);
  });
  return out;
}

const COLLECT = {
  Point: (c, s) => s.points.push(ring([c])),
  MultiPoint: (c, s) => c.forEach((p) => s.points.push(ring([p]))),
  LineString: (c, s) => s.lines.push(ring(c)),
  MultiLineString: (c, s) => c.forEach((l) => s.lines.push(ring(l))),
  Polygon: (c, s) => s.areas.push(c.map(ring)),
  MultiPolygon: (c, s) => c.forEach((p) => s.areas.push(p.map(ring))),
};

function collect(geometry, shape) {
  if (!geometry) return;
  if (geometry.type === "GeometryCollection") geometry.geometries.forEach((g) => collect(g, shape));
  else COLLECT[geometry.type]?.(geometry.coordinates, shape);
}

/** Projected shape of a GeoJSON geometry: points, lines, areas (rings), box and anchor; null when empty. */
export function shapeOf(geometry) {
  const shape = { points: [], lines: [], areas: [] };
  collect(geometry, shape);
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const part of [...shape.points, ...shape.lines, ...shape.areas.flat()]) {
    for (let i = 0; i < part.length; i += 2) {
      if (part[i] < box[0]) box[0] = part[i];
      if (part[i + 1] < box[1]) box[1] = part[i + 1];
      if (part[i] > box[2]) box[2] = part[i];
      if (part[i + 1] > box[3]) box[3] = part[i + 1];
    }
  }
  if (!Number.isFinite(box[0])) return null;
  shape.box = box;
  shape.anchor = anchorOf(shape);
  return shape;
}

/** Where a mark stands for the whole: the first point, the middle of the longest line, a point inside the area. */
function anchorOf(shape) {
  if (shape.points.length) return [shape.points[0][0], shape.points[0][1]];
  if (shape.areas.length) return insideOf(largest(shape.areas, (rings) => Math.abs(doubleArea(rings[0]))));
  return middleOf(largest(shape.lines, lengthOf));
}

const largest = (parts, measure) => parts.reduce((best, part) => (measure(part) > measure(best) ? part : best));

function lengthOf(line) {
  let sum = 0;
  for (let i = 2; i < line.length; i += 2) sum += Math.hypot(line[i] - line[i - 2], line[i + 1] - line[i - 1]);
  return sum;
}

function middleOf(line) {
  let left = lengthOf(line) / 2;
  for (let i = 2; i < line.length; i += 2) {
    const step = Math.hypot(line[i] - line[i - 2], line[i + 1] - line[i - 1]);
    if (step >= left && step > 0) {
      const share = left / step;
      return [line[i - 2] + (line[i] - line[i - 2]) * share, line[i - 1] + (line[i + 1] - line[i - 1]) * share];
    }
    left -= step;
  }
  return [line[0], line[1]];
}

function doubleArea(r) {
  let sum = 0;
  for (let i = 0, j = r.length - 2; i < r.length; j = i, i += 2) sum += r[j] * r[i + 1] - r[i] * r[j + 1];
  return sum;
}

/** The centroid when it lies inside, else the middle of the widest stretch at half height. */
function insideOf(rings) {
  const r = rings[0];
  const area = doubleArea(r);
  if (area) {
    // Relative to the first corner: areas on the unit square are tiny and would drown in rounding.
    let x = 0, y = 0;
    for (let i = 0, j = r.length - 2; i < r.length; j = i, i += 2) {
      const [ax, ay, bx, by] = [r[j] - r[0], r[j + 1] - r[1], r[i] - r[0], r[i + 1] - r[1]];
      const cross = ax * by - bx * ay;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    const centre = [r[0] + x / (3 * area), r[1] + y / (3 * area)];
    if (contains(rings, centre[0], centre[1])) return centre;
  }
  const ys = r.filter((_, i) => i % 2);
  const y = (Math.min(...ys) + Math.max(...ys)) / 2;
  const cuts = [];
  for (const part of rings) {
    for (let i = 0, j = part.length - 2; i < part.length; j = i, i += 2) {
      if (part[i + 1] > y !== part[j + 1] > y) {
        cuts.push(part[i] + ((y - part[i + 1]) / (part[j + 1] - part[i + 1])) * (part[j] - part[i]));
      }
    }
  }
  cuts.sort((a, b) => a - b);
  let best = [r[0], r[0]];
  for (let i = 0; i + 1 < cuts.length; i += 2) if (cuts[i + 1] - cuts[i] > best[1] - best[0]) best = [cuts[i], cuts[i + 1]];
  return [(best[0] + best[1]) / 2, cuts.length ? y : r[1]];
}

/** Whether a point lies inside rings (even-odd, so holes are outside). */
export function contains(rings, x, y) {
  let inside = false;
  for (const r of rings) {
    for (let i = 0, j = r.length - 2; i < r.length; j = i, i += 2) {
      if (r[i + 1] > y !== r[j + 1] > y && x < r[i] + ((y - r[i + 1]) / (r[j + 1] - r[i + 1])) * (r[j] - r[i])) {
        inside = !inside;
      }
    }
  }
  return inside;
}

/** Distance from a point to a chain of segments, in the chain's own unit. */
export function distanceTo(line, x, y) {
  let best = Infinity;
  for (let i = 2; i < line.length; i += 2) {
    const ax = line[i - 2], ay = line[i - 1];
    const dx = line[i] - ax, dy = line[i + 1] - ay;
    const square = dx * dx + dy * dy;
    const share = square ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / square)) : 0;
    best = Math.min(best, Math.hypot(x - ax - share * dx, y - ay - share * dy));
  }
  return line.length === 2 ? Math.hypot(x - line[0], y - line[1]) : best;
}

/** The part of a segment inside a box (Liang–Barsky), or null. */
export function clip(ax, ay, bx, by, min, max) {
  const [dx, dy] = [bx - ax, by - ay];
  let from = 0, to = 1;
  for (const [p, q] of [[-dx, ax - min.x], [dx, max.x - ax], [-dy, ay - min.y], [dy, max.y - ay]]) {
    if (p === 0 && q < 0) return null;
    if (p < 0) from = Math.max(from, q / p);
    if (p > 0) to = Math.min(to, q / p);
  }
  return from < to ? [ax + from * dx, ay + from * dy, ax + to * dx, ay + to * dy] : null;
}
