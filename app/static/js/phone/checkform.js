// The form of a check-in: what is chosen, said, photographed and measured; what is missing stands at its field.
import { lang, local, t } from "../boot.js";
import { el, icon } from "../dom.js";
import { blockagePart } from "./checkblockage.js";
import { startDone } from "./checkdone.js";
import { photosPart } from "./checkphotos.js";
import { placePart } from "./checkplace.js";
import { sectionsPart } from "./checksections.js";
import { faultLine } from "./fault.js";
import { take } from "./hand.js";
import { ahead } from "./load.js";
import { outbox } from "./outbox.js";
import { clock } from "./times.js";
import { VERDICTS, verdictMark, verdictWord } from "./verdict.js";
import { zone } from "./zone.js";

const PHRASES = { ok: 3, problem: 5, stopped: 4 };
export const LONGEST_FINDING = 500;

/** Three large buttons, one of which is chosen. */
export function verdictPart(chosen, onChoose) {
  const wrong = faultLine("verdict-wrong");
  const inputs = Object.keys(VERDICTS).map((verdict) =>
    el("input", { type: "radio", name: "verdict", value: verdict, id: `verdict-${verdict}`, "aria-describedby": "verdict-wrong", on: { change: () => onChoose(verdict) } }),
  );
  for (const input of inputs) input.checked = input.value === chosen;
  const part = el(
    "fieldset",
    { class: "c-part" },
    el("legend", {}, t("phone.check.verdict.legend")),
    el(
      "div",
      { class: "c-verdicts" },
      inputs.map((input) => el("label", { class: "c-verdict", data: { verdict: input.value } }, input, verdictMark(input.value, 34), el("span", {}, verdictWord(input.value)))),
    ),
    wrong.line,
  );
  return { part, wrong, focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus() };
}

/** One sentence: typed, spoken to the keyboard, or put together from phrases. */
export function findingPart(text, onInput) {
  const wrong = faultLine("finding-wrong");
  const area = el("textarea", {
    class: "c-input", id: "finding", rows: 3, maxlength: LONGEST_FINDING, autocapitalize: "sentences", autocomplete: "off",
    "aria-describedby": "finding-wrong finding-hint", enterkeyhint: "enter",
  });
  area.value = text;
  area.addEventListener("input", () => onInput(area.value));
  const phrases = el("div", { class: "c-phrases", role: "group", "aria-label": t("phone.check.finding.phrases") });
  const hint = el("p", { class: "c-sub", id: "finding-hint" });
  function put(phrase) {
    const before = area.value.trim();
    const [comma, stop] = lang === "en" ? [" ", ""] : ["", ""];
    area.value = before ? `${before}${/[。.！!？?；;]$/.test(before) ? stop : t("phone.check.finding.and")}${comma}${phrase}` : phrase;
    area.value = area.value.slice(0, LONGEST_FINDING);
    onInput(area.value);
  }
  return {
    wrong,
    area,
    focus: () => area.focus(),
    part: el("div", { class: "c-part" }, el("label", { class: "c-label", for: "finding" }, t("phone.check.finding.label")), area, wrong.line, hint, phrases),
    follow(verdict) {
      hint.textContent = t(verdict === "ok" || !verdict ? "phone.check.finding.optional" : "phone.check.finding.required");
      phrases.replaceChildren(
        ...Array.from({ length: PHRASES[verdict] ?? 0 }, (_, i) => t(`phone.check.phrase.${verdict}.${i + 1}`)).map((phrase) =>
          el("button", { class: "c-phrase", type: "button", on: { click: () => put(phrase) } }, phrase),
        ),
      );
    },
  };
}

