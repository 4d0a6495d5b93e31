// Where the reader stands: a dot with its accuracy as a ring, green, yellow or red, and in words.
import { t } from "./boot.js";
import { metres } from "./format.js";
import { flight, freeArea } from "./frame.js";
import { grade, HereLayer } from "./herelayer.js";
import { showMessage } from "./messages.js";

export class Locate {
  constructor(map, button) {
    this.map = map;
    this.button = button;
    this.layer = new HereLayer({ pane: "here" });
    this.watch = null;
  }

  toggle() {
    if (this.watch !== null) return this.stop();
    if (!navigator.geolocation) return void showMessage(t(window.isSecureContext ? "locate.unsupported" : "locate.insecure"));
    this.first = true;
    this.button.setAttribute("aria-pressed", "true");
    this.button.classList.add("waiting");
    this.say = showMessage(t("locate.waiting"), { busy: true, action: { label: t("locate.stop"), run: () => this.stop() } });
    this.watch = navigator.geolocation.watchPosition((p) => this.found(p.coords), (e) => this.failed(e), {
      enableHighAccuracy: true, timeout: 20_000, maximumAge: 5_000,
    });
  }

  stop() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
    this.layer.remove();
    this.say?.();
    this.button.setAttribute("aria-pressed", "false");
    this.button.classList.remove("waiting");
  }

  found(position) {
    this.button.classList.remove("waiting");
    this.layer.addTo(this.map);
    this.layer.setPosition({ lon: position.longitude, lat: position.latitude, accuracy_m: position.accuracy });
    const at = window.L.latLng(position.latitude, position.longitude);
    const inside = this.map.homeBounds.pad(0.3).contains(at);
    const words = [`${t("locate.accuracy", { m: metres(position.accuracy) })} · ${t(`locate.${grade(position.accuracy)}`)}`];
    if (!inside) words.push(t("locate.outside"));
    this.say?.update(words.join(" · "));
    // Near enough to read the streets, yet with the whole ring of doubt in view.
    if (this.first && inside) this.map.flyToBounds(at.toBounds(Math.max(20, position.accuracy * 2)), flight({ ...freeArea(this.map), maxZoom: 16 }));
    this.first = false;
  }

  failed(error) {
    const why = !window.isSecureContext ? "insecure" : { 1: "denied", 2: "unavailable", 3: "timeout" }[error.code] || "unavailable";
    this.stop();
    showMessage(t(`locate.${why}`));
  }
}
