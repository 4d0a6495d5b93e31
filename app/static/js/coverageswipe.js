// Before and after on one map: left of the divide the one, right of it the other. Moved by the slider below the map,
// by dragging the divide on the map, and by keys. At the right end the map is whole again.
const WHOLE = 100;
const STEP = 2;
const LEAP = 10;

export class Swipe {
  constructor(map) {
    this.map = map;
    const [stage, figure, range, handle] = ["cv-stage", "compare", "compare-range", "cv-handle"].map((id) => document.getElementById(id));
    Object.assign(this, { stage, range, handle });
    this.names = ["cv-left-name", "cv-right-name"].map((id) => document.getElementById(id));
    figure.hidden = false;
    handle.hidden = false;
    range.addEventListener("input", () => this.show(Number(range.value)));
    handle.addEventListener("keydown", (event) => this.key(event));
    handle.addEventListener("pointerdown", (event) => this.grasp(event));
    handle.addEventListener("pointermove", (event) => handle.hasPointerCapture(event.pointerId) && this.drag(event));
    // A click on the map tries a place out; letting go of the divide is none.
    handle.addEventListener("click", (event) => event.stopPropagation());
    new ResizeObserver(() => this.place()).observe(map);
    this.show(Number(range.value));
  }

  /** The divide at so many percent of the map's width. */
  show(percent) {
    this.percent = Math.min(Math.max(percent, 0), WHOLE);
    const { width } = this.map.viewBox.baseVal;
    const at = (this.percent / 100) * width;
    const whole = this.percent === WHOLE;
    document.getElementById("cv-compare").toggleAttribute("hidden", whole);
    document.getElementById("cv-shown").toggleAttribute("hidden", !whole);
    document.getElementById("cv-left-box").setAttribute("width", at);
    const right = document.getElementById("cv-right-box");
    right.setAttribute("x", at);
    right.setAttribute("width", width - at);
    const line = document.getElementById("cv-divide");
    line.setAttribute("x1", at);
    line.setAttribute("x2", at);
    for (const name of this.names) name.hidden = whole;
    this.range.value = String(this.percent);
    this.handle.setAttribute("aria-valuenow", String(Math.round(this.percent)));
    this.place();
  }

  /** The handle lies over the divide, wherever the map is drawn within its box. */
  place() {
    const matrix = this.map.getScreenCTM();
    if (!matrix) return;
    const box = this.stage.getBoundingClientRect();
    const { width } = this.map.viewBox.baseVal;
    const x = (at) => new DOMPoint(at, 0).matrixTransform(matrix).x - box.left;
    const half = this.handle.offsetWidth / 2;
    const least = Math.max(x(0), 0) + half;
    const most = Math.min(x(width), box.width) - half;
    this.handle.style.left = `${Math.min(Math.max(x((this.percent / 100) * width), least), most)}px`;
    this.names[0].style.left = `${Math.max(x(0), 0) + 8}px`;
    this.names[1].style.right = `${Math.max(box.width - x(width), 0) + 8}px`;
  }

  grasp(event) {
    if (event.button) return;
    this.handle.setPointerCapture(event.pointerId);
    this.handle.focus({ preventScroll: true });
    event.preventDefault();
  }

  drag(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.map.getScreenCTM().inverse());
    this.show((at.x / this.map.viewBox.baseVal.width) * 100);
  }

  key(event) {
    const steps = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -LEAP, PageUp: LEAP };
    const ends = { Home: 0, End: WHOLE };
    if (event.key in steps) this.show(this.percent + steps[event.key]);
    else if (event.key in ends) this.show(ends[event.key]);
    else return;
    event.preventDefault();
  }
}
