// One project over the map: what it is, why it has its status, how far it is, and what can be done here.
import { boot, lang, local, t } from "../boot.js";
import { el, icon } from "../dom.js";
import { moment, squareMetres, wholeMetres } from "../format.js";
import { shapeOf } from "../geometry.js";
import { kindOf } from "../looks.js";
import { markSvg } from "../marks.js";
import { Sheet } from "../sheet.js";
import { direction } from "./distance.js";
import { awayNodes, done } from "./nearby.js";
import { position } from "./position.js";
import { projects } from "./projects.js";
import { back, current, onHide, onShow } from "./screens.js";
import { verdictWord } from "./verdict.js";
import { lastVisit, visits } from "./visits.js";
import { zone } from "./zone.js";

const $ = (id) => document.getElementById(id);
const card = $("site-card");
const sheet = new Sheet($("site-sheet"), $("site-grip"), {
  stops: { peek: () => 168, half: (room) => room * 0.6, full: (room) => room - 8 },
  at: "half",
});
sheet.covered = true;
new ResizeObserver(() => sheet.settle()).observe($("content"));

let code = null;

/** Where "go there" leads: the nearest position of the project, or its middle when it is not known where I am. */
function goal(project) {
  const found = projects.away(project);
  if (found && found.distance_m > 0) return { point: found.point, nearest: true };
  const shape = shapeOf(project.feature.geometry);
  const [x, y] = shape.points[0] || shape.anchor;
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
  return { point: [x * 360 - 180, lat], nearest: false };
}

function fact(key, value) {
  return value ? [el("dt", {}, t(`phone.site.${key}`)), el("dd", {}, value)] : [];
}

function head(title, under) {
  return el("header", { class: "m-card-head" },
    el("button", { class: "m-back", type: "button", "aria-label": t("phone.shell.back"), on: { click: back } }, icon("left")),
    el("div", { class: "m-card-names" }, el("h1", { id: "site-title", tabindex: "-1" }, title), el("p", { class: "m-card-code" }, under)));
}

function actions(project) {
  const go = project?.feature.geometry && el("button", { class: "m-button primary", type: "button", id: "site-go", on: { click: async () => {
    const { openNavigation } = await import("./navigate.js");
    openNavigation($("go-dialog"), { ...goal(project), title: project.title });
  } } }, icon("go"), t("phone.site.go"));
  const check = el("a", { class: `m-button${go ? "" : " primary"}`, id: "site-check", href: `#check/${encodeURIComponent(code)}` }, icon("checkin"), t("phone.shell.check"));
  return el("div", { class: "m-actions" }, go || "", check);
}

function awayLine(project) {
  const found = projects.away(project);
  const line = el("p", { class: "m-card-away", id: "site-away" });
  if (!found) line.append(t(project.feature.geometry ? "phone.site.no_distance" : "phone.nearby.no_place"));
  else if (found.distance_m === 0) line.append(el("b", {}, t("phone.site.inside")));
  else {
    const [figure, arrow] = awayNodes(project);
    line.append(figure);
    if (arrow) line.append(arrow, el("span", { class: "m-card-direction" }, t("phone.site.direction", { name: direction(found.bearing_deg) })));
  }
  return line;
}

/** This person's last check-in here, as far as the phone knows. */
function visitLine() {
  const visit = lastVisit(code);
  if (!visit) return "";
  const facts = [moment(visit.at), visit.verdict && verdictWord(visit.verdict), visit.waiting && t("phone.site.waiting")];
  return el("p", { class: "m-card-visit", id: "site-visit" }, icon("check"), el("span", {}, t("phone.site.visit", { facts: facts.filter(Boolean).join(" · ") })));
}

function withProject(project) {
  const p = project.properties;
  const item = zone.data.items?.[p.item];
  const why = (lang === "en" && p.why_en) || p.why;
  return [
    head(project.title, `${kindOf(p.kind).label} · ${p.code}`),
    awayLine(project),
    actions(project),
    visitLine(),
    el("section", { class: "m-card-status" },
      markSvg(p.status, { kind: p.kind, size: 40 }),
      el("div", {}, el("p", { class: "m-card-word" }, el("b", {}, project.look.label), " ", done(p)), why ? el("p", { class: "m-card-why" }, why) : "")),
    el("dl", { class: "m-facts" },
      ...fact("planned", p.planned_percent === undefined ? "" : t("status_line.percent", { n: p.planned_percent })),
      ...fact("reported", done(p)),
      ...fact("lead", project.unit),
      ...fact("item", item ? `${p.item} ${local(item, "title")}` : String(p.item)),
      ...fact("town", local(p, "town")),
      ...fact("length", p.length_m ? wholeMetres(p.length_m) : ""),
      ...fact("built", p.built_m ? wholeMetres(p.built_m) : ""),
      ...fact("area", p.area_m2 ? squareMetres(p.area_m2) : ""),
      ...fact("position", t(`quality.${p.position}`)),
      ...fact("updated", moment(p.updated_at))),
    el("a", { class: "m-button plain", id: "site-page", href: `${boot.urls.sites}${encodeURIComponent(code)}` }, t("phone.site.page"), icon("right")),
  ];
}

/** A subject without a place of its own: it can be checked in on, but there is nowhere to go. */
function withoutPlace(subject) {
  return [
    head(local(subject, "title"), code),
    el("p", { class: "m-card-away" }, t(subject.withheld ? "phone.site.withheld" : "phone.nearby.no_place")),
    actions(null),
    visitLine(),
    el("a", { class: "m-button plain", href: `/subjects/${encodeURIComponent(code)}` }, t("phone.site.page"), icon("right")),
  ];
}

function unknown() {
  const known = zone.data !== null;
  return [
    head(t(known ? "phone.site.unknown" : "phone.nearby.reading"), code),
    known ? el("p", { class: "m-card-away" }, t("phone.site.unknown_hint")) : "",
    known ? el("div", { class: "m-actions" }, el("button", { class: "m-button primary", type: "button", on: { click: () => zone.refresh() } }, t("phone.position.again"))) : "",
  ];
}

function render() {
  const project = projects.get(code);
  const subject = project ? null : zone.subject(code);
  const focused = document.activeElement?.id === "site-title";
  card.replaceChildren(...(project ? withProject(project) : subject ? withoutPlace(subject) : unknown()));
  if (focused) $("site-title").focus({ preventScroll: true });
}

function moved() {
  const project = current?.name === "site" && projects.get(code);
  if (project) $("site-away")?.replaceWith(awayLine(project));
}

projects.addEventListener("change", () => current?.name === "site" && render());
zone.addEventListener("change", () => current?.name === "site" && !projects.get(code) && render());
projects.addEventListener("moved", moved);
visits.addEventListener("change", () => current?.name === "site" && render());
onShow("site", (params) => {
  position.start();
  if (params.code !== code) card.scrollTop = 0;
  code = params.code ?? "";
  sheet.covered = false;
  sheet.settle();
  render();
  if (document.activeElement === document.body) $("site-title").focus({ preventScroll: true }); // this module came late
});
onHide("site", () => {
  position.stop();
  sheet.covered = true;
});
