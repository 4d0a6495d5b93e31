// The weeks of the ledger, which of them is shown, and the stepper in the header: one back, one on, and back to now.
import { t } from "./boot.js";
import { el, icon } from "./dom.js";
import { events } from "./events.js";
import { weeksOf } from "./readings.js";
import { state } from "./state.js";

const DAY = 86_400_000;
const YEARS = 3; // a slider over more weeks could not be aimed with

/** ISO 8601 week (2023-W28) of a date given as YYYY-MM-DD. */
export function weekOf(text) {
  const date = new Date(`${text}T00:00:00Z`);
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}-W${String(1 + Math.floor((thursday - first) / (7 * DAY))).padStart(2, "0")}`;
}

/** The first day of a week, as YYYY-MM-DD, or the one `days` after it. */
export function dayOf(week, days = 0) {
  const [year, number] = week.split("-W").map(Number);
  const fourth = new Date(Date.UTC(year, 0, 4)); // always in week 1
  const monday = fourth.getTime() - ((fourth.getUTCDay() || 7) - 1) * DAY + (number - 1) * 7 * DAY;
  return new Date(monday + days * DAY).toISOString().slice(0, 10);
}

/** The week `steps` after another one. */
export const weekAfter = (week, steps) => weekOf(dayOf(week, steps * 7));

/** A week in words, as 2023 年第 28 周. */
export const weekWords = (week) => t("week.label", { year: week.slice(0, 4), n: String(Number(week.slice(6))) });

/** Events: "range" when first or present week have become known or moved on. */
class Weeks extends EventTarget {
  constructor() {
    super();
    this.present = null;
    this.day = null; // of the newest data
    this.first = null;
    this.all = []; // from the first to the present one
  }

  /** The week that is shown. */
  get at() {
    return state.week || this.present;
  }

  get past() {
    return Boolean(state.week) && state.week !== this.present;
  }

  /** Show a week; outside the known ones the nearest of them. */
  go(week, options) {
    const within = this.first && week < this.first ? this.first : week > this.present ? this.present : week;
    state.setWeek(within, this.present, options);
  }

  async read() {
    const { first, current, as_of } = await weeksOf();
    this.take(first, current, as_of);
  }

  take(first, present, day) {
    const earliest = weekAfter(present, -53 * YEARS);
    Object.assign(this, { first: first < earliest ? earliest : first, present, day });
    this.all = [];
    for (let week = this.first; week <= present; week = weekAfter(week, 1)) this.all.push(week);
    this.dispatchEvent(new Event("range"));
  }
}

export const weeks = new Weeks();

/** Turn the header's date, the day of the newest data, into a stepper. */
export function startWeek() {
  const place = document.querySelector(".as-of");
  const day = place?.querySelector("time")?.dateTime;
  if (!day) return;
  weeks.present = weekOf(day);
  weeks.day = day;
  const step = (name, by) =>
    el("button", { class: "icon-button", type: "button", "aria-label": t(`week.${name}`), title: t(`week.${name}`),
      on: { click: () => weeks.go(weekAfter(weeks.at, by)) } }, icon(by < 0 ? "left" : "right"));
  const back = step("earlier", -1);
  const on = step("later", 1);
  const name = el("b", {});
  const date = el("time", { datetime: day }, day);
  const now = el("button", { class: "week-now", type: "button", on: { click: () => weeks.go(weeks.present) } }, t("week.now"));
  place.removeAttribute("title");
  place.classList.add("stepper");
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", t("week.title"));
  place.replaceChildren(back, el("span", { class: "week-name", role: "status" }, name, " · ", date), on, now);
  const show = () => {
    const { past } = weeks;
    name.textContent = weekWords(weeks.at);
    date.textContent = date.dateTime = weeks.day;
    date.hidden = past;
    date.previousSibling.textContent = past ? "" : " · ";
    back.disabled = Boolean(weeks.first) && weeks.at <= weeks.first;
    on.disabled = !past;
    now.hidden = !past;
    place.classList.toggle("past", past);
    document.documentElement.classList.toggle("looking-back", past);
  };
  state.addEventListener("week", show);
  weeks.addEventListener("range", show);
  // A new version may be that of a new day, or hold the very first entry.
  events.addEventListener("version", () => {
    const { week, as_of } = events.state;
    if (as_of !== weeks.day) weeks.take(weeks.first || week, week, as_of);
    if (weeks.first === weeks.present) weeks.read().catch(() => {});
  });
  show();
}
