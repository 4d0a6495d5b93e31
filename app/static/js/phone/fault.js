// What is wrong stands at its field.
import { el } from "../dom.js";

/** A line for a fault, read by screen readers with its field; an empty text takes it away. */
export function faultLine(id) {
  const line = el("p", { class: "c-wrong", id });
  return {
    line,
    say(text, field) {
      if (line.textContent !== text) line.textContent = text;
      if (!field) return;
      if (text) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    },
  };
}
