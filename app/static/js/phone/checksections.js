// Metres of a line that were seen built: typed, or walked. The text is the truth; rows and buttons rewrite it.
import { t } from "../boot.js";
import { el, icon, svg } from "../dom.js";
import { number, percent, wholeMetres } from "../format.js";
import { faultLine } from "./fault.js";
import { ahead, load } from "./load.js";
import { merged, metresOf, parse, textOf, wrong as wrongOf } from "./sections.js";
import { day, sentences } from "./times.js";
import { moved } from "./walk.js";
import { zone } from "./zone.js";

const walkpanel = () => import("./walkpanel.js");
const STEP_M = 10;
const PAUSE_MS = 900;
const WIDE = 1000; // of the drawing; it is stretched to the screen

const stretchWords = ([from, to]) => t("phone.check.sections.stretch", { from: number(from, 1), to: number(to, 1) });

/** Why what somebody wrote is no list of sections of this line; "" when it is one. */
export function faultOf(text, length) {
  const { sections, faults } = parse(text);
  if (faults.length) return faults.map(({ kind, text: piece }) => t(`phone.check.sections.fault.${kind}`, { text: piece })).join(" ");
  const odd = sections.find((one) => wrongOf(one, length));
  return odd ? t(`phone.check.sections.fault.${wrongOf(odd, length)}`, { text: textOf([odd]), length: number(length, 1) }) : "";
}

/** The line as a bar: what was seen before, and what is reported now. */
function bar(seen, now, length) {
  const rects = (sections, kind, height) =>
    sections.map(([from, to]) => svg("rect", { class: kind, x: (from / length) * WIDE, y: 16 - height / 2, width: Math.max(4, ((to - from) / length) * WIDE), height }));
  return el(
    "div",
    { class: "c-bar-box", "aria-hidden": "true" },
    svg(
      "svg",
      { class: "c-bar", viewBox: `0 0 ${WIDE} 32`, preserveAspectRatio: "none", focusable: "false" },
      svg("rect", { class: "c-bar-line", x: 0, y: 13, width: WIDE, height: 6 }),
      rects(now, "c-bar-now", 28),
      rects(seen, "c-bar-seen", 10),
    ),
    el("span", {}, wholeMetres(0)),
    el("span", {}, wholeMetres(length)),
  );
}

/** The field for sections, without walking: `text` changes call `onInput(text)`. */
export function sectionsField(length, seen, text, onInput) {
  const wrong = faultLine("sections-wrong");
  const field = el("input", {
    class: "c-input", id: "sections", maxlength: 2000, autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "done",
    placeholder: "0-1200; 1500-1800", "aria-describedby": "sections-wrong sections-sum",
  });
  const picture = el("div");
  const sum = el("p", { class: "c-sum", id: "sections-sum", role: "status" });
  const rows = el("ul", { class: "c-stretches" });
  field.value = text;

  const put = (next) => {
    field.value = next;
    onInput(next);
    draw();
  };
  const read = () => (faultOf(field.value, length) ? null : parse(field.value).sections);

  function row(one, i, all) {
    const change = (next) => put(textOf(all.map((other, n) => (n === i ? next : other)).filter(Boolean)));
    const step = (end, by) =>
      el(
        "button",
        {
          class: "c-step", type: "button", data: { step: `${i}${end}${by}` }, "aria-label": t(`phone.check.sections.${end}_${by > 0 ? "later" : "earlier"}`, { m: STEP_M }),
          on: { click: () => (change(moved(one, end, by, length)), rows.querySelector(`[data-step="${i}${end}${by}"]`)?.focus()) },
        },
        `${by > 0 ? "+" : "−"}${STEP_M}`,
      );
    const end = (name, metres) =>
      el("span", { class: "c-end" }, el("span", { class: "c-sub" }, t(`phone.check.sections.${name}`)), step(name, -STEP_M), el("b", {}, wholeMetres(metres)), step(name, STEP_M));
    return el(
      "li",
      { class: "c-stretch" },
      end("from", one[0]),
      end("to", one[1]),
      el("button", { class: "c-icon-button", type: "button", "aria-label": t("phone.check.sections.remove", { stretch: stretchWords(one) }), on: { click: () => (change(null), field.focus()) } }, icon("trash")),
    );
  }

  let drawn = "";
  function draw() {
    const sections = read();
    const built = sections ? merged(sections, length) : [];
    if (drawn === field.value && rows.children.length === (sections?.length ?? 0)) return;
    drawn = field.value;
    picture.replaceChildren(bar(seen, built, length));
    const metres = metresOf(built);
    sum.textContent = built.length ? t("phone.check.sections.sum", { m: wholeMetres(metres), percent: percent((100 * metres) / length) }) : "";
    rows.replaceChildren(...(sections ?? []).map(row));
  }
  // When the typing pauses, not when the field is left: words that appear below a finger make it miss the next button.
  let pause = null;
  field.addEventListener("input", () => {
    onInput(field.value);
    draw();
    clearTimeout(pause);
    pause = setTimeout(() => wrong.say(faultOf(field.value, length), field), PAUSE_MS);
  });
  draw();
  return {
    wrong,
    field,
    put,
    read,
    draw,
    nodes: [picture, el("label", { class: "c-label", for: "sections" }, t("phone.check.sections.label")), field, wrong.line, sum, rows],
    missing() {
      const fault = faultOf(field.value, length);
      wrong.say(fault, field);
      return Boolean(fault);
    },
  };
}

