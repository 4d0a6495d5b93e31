// The ledger's week in the header: one back, one on, and back to the present.
import { t } from "./boot.js";
import { el, icon } from "./dom.js";
import { state } from "./state.js";

const DAY = 86_400_000;

/** ISO 8601 week (2023-W28) of a date given as YYYY-MM-DD. */
export function weekOf(text) {
  const date = new Date(`${text}T00:00:00Z`);
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}-W${String(1 + Math.floor((thursday - first) / (7 * DAY))).padStart(2, "0")}`;
}

/** The week `steps` after another one. */
export function weekAfter(week, steps) {
  const [year, number] = week.split("-W").map(Number);
  const fourth = new Date(Date.UTC(year, 0, 4)); // always in week 1
  const monday = fourth.getTime() - ((fourth.getUTCDay() || 7) - 1) * DAY + (number - 1 + steps) * 7 * DAY;
  return weekOf(new Date(monday).toISOString().slice(0, 10));
}

const words = (week) => t("week.label", { year: week.slice(0, 4), n: String(Number(week.slice(6))) });

/** Turn the header's date, the day of the newest data, into a stepper. */
export function startWeek() {
  const place = document.querySelector(".as-of");
  const day = place?.querySelector("time")?.dateTime;
  if (!day) return;
  const present = weekOf(day);
  const step = (name, by) =>
    el("button", { class: "icon-button", type: "button", "aria-label": t(`week.${name}`), title: t(`week.${name}`),
      on: { click: () => state.setWeek(weekAfter(state.week || present, by), present) } }, icon(by < 0 ? "left" : "right"));
  const back = step("earlier", -1);
  const on = step("later", 1);
  const name = el("b", {});
  const date = el("time", { datetime: day }, day);
  const now = el("button", { class: "week-now", type: "button", on: { click: () => state.setWeek(null, present) } }, t("week.now"));
  place.removeAttribute("title");
  place.classList.add("stepper");
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", t("week.title"));
  place.replaceChildren(back, el("span", { class: "week-name", role: "status" }, name, " · ", date), on, now);
  const show = () => {
    const past = Boolean(state.week) && state.week !== present;
    name.textContent = words(state.week || present);
    date.hidden = past;
    date.previousSibling.textContent = past ? "" : " · ";
    on.disabled = !past;
    now.hidden = !past;
    place.classList.toggle("past", past);
  };
  state.addEventListener("week", show);
  show();
}
