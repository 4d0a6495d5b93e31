// Printing: the map takes the sheet's shape, is painted once for it, and returns to the screen as it was.

/** Repaint the map for paper before printing, and for the screen after. */
export function startPrint(map) {
  let view = null;
  addEventListener("beforeprint", () => {
    view = { centre: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds() };
    map.printing = true;
    document.documentElement.classList.add("printing");
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(view.bounds, { animate: false });
  });
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("printing");
    map.invalidateSize({ animate: false, pan: false });
    if (view) map.setView(view.centre, view.zoom, { animate: false });
    map.printing = false;
  });
}
