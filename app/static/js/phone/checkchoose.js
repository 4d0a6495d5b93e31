// Choosing what to check in at: drafts first, then the nearest, a search, the projects that are on no map, a QR code.
import { local, t } from "../boot.js";
import { el, icon } from "../dom.js";
import { markSvg } from "../marks.js";
import { away } from "./distance.js";
import { draftList } from "./draftlist.js";
import { fixWords, mayAsk } from "./fixwords.js";
import { ahead, load } from "./load.js";
import { position } from "./position.js";
import { normal, projects } from "./projects.js";
import { show } from "./screens.js";
import { zone } from "./zone.js";

const scanning = () => import("./scan.js");
const NEAREST = 5;
const MOST_FOUND = 30;

/** What may be checked in at: [{code, subject, site}] in order of code. */
function allowed() {
  return Object.keys(zone.data.subjects)
    .map((code) => ({ code, subject: zone.subject(code), site: zone.site(code) }))
    .filter(({ subject }) => subject.may_inspect);
}

/** Whether every word is in the title, code, town, unit or kind, in either language. */
function matches({ code, subject }, words) {
  const text = projects.get(code)?.text ?? normal([code, subject.title, subject.title_en].join(" "));
  return words.every((word) => text.includes(word));
}

function button({ code, subject, site }, distance) {
  const place = site ? local(site.properties, "town") : t("phone.check.no_place");
  return el(
    "li",
    {},
    el(
      "a",
      { class: "c-choice", href: `#check/${code}` },
      site ? markSvg(site.properties.status, { kind: site.properties.kind, size: 36 }) : icon("page"),
      el("span", { class: "c-choice-words" }, el("b", {}, local(subject, "title")), el("span", { class: "c-sub" }, `${code} · ${place}`)),
      distance === undefined ? null : el("span", { class: "c-choice-far" }, away(distance)),
    ),
  );
}

/** Draw the chooser. */
export function startChoosing(here, drafts) {
  const choices = allowed();
  const onMap = choices.filter(({ site }) => site?.geometry);
  const offMap = choices.filter(({ site }) => !site?.geometry);

  const near = el("ul", { class: "c-choices" });
  const told = el("p", { class: "c-sub c-told", role: "status" });
  const ask = el("button", { class: "m-button", type: "button", hidden: true, on: { click: () => position.ask() } });
  const found = el("ul", { class: "c-choices", "aria-label": t("phone.check.found") });
  const search = el("input", {
    class: "c-input", type: "search", autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
    "aria-label": t("phone.check.search"), placeholder: t("phone.check.search"),
  });
  const nothing = el("p", { class: "c-sub c-told", role: "status" });
  const nearPart = el("section", { class: "c-part", "aria-labelledby": "near-title" }, el("h2", { id: "near-title" }, t("phone.check.nearest")), told, ask, near);
  const offPart = offMap.length
    ? el("details", { class: "c-part c-fold" }, el("summary", {}, t("phone.check.off_map", { n: offMap.length })), el("ul", { class: "c-choices" }, offMap.map((one) => button(one))))
    : null;

  let drawn = "";
  const mine = new Set(onMap.map(({ code }) => code));
  function rank() {
    const now = position.current;
    if (!now || !projects.here) {
      told.textContent = fixWords({ help: true });
      ask.hidden = !mayAsk();
      ask.textContent = t(position.state === "ask" ? "phone.position.turn_on" : "phone.position.again");
      near.replaceChildren();
      drawn = "";
      return;
    }
    ask.hidden = true;
    const ranked = projects
      .sorted("distance", ({ code }) => mine.has(code))
      .slice(0, NEAREST)
      .map((project) => [projects.away(project).distance_m, project.code]);
    told.textContent = now.source === "pin" ? t("phone.check.by_pin") : t("phone.check.accuracy", { n: Math.round(now.accuracy_m) });
    const next = JSON.stringify(ranked.map(([distance, code]) => [away(distance), code]));
    if (next === drawn || near.contains(document.activeElement)) return; // no list that moves away below a finger
    drawn = next;
    near.replaceChildren(...ranked.map(([distance, code]) => button(choices.find((one) => one.code === code), distance)));
  }

  function look() {
    const words = normal(search.value).trim().split(/\s+/).filter(Boolean);
    const hits = words.length ? choices.filter((one) => matches(one, words)) : [];
    found.replaceChildren(...hits.slice(0, MOST_FOUND).map((one) => button(one)));
    nothing.textContent = !words.length ? "" : hits.length > MOST_FOUND ? t("phone.check.more_found", { n: hits.length, shown: MOST_FOUND }) : hits.length ? "" : t("phone.check.none_found");
    nearPart.hidden = words.length > 0;
    if (offPart) offPart.hidden = words.length > 0;
  }
  search.addEventListener("input", look);

  async function scan() {
    try {
      const { scanSite } = await load(scanning);
      const code = await scanSite((one) => Boolean(zone.subject(one)));
      if (code && here.live()) show("check", { code });
    } catch (error) {
      nothing.textContent = error.message;
    }
  }

  here.body.append(
    ...[
      drafts.length ? draftList(drafts) : null,
      choices.length ? null : el("p", { class: "m-notice" }, t("phone.check.none_allowed")),
      el(
        "div",
        { class: "c-part c-find", role: "search" },
        search,
        el("button", { class: "m-button", type: "button", id: "scan", on: { click: scan } }, icon("scan"), t("phone.check.scan.button")),
      ),
      nothing,
      found,
      onMap.length ? nearPart : null,
      offPart,
    ].filter(Boolean),
  );
  position.addEventListener("change", rank);
  projects.addEventListener("moved", rank);
  position.start();
  ahead(scanning);
  rank();
  here.until(() => {
    position.removeEventListener("change", rank);
    projects.removeEventListener("moved", rank);
    position.stop();
  });
}
