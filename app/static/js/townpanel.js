// What the panel tells about a town: its area, its sites by status, and the items counted per town.
import { boot, local, t } from "./boot.js";
import { getJson } from "./api.js";
import { collection } from "./collection.js";
import { block, facts, showDetail } from "./detail.js";
import { el, icon } from "./dom.js";
import { number, squareMetres } from "./format.js";
import { pageLink } from "./links.js";
import { statuses } from "./looks.js";
import { markSvg } from "./marks.js";
import { state } from "./state.js";

let items = null;

/** Show a town's panel. `town` is a ground feature; `zoomTo` is called by its button. */
export function showTown(town, { focus = false, keep = false, zoomTo }) {
  const counts = new Map();
  for (const site of collection.all) {
    if (site.keys.town === town.code) counts.set(site.properties.status, (counts.get(site.properties.status) || 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const rows = statuses.filter((look) => counts.get(look.code)).map((look) =>
    el("li", {}, markSvg(look.code, { size: 20 }), el("span", {}, look.label), el("b", {}, number(counts.get(look.code)))));
  const listed = el("div", { class: "rest", "aria-live": "polite" });
  showDetail([
    el("header", { class: "detail-head" }, el("p", { class: "detail-code" }, `${t("town.code")} ${town.code}`), el("h2", {}, town.label)),
    facts([
      [t("town.area"), town.area_km2 ? squareMetres(town.area_km2 * 1e6) : null],
      [t("town.sites"), t("list.count", { n: total })],
      [t("town.villages"), town.villages ? t("town.villages_n", { n: town.villages }) : null],
      [t("town.boundary"), town.position === "illustrative" ? t("town.illustrative") : null],
    ]),
    total ? bar(counts, total) : null,
    total ? el("ul", { class: "tally" }, rows) : el("p", { class: "muted" }, t("town.no_sites")),
    el("div", { class: "actions" },
      total ? el("button", { class: "button primary", type: "button", on: { click: () => state.setFacet("town", [town.code]) } }, icon("check"), t("town.filter")) : null,
      el("button", { class: "button", type: "button", on: { click: zoomTo } }, icon("target"), t("detail.zoom"))),
    listed,
  ].filter(Boolean), { focus, keep });
  showItems(town, listed);
}

/** Shares by status as one bar; the words and numbers are in the list below it. */
function bar(counts, total) {
  const parts = statuses.filter((look) => counts.get(look.code)).map((look) => {
    const part = el("span", {});
    part.style.width = `${(100 * counts.get(look.code)) / total}%`;
    part.style.background = look.fill;
    return part;
  });
  return el("div", { class: "stacked", "aria-hidden": "true" }, parts);
}

/** Items without sites of their own: counted per town, and those whose places are withheld. */
async function showItems(town, place) {
  const counted = town.items_per_town || [];
  const withheld = town.items_withheld || [];
  if (!counted.length && !withheld.length) return;
  try {
    items = items || (await getJson(boot.urls.api_items)).items;
  } catch (error) {
    place.replaceChildren(el("p", { class: "muted" }, t("detail.more_failed", { why: error.message })));
    return;
  }
  const links = (numbers) =>
    el("ul", { class: "item-links" }, items.filter((item) => numbers.includes(item.no)).map((item) =>
      el("li", {}, pageLink(boot.urls.items, item.no, {}, el("span", { class: "item-no" }, String(item.no)), local(item, "title")))));
  place.replaceChildren(
    ...[
      counted.length ? block(t("town.items"), links(counted)) : null,
      withheld.length ? block(t("town.withheld"), el("p", { class: "muted" }, t("town.withheld_note")), links(withheld)) : null,
    ].filter(Boolean),
  );
}
