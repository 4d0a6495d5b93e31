// A panel that opens beside its button: one at a time, closed by Escape, by a click elsewhere, or by the button.
import { el } from "./dom.js";

let open = null;

/** Close whatever is open; with `back` the focus returns to its button. */
export function closePopover(back = false) {
  if (!open) return;
  const { button, panel, closed } = open;
  open = null;
  panel.remove();
  button.setAttribute("aria-expanded", "false");
  if (back) button.focus();
  closed?.();
}

export const popoverOf = (button) => (open?.button === button ? open.panel : null);

/** Open (or close) the panel of a button. `build(panel)` fills it; `place` is "below" or "left". */
export function togglePopover(button, { label, build, place = "below", closed }) {
  if (open?.button === button) return closePopover(true);
  closePopover();
  const panel = el("div", { class: `popover card popover-${place}`, role: "dialog", "aria-label": label, tabindex: "-1" });
  open = { button, panel, closed };
  build(panel);
  document.body.append(panel);
  button.setAttribute("aria-expanded", "true");
  position(button, panel, place);
  (panel.querySelector("input:checked, input, button") || panel).focus({ preventScroll: true });
}

function position(button, panel, place) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const fit = (value, size, most) => Math.max(8, Math.min(value, most - size - 8));
  const left = place === "left" ? at.left - width - 8 : at.left;
  const top = place === "left" ? at.top : at.bottom + 6;
  panel.style.left = `${fit(left, width, innerWidth)}px`;
  panel.style.top = `${fit(top, height, innerHeight)}px`;
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && open) {
    event.stopImmediatePropagation();
    closePopover(true);
  }
}, true);
addEventListener("pointerdown", (event) => {
  if (open && !open.panel.contains(event.target) && !open.button.contains(event.target)) closePopover();
}, true);
addEventListener("focusin", (event) => {
  if (open && !open.panel.contains(event.target) && !open.button.contains(event.target)) closePopover();
});
addEventListener("resize", () => closePopover());
