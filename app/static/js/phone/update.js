// The service worker and its versions. A new one waits until the person says so, and never interrupts a draft or a
// report that is being sent.
import { lang } from "../boot.js";
import { outbox } from "./outbox.js";

const ADDRESS = "/sw.js";
const SCOPE = "/m";
const ASK_EVERY_MS = 30 * 60_000;
const SAY_AGAIN_MS = 2_000;
const WRITING = /^#(draft|check|mend)\b/;

class Update extends EventTarget {
  /** "insecure" | "unsupported" | "starting" | "ready" | "waiting" | "changed" | "failed". */
  state = "starting";
  /** The version that this page was opened with; null while no worker keeps it. */
  version = null;
  /** True between the person's word and the new version: reports are being sent first. */
  wanted = false;
  #registration = null;
  #askedAt = 0;

  /** Whether a new version may be offered now: not while somebody writes. */
  get offered() {
    return (this.state === "waiting" || this.state === "changed") && !WRITING.test(location.hash);
  }

  async start() {
    if (!globalThis.isSecureContext) return this.#become("insecure");
    if (!navigator.serviceWorker) return this.#become("unsupported");
    const workers = navigator.serviceWorker;
    let controlled = Boolean(workers.controller);
    workers.addEventListener("controllerchange", () => {
      if (this.wanted) location.reload();
      else if (controlled) this.#become("changed"); // another page has updated; this one goes on as it is
      controlled = true;
      this.#readVersion();
    });
    addEventListener("hashchange", () => this.#tell());
    addEventListener("popstate", () => this.#tell());
    try {
      this.#registration = await workers.register(ADDRESS, { scope: SCOPE, updateViaCache: "none" });
    } catch {
      // no signal: what is registered goes on working; the next start tries again
      this.#registration = await workers.getRegistration(SCOPE).catch(() => null);
      if (!this.#registration) return this.#become("failed");
    }
    this.#askedAt = Date.now();
    this.#registration.addEventListener("updatefound", () => this.#follow(this.#registration.installing));
    this.#follow(this.#registration.installing);
    if (this.#registration.waiting && workers.controller) this.#become("waiting");
    else if (this.#registration.active) this.#become("ready");
    await workers.ready;
    if (this.state === "starting") this.#become("ready");
    await this.#readVersion();
    this.#post({ type: "language", lang });
    this.#post({ type: "tidy" });
  }

  /** Look for a new version; seldom unless `now`. Resolves when the server has answered, or not. */
  async look({ now = false } = {}) {
    if (!this.#registration || (!now && Date.now() - this.#askedAt < ASK_EVERY_MS)) return;
    this.#askedAt = Date.now();
    await this.#registration.update().catch(() => {});
  }

  /** Update now, or as soon as nothing is being sent. The page is loaded anew; drafts and reports are on disk. */
  async apply() {
    if (this.wanted) return;
    this.wanted = true;
    this.#tell();
    await untilSent();
    if (this.state === "changed" || !this.#registration?.waiting) location.reload();
    else this.#takeOver();
  }

  /** Said again until it is done: the old worker may have been busy, and nobody tells when it is not any more. */
  #takeOver() {
    this.#registration.waiting?.postMessage({ type: "take-over" });
    setTimeout(() => this.#takeOver(), SAY_AGAIN_MS);
  }

  /** From now on the page is opened in this language, also without signal. */
  chooseLanguage(next) {
    return this.#post({ type: "language", lang: next });
  }

  #follow(worker) {
    worker?.addEventListener("statechange", () => {
      // the first one has nothing to replace
      if (worker.state === "installed" && navigator.serviceWorker.controller) this.#become("waiting");
    });
  }

  async #readVersion() {
    const said = await this.#post({ type: "version" });
    if (!said) return;
    this.version = said.opened ?? said.version;
    this.#tell();
  }

  /** Ask the worker; null when there is none or it says nothing. */
  #post(message) {
    const worker = navigator.serviceWorker?.controller ?? this.#registration?.active;
    if (!worker) return Promise.resolve(null);
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      setTimeout(() => resolve(null), 3000);
      worker.postMessage(message, [port2]);
    });
  }

  #become(state) {
    this.state = state;
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** Resolves when no report is just being sent, at the latest after a minute: it is sent on after the update anyway. */
async function untilSent() {
  const sending = async () => (await outbox.list().catch(() => [])).some(isSending);
  for (let n = 0; n < 120 && (await sending()); n += 1) await new Promise((resolve) => setTimeout(resolve, 500));
}

const isSending = ({ state, photos }) => state === "sending" || photos.some((photo) => photo.state === "sending");

export const update = new Update();
