// The map's view in the address's hash, #zoom/lat/lon, so that an address can be sent to a colleague.

const round = (value, digits) => Number(value.toFixed(digits));

/** {zoom, centre} of a hash, or null when it is not a position. */
export function parse(hash) {
  const match = /^#(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(hash);
  if (!match) return null;
  const [zoom, lat, lon] = match.slice(1).map(Number);
  if (zoom > 24 || Math.abs(lat) > 85 || Math.abs(lon) > 180) return null;
  return { zoom, centre: [lat, lon] };
}

/** Keep map and hash in step, in both directions. */
export function follow(map) {
  let written = location.hash;
  const write = () => {
    if (map.printing) return;
    const { lat, lng } = map.getCenter();
    written = `#${round(map.getZoom(), 2)}/${round(lat, 5)}/${round(lng, 5)}`;
    if (written === location.hash) return;
    try {
      history.replaceState(null, "", location.pathname + location.search + written);
    } catch {
      // A file opened from a disk keeps its address.
    }
  };
  map.on("moveend", write);
  addEventListener("hashchange", () => {
    const view = location.hash === written ? null : parse(location.hash);
    if (view) map.setView(view.centre, view.zoom);
  });
}
