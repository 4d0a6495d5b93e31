// Filters: a button per facet that opens its choices with counts, and a chip per choice made.
import { boot, lang, local, t } from "./boot.js";
import { collection } from "./collection.js";
import { el, icon } from "./dom.js";
import { number } from "./format.js";
import { kindOf, lookOf, statuses } from "./looks.js";
import { markSvg } from "./marks.js";
import { popoverOf, togglePopover } from "./popover.js";
import { FACETS, state } from "./state.js";

const collator = new Intl.Collator(lang === "en" ? "en" : "zh-CN", { numeric: true });
const bar = document.getElementById("facets");
const chips = document.getElementById("chips");
const buttons = new Map();

/** What a value of a facet is called. Unknown values (from an old address) are shown as they are. */
function nameOf(facet, value) {
  if (facet === "status") return statuses.some((look) => look.code === value) ? lookOf(value).label : value;
  if (facet === "kind") return kindOf(value).label || value;
  const site = collection.all.find((one) => one.keys[facet] === value);
  if (!site) return facet === "item" ? t("list.item", { no: value }) : value;
  const p = site.properties;
  if (facet === "item") return `${p.item} ${local(p, "item_title")}`;
  return facet === "town" ? local(p, "town") : local(p, "lead_unit");
}

/** Everything that can be chosen in a facet, in the order people know it. */
function choicesOf(facet) {
  if (facet === "status") return statuses.map((look) => look.code);
  const used = new Set(collection.all.map((site) => site.keys[facet]).filter(Boolean));
  for (const value of state.facets[facet]) used.add(value);
  if (facet === "kind") {
    const known = boot.kinds.map((kind) => kind.code).filter((code) => used.has(code));
    return [...known, ...[...used].filter((code) => !known.includes(code))];
  }
  return [...used].sort((a, b) => (facet === "item" ? collator.compare(a, b) : collator.compare(nameOf(facet, a), nameOf(facet, b))));
}

export function startFilters() {
  for (const facet of FACETS) {
    const badge = el("span", { class: "facet-badge", hidden: true });
    const button = el(
      "button",
      { class: "facet", type: "button", id: `facet-${facet}`, "aria-expanded": "false", "aria-haspopup": "dialog", on: { click: () => open(facet) } },
      el("span", {}, t(`filters.${facet}`)), badge, icon("down"),
    );
    buttons.set(facet, { button, badge });
    bar.append(button);
  }
  collection.addEventListener("change", update);
}

function update() {
  for (const [facet, { button, badge }] of buttons) {
    const n = state.facets[facet].size;
    badge.hidden = n === 0;
    badge.textContent = String(n); // takes the arrow's place, so that the row keeps its width
    button.classList.toggle("on", n > 0);
    const panel = popoverOf(button);
    if (panel) refreshCounts(facet, panel);
  }
  const made = FACETS.flatMap((facet) => [...state.facets[facet]].map((value) => [facet, value]));
  const list = made.map(([facet, value]) => chip(nameOf(facet, value), () => state.toggle(facet, value)));
  if (state.q.trim()) list.push(chip(t("filters.search", { q: state.q.trim() }), () => state.type("")));
  if (list.length > 1) {
    list.push(el("button", { class: "chip chip-clear", type: "button", on: { click: () => state.clear() } }, t("filters.clear")));
  }
  const held = chips.contains(document.activeElement);
  chips.replaceChildren(...list);
  chips.hidden = list.length === 0;
  if (held) (chips.querySelector("button") || bar.querySelector("button")).focus();
}

const chip = (name, remove) =>
  el("button", { class: "chip", type: "button", title: name, "aria-label": t("filters.remove", { name }), on: { click: remove } },
    el("span", {}, name), icon("close"));

function open(facet) {
  const { button } = buttons.get(facet);
  togglePopover(button, {
    label: t(`filters.${facet}`),
    build(panel) {
      const counts = collection.counts(facet);
      const values = choicesOf(facet);
      panel.append(
        el("fieldset", { class: "choices" },
          el("legend", {}, t(`filters.${facet}`)),
          values.length ? values.map((value) => choice(facet, value, counts.get(value) || 0)) : el("p", { class: "muted" }, t("filters.none"))),
        el("div", { class: "popover-foot" },
          el("button", { class: "button", type: "button", on: { click: () => state.setFacet(facet, []) } }, t("filters.reset")),
          el("button", { class: "button primary", type: "button", on: { click: () => togglePopover(button, {}) } }, t("filters.done"))),
      );
    },
  });
}

function choice(facet, value, count) {
  const input = el("input", { type: "checkbox", value, on: { change: () => state.toggle(facet, value) } });
  input.checked = state.facets[facet].has(value);
  return el("label", { class: "choice", data: { value } },
    input,
    facet === "status" ? markSvg(value, { size: 18 }) : "",
    el("span", { class: "choice-word" }, nameOf(facet, value)),
    el("span", { class: "choice-count" }, number(count)));
}

function refreshCounts(facet, panel) {
  const counts = collection.counts(facet);
  for (const label of panel.querySelectorAll(".choice")) {
    label.querySelector("input").checked = state.facets[facet].has(label.dataset.value);
    label.querySelector(".choice-count").textContent = number(counts.get(label.dataset.value) || 0);
  }
}