/** Draw the form for a Hand. `again` begins a second check-in at the same place. */
export function startForm(here, hand, { again } = {}) {
  const { draft } = hand;
  const subject = zone.subject(draft.subject) ?? { code: draft.subject, title: draft.title, units: [], withheld: false, length_m: null, unknown: true };
  const site = zone.site(draft.subject);
  const parts = [];
  const add = (part) => (parts.push(part), part);

  const verdict = add(
    verdictPart(draft.verdict, (chosen) => {
      // the moment of the check-in is when somebody on site said how things stand
      hand.change({ verdict: chosen, made_at: draft.made_at ?? new Date().toISOString() });
    }),
  );
  const finding = add(findingPart(draft.finding, (text) => hand.change({ finding: text })));
  const photos = subject.withheld ? null : add(photosPart(hand));
  const place = subject.withheld ? null : add(placePart(hand, site));
  const sections = !subject.withheld && subject.length_m && site ? add(sectionsPart(hand, subject, site)) : null;
  const blockage = add(blockagePart(hand, subject));

  const saved = el("p", { class: "c-saved", role: "status" });
  const failed = el("p", { class: "c-wrong", id: "submit-wrong", role: "alert" });
  const submit = el("button", { class: "m-button primary c-submit", type: "submit" }, icon("checkin"), t("phone.check.submit"));
  const form = el(
    "form",
    { class: "c-form", novalidate: true, id: "check-form", autocomplete: "off" },
    el(
      "div",
      { class: "c-about" },
      el("p", { class: "c-sub" }, [draft.subject, site ? local(site.properties, "town") : t("phone.check.no_place")].join(" · ")),
      el("a", { class: "m-button plain", href: "#check" }, t("phone.check.choose_other")),
    ),
    again
      ? el(
          "div",
          { class: "m-notice c-notice" },
          icon("undo"),
          el("p", {}, t("phone.check.draft.resumed", { age: clock(draft.changed_at) })),
          el("button", { class: "m-button", type: "button", on: { click: again } }, t("phone.check.draft.another")),
        )
      : null,
    subject.withheld ? el("p", { class: "m-notice c-notice" }, icon("info"), el("span", {}, t("phone.check.withheld"))) : null,
    parts.map(({ part }) => part),
    el("div", { class: "c-foot" }, el("div", {}, saved, failed), submit),
  );

  function follow() {
    finding.follow(draft.verdict);
    for (const part of [photos, place, sections, blockage]) part?.follow();
  }

  function tell() {
    saved.textContent = hand.closed ? t("phone.check.closed") : hand.saved_at ? t("phone.check.saved", { at: clock(hand.saved_at) }) : "";
    failed.textContent = hand.trouble ? t("phone.check.not_saved", { why: hand.trouble.message }) : "";
  }

  let asked = false; // for what is missing: from then on it is said while it is being put right
  /** The first part that something is missing in; every one says so at its field. */
  function missing() {
    const without = (part, text, field) => (part.wrong.say(text, field), text ? part : null);
    return [
      without(verdict, draft.verdict ? "" : t("phone.check.missing.verdict")),
      without(finding, draft.verdict && draft.verdict !== "ok" && !draft.finding.trim() ? t("phone.check.missing.finding") : "", finding.area),
      photos?.missing() ? photos : null,
      sections?.missing() ? sections : null,
      blockage.missing() ? blockage : null,
    ].find(Boolean);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    asked = true;
    const first = missing();
    if (first) return first.focus();
    submit.disabled = true;
    place?.settle();
    if (!(await hand.flush()) || hand.closed) {
      submit.disabled = false;
      return tell();
    }
    try {
      await outbox.put(draft);
    } catch (error) {
      // still a draft, with everything in it
      submit.disabled = false;
      failed.textContent = t("phone.check.not_put", { why: error.message });
      failed.scrollIntoView({ block: "nearest" });
      return;
    }
    hand.close();
    take(null);
    startDone(here, draft.id, local(subject, "title"));
  });

  const changed = () => {
    if (!here.live()) return;
    follow();
    if (asked) missing();
  };
  hand.addEventListener("change", changed);
  hand.addEventListener("saved", tell);
  take(hand);
  here.name(local(subject, "title"));
  here.body.append(form);
  follow();
  for (const part of parts) part.start?.();
  ahead(() => import("./outboxview.js"));
  here.until(() => {
    hand.flush();
    for (const part of parts) part.stop?.();
  });
}
