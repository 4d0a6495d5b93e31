// GCJ-02, the datum of several Chinese tile sources and of Amap and Tencent, and BD-09, Baidu's own on top of it.
// Written from the published formula (Krassovsky 1940 ellipsoid); geo/crs.py is the reference implementation.

const A = 6378245;
const EE = 0.006693421622965943;
const { PI, sin, cos, sqrt, abs } = Math;

function wave(x) {
  return ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;
}

function shift(lon, lat) {
  const [x, y] = [lon - 105, lat - 35];
  let dLat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + wave(x);
  dLat += ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3 + ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  let dLon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + wave(x);
  dLon += ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3 + ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  const angle = (lat * PI) / 180;
  const magic = 1 - EE * sin(angle) ** 2;
  return [
    (dLon * 180) / ((A / sqrt(magic)) * cos(angle) * PI),
    (dLat * 180) / (((A * (1 - EE)) / (magic * sqrt(magic))) * PI),
  ];
}

const inChina = (lon, lat) => lon > 72.004 && lon < 137.8347 && lat > 0.8293 && lat < 55.8271;

/** [lon, lat] in GCJ-02 of a WGS 84 position; the position itself outside China. */
export function toGcj(lon, lat) {
  if (!inChina(lon, lat)) return [lon, lat];
  const [dx, dy] = shift(lon, lat);
  return [lon + dx, lat + dy];
}

/** The inverse, by fixed-point steps (four reach the precision of a double). */
export function fromGcj(lon, lat) {
  let [x, y] = [lon, lat];
  for (let i = 0; i < 4; i += 1) {
    const [gx, gy] = toGcj(x, y);
    x += lon - gx;
    y += lat - gy;
  }
  return [x, y];
}

const TURN = (PI * 3000) / 180;

/** [lon, lat] in BD-09 of a WGS 84 position; the position itself outside China. */
export function toBd(lon, lat) {
  if (!inChina(lon, lat)) return [lon, lat];
  const [x, y] = toGcj(lon, lat);
  const radius = Math.hypot(x, y) + 0.00002 * sin(y * TURN);
  const angle = Math.atan2(y, x) + 0.000003 * cos(x * TURN);
  return [radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006];
}
