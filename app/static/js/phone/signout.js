// Signing out: what was not sent is not simply lost, and not simply left behind. The person decides.
import { t } from "../boot.js";
import { el } from "../dom.js";
import { account } from "./account.js";
import { remove as removeDraft } from "./drafts.js";
import { outbox } from "./outbox.js";

const o = (key, values) => t(`phone.out.${key}`, values);

/** Ask, then sign out. `unsent`: drafts and entries of this person; `away`: there is no signal. */
export function signOutDialog(me, unsent, away) {
  const dialog = document.getElementById("me-out");
  const waiting = unsent.filter((one) => one.kind);
  const form = new Form({ waiting, drafts: unsent.filter((one) => !one.kind), away });
  const told = el("p", { class: "m-dialog-note", role: "status" });
  const leave = el("button", { class: "m-button primary", type: "button" }, o("do"));
  const stay = el("button", { class: "m-button", type: "button", on: { click: () => dialog.close() } }, o("cancel"));
  form.onChange = () => (leave.disabled = !form.ready);
  leave.disabled = !form.ready;
  leave.addEventListener("click", async () => {
    leave.disabled = true;
    const left = await form.carryOut((n) => (told.textContent = o("sending", { n })));
    if (left) {
      told.textContent = o("not_sent", { n: left });
      leave.disabled = false;
      return;
    }
    await account.signOut();
    dialog.close();
  });
  dialog.replaceChildren(
    el("h2", { class: "m-dialog-title", id: "me-out-title" }, o("title")),
    el("p", { class: "m-dialog-note" }, o("plain")),
    ...(away ? [el("p", { class: "me-warn" }, o("offline"))] : []),
    ...form.parts,
    told,
    el("div", { class: "m-actions" }, stay, leave),
  );
  dialog.showModal();
}

/** What shall become of unsent reports: nothing is chosen beforehand, but to keep them. */
class Form {
  onChange = () => {};
  parts = [];
  #choice = "keep";
  #typed = "";

  constructor({ waiting, drafts, away }) {
    this.waiting = waiting;
    this.drafts = drafts;
    const n = waiting.length + drafts.length;
    if (!n) {
      this.#choice = "nothing";
      return;
    }
    const word = o("delete_word");
    const input = el("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-label": o("delete_type", { word }) });
    const typed = el("label", { class: "me-out-type", hidden: true }, o("delete_type", { word }), input);
    input.addEventListener("input", () => {
      this.#typed = input.value.trim().toLowerCase();
      this.onChange();
    });
    const row = (value, note, disabled = false) =>
      el(
        "label",
        { class: "m-choice" },
        el("input", {
          type: "radio",
          name: "unsent",
          value,
          disabled,
          checked: value === this.#choice,
          on: {
            change: () => {
              this.#choice = value;
              typed.hidden = value !== "delete";
              if (!typed.hidden) input.focus();
              this.onChange();
            },
          },
        }),
        el("span", { class: "m-choice-word" }, o(value), el("span", { class: "me-out-note" }, note)),
      );
    const cannot = away || !waiting.length;
    this.parts = [
      el("p", { class: "me-warn" }, o("unsent", { n, drafts: drafts.length, waiting: waiting.length })),
      el(
        "div",
        { class: "me-out-choices", role: "radiogroup", "aria-label": o("title") },
        row("send", away ? o("send_offline") : o("send_note"), cannot),
        row("keep", o("keep_note")),
        row("delete", o("delete_note")),
      ),
      typed,
    ];
  }

  /** Whether the person may go on. */
  get ready() {
    return this.#choice !== "delete" || this.#typed === o("delete_word").toLowerCase();
  }

  /** Do what was chosen. Resolves to how many were to be sent and are not. */
  async carryOut(tell) {
    if (this.#choice === "delete") {
      for (const draft of this.drafts) await removeDraft(draft.id);
      for (const entry of this.waiting) await outbox.remove(entry.id);
    }
    if (this.#choice !== "send") return 0;
    const own = new Set(this.waiting.map(({ id }) => id));
    const left = async () => (await outbox.list()).filter(({ id }) => own.has(id)).length;
    const progress = async () => tell(await left());
    outbox.addEventListener("change", progress);
    tell(own.size);
    try {
      await outbox.send();
      return await left();
    } finally {
      outbox.removeEventListener("change", progress);
    }
  }
}
