// The list of drafts, each to go on with or to throw away.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { ask } from "./ask.js";
import * as drafts from "./drafts.js";
import { titleOf } from "./names.js";
import { ago } from "./times.js";
import { verdictMark, verdictWord } from "./verdict.js";

function row(draft, gone) {
  const title = titleOf(draft);
  const about = [draft.verdict ? verdictWord(draft.verdict) : t("phone.check.draft.no_verdict"), draft.photos.length && t("phone.check.draft.photos", { n: draft.photos.length }), ago(draft.changed_at)].filter(Boolean);
  const own = el(
    "li",
    { class: "c-draft" },
    el(
      "a",
      { class: "c-choice", href: `#draft/${draft.id}` },
      draft.verdict ? verdictMark(draft.verdict, 36) : icon("page"),
      el("span", { class: "c-choice-words" }, el("b", {}, title), el("span", { class: "c-sub" }, `${draft.subject} · ${about.join(" · ")}`)),
    ),
    el(
      "button",
      {
        class: "c-icon-button", type: "button", "aria-label": t("phone.check.draft.remove", { title }),
        on: {
          click: async () => {
            const text = t("phone.check.draft.remove_text", { title, age: ago(draft.changed_at), n: draft.photos.length });
            if (!(await ask({ title: t("phone.check.draft.remove_title"), text, yes: t("phone.check.draft.remove_yes") }))) return;
            await drafts.remove(draft.id);
            own.remove();
            gone();
          },
        },
      },
      icon("trash"),
    ),
  );
  return own;
}

/** A part of the page with these drafts. */
export function draftList(found) {
  const heading = el("h2", { id: "drafts-title", tabindex: "-1" });
  const list = el("ul", { class: "c-choices" });
  const part = el("section", { class: "c-part", id: "drafts", "aria-labelledby": "drafts-title" }, heading, list);
  const say = () => {
    heading.textContent = t("phone.check.draft.title", { n: list.children.length });
    if (!list.children.length) part.remove();
    else if (part.isConnected) heading.focus();
  };
  list.append(...found.map((draft) => row(draft, say)));
  say();
  return part;
}
