// The legend: mark, line and word of every status with its count. A tap shows that status alone or adds it.
import { t } from "./boot.js";
import { collection } from "./collection.js";
import { el, svg } from "./dom.js";
import { number } from "./format.js";
import { statuses } from "./looks.js";
import { lineSvg, markSvg } from "./marks.js";
import { state } from "./state.js";

const rows = new Map();
const sections = el("p", { class: "legend-built", id: "legend-built", hidden: true }, sample(), el("span", {}, t("legend.built")), sample("4 4"), el("span", {}, t("legend.unbuilt")));

/** How a line is drawn whose built metres are reported: solid where built, dashed (`dash`) and thinner elsewhere. */
function sample(dash = null) {
  return svg("svg", { class: "line-sample", width: 30, height: 12, viewBox: "0 0 30 12", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: "M1 6H29", fill: "none", stroke: "currentColor", "stroke-width": dash ? 2 : 4, "stroke-dasharray": dash }));
}

/** Build the legend once; counts follow search and the other filters. */
export function startLegend() {
  const list = el("ul", { class: "legend-list" });
  for (const look of statuses) {
    const count = el("span", { class: "legend-count" });
    const button = el(
      "button",
      { class: "legend-row", type: "button", "aria-pressed": "false", data: { status: look.code }, on: { click: () => state.toggle("status", look.code) } },
      markSvg(look.code, { size: 20 }),
      lineSvg(look.code),
      el("span", { class: "legend-word" }, look.label),
      count,
    );
    rows.set(look.code, { button, count });
    list.append(el("li", {}, button));
  }
  document.getElementById("legend").append(list, sections);
  collection.addEventListener("change", update);
}

function update() {
  const counts = collection.counts("status");
  const chosen = state.facets.status;
  sections.hidden = !collection.shown.some((site) => site.cut);
  for (const look of statuses) {
    const { button, count } = rows.get(look.code);
    const n = counts.get(look.code) || 0;
    count.textContent = collection.loaded ? number(n) : ""; // what has not been read is not nought
    button.setAttribute("aria-pressed", String(chosen.has(look.code)));
    button.title = t("legend.only", { name: look.label, n });
    button.classList.toggle("off", chosen.size > 0 && !chosen.has(look.code));
    button.classList.toggle("none", n === 0);
  }
}
