// On the phone the list is a sheet from below with three stops: peek, half, full. Its grip is dragged or pressed.

const STOPS = ["peek", "half", "full"];
const root = document.documentElement;
const side = document.getElementById("side");
const grip = document.getElementById("side-grip");
export const phone = matchMedia("(max-width: 719px)");

let changed = () => {};

export const stop = () => root.dataset.sheet || "peek";

/** Bring the sheet to a stop. */
export function setStop(name) {
  if (!STOPS.includes(name) || name === stop()) return;
  root.dataset.sheet = name;
  grip.setAttribute("aria-expanded", String(name !== "peek"));
  changed(name);
}

/** Height of the sheet at a stop, in pixels (as the style sheet has it). */
function heightAt(name) {
  const room = side.parentElement.clientHeight;
  return { peek: 104, half: room * 0.52, full: room - 8 }[name];
}

/** Start the sheet; `onChange(stop)` is told of every new stop. */
export function startSheet(onChange) {
  root.dataset.sheet = "peek";
  changed = onChange;
  let start = null;
  grip.addEventListener("pointerdown", (event) => {
    start = { y: event.clientY, height: side.offsetHeight, moved: false };
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (!start) return;
    const height = start.height + start.y - event.clientY;
    if (Math.abs(start.y - event.clientY) > 6) start.moved = true;
    if (!start.moved) return;
    side.classList.add("dragging");
    side.style.height = `${Math.max(heightAt("peek"), Math.min(heightAt("full"), height))}px`;
  });
  const end = (event) => {
    if (!start) return;
    const { moved, y } = start;
    const height = side.offsetHeight;
    const flick = event.type === "pointerup" && Math.abs(event.clientY - y) < 60 ? 0 : Math.sign(y - event.clientY);
    start = null;
    side.classList.remove("dragging");
    side.style.height = "";
    if (!moved) return;
    grip.dataset.dragged = "yes";
    const nearest = STOPS.reduce((best, name) => (Math.abs(heightAt(name) - height - flick * 60) < Math.abs(heightAt(best) - height - flick * 60) ? name : best));
    setStop(nearest);
  };
  grip.addEventListener("pointerup", end);
  grip.addEventListener("pointercancel", end);
  grip.addEventListener("click", () => {
    if (grip.dataset.dragged) return void delete grip.dataset.dragged; // the click that ends a drag
    setStop(STOPS[(STOPS.indexOf(stop()) + 1) % STOPS.length]);
  });
  grip.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    setStop(STOPS[Math.max(0, Math.min(STOPS.length - 1, STOPS.indexOf(stop()) + step))]);
  });
}
