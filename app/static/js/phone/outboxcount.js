// How many reports wait, on the bar at the bottom.
import { t } from "../boot.js";
import { outbox } from "./outbox.js";

let waiting = null;
const told = new EventTarget();

/** How many reports wait on this telephone, whoever made them; null before it is known. */
export const count = () => waiting;

/** Call `run(count)` whenever it changes, and now when it is known. */
export function onCount(run) {
  told.addEventListener("count", () => run(waiting));
  if (waiting !== null) run(waiting);
}

async function read() {
  const next = (await outbox.list()).length;
  if (next === waiting) return;
  waiting = next;
  told.dispatchEvent(new Event("count"));
}

/** Keep the number on the bar. */
export function startCount() {
  const badge = document.getElementById("m-outbox-count");
  onCount((n) => {
    badge.hidden = !n;
    badge.textContent = n > 99 ? "99+" : String(n);
    badge.setAttribute("role", "img");
    badge.setAttribute("aria-label", t("phone.outbox.count", { n }));
  });
  let asked = false;
  outbox.addEventListener("change", () => {
    if (asked) return;
    asked = true; // progress of a photo comes many times a second
    setTimeout(() => {
      asked = false;
      read().catch(() => {});
    }, 200);
  });
  read().catch(() => {}); // blocked storage: there is nothing to count
}
