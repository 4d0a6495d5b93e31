// The plan form with scripts: more milestones, and the planned curve drawn while it is typed. It saves just the same
// without.
import { boot, t } from "./boot.js";
import { svg } from "./dom.js";
import { percent } from "./format.js";

const WIDTH = 360;
const HEIGHT = 220;
const BOX = { left: 40, right: 12, top: 14, bottom: 30 };
const DAY_MS = 86_400_000;
const MOST = 50;

const form = document.getElementById("plan-form");
const list = document.getElementById("milestones");
const told = document.getElementById("curve-told");
const curve = document.getElementById("curve");

const day = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) / DAY_MS : null);

/** The curve's corners as [day, percent], or what is wrong with them. */
function corners() {
  const start = day(form.elements.start.value);
  const end = day(form.elements.end.value);
  if (start === null || end === null) return { wrong: t("dates_missing") };
  if (end < start) return { wrong: t("end_first") };
  const between = [];
  for (const row of list.children) {
    const [at, share] = row.querySelectorAll("input");
    if (!at.value && !share.value.trim()) continue;
    const value = Number(share.value.normalize("NFKC").replace(/%$/, ""));
    if (day(at.value) === null || !share.value.trim() || !(value >= 0 && value <= 100)) return { wrong: t("milestone_wrong") };
    between.push([day(at.value), value]);
  }
  between.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const points = [[start, 0], ...between, [end, 100]];
  const falls = points.some(([at, value], i) => i && (at < points[i - 1][0] || value < points[i - 1][1]));
  return falls ? { wrong: t("never_falls") } : { points };
}

/** Percent planned on a day, as the server works it out. */
function planned(points, at) {
  if (at <= points[0][0]) return 0;
  if (at >= points.at(-1)[0]) return 100;
  const next = points.findIndex(([on]) => on > at);
  const [[before, low], [after, high]] = [points[next - 1], points[next]];
  return Math.round((low + ((high - low) * (at - before)) / (after - before)) * 10) / 10;
}

function draw() {
  const { points, wrong } = corners();
  curve.replaceChildren();
  if (wrong) {
    told.textContent = wrong;
    return;
  }
  const [first, last] = [points[0][0], Math.max(points.at(-1)[0], points[0][0] + 1)];
  const x = (at) => BOX.left + ((at - first) / (last - first)) * (WIDTH - BOX.left - BOX.right);
  const y = (value) => HEIGHT - BOX.bottom - (value / 100) * (HEIGHT - BOX.top - BOX.bottom);
  const label = (text, at, anchor = "middle", down = 0) => svg("text", { class: "curve-word", x: at[0], y: at[1] + down, "text-anchor": anchor }, text);
  const written = (at) => new Date(at * DAY_MS).toISOString().slice(0, 10);
  const today = day(boot.today);
  const shown = today >= first && today <= last;
  const parts = [0, 50, 100].flatMap((value) => [
    svg("path", { class: "curve-grid", d: `M${BOX.left} ${y(value)}H${WIDTH - BOX.right}` }),
    label(percent(value), [BOX.left - 6, y(value)], "end", 4),
  ]);
  if (shown) {
    parts.push(svg("path", { class: "curve-today", d: `M${x(today)} ${BOX.top}V${HEIGHT - BOX.bottom}` }));
    if (boot.percent !== null) parts.push(svg("circle", { class: "curve-done", cx: x(today), cy: y(boot.percent), r: 5 }));
  }
  parts.push(
    svg("path", { class: "curve-line", d: `M${points.map(([at, value]) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}` }),
    ...points.map(([at, value]) => svg("circle", { class: "curve-corner", cx: x(at), cy: y(value), r: 3.5 })),
    label(written(first), [BOX.left, HEIGHT - 8], "start"),
    label(written(last), [WIDTH - BOX.right, HEIGHT - 8], "end"),
  );
  const words = shown
    ? t(boot.percent === null ? "today" : "today_done", { planned: percent(planned(points, today)), done: percent(boot.percent ?? 0) })
    : t("outside");
  curve.append(svg("svg", { class: "curve", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words }, ...parts));
  told.textContent = words;
}

/** One more milestone: a copy of the last row with the next number. */
function more() {
  const last = list.lastElementChild;
  const row = last.cloneNode(true);
  const number = Number(last.querySelector("input").name.split(".")[1]) + 1;
  for (const input of row.querySelectorAll("input")) {
    const part = input.name.split(".")[2];
    input.name = `milestones.${number}.${part}`;
    input.id = `f-milestones-${number}-${part}`;
    input.value = "";
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  for (const word of row.querySelectorAll(".field-wrong")) word.remove();
  list.append(row);
  row.querySelector("input").focus();
  button.hidden = list.children.length >= MOST;
}

const button = document.getElementById("more");
button.hidden = false;
button.addEventListener("click", more);
for (const plain of document.querySelectorAll(".no-script-only")) plain.remove();
document.getElementById("preview").hidden = false;
form.addEventListener("input", draw);
draw();

let sent = false;
form.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", () => (sent = false));
