// Leaflet and the modules of the map, read when the list can be used already.
let loading = null;

const head = (tag, attributes) =>
  new Promise((resolve, reject) => {
    const node = Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: () => (node.remove(), reject(new TypeError(`module ${tag} could not be read`))) });
    document.head.append(node);
  });

/** Leaflet with its style sheet and ours; asked for again when it could not be read. */
export function leaflet() {
  loading ??= Promise.all([
    head("link", { rel: "stylesheet", href: "/static/vendor/leaflet/leaflet.css" }),
    head("link", { rel: "stylesheet", href: "/static/css/m-map.css" }),
    window.L ?? head("script", { src: "/static/vendor/leaflet/leaflet.js" }),
  ]).catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** Build the map behind the list. Rejects when its parts cannot be read; may be called again. */
export async function startMap() {
  await leaflet();
  const map = await import("./map.js");
  await map.start();
}
