// A question that must be answered before something cannot be undone.
import { t } from "../boot.js";
import { el } from "../dom.js";

/** Resolves to whether `yes` was chosen. Escape, "back" and the other button mean no. */
export function ask({ title, text, yes, no = t("phone.check.keep") }) {
  return new Promise((resolve) => {
    const close = (answer) => () => dialog.close(answer);
    const dialog = el(
      "dialog",
      { class: "c-dialog", "aria-labelledby": "ask-title", "aria-describedby": "ask-text" },
      el("h2", { id: "ask-title" }, title),
      el("p", { id: "ask-text" }, text),
      el(
        "div",
        { class: "c-dialog-do" },
        el("button", { class: "m-button", type: "button", autofocus: true, on: { click: close("") } }, no),
        el("button", { class: "m-button c-danger", type: "button", on: { click: close("yes") } }, yes),
      ),
    );
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
