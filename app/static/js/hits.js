// Several sites under one tap: a list to choose from, in the panel.
import { local, t } from "./boot.js";
import { showDetail } from "./detail.js";
import { el } from "./dom.js";
import { markSvg } from "./marks.js";

/** Show the sites found; `open` is called with the chosen one, `point` with the one under the pointer. */
export function showHits(sites, { open, point }) {
  const rows = sites.map((site) =>
    el("li", {},
      el("button", {
        class: "hit", type: "button",
        on: { click: () => open(site), pointerenter: () => point(site), pointerleave: () => point(null), focus: () => point(site), blur: () => point(null) },
      },
        markSvg(site.properties.status, { kind: site.properties.kind, size: 30 }),
        el("span", { class: "hit-text" }, el("b", {}, local(site.properties, "title")),
          el("span", { class: "muted" }, `${site.properties.status_label || site.look.label} · ${site.code}`)))));
  showDetail([el("header", { class: "detail-head" }, el("h2", {}, t("hits.title", { n: sites.length }))), el("ul", { class: "hits" }, rows)]);
}
