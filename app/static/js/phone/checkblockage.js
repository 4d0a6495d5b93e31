// A blockage that a problem or a stop opens: what it is, whose it is, until when.
import { local, t } from "../boot.js";
import { el } from "../dom.js";
import { account } from "./account.js";
import { faultLine } from "./fault.js";

const LONGEST = 80;

/** The ledger's day, as a date field has it. */
const today = () => new Date(account.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

export function blockagePart(hand, subject) {
  const { draft } = hand;
  const wrong = faultLine("blockage-wrong");
  const late = faultLine("due-wrong");
  const box = el("input", { type: "checkbox", id: "blockage" });
  const title = el("input", { class: "c-input", id: "blockage-title", maxlength: LONGEST, "aria-describedby": "blockage-wrong blockage-hint" });
  const unit = el(
    "select",
    { class: "c-input", id: "blockage-unit" },
    subject.units.map((one) => el("option", { value: one.code }, local(one, "name"))),
  );
  const due = el("input", { class: "c-input", id: "blockage-due", type: "date", min: today(), "aria-describedby": "due-wrong" });
  const field = (id, text, input, ...more) => el("div", { class: "c-field" }, el("label", { class: "c-label", for: id }, text), input, ...more);
  const fields = el(
    "div",
    { class: "c-fields" },
    field("blockage-title", t("phone.check.blockage.name"), title, wrong.line, el("p", { class: "c-sub", id: "blockage-hint" }, t("phone.check.blockage.hint"))),
    subject.units.length ? field("blockage-unit", t("phone.check.blockage.unit"), unit) : null,
    field("blockage-due", t("phone.check.blockage.due"), due, late.line),
  );
  const part = el("div", { class: "c-part" }, el("label", { class: "c-tick" }, box, el("span", {}, t("phone.check.blockage.open"))), fields);

  if (draft.blockage) {
    box.checked = true;
    title.value = draft.blockage.title;
    unit.value = draft.blockage.unit ?? "";
    due.value = draft.blockage.due ?? "";
  }
  const read = () => ({ title: title.value, unit: unit.value || null, due: due.value || null });
  for (const input of [title, unit, due]) input.addEventListener("input", () => hand.change({ blockage: read() }));
  box.addEventListener("change", () => {
    hand.change({ blockage: box.checked ? read() : null });
    if (box.checked) title.focus();
  });

  return {
    part,
    focus: () => (late.line.textContent && title.value.trim() ? due : title).focus(),
    follow() {
      // of what is in order nothing is blocked; what was typed stays in the fields in case of a slip of the finger
      const fits = draft.verdict === "problem" || draft.verdict === "stopped";
      part.hidden = !fits;
      fields.hidden = !box.checked;
      draft.blockage = fits && box.checked ? read() : null;
    },
    missing() {
      const nameless = draft.blockage && !draft.blockage.title.trim();
      const past = Boolean(draft.blockage?.due && draft.blockage.due < today());
      wrong.say(nameless ? t("phone.check.missing.blockage") : "", title);
      late.say(past ? t("phone.check.missing.due") : "", due);
      return nameless || past;
    },
  };
}
