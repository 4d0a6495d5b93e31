// On the phone, list and details are sheets from below with three stops. A grip is dragged, or pressed, or moved by
// the arrow keys. The height of the sheet in front is known to the style sheet as --sheet.

export const phone = matchMedia("(max-width: 719px)");
const root = document.documentElement;
const room = () => document.getElementById("content").clientHeight;

/** Height of the sheet in front where it comes to rest, in pixels; 0 on wide screens. */
export const restingHeight = () => (phone.matches ? parseFloat(root.style.getPropertyValue("--sheet")) || 0 : 0);

export class Sheet {
  /** `stops` maps names, from low to high, to functions of the room that give heights in pixels. */
  constructor(element, grip, { stops, at, changed = () => {} }) {
    Object.assign(this, { element, grip, stops, at, changed, names: Object.keys(stops) });
    grip.addEventListener("pointerdown", (event) => this.grab(event));
    grip.addEventListener("pointermove", (event) => this.drag(event));
    for (const type of ["pointerup", "pointercancel"]) grip.addEventListener(type, (event) => this.drop(event));
    grip.addEventListener("click", () => this.press());
    grip.addEventListener("keydown", (event) => this.key(event));
    for (const source of [phone, window]) source.addEventListener(source === phone ? "change" : "resize", () => this.settle());
    this.settle();
  }

  height(name) {
    return Math.round(this.stops[name](room()));
  }

  /** Go to a stop. */
  go(name) {
    const before = this.at;
    this.at = name;
    this.settle();
    if (before !== name) this.changed(name);
  }

  /** Take the height of the present stop; the sheet that is shown also tells the page. */
  settle() {
    this.element.dataset.stop = this.at;
    this.grip.setAttribute("aria-expanded", String(this.at !== this.names[0]));
    this.element.style.height = phone.matches ? `${this.height(this.at)}px` : "";
    if (!this.element.hidden && !this.covered) root.style.setProperty("--sheet", `${this.height(this.at)}px`);
  }

  grab(event) {
    this.start = { y: event.clientY, height: this.element.offsetHeight };
    this.moved = false;
    this.grip.setPointerCapture(event.pointerId);
  }

  drag(event) {
    if (!this.start) return;
    const up = this.start.y - event.clientY;
    this.moved = this.moved || Math.abs(up) > 6;
    if (!this.moved) return;
    this.element.classList.add("dragging");
    const [low, high] = [this.height(this.names[0]), this.height(this.names[this.names.length - 1])];
    this.element.style.height = `${Math.max(low, Math.min(high, this.start.height + up))}px`;
  }

  drop(event) {
    if (!this.start) return;
    const aim = this.element.offsetHeight + 50 * Math.sign(this.start.y - event.clientY); // a flick goes on a little
    this.start = null;
    this.element.classList.remove("dragging");
    if (this.moved) this.go(this.names.reduce((best, name) => (Math.abs(this.height(name) - aim) < Math.abs(this.height(best) - aim) ? name : best)));
  }

  press() {
    if (this.moved) return void (this.moved = false); // the click that ends a drag
    this.go(this.names[(this.names.indexOf(this.at) + 1) % this.names.length]);
  }

  key(event) {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.go(this.names[Math.max(0, Math.min(this.names.length - 1, this.names.indexOf(this.at) + step))]);
  }
}
