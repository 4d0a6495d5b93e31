// Messages that stay until they are read or their cause is gone: nothing important passes by as a toast.
import { t } from "./boot.js";
import { el, icon } from "./dom.js";

let bar = null;

/** Show a message over the map, with an optional action {label, run}. Returns a function that takes it away. */
export function showMessage(text, { action, busy = false } = {}) {
  bar?.remove();
  const own = el(
    "div",
    { class: `message card${busy ? " busy" : ""}`, role: busy ? "status" : "alert" },
    icon(busy ? "info" : "warning"),
    el("p", {}, text),
    action ? el("button", { class: "button", type: "button", on: { click: () => (close(), action.run()) } }, action.label) : null,
    busy ? null : el("button", { class: "icon-button", type: "button", "aria-label": t("tools.close"), on: { click: () => close() } }, icon("close")),
  );
  const close = () => {
    own.remove();
    if (bar === own) bar = null;
  };
  close.update = (next) => (own.querySelector("p").textContent = next);
  bar = own;
  document.getElementById("content").append(own);
  return close;
}
