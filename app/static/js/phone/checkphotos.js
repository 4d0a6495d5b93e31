// Photos of a check-in: taken or chosen, made smaller one after the other, on disk before they show as added.
import { boot, t } from "../boot.js";
import { el, icon } from "../dom.js";
import { ask } from "./ask.js";
import * as drafts from "./drafts.js";
import { faultLine } from "./fault.js";
import { ahead, load } from "./load.js";
import { position } from "./position.js";
import { clock, size } from "./times.js";

/** A chosen picture that is older than this was not taken on this visit: the telephone's position is not its own. */
const VISIT_MS = 10 * 60_000;

/** When a photo was taken: by its own clock if it has one, else when it was added. */
const takenAt = (photo) => {
  const own = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d:\d\d)/.exec(photo.exif?.taken_at ?? "");
  return own ? `${own[1]}-${own[2]}-${own[3]}T${own[4]}` : photo.device_at;
};

const hasPlace = (photo) => Boolean(photo.position || (photo.exif && photo.exif.lon !== null && photo.exif.lon !== undefined));

const photos = () => import("./photos.js");

export function photosPart(hand) {
  const { draft } = hand;
  const most = drafts.MOST_PHOTOS;
  const heading = el("h2", { id: "photos-title" });
  const told = el("p", { class: "c-sub", role: "status" });
  const wrong = faultLine("photos-wrong");
  const list = el("ul", { class: "c-photos" });
  const waiting = el("ul", { class: "c-photos-waiting" });
  const pick = (name, symbol, more) => {
    const input = el("input", { class: "hidden-text", type: "file", accept: "image/\u002a", id: `photo-${name}`, "aria-describedby": "photos-wrong", ...more });
    input.addEventListener("change", () => {
      add([...input.files], name === "camera");
      input.value = "";
    });
    return { input, label: el("label", { class: "m-button c-file" }, icon(symbol), t(`phone.check.photo.${name}`), input) };
  };
  const camera = pick("camera", "camera", { capture: "environment" });
  const gallery = pick("gallery", "picture", { multiple: true });
  const part = el(
    "section",
    { class: "c-part", "aria-labelledby": "photos-title" },
    heading,
    el("div", { class: "c-row" }, camera.label, gallery.label),
    wrong.line,
    told,
    waiting,
    list,
  );
  const shown = new Map(); // photo id → {tile, address}
  let busy = 0;
  let queue = Promise.resolve();
  let stopped = false;

  function add(files, fresh) {
    const left = Math.max(0, most - draft.photos.length - busy);
    wrong.say(files.length > left ? t("phone.check.photo.most", { n: most, left }) : "");
    // the camera's picture belongs to where the telephone is now, not to where it is when its turn comes
    const here = position.device;
    for (const file of files.slice(0, left)) {
      const own = fresh || Math.abs(Date.now() - file.lastModified) < VISIT_MS;
      busy += 1;
      const line = el("li", { class: "c-photo-waiting" }, el("span", { class: "c-working", "aria-hidden": "true" }), el("span", {}, t("phone.check.photo.working", { name: file.name, size: size(file.size) })));
      waiting.append(line);
      queue = queue.then(() => work(file, own ? here : null, line));
    }
    count();
  }

  async function work(file, here, line) {
    try {
      const { prepare } = await load(photos);
      const prepared = await prepare(file, { position: here, longest: boot.phone.longest_px });
      await hand.addPhoto(prepared);
      line.remove();
    } catch (error) {
      line.className = "c-photo-refused";
      line.setAttribute("role", "alert");
      const away = el("button", { class: "c-icon-button", type: "button", "aria-label": t("phone.check.photo.dismiss"), on: { click: () => line.remove() } }, icon("close"));
      line.replaceChildren(icon("warning"), el("span", {}, t("phone.check.photo.refused", { name: file.name, why: error.message })), away);
    } finally {
      busy -= 1;
      if (!stopped) follow();
    }
  }

  async function tile(photo) {
    const image = el("img", { alt: "", width: 104, height: 104, decoding: "async" });
    const place = hasPlace(photo);
    const own = el(
      "li",
      { class: "c-photo" },
      image,
      el(
        "span",
        { class: "c-photo-words" },
        el("span", {}, clock(takenAt(photo))),
        el("span", { class: `c-photo-place${place ? "" : " none"}` }, icon(place ? "here" : "nowhere"), t(place ? "phone.check.photo.place" : "phone.check.photo.no_place")),
      ),
      el("button", { class: "c-photo-remove", type: "button", on: { click: () => remove(photo) } }, icon("close")),
    );
    const blank = el("span", { class: "hidden-text" });
    const number = (n) => {
      image.alt = blank.textContent = t("phone.check.photo.alt", { n, at: clock(takenAt(photo)) });
      own.querySelector("button").setAttribute("aria-label", t("phone.check.photo.remove", { n }));
    };
    const entry = { tile: own, address: null, number };
    shown.set(photo.id, entry);
    const small = await drafts.small(photo.id).catch(() => null);
    if (small && !stopped && shown.has(photo.id)) image.src = entry.address = URL.createObjectURL(small);
    else if (!small) image.replaceWith(el("span", { class: "c-photo-blank" }, icon("picture"), blank));
  }

  async function remove(photo) {
    const n = draft.photos.findIndex((one) => one.id === photo.id) + 1;
    if (!(await ask({ title: t("phone.check.photo.remove_title", { n }), text: t("phone.check.photo.remove_text"), yes: t("phone.check.photo.remove_yes") }))) return;
    await hand.removePhoto(photo.id);
    camera.input.focus();
  }

  function drop(id) {
    const { tile: own, address } = shown.get(id);
    shown.delete(id);
    own.remove();
    if (address) URL.revokeObjectURL(address);
  }

  function count() {
    const full = draft.photos.length + busy >= most;
    heading.textContent = t("phone.check.photo.title", { n: draft.photos.length, most });
    for (const { input, label } of [camera, gallery]) {
      input.disabled = full;
      label.classList.toggle("off", full);
    }
    told.textContent = busy ? t("phone.check.photo.busy", { n: busy }) : "";
  }

  function follow() {
    const ids = new Set(draft.photos.map((photo) => photo.id));
    for (const id of [...shown.keys()]) if (!ids.has(id)) drop(id);
    draft.photos.forEach((photo, i) => {
      if (!shown.has(photo.id)) {
        tile(photo);
        list.append(shown.get(photo.id).tile);
      }
      shown.get(photo.id).number(i + 1);
    });
    count();
    if (!busy && wrong.line.dataset.busy) wrong.say("");
  }

  return {
    part,
    wrong,
    follow,
    focus: () => (camera.input.disabled ? list.querySelector("button") : camera.input)?.focus(),
    /** Photos that are being made ready are waited for: what was added goes along. */
    missing() {
      if (busy) {
        wrong.say(t("phone.check.photo.wait", { n: busy }));
        wrong.line.dataset.busy = "yes";
      }
      return busy > 0;
    },
    start: () => ahead(photos),
    stop() {
      stopped = true;
      for (const id of [...shown.keys()]) drop(id);
    },
  };
}
