// Mending a check-in that the server has: only what is changed goes, and what others changed stays for supervision.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { account } from "./account.js";
import { findingPart, verdictPart } from "./checkform.js";
import { sectionsField } from "./checksections.js";
import { titleOf } from "./names.js";
import { outbox } from "./outbox.js";
import { show } from "./screens.js";
import { textOf } from "./sections.js";
import { clock } from "./times.js";
import { zone } from "./zone.js";

const asText = (sections) => (Array.isArray(sections) ? textOf(sections) : (sections ?? ""));

/**
 * {about, inspection, version, base} of what may be mended under this id, or {draft} where the server does not have it;
 * null when there is nothing of this person.
 */
async function found(id) {
  const entry = (await outbox.list()).find((one) => one.id === id);
  const sent = entry ?? (await outbox.sentOne(id));
  if (!sent || sent.account.id !== account.me.id) return null;
  if (entry) {
    const { draft, revise } = await outbox.mend(id);
    return draft ? { draft } : { about: sent, inspection: revise.id, version: revise.version, base: revise.base, changes: revise.changes };
  }
  return { about: sent, inspection: sent.id, version: sent.latest.version, base: sent.latest.values };
}

/** Draw the form. */
export async function startMending(here, id, notice, link) {
  const mending = await found(id);
  if (!here.live()) return;
  if (!mending) return notice(t("phone.check.mend.none"), link(t("phone.check.done.outbox"), "#outbox", true));
  if (mending.draft) return show("draft", { id: mending.draft.id }, { replace: true });
  const { about, version, base, changes: earlier = {} } = mending;
  const subject = zone.subject(about.subject);
  const before = { verdict: base.verdict, finding: base.finding ?? "", sections: asText(base.sections) };
  const now = { ...before };
  for (const name of Object.keys(before)) if (name in earlier) now[name] = name === "sections" ? asText(earlier[name]) : (earlier[name] ?? "");

  const verdict = verdictPart(now.verdict, (chosen) => change({ verdict: chosen }));
  const finding = findingPart(now.finding, (text) => change({ finding: text }));
  const sections = subject?.length_m && !subject.withheld
    ? sectionsField(subject.length_m, [], now.sections, (text) => change({ sections: text }))
    : null;
  const told = el("p", { class: "c-sub", role: "status" });
  const failed = el("p", { class: "c-wrong", role: "alert" });
  const submit = el("button", { class: "m-button primary c-submit", type: "submit" }, icon("check"), t("phone.check.mend.submit"));
  const form = el(
    "form",
    { class: "c-form", novalidate: true, id: "mend-form", autocomplete: "off" },
    el("p", { class: "m-notice c-notice" }, icon("info"), el("span", {}, t("phone.check.mend.lead", { at: clock(about.created_at) }))),
    verdict.part,
    finding.part,
    sections ? el("section", { class: "c-part" }, el("h2", {}, t("phone.check.sections.title")), sections.nodes) : null,
    el("div", { class: "c-foot" }, el("div", {}, told, failed), submit),
  );

  const changed = () => Object.keys(before).filter((name) => now[name].trim() !== before[name].trim());
  function change(part) {
    Object.assign(now, part);
    finding.follow(now.verdict);
    const names = changed();
    submit.disabled = !names.length && !Object.keys(earlier).length;
    told.textContent = names.length ? t("phone.check.mend.changes", { names: names.map((name) => t(`phone.check.mend.field.${name}`)).join(t("phone.check.mend.and")) }) : t("phone.check.mend.same");
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wordless = now.verdict !== "ok" && !now.finding.trim();
    finding.wrong.say(wordless ? t("phone.check.missing.finding") : "", finding.area);
    if (wordless) return finding.focus();
    if (sections?.missing()) return sections.field.focus();
    // what an unsent mending changed goes along, even when it was put back
    const names = new Set([...changed(), ...Object.keys(before).filter((name) => name in earlier)]);
    const changes = Object.fromEntries([...names].map((name) => [name, now[name].trim() || null]));
    if ("sections" in changes) changes.geom_version = changes.sections ? (subject.geom_version ?? null) : null;
    submit.disabled = true;
    try {
      await outbox.putRevision(mending.inspection, version, base, changes, about);
    } catch (error) {
      submit.disabled = false;
      failed.textContent = t("phone.check.not_put", { why: error.message });
      return;
    }
    show("outbox", {}, { replace: true });
  });
  here.name(t("phone.check.mend.of", { title: titleOf(about) }));
  here.body.append(form);
  change({});
}
