// The ledger's filter while typing (the form works without it), and where in the contents the reader is.
import { startPrinting } from "./paper.js";

const form = document.getElementById("filter");
const items = [...document.querySelectorAll(".item")];
const entries = new Map([...document.querySelectorAll(".contents li")].map((entry) => [entry.dataset.no, entry]));
const count = document.getElementById("filter-count");
const clear = document.getElementById("filter-clear");
const nothing = document.getElementById("nothing");
const mapLinks = [...document.querySelectorAll(".map-counts a")];
const exports = [...document.querySelectorAll("[data-export]")];
const NAMES = ["q", "unit", "map"];

const normal = (text) => text.normalize("NFKC").toLowerCase();

function asked() {
  const data = new FormData(form);
  return Object.fromEntries(NAMES.map((name) => [name, String(data.get(name) || "").trim()]));
}

function keeps(item, { q, unit, map }) {
  const { text, units, map: how } = item.dataset;
  return (
    normal(q).split(/\s+/).every((word) => text.includes(word)) &&
    (!unit || units.split(" ").includes(unit)) &&
    (!map || how === map)
  );
}

function show() {
  const wanted = asked();
  const active = NAMES.some((name) => wanted[name]);
  let shown = 0;
  for (const item of items) {
    const kept = keeps(item, wanted);
    item.hidden = !kept;
    entries.get(item.dataset.no).hidden = !kept;
    shown += kept;
  }
  count.textContent = active ? count.dataset.some.replace("#", shown) : count.dataset.all;
  clear.hidden = !active;
  for (const link of exports) { // the file holds what the page shows
    const url = new URL(link.href);
    for (const name of NAMES) {
      if (wanted[name]) url.searchParams.set(name, wanted[name]);
      else url.searchParams.delete(name);
    }
    link.href = url.pathname + url.search;
  }
  nothing.hidden = shown > 0;
  for (const link of mapLinks) {
    if (link.dataset.map === wanted.map) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** Keep the filter in the address; other parameters (the language) stay. Choosing adds a step back, typing none. */
function write(push) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(asked())) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  if (url.href !== location.href) history[push ? "pushState" : "replaceState"](null, "", url);
}

function read() {
  const query = new URLSearchParams(location.search);
  for (const name of NAMES) form.elements[name].value = query.get(name) || "";
  show();
}

let composing = false; // pinyin letters on their way to a character are no search
const typed = () => {
  show();
  write(false);
};
form.elements.q.addEventListener("compositionstart", () => (composing = true));
form.elements.q.addEventListener("compositionend", () => {
  composing = false;
  typed();
});
form.elements.q.addEventListener("input", () => composing || typed());
for (const name of ["unit", "map"]) {
  form.elements[name].addEventListener("change", () => {
    show();
    write(true);
  });
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
  write(true);
});

function reset() {
  for (const name of NAMES) form.elements[name].value = "";
  show();
  write(true);
}
for (const link of [clear, nothing.querySelector("a")]) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    reset();
    form.elements.q.focus();
  });
}
for (const link of mapLinks) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const field = form.elements.map;
    field.value = field.value === link.dataset.map ? "" : link.dataset.map;
    show();
    write(true);
    if (form.getBoundingClientRect().bottom > innerHeight) form.scrollIntoView(); // on a phone the list is below
  });
}
addEventListener("popstate", read);

/** Mark the item at the top of the window in the contents. */
function follow() {
  const seen = new Set();
  const observer = new IntersectionObserver(
    (changes) => {
      for (const change of changes) seen[change.isIntersecting ? "add" : "delete"](change.target);
      const first = items.find((item) => seen.has(item));
      for (const [no, entry] of entries) {
        const link = entry.firstElementChild;
        if (first?.dataset.no === no) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-10% 0px -70% 0px" },
  );
  for (const item of items) observer.observe(item);
}

form.classList.add("live");
startPrinting();
follow();
