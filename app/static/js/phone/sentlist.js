// What the server has of this person's check-ins: the last fifty, to be mended; and where two people said different things.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { saying, titleOf } from "./names.js";
import { outbox } from "./outbox.js";
import { ago, clock } from "./times.js";
import { verdictMark } from "./verdict.js";

function disputes(record) {
  if (!record.disputed?.length) return null;
  const fields = [...new Set(record.disputed.map((one) => t(`phone.check.mend.field.${one.field}`)))].join(t("phone.check.mend.and"));
  const who = [...new Set(record.disputed.map((one) => one.kept_by).filter(Boolean))].join(t("phone.check.mend.and"));
  return el("p", { class: "o-dispute" }, icon("warning"), el("span", {}, t("phone.outbox.dispute", { fields, who: who || t("phone.outbox.somebody") })));
}

function row(record) {
  const values = record.latest?.values ?? record.body;
  const presence = record.receipt?.presence;
  const facts = [record.subject, ago(record.sent_at), record.photos?.length ? t("phone.check.draft.photos", { n: record.photos.length }) : null, presence ? t(`phone.presence.${presence}`) : null];
  return el(
    "li",
    { class: "o-card o-sent", data: { id: record.id } },
    el(
      "div",
      { class: "o-head" },
      values.verdict ? verdictMark(values.verdict, 36) : icon("check"),
      el("div", { class: "o-words" }, el("h3", {}, titleOf(record)), el("p", { class: "c-sub" }, facts.filter(Boolean).join(" · "))),
    ),
    el("p", { class: "o-about" }, saying(values)),
    record.revised_at ? el("p", { class: "c-sub" }, t("phone.outbox.revised", { at: clock(record.revised_at) })) : null,
    disputes(record),
    el("div", { class: "o-actions" }, el("a", { class: "m-button", href: `#mend/${record.id}` }, icon("edit"), t("phone.outbox.amend"))),
  );
}

/** {part, show(accountId)}. */
export function sentPart() {
  const heading = el("h2", { id: "sent-title" });
  const list = el("ul", { class: "o-list", id: "sent-list" });
  const part = el("section", { class: "o-sent-part", "aria-labelledby": "sent-title", hidden: true }, heading, list);
  let drawn = null;
  return {
    part,
    async show(me) {
      const records = (await outbox.sent()).filter((record) => record.account.id === me);
      part.hidden = !records.length;
      const key = JSON.stringify(records.map((record) => [record.id, record.sent_at, record.revised_at, record.disputed]));
      if (key === drawn) return;
      drawn = key;
      heading.textContent = t("phone.outbox.sent", { n: records.length });
      list.replaceChildren(...records.map(row));
    },
  };
}
