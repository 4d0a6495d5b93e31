// Scanning a label's QR code: the camera, a photo of the code, or the code typed.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { faultLine } from "./fault.js";
import { read, siteIn } from "./scancode.js";

const LONGEST_PX = 960; // of a camera's frame that is read; more only costs time
const PHOTO_PX = [1600, 2600, 900]; // of a photo, in the order they are tried
const EVERY_MS = 120;

/** A canvas with a picture on it, no side longer than so many pixels. */
function drawn(canvas, image, width, height, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function readPhoto(file) {
  const image = await createImageBitmap(file);
  try {
    const canvas = document.createElement("canvas");
    for (const longest of PHOTO_PX) {
      const text = await read(drawn(canvas, image, image.width, image.height, longest), { patient: true });
      if (text) return text;
    }
    return null;
  } finally {
    image.close();
  }
}

/** Ask for the camera; "" when it is there, else why not. */
async function openCamera(video) {
  if (!window.isSecureContext) return { why: "insecure" };
  if (!navigator.mediaDevices?.getUserMedia) return { why: "none" };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } } });
    video.srcObject = stream;
    await video.play();
    return { stream };
  } catch (error) {
    const why = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none" }[error.name] ?? "busy";
    return { why };
  }
}

/** Let the person scan; `known(code)` says which sites are ours. Resolves to a code, or null when they gave up. */
export function scanSite(known) {
  return new Promise((resolve) => {
    const video = el("video", { class: "c-scan-video", muted: true, playsinline: true, "aria-label": t("phone.check.scan.view") });
    const frame = el("div", { class: "c-scan-frame" }, video, el("span", { class: "c-scan-corners", "aria-hidden": "true" }));
    const told = el("p", { class: "c-scan-told", role: "status" });
    const wrong = faultLine("scan-wrong");
    const typed = el("input", { class: "c-input", id: "scan-code", autocomplete: "off", autocapitalize: "off", spellcheck: "false", inputmode: "text", placeholder: "20-1-01", "aria-describedby": "scan-wrong", enterkeyhint: "go" });
    const photo = el("input", { class: "hidden-text", type: "file", accept: "image/\u002a", id: "scan-photo" });
    const form = el(
      "form",
      { class: "c-scan-type", novalidate: true },
      el("label", { class: "c-label", for: "scan-code" }, t("phone.check.scan.type")),
      el("div", { class: "c-row" }, typed, el("button", { class: "m-button", type: "submit" }, t("phone.check.scan.open"))),
      wrong.line,
    );
    const dialog = el(
      "dialog",
      { class: "c-scan", "aria-labelledby": "scan-title" },
      el("div", { class: "c-scan-head" }, el("h2", { id: "scan-title" }, t("phone.check.scan.title")), el("button", { class: "c-icon-button", type: "button", "aria-label": t("phone.check.scan.close"), on: { click: () => dialog.close() } }, icon("close"))),
      frame,
      told,
      el("label", { class: "m-button c-file" }, icon("picture"), t("phone.check.scan.photo"), photo),
      form,
    );
    let stream = null;
    let timer = null;
    let answer = null;

    /** Our own code ends it; anything else is shown as text and goes nowhere. */
    function judge(text) {
      const found = siteIn(text, known);
      if (found.code) {
        answer = found.code;
        navigator.vibrate?.(60);
        dialog.close();
      } else {
        told.textContent = t("phone.check.scan.foreign", { text: found.foreign });
      }
      return found;
    }

    const canvas = document.createElement("canvas");
    async function look() {
      timer = null;
      if (!dialog.open) return;
      if (!document.hidden && video.readyState >= 2 && video.videoWidth) {
        const text = await read(drawn(canvas, video, video.videoWidth, video.videoHeight, LONGEST_PX)).catch(() => null);
        if (dialog.open && text && judge(text).code) return;
      }
      if (dialog.open) timer = setTimeout(look, EVERY_MS);
    }

    photo.addEventListener("change", async () => {
      const [file] = photo.files;
      photo.value = "";
      if (!file) return;
      told.textContent = t("phone.check.scan.reading");
      const text = await readPhoto(file).catch(() => null);
      if (!dialog.open) return;
      if (text) judge(text);
      else told.textContent = t("phone.check.scan.no_code");
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const found = siteIn(typed.value, known);
      wrong.say(found.code ? "" : t(typed.value.trim() ? "phone.check.scan.unknown" : "phone.check.scan.empty", { text: typed.value.trim() }), typed);
      if (found.code) judge(typed.value);
      else typed.focus();
    });
    dialog.addEventListener("close", () => {
      clearTimeout(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
      dialog.remove();
      resolve(answer);
    });

    document.body.append(dialog);
    dialog.showModal();
    told.textContent = t("phone.check.scan.starting");
    openCamera(video).then((opened) => {
      if (!dialog.open) return opened.stream?.getTracks().forEach((track) => track.stop());
      if (opened.why) {
        frame.hidden = true;
        told.textContent = t(`phone.check.scan.${opened.why}`);
        return;
      }
      stream = opened.stream;
      told.textContent = t("phone.check.scan.aim");
      look();
    });
  });
}