/** What was seen last, in words. */
export function seenWords(latest, version) {
  if (!latest?.sections?.length) return t("phone.check.sections.never");
  const seen = latest.sections.map(stretchWords).join(t("phone.check.sections.and"));
  const words = t("phone.check.sections.seen", { sections: seen, day: day(latest.made_at), by: latest.by });
  return latest.geom_version === version ? words : sentences(words, t("phone.check.sections.redrawn"));
}

export function sectionsPart(hand, subject, site) {
  const { draft } = hand;
  const length = subject.length_m;
  const latest = subject.latest_sections;
  const same = latest?.geom_version === subject.geom_version;
  const keep = (text) => hand.change({ sections: text.trim() ? { text, geom_version: subject.geom_version } : null });
  const own = sectionsField(length, same ? (latest?.sections ?? []) : [], draft.sections?.text ?? "", keep);
  const redrawn = draft.sections && draft.sections.geom_version !== subject.geom_version;
  const seen = el("p", { class: "c-sub" });
  const tell = () => {
    const { latest_sections, geom_version } = zone.subject(draft.subject) ?? subject;
    seen.textContent = sentences(t("phone.check.sections.whole", { m: wholeMetres(length) }), seenWords(latest_sections, geom_version));
  };
  const walkBox = el("div", { class: "c-walk" });
  const start = el("button", { class: "m-button c-wide", type: "button", id: "walk-start", on: { click: walk } }, icon("walk"), t("phone.check.walk.start"));
  const part = el(
    "section",
    { class: "c-part", "aria-labelledby": "sections-title" },
    el("h2", { id: "sections-title" }, t("phone.check.sections.title")),
    seen,
    redrawn ? el("p", { class: "c-wrong" }, t("phone.check.sections.redrawn")) : null,
    start,
    walkBox,
    own.nodes,
  );
  let walking = null;

  async function walk() {
    let startWalk;
    try {
      ({ startWalk } = await load(walkpanel));
    } catch (error) {
      own.wrong.say(error.message, own.field);
      return;
    }
    start.hidden = true;
    const before = own.field.value.trim().replace(/[;；]$/, "");
    const text = (stretch) => [before, stretch && textOf([stretch])].filter(Boolean).join("; ");
    walking = startWalk(walkBox, site.geometry, length, {
      // written down while walking: a telephone that dies on the way loses a few metres, not the stretch
      onStretch: (stretch) => own.put(text(stretch)),
      onEnd() {
        walking = null;
        start.hidden = false;
        start.focus();
      },
    });
  }

  return {
    part,
    wrong: own.wrong,
    follow() {},
    start() {
      zone.addEventListener("change", tell);
      tell();
      ahead(walkpanel);
    },
    focus: () => own.field.focus(),
    missing: () => {
      walking?.end();
      return own.missing();
    },
    stop() {
      zone.removeEventListener("change", tell);
      walking?.end();
    },
  };
}
