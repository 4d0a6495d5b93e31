// The bar on the map with all weeks of the ledger: a slider, one back and one on, and a button that plays them.
import { lang, t } from "./boot.js";
import { collection } from "./collection.js";
import { el, icon, setIcon } from "./dom.js";
import { state } from "./state.js";
import { dayOf, weekAfter, weekWords, weeks } from "./week.js";

const STEP_MS = 1_000; // a week, while it plays
const REST_MS = 120; // the slider has come to rest
const MONTHS_ROOM = 34; // pixels that the name of a month takes

const root = document.documentElement;
const monthName = new Intl.DateTimeFormat(lang === "en" ? "en" : "zh-CN", { month: "short", timeZone: "UTC" });
let on = {};
let parts = null;
let open = false;
let playing = null; // {} while it plays; another object when it was stopped and begun again
let resting = 0;

const shortDay = (day) => day.slice(5);

/** Prepare the bar; it opens by its tool, or when the address names a past week. `readAhead(week)` fetches a week. */
export function startWeekBar(callbacks) {
  on = callbacks;
  state.addEventListener("week", () => {
    if (weeks.past && !open) toggleWeekBar();
    else show();
  });
  weeks.addEventListener("range", show);
  collection.addEventListener("change", tellCount);
  if (state.week) toggleWeekBar();
}

/** Open or close the bar; closing it leads back to the present week. */
export function toggleWeekBar() {
  open = !open;
  parts ??= build();
  parts.bar.hidden = !open;
  root.classList.toggle("week-bar-open", open);
  document.getElementById("tool-week")?.setAttribute("aria-pressed", String(open));
  if (open) {
    readRange();
    show();
    return;
  }
  stop();
  weeks.go(weeks.present);
}

function build() {
  const button = (name, iconName, click) =>
    el("button", { class: "icon-button", type: "button", "aria-label": t(`week.${name}`), title: t(`week.${name}`), on: { click } }, icon(iconName));
  const step = (by) => () => {
    stop();
    weeks.go(weekAfter(weeks.at, by));
  };
  const slider = el("input", { type: "range", class: "week-range", min: "0", max: "0", step: "1", "aria-label": t("week.slider"), on: { input: slide, change: settle } });
  const made = {
    slider,
    play: button("play", "play", toggle),
    back: button("earlier", "left", step(-1)),
    on: button("later", "right", step(1)),
    name: el("b", {}),
    days: el("span", { class: "week-days" }),
    told: el("span", { class: "hidden-text", role: "status" }),
    when: el("span", { class: "week-when" }),
    now: el("button", { class: "week-now", type: "button", on: { click: () => (stop(), weeks.go(weeks.present)) } }, t("week.now")),
    months: el("div", { class: "week-months", "aria-hidden": "true" }),
  };
  made.bar = el("section", { class: "week-bar card", id: "week-bar", "aria-label": t("week.bar"), hidden: true },
    el("div", { class: "week-head" },
      el("p", { class: "week-title" }, made.name, made.days),
      made.when, made.told, made.now,
      button("close", "close", toggleWeekBar)),
    el("div", { class: "week-line" }, made.play, made.back, el("div", { class: "week-track" }, slider, made.months), made.on));
  document.getElementById("content").append(made.bar);
  new ResizeObserver(() => {
    root.style.setProperty("--week-bar", `${made.bar.offsetHeight}px`);
    markMonths();
  }).observe(made.bar);
  return made;
}

async function readRange() {
  if (weeks.all.length) return;
  try {
    await weeks.read();
  } catch (error) {
    parts.when.textContent = t("week.failed", { why: error.message });
  }
}

/** Where the week on the slider's thumb is; while it is dragged that runs ahead of what is shown. */
const aimed = () => weeks.all[Number(parts.slider.value)] || weeks.at;

function slide() {
  stop();
  say(aimed());
  clearTimeout(resting);
  resting = setTimeout(settle, REST_MS);
}

function settle() {
  clearTimeout(resting);
  resting = 0;
  weeks.go(aimed(), { push: !weeks.past });
}

/** Bring the bar in line with the week that is shown. */
function show() {
  if (!parts || !open) return;
  const { all, at, past } = weeks;
  const only = all.length < 2;
  if (Number(parts.slider.max) !== Math.max(0, all.length - 1)) {
    parts.slider.max = String(Math.max(0, all.length - 1));
    markMonths();
  }
  if (!resting) parts.slider.value = String(Math.max(0, all.indexOf(at))); // else it is being moved
  parts.slider.disabled = parts.play.disabled = only;
  parts.back.disabled = only || at <= weeks.first;
  parts.on.disabled = !past;
  parts.now.hidden = !past;
  parts.bar.classList.toggle("past", past);
  say(resting ? aimed() : at);
}

function say(week) {
  const past = week !== weeks.present;
  const [from, to] = [dayOf(week), dayOf(week, 6)];
  parts.name.textContent = weekWords(week);
  parts.days.textContent = t("week.days", { from: shortDay(from), to: shortDay(to) });
  parts.slider.setAttribute("aria-valuetext", weekWords(week));
  parts.when.textContent = past ? t("week.past", { day: to }) : weeks.all.length === 1 ? t("week.one") : t("week.present");
}

/** Read out what the map shows once it has come to rest; a week a second would be too much to listen to. */
function tellCount() {
  if (!parts || !open || playing || !collection.loaded) return;
  const words = `${weekWords(weeks.at)}, ${t("list.count", { n: collection.shown.length })}`;
  if (parts.told.textContent !== words) parts.told.textContent = words;
}

/** Months under the slider, as many as there is room for. */
function markMonths() {
  const { all } = weeks;
  const last = all.length - 1;
  if (!parts || last < 1) return void parts?.months.replaceChildren();
  const starts = all.map((week, i) => [dayOf(week, 3).slice(5, 7), i]).filter(([month, i]) => i && month !== dayOf(all[i - 1], 3).slice(5, 7));
  const room = parts.months.clientWidth / Math.max(1, all.length / 4.35);
  const every = Math.max(1, Math.ceil(MONTHS_ROOM / Math.max(1, room)));
  parts.months.replaceChildren(
    ...starts.filter(([month]) => (Number(month) - 1) % every === 0).map(([month, i]) => {
      const tick = el("span", {}, monthName.format(Date.UTC(2023, Number(month) - 1, 1)));
      tick.style.left = `${(100 * i) / last}%`;
      return tick;
    }),
  );
}

function toggle() {
  if (playing) stop();
  else play();
}

function stop() {
  if (!playing) return;
  playing = null;
  setPlaying(false);
  tellCount();
}

function setPlaying(yes) {
  const words = t(yes ? "week.pause" : "week.play");
  parts.play.setAttribute("aria-label", words);
  parts.play.title = words;
  setIcon(parts.play, yes ? "pause" : "play");
  root.dataset.playing = yes ? "yes" : "no";
}

/** Week by week up to the present one, from the first when that is shown already; the next is read meanwhile. */
async function play() {
  const own = (playing = {});
  setPlaying(true);
  if (!weeks.past) weeks.go(weeks.first);
  while (playing === own && weeks.past) {
    const next = weekAfter(weeks.at, 1);
    const before = weeks.at;
    await Promise.all([on.readAhead(next === weeks.present ? null : next), new Promise((done) => setTimeout(done, STEP_MS))]);
    if (playing !== own) return;
    if (weeks.at !== before) continue; // somebody went elsewhere by the address
    weeks.go(next, { push: false });
  }
  if (playing === own) stop();
}
