// The report form with scripts: sums while typing, sections measured and drawn, photos shown before they are sent, one
// save however often the button is pressed. Without scripts the form saves just the same.
import { getJson } from "./api.js";
import { boot, t } from "./boot.js";
import { el } from "./dom.js";
import { number } from "./format.js";

const WAIT_MS = 300;
const form = document.getElementById("report-form");

/** A number as people type it, also with full-width digits; null when it is none. */
function read(text) {
  const plain = text.normalize("NFKC").replaceAll(",", "").replace(/%$/, "").trim();
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}

/** Quantities per town add up to the total, which is then not typed. */
function startSums() {
  for (const row of form.querySelectorAll("[data-towns]")) {
    const total = row.querySelector("[data-total]");
    const towns = [...row.querySelectorAll("[data-town]")];
    const typed = total.value;
    const sum = () => {
      const some = towns.some((input) => input.value.trim());
      total.readOnly = some;
      if (!some) return;
      const values = towns.map((input) => (input.value.trim() ? read(input.value) : 0));
      total.value = values.includes(null) ? typed : String(Math.round(values.reduce((a, b) => a + b, 0) * 1000) / 1000);
      total.dispatchEvent(new Event("change", { bubbles: true }));
    };
    for (const input of towns) input.addEventListener("input", sum);
    if (towns.some((input) => input.value.trim())) total.readOnly = true;
  }
}

/** Typing a percentage chooses "under way" for a milestone. */
function startMilestones() {
  for (const input of form.querySelectorAll("[data-part]")) {
    input.addEventListener("input", () => {
      document.getElementById(input.dataset.part).checked = true;
    });
  }
}

/** The figures of the week before, put into the fields that are there. */
function startSame() {
  const link = document.getElementById("same");
  link?.addEventListener("click", (event) => {
    event.preventDefault(); // without scripts the server fills them in
    for (const [name, value] of Object.entries(JSON.parse(link.dataset.values))) {
      const field = form.elements[name];
      if (field) field.value = value;
    }
    for (const part of form.querySelectorAll("[data-part]")) {
      if (!document.getElementById(part.dataset.part).checked) part.value = "";
    }
    form.querySelector("[data-town]")?.dispatchEvent(new Event("input"));
  });
}

/** What depends on a box that is ticked. */
function startFolds() {
  for (const box of form.querySelectorAll("input[data-opens]")) {
    const part = document.getElementById(box.dataset.opens);
    const follow = () => (part.hidden = !box.checked);
    box.addEventListener("change", () => {
      follow();
      if (box.checked) part.querySelector("input, textarea, select")?.focus();
    });
    follow();
  }
}

/** Sections: measured by the server while typing, drawn on the map, picked on it, taken over from an inspection. */
async function startSections() {
  const field = document.getElementById("sections");
  if (!field) return;
  const told = document.getElementById("sections-told");
  const wrong = document.getElementById("sections-wrong");
  const panel = document.getElementById("picker");
  const undo = document.getElementById("picker-undo");
  let picker = null;
  let timer = 0;
  let newest = 0;

  async function measure() {
    const mine = ++newest;
    const text = field.value.replace(/\s*\n\s*/g, "; ");
    try {
      const found = await getJson(`${boot.picker.built}?sections=${encodeURIComponent(text)}`);
      if (mine !== newest) return;
      told.textContent = text.trim()
        ? t("told", { built: number(found.built_m, 1), whole: number(found.length_m, 1), percent: number(found.percent, 1), merged: found.text })
        : t("told_none");
      wrong.textContent = "";
      field.removeAttribute("aria-invalid");
      picker?.show(found.sections);
    } catch (error) {
      if (mine !== newest) return;
      told.textContent = "";
      wrong.textContent = error.message;
      field.setAttribute("aria-invalid", "true");
    }
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(measure, WAIT_MS);
  }

  function put(text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const added = [];
  field.addEventListener("input", soon);
  document.getElementById("take-over")?.addEventListener("click", (event) => {
    event.preventDefault(); // without scripts the button sends the form, and the server fills the field in
    added.push(field.value);
    put(event.currentTarget.dataset.sections);
  });
  if (window.L) {
    panel.hidden = false;
    const { sectionPicker } = await import("./sectionpick.js"); // only forms of lines have Leaflet
    picker = sectionPicker(document.getElementById("picker-map"), document.getElementById("picker-status"), boot.picker, (from, to) => {
      added.push(field.value);
      put([field.value.trim().replace(/[;；]$/, ""), `${from}-${to}`].filter(Boolean).join("; "));
    });
    undo.addEventListener("click", () => {
      if (!picker.undo() && added.length) put(added.pop());
    });
  }
  measure();
}

/** The photos chosen, small, with what is plainly too large said before it is sent. */
function startPhotos() {
  const input = document.getElementById("photos");
  const list = document.getElementById("photos-chosen");
  if (!input) return;
  let addresses = [];
  input.addEventListener("change", () => {
    addresses.forEach((address) => URL.revokeObjectURL(address));
    addresses = [];
    const files = [...input.files];
    const limits = boot.photos;
    const heavy = files.filter((file) => file.size > limits.bytes).map((file) => file.name);
    const problem = heavy.length
      ? t("photos_heavy", { names: heavy.join("、") })
      : files.length > limits.left
        ? t("photos_many", { n: files.length, left: limits.left })
        : "";
    input.setCustomValidity(problem);
    list.replaceChildren(
      ...files.map((file) => {
        const address = URL.createObjectURL(file);
        addresses.push(address);
        const picture = el("img", { src: address, alt: file.name, width: 96, height: 72 });
        picture.addEventListener("error", () => picture.remove()); // HEIC: taken by the server, not shown by every browser
        return el("li", {}, picture, el("span", {}, file.name));
      }),
      ...(problem ? [el("li", { class: "fault", role: "alert" }, problem)] : []),
    );
  });
}

/** One save, however often it is asked for: the server knows the form by its number, this spares it the work. */
function startSaving() {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    form.classList.add("sending");
    document.getElementById("sending").textContent = t("sending");
  });
  // Back from another page: the form lives on and may be sent again.
  addEventListener("pageshow", () => {
    sent = false;
    form.classList.remove("sending");
    document.getElementById("sending").textContent = "";
  });
}

if (form) {
  startSums();
  startMilestones();
  startSame();
  startFolds();
  startSections();
  startPhotos();
  startSaving();
}
