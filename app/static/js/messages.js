// Messages that stay until they are read or their cause is gone: nothing important passes by as a toast.
import { t } from "./boot.js";
import { el, icon } from "./dom.js";

const stack = el("div", { class: "messages" });

/**
 * Show a message over the map. `action` is {label, run}; `busy` marks work in progress, which ends by itself and has
 * no close button. Returns a function that takes the message away, with `update(text)` on it.
 */
export function showMessage(text, { action, busy = false } = {}) {
  if (!stack.isConnected) document.getElementById("content").append(stack);
  for (const other of stack.children) if (other.textContent.startsWith(text)) other.remove(); // no message twice
  const words = el("p", {}, text);
  const close = () => own.remove();
  const own = el(
    "div",
    { class: `message card${busy ? " busy" : ""}`, role: busy ? "status" : "alert" },
    icon(busy ? "info" : "warning"),
    words,
    action ? el("button", { class: "button", type: "button", on: { click: () => (close(), action.run()) } }, action.label) : null,
    busy ? null : el("button", { class: "icon-button", type: "button", "aria-label": t("tools.close"), on: { click: close } }, icon("close")),
  );
  close.update = (next) => (words.textContent = next);
  stack.append(own);
  return close;
}
