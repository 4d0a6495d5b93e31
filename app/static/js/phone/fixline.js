// How good the position is, in one line: shape, colour, word and metres; and what to do when there is none.
import { t } from "../boot.js";
import { el, icon, svg } from "../dom.js";
import { lookOf } from "../looks.js";
import { away } from "./distance.js";
import { grade, position } from "./position.js";

const SHAPES = {
  good: "M10 2A8 8 0 1 1 10 18A8 8 0 1 1 10 2Z",
  fair: "M10 2L19 18H1Z",
  poor: "M3 3H17V17H3Z",
  none: "M10 2L18 10L10 18L2 10Z",
};
const TROUBLE = ["denied", "unavailable", "timeout", "insecure", "unsupported"];
const OLD_MS = 60_000; // the last position counts as old, and its age is told

/** What can be said of the position now: {look, word, more, trouble}. */
function situation() {
  const { state, device, pinned } = position;
  if (pinned) return { look: "pin", word: t("phone.position.pin"), more: t("phone.position.pin_more") };
  if (device) {
    const kind = grade(device.accuracy_m);
    const minutes = Math.floor((Date.now() - Date.parse(device.at)) / OLD_MS);
    const word = t(`phone.position.${kind}`);
    const off = t("phone.position.off", { m: away(device.accuracy_m) });
    if (minutes >= 1) return { look: "poor", word: t("phone.position.old", { n: minutes }), more: off, trouble: TROUBLE.includes(state) ? state : null };
    return { look: kind === "coarse" ? "poor" : kind, word, more: off, trouble: kind === "coarse" ? "coarse" : null };
  }
  if (state === "ask") return { look: "none", word: t("phone.position.ask"), more: "", trouble: "ask" };
  if (TROUBLE.includes(state)) return { look: "none", word: t(`phone.position.${state}`), more: "", trouble: state };
  return { look: "none", word: t("phone.position.waiting"), more: "", waiting: true };
}

/** Green, yellow and red are those of the statuses. */
const STATUS = { good: "on_track", fair: "lagging", poor: "overdue" };

const shape = (look) =>
  look === "pin"
    ? icon("pin")
    : svg("svg", { class: "m-fix-mark", viewBox: "0 0 20 20", "aria-hidden": "true" },
        svg("path", { d: SHAPES[look], fill: STATUS[look] ? lookOf(STATUS[look]).fill : "none" }));

/**
 * Keep the line in `line`, and what is to be done in `help` (may be null). `pin()` lets the person put the place by hand.
 * Readers of the screen hear the words when they become others, not every metre.
 */
export function startFixLine(line, help, { pin }) {
  const mark = el("span", { class: "m-fix-shape" });
  const words = el("span", { class: "m-fix-words" });
  const said = el("span", { class: "hidden-text", role: "status" });
  const button = el("button", { class: "m-button plain m-fix-button", type: "button" });
  line.replaceChildren(mark, words, said, button);
  button.addEventListener("click", () => (position.pinned ? position.unpin() : pin()));
  let shownHelp = null;

  const show = () => {
    const now = situation();
    line.dataset.look = now.look;
    mark.replaceChildren(shape(now.look));
    words.replaceChildren(el("b", {}, now.word), now.more ? el("span", {}, ` ${now.more}`) : "");
    if (said.textContent !== now.word) said.textContent = now.word;
    words.setAttribute("aria-hidden", "true"); // `said` has it
    button.textContent = t(position.pinned ? "phone.position.unpin" : "phone.position.by_hand");
    button.hidden = Boolean(now.trouble && help && !position.pinned); // the help has it, larger
    if (help && shownHelp !== (now.trouble ?? "")) {
      shownHelp = now.trouble ?? "";
      help.replaceChildren(...(now.trouble ? helpFor(now.trouble, pin) : []));
      help.hidden = !now.trouble;
    }
  };
  position.addEventListener("change", show);
  setInterval(() => !line.closest("[hidden]") && show(), OLD_MS / 4);
  show();
}

/** What a person can do about it: words, and buttons in the thumb's reach. */
function helpFor(trouble, pin) {
  const act = (key, run, kind) => el("button", { class: `m-button ${kind}`, type: "button", on: { click: run } }, t(key));
  const byHand = act("phone.position.by_hand", pin, "");
  const again = act(trouble === "ask" ? "phone.position.turn_on" : "phone.position.again", () => position.ask(), "primary");
  const hopeless = trouble === "insecure" || trouble === "unsupported";
  return [
    el("p", { class: "m-fix-help" }, t(`phone.position.${trouble}_help`)),
    trouble === "insecure" ? el("p", { class: "m-fix-help" }, t("phone.position.insecure_admin", { address: `https://${location.hostname}/m` })) : "",
    el("div", { class: "m-actions" }, hopeless ? "" : again, byHand),
  ];
}
