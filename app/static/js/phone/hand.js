// The draft in hand: every change is on disk within half a second, and at once when the page may go away.
import * as drafts from "./drafts.js";
import { persistOnce } from "./storage.js";

const SOON_MS = 400;
const RESCUE = "m-draft:"; // + id, in localStorage: the one store that is written before a page is gone

/** Hands with something that the disk does not have: not written yet, or still being written. */
const unwritten = new Set();

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
      this.#soil();
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

  /** The page may be gone in a moment, and the database too slow for it; a write that has begun may be undone. */
  rescue() {
    try {
      localStorage.setItem(RESCUE + this.draft.id, JSON.stringify({ ...this.draft, changed_at: new Date().toISOString() }));
    } catch {
      // blocked or full: then what counts is the database
    }
    this.flush();
  }

  /** Photos need the draft on disk. Rejects when they cannot be kept. */
  async addPhoto(prepared) {
    this.#soil();
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
    unwritten.delete(this);
    forget(this.draft.id);
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #soil() {
    this.dirty = true;
    if (!this.closed) unwritten.add(this);
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
      const kept = await drafts.save(JSON.parse(JSON.stringify(this.draft))); // a copy, as `rescue` writes it
      if (!kept) this.closed = true; // filed or thrown away on another page
      if (!this.kept) persistOnce(); // from now on there is something to lose
      this.kept = true;
      this.trouble = null;
      this.saved_at = new Date();
      if (!this.dirty || this.closed) {
        unwritten.delete(this);
        forget(this.draft.id);
      }
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

function forget(id) {
  try {
    localStorage.removeItem(RESCUE + id);
  } catch {
    // blocked: there is nothing
  }
}

/** Put the last half second of drafts whose page went away into the database. */
async function readRescued() {
  let keys = [];
  try {
    keys = Object.keys(localStorage).filter((key) => key.startsWith(RESCUE));
  } catch {
    return; // blocked
  }
  for (const key of keys) {
    const draft = JSON.parse(localStorage.getItem(key));
    const kept = await drafts.get(draft.id);
    // a draft that is not there was never written, or was filed or thrown away: then `save` says so and keeps nothing
    if (!kept || kept.changed_at < draft.changed_at) await drafts.save(draft);
    localStorage.removeItem(key);
  }
}

let rescued = null;
/** Resolves when nothing waits to be rescued. */
export const ready = () => (rescued ??= readRescued().catch((error) => console.warn("drafts", error)));

// the last moments that a page is told of
const rescueAll = () => unwritten.forEach((hand) => hand.rescue());
addEventListener("pagehide", rescueAll);
document.addEventListener("visibilitychange", () => document.hidden && rescueAll());
