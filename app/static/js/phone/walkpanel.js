// Walking a stretch: what the telephone's position makes of it, while the screen is open.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { number, wholeMetres } from "../format.js";
import { fixWords } from "./fixwords.js";
import { position } from "./position.js";
import { Walk } from "./walk.js";

/** Keeps the screen on where the browser can; the lock is lost whenever the page is hidden, and taken again. */
function screenOn() {
  let lock = null;
  const take = async () => {
    if (document.hidden) return;
    lock = await navigator.wakeLock?.request("screen").catch(() => null);
  };
  document.addEventListener("visibilitychange", take);
  take();
  return () => {
    document.removeEventListener("visibilitychange", take);
    lock?.release();
  };
}

/**
 * Begin to walk along a line of `length` metres. `onStretch([from, to])` tells of every metre gained, `onEnd(stretch)` that
 * it is over. Returns {end()}.
 */
export function startWalk(box, geometry, length, { onStretch, onEnd }) {
  const walk = new Walk(geometry, length);
  const metres = el("p", { class: "c-walk-metres" });
  const ends = el("p", { class: "c-walk-ends" });
  const state = el("p", { class: "c-sub", role: "status" });
  const stop = el("button", { class: "m-button primary c-wide", type: "button", id: "walk-stop", on: { click: end } }, icon("stop"), t("phone.check.walk.stop"));
  box.replaceChildren(el("div", { class: "c-walk-now" }, metres, ends, state), stop, el("p", { class: "c-sub" }, t("phone.check.walk.kept")));
  const dark = screenOn();
  let told = "";
  let over = false;

  function show(found) {
    metres.textContent = wholeMetres(walk.metres);
    ends.textContent = walk.from_m === null ? "" : t("phone.check.walk.ends", { from: number(walk.from_m), to: number(walk.to_m) });
    if (found) state.textContent = words(found);
  }

  function words(found) {
    if (found.state === "taken") return t("phone.check.walk.taken", { m: Math.round(position.device.accuracy_m), off: number(found.off_m) });
    if (found.state === "coarse") return t("phone.check.walk.coarse", { m: Math.round(found.accuracy_m) });
    if (found.state === "beside") return t("phone.check.walk.beside", { off: wholeMetres(found.off_m) });
    return t(`phone.check.walk.${found.state}`);
  }

  function take() {
    if (!position.device || position.state !== "ok") {
      state.textContent = fixWords({ help: true });
      return;
    }
    const found = walk.take(position.device);
    if (found.state === "old") return;
    show(found);
    const stretch = walk.stretch();
    const next = stretch?.join("-") ?? "";
    if (next === told) return;
    told = next;
    onStretch(stretch);
  }

  function end() {
    if (over) return;
    over = true;
    position.removeEventListener("change", take);
    position.stop();
    dark();
    const stretch = walk.stretch();
    box.replaceChildren(el("p", { class: "c-sub", role: "status" }, stretch ? t("phone.check.walk.done", { from: number(stretch[0]), to: number(stretch[1]) }) : t("phone.check.walk.nothing")));
    onEnd(stretch);
  }

  position.addEventListener("change", take);
  position.start();
  if (position.state === "ask") position.ask();
  show();
  take();
  stop.focus();
  return { end };
}
