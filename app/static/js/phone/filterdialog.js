// Order and limits of the list, each choice with how many projects it leaves.
import { boot, local, t } from "../boot.js";
import { el } from "../dom.js";
import { statuses } from "../looks.js";
import { markSvg } from "../marks.js";
import { account } from "./account.js";
import { FACETS, ORDERS, filters } from "./filters.js";
import { projects } from "./projects.js";
import { zone } from "./zone.js";

/** The choices of a facet that the projects have: [{value, label, mark}]. */
function choices(name) {
  const there = (key) => new Set(projects.all.map((project) => String(project.properties[key] ?? "")));
  if (name === "status") {
    const found = there("status");
    return statuses.filter(({ code }) => found.has(code)).sort((a, b) => a.urgency - b.urgency)
      .map(({ code, label }) => ({ value: code, label, mark: markSvg(code, { size: 26 }) }));
  }
  if (name === "visit") {
    if (!account.me?.may_inspect) return [];
    return ["today", "not_today"].map((value) => ({ value, label: t(`phone.filter.${value}`) }));
  }
  if (name === "kind") {
    const found = there("kind");
    return boot.kinds.filter(({ code }) => found.has(code)).map(({ code, label }) => ({ value: code, label }));
  }
  if (name === "town") {
    const towns = new Map(projects.all.map(({ properties: p }) => [p.town_code || "", local(p, "town")]));
    return [...towns].filter(([, label]) => label).map(([value, label]) => ({ value, label }));
  }
  const numbers = [...there("item")].sort((a, b) => a - b);
  return numbers.map((no) => ({ value: no, label: `${no} ${local(zone.data.items?.[no] ?? {}, "title")}`.trim() }));
}

function facet(name, refresh) {
  const counts = filters.counts(name, projects.all);
  const rows = choices(name).map(({ value, label, mark }) => {
    const input = el("input", { type: "checkbox", value, data: { facet: name }, on: { change: () => {
      filters.set(name, value, input.checked);
      refresh();
    } } });
    input.checked = filters.facets[name].has(value);
    return el("label", { class: "m-choice" }, input, mark ?? "", el("span", { class: "m-choice-word" }, label), el("span", { class: "m-choice-count" }, String(counts.get(value) ?? 0)));
  });
  return rows.length ? el("fieldset", { class: "m-choices" }, el("legend", {}, t(`phone.filter.${name}`)), ...rows) : "";
}

/** Show the dialog; what is chosen counts at once. */
export function openFilters(dialog) {
  const body = el("div", { class: "m-dialog-body" });
  const done = el("button", { class: "m-button primary", type: "button", on: { click: () => dialog.close() } });
  const clear = el("button", { class: "m-button", type: "button", on: { click: () => {
    filters.clear();
    build();
  } } }, t("phone.filter.clear"));

  const refresh = () => {
    const n = projects.all.filter(filters.test()).length;
    done.textContent = t("phone.filter.show", { n });
    clear.disabled = !filters.active;
    for (const name of FACETS) {
      const counts = filters.counts(name, projects.all);
      for (const input of body.querySelectorAll(`[data-facet="${name}"]`)) {
        input.parentElement.querySelector(".m-choice-count").textContent = String(counts.get(input.value) ?? 0);
      }
    }
  };
  const build = () => {
    const orders = ORDERS.map((order) => {
      const input = el("input", { type: "radio", name: "order", value: order, on: { change: () => filters.sort(order) } });
      input.checked = filters.order === order;
      return el("label", { class: "m-choice" }, input, el("span", { class: "m-choice-word" }, t(`phone.filter.by_${order}`)));
    });
    body.replaceChildren(el("fieldset", { class: "m-choices" }, el("legend", {}, t("phone.filter.order")), ...orders), ...FACETS.map((name) => facet(name, refresh)));
    refresh();
  };
  build();
  dialog.replaceChildren(el("h2", { class: "m-dialog-title", id: "nearby-filters-title" }, t("phone.filter.title")), body, el("div", { class: "m-actions" }, clear, done));
  dialog.showModal();
}
