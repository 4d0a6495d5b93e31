// Geodesic lengths and areas on the WGS 84 ellipsoid, by Karney's library (32 kB), loaded when first needed.
let loading = null;

/** The solver; loads it once. Rejects when it cannot be read. */
export function geodesic() {
  if (window.geodesic) return Promise.resolve(window.geodesic.Geodesic.WGS84); // a snapshot has it in itself
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../vendor/geographiclib-geodesic/geographiclib-geodesic.min.js", import.meta.url).pathname;
    script.onload = () => resolve(window.geodesic.Geodesic.WGS84);
    script.onerror = () => {
      loading = null;
      reject(new Error("geodesic"));
    };
    document.head.append(script);
  });
  return loading;
}

/** Metres along points [{lat, lng}, …], and, for three or more, the closed ring's perimeter and area in m². */
export function measure(solver, points) {
  const line = solver.Polygon(true);
  const ring = solver.Polygon(false);
  for (const { lat, lng } of points) {
    line.AddPoint(lat, lng);
    ring.AddPoint(lat, lng);
  }
  const closed = points.length > 2 ? ring.Compute(false, true) : null;
  return {
    length: points.length > 1 ? line.Compute(false, true).perimeter : 0,
    perimeter: closed ? closed.perimeter : 0,
    area: closed ? Math.abs(closed.area) : 0,
  };
}
