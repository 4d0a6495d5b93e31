// One sender at a time over all pages of this telephone.
//
// Web Locks where there are any: the browser frees them when a page dies. Else, and against a page that holds the lock
// but was frozen by the system, a lease in IndexedDB that must be renewed. Should two senders meet all the same, nothing
// breaks: every step is one the server recognises when it comes twice.
import { uuid } from "./db.js";

export const LEASE_MS = 30_000;
const KEY = "outbox-turn";

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** `take(work)` runs `work` when this page has the turn. `locks`: navigator.locks or null. */
export class Turn {
  #store;
  #locks;
  #now;
  #lease;
  #me = uuid();

  constructor({ store, locks, now, lease = LEASE_MS }) {
    this.#store = store;
    this.#locks = locks;
    this.#now = now;
    this.#lease = lease;
  }

  /** Resolves to whether `work` was run; false when another page is sending and does not let go. */
  async take(work) {
    if (this.#locks) return this.#byLock(work);
    if (!(await this.#claim())) {
      await rest(this.#lease / 10);
      if (!(await this.#claim())) return false;
    }
    return this.#hold(work);
  }

  async #byLock(work) {
    const name = `${this.#store.name}:outbox`;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), this.#lease);
    try {
      return await this.#locks.request(name, { signal: patience.signal }, () => {
        clearTimeout(timer);
        return this.#hold(work);
      });
    } catch (error) {
      // another page took it from us, which it does only when we seemed dead: it sends now
      if (error?.name !== "AbortError" || !patience.signal.aborted) {
        if (error?.name === "AbortError") return false;
        throw error;
      }
      if (!(await this.#isStale())) return false;
      return this.#locks.request(name, { steal: true }, () => this.#hold(work));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs `work` and renews the lease beside it. */
  async #hold(work) {
    await this.#renew();
    const timer = setInterval(() => this.#renew().catch(() => {}), this.#lease / 3);
    try {
      await work();
      return true;
    } finally {
      clearInterval(timer);
      await this.#release().catch(() => {});
    }
  }

  #isFree(turn) {
    if (!turn || turn.owner === this.#me) return true;
    const left = turn.until - this.#now();
    // further ahead than a lease lasts: the telephone's clock was set back
    return left <= 0 || left > this.#lease;
  }

  #claim() {
    return this.#store.write(
      ["kept"],
      async ({ kept }) => {
        if (!this.#isFree(await kept.get(KEY))) return false;
        await kept.put({ owner: this.#me, until: this.#now() + this.#lease }, KEY);
        return true;
      },
      "relaxed",
    );
  }

  #isStale() {
    return this.#store.read(["kept"], async ({ kept }) => this.#isFree(await kept.get(KEY)));
  }

  #renew() {
    return this.#store.write(
      ["kept"],
      ({ kept }) => kept.put({ owner: this.#me, until: this.#now() + this.#lease }, KEY),
      "relaxed",
    );
  }

  #release() {
    return this.#store.write(
      ["kept"],
      async ({ kept }) => {
        if ((await kept.get(KEY))?.owner === this.#me) await kept.delete(KEY);
      },
      "relaxed",
    );
  }
}
