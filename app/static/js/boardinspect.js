// The inspection form: position from the telephone on request; the blockage's fields only where a problem was found.
const form = document.getElementById("inspect");
const locate = document.getElementById("locate");
const told = document.getElementById("locate-told");

function follow() {
  const problem = ["problem", "stopped"].includes(form.elements.verdict.value);
  const opening = form.querySelector(".opening");
  opening.hidden = !problem;
  if (!problem) form.elements.open_blockage.checked = false;
  opening.querySelector(".opening-fields").hidden = !form.elements.open_blockage.checked;
}

form.addEventListener("change", follow);
form.addEventListener("input", ({ target }) => {
  // what is typed over is no longer what the device found
  if (["lon", "lat", "accuracy_m"].includes(target.name)) form.elements.position_source.value = "pin";
});
follow();

if (locate && navigator.geolocation && isSecureContext) {
  locate.hidden = false;
  locate.addEventListener("click", () => {
    told.textContent = locate.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lon.value = coords.longitude.toFixed(6);
        form.elements.lat.value = coords.latitude.toFixed(6);
        form.elements.accuracy_m.value = String(Math.round(coords.accuracy));
        form.elements.position_source.value = "device";
        told.textContent = locate.dataset.done.replace("{n}", Math.round(coords.accuracy));
      },
      () => (told.textContent = locate.dataset.failed),
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 },
    );
  });
}
