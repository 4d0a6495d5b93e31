// The draft in hand: every change is on disk within half a second, and at once when the page may go away.
import * as drafts from "./drafts.js";

const SOON_MS = 400;

/** A draft while it is worked on. Events: "change" (of the draft), "saved" (`saved_at`, or `trouble`). */
export class Hand extends EventTarget {
  #timer = null;
  #writing = Promise.resolve();

  constructor(draft, { kept = false } = {}) {
    super();
    this.draft = draft;
    this.kept = kept; // whether it is on disk at all: looking at a form leaves no draft behind
    this.dirty = false;
    this.closed = false;
    this.saved_at = null;
    this.trouble = null;
  }

  /** Put members into the draft. `quiet`: not worth a draft by itself, as a position that came by. */
  change(part, { quiet = false } = {}) {
    if (this.closed) return;
    Object.assign(this.draft, part);
    if (!quiet || this.kept) {
      this.dirty = true;
      this.#timer ??= setTimeout(() => this.flush(), SOON_MS);
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Write what is not written. Resolves to whether the disk has it. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Photos need the draft on disk. Rejects when they cannot be kept. */
  async addPhoto(prepared) {
    this.dirty = true;
    if (!(await this.flush())) throw this.trouble;
    this.#photos(await drafts.addPhoto(this.draft.id, prepared));
  }

  async removePhoto(id) {
    await this.flush();
    this.#photos(await drafts.removePhoto(this.draft.id, id));
  }

  /** No more writing: it was filed, or thrown away. */
  close() {
    this.closed = true;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #photos({ photos }) {
    this.draft.photos = photos;
    this.kept = true;
    this.dispatchEvent(new Event("change"));
  }

  async #write() {
    if (!this.dirty || this.closed) return !this.trouble;
    this.dirty = false;
    try {
      const kept = await drafts.save(structuredClone(this.draft));
      if (!kept) this.closed = true; // filed or thrown away on another page
      this.kept = true;
      this.trouble = null;
      this.saved_at = new Date();
    } catch (error) {
      this.dirty = true;
      this.trouble = error;
    }
    this.dispatchEvent(new Event("saved"));
    return !this.trouble;
  }
}

let current = null;

/** The one on the screen; null: none. What was there before is written out. */
export function take(hand) {
  current?.flush();
  current = hand;
}

// The last moments a page is told of. The write is begun here; IndexedDB ends it even when the page is gone.
addEventListener("pagehide", () => current?.flush());
document.addEventListener("visibilitychange", () => document.hidden && current?.flush());
