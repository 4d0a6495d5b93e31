// Where the check-in is made: the device's position at that moment, or a place put by hand.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { away } from "./distance.js";
import { fixWords } from "./fixwords.js";
import { load } from "./load.js";
import { nearest } from "./nearest.js";
import { position } from "./position.js";
import { clock } from "./times.js";

/** A form that is opened again later than this is not one visit any more: the position of the visit stays. */
const VISIT_MS = 10 * 60_000;
/** What the server allows beside the accuracy before it doubts that somebody was on site (app/domain/presence.py). */
const ALLOWED_M = 100;

/** Whether a fix may take the place of what the draft has. */
export function better(draft, fix, now = Date.now()) {
  if (!fix) return false;
  const held = draft.position;
  if (held?.source === "pin" && fix.source !== "pin") return false;
  if (draft.made_at && Math.abs(now - Date.parse(draft.made_at)) > VISIT_MS) return false;
  if (!held || fix.source === "pin") return true;
  if (!draft.made_at) return fix.at > held.at; // on the way there the position goes along
  return fix.accuracy_m < held.accuracy_m;
}

export function placePart(hand, site) {
  const { draft } = hand;
  const words = el("p", { class: "c-place-words" });
  const far = el("p", { class: "c-sub" });
  const told = el("div", { class: "c-place", role: "status" }, icon("here"), el("div", {}, words, far));
  const again = el("button", { class: "m-button", type: "button", on: { click: renew } }, icon("locate"), t("phone.check.place.again"));
  const pin = el("button", { class: "m-button", type: "button", on: { click: byHand } }, icon("pin"), t("phone.check.place.pin"));
  const part = el("section", { class: "c-part", "aria-labelledby": "place-title" }, el("h2", { id: "place-title" }, t("phone.check.place.title")), told, el("div", { class: "c-row" }, again, pin));

  function put({ lon, lat, accuracy_m, at, source }, { quiet = false } = {}) {
    hand.change({ position: { lon, lat, accuracy_m, at, source } }, { quiet });
  }

  function watch() {
    if (hand.closed) return;
    if (better(draft, position.current)) put(position.current, { quiet: true });
    else follow();
  }

  /** The person says: I am here, now. */
  function renew() {
    if (draft.position?.source === "pin") draft.position = null;
    position.unpin();
    if (position.state !== "ok") position.ask();
    const fix = position.device;
    if (draft.made_at) hand.change({ made_at: new Date().toISOString() });
    if (fix) put(fix);
    else follow();
  }

  async function byHand() {
    const held = draft.position ?? position.current;
    let found = null;
    try {
      const { pickPlace } = await load(() => import("./pick.js"));
      found = await pickPlace({ geometry: site?.geometry ?? null, start: held ? [held.lon, held.lat] : null });
    } catch (error) {
      far.textContent = error.message;
    }
    if (found) put({ ...found, accuracy_m: null, at: new Date().toISOString(), source: "pin" });
    pin.focus();
  }

  function follow() {
    const held = draft.position;
    const grade = held && held.source !== "pin" ? position.grade(held.accuracy_m) : held ? "pin" : "none";
    told.dataset.grade = grade;
    if (!held) words.textContent = fixWords({ help: true });
    else if (held.source === "pin") words.textContent = t("phone.check.place.pinned", { at: clock(held.at) });
    else words.textContent = t("phone.check.place.fixed", { grade: t(`phone.check.place.grade.${grade}`), m: Math.round(held.accuracy_m), at: clock(held.at) });
    const way = held && site?.geometry ? nearest(site.geometry, held.lon, held.lat).distance_m : null;
    const limit = ALLOWED_M + (held?.accuracy_m ?? 0);
    far.textContent =
      way === null ? (held ? "" : t("phone.check.place.without"))
      : held.source === "pin" ? t("phone.check.place.far_pin", { far: away(way) })
      : grade !== "coarse" && way > limit ? t("phone.check.place.too_far", { far: away(way), limit: away(limit) })
      : t("phone.check.place.far", { far: away(way) });
  }

  return {
    part,
    follow,
    focus: () => again.focus(),
    /** Before it is filed: what is on the screen is what goes. */
    settle: watch,
    start() {
      position.addEventListener("change", watch);
      position.start();
      watch();
    },
    stop() {
      position.removeEventListener("change", watch);
      position.stop();
    },
  };
}
