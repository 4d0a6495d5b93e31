// The outbox on disk: every change is one transaction of its own, so that a page may die between any two lines.
import { store as usual } from "./db.js";

export class Shelf {
  #store;
  #now;
  #changed;

  /** `changed()` is called after every change. */
  constructor({ store = usual, now, changed }) {
    this.#store = store;
    this.#now = now;
    this.#changed = changed;
  }

  /** The telephone's clock as it is written down. */
  at() {
    return new Date(this.#now()).toISOString();
  }

  read(names, work) {
    return this.#store.read(names, work);
  }

  /** One transaction; see Store.write. */
  async write(names, work) {
    const result = await this.#store.write(names, work);
    this.#changed();
    return result;
  }

  all() {
    return this.#store.read(["outbox"], ({ outbox }) => outbox.getAll());
  }

  /** Change one entry. Resolves with it; null when it is gone or `work` said false. */
  update(id, work) {
    return this.write(["outbox"], async ({ outbox }) => {
      const entry = await outbox.get(id);
      if (!entry || work(entry) === false) return null;
      entry.changed_at = this.at();
      await outbox.put(entry);
      return entry;
    });
  }

  /** Change all entries that `which` picks. Resolves with all entries, as they are then. */
  async updateAll(which, work) {
    const before = await this.all();
    if (!before.some(which)) return before;
    return this.write(["outbox"], async ({ outbox }) => {
      const entries = await outbox.getAll();
      for (const entry of entries.filter(which)) {
        work(entry);
        await outbox.put(entry);
      }
      return entries;
    });
  }
}

/** As they were put; the telephone's clock may have been set back meanwhile, so it is not asked. */
export const byAge = (a, b) => a.order - b.order;

/** The number of the next entry. */
export async function nextOrder(outbox) {
  const all = await outbox.getAll();
  return 1 + Math.max(0, ...all.map((one) => one.order));
}

/** Whether a mending has to wait: for its check-in, or for one that was made before it. */
export function isBehind(entry, entries) {
  if (entry.kind !== "revision") return false;
  return entries.some((other) =>
    other.id === entry.inspection
      ? !other.receipt
      : other.inspection === entry.inspection && other.order < entry.order && other.state !== "refused",
  );
}

/** The mendings of a check-in that wait in the outbox, the oldest first. */
export async function revisionsOf(outbox, inspection) {
  const all = await outbox.getAll();
  return all.filter((one) => one.kind === "revision" && one.inspection === inspection).sort(byAge);
}

/** Keeps the `most` check-ins of an account that were sent last. */
export async function trim(sent, accountId, most) {
  const all = await sent.index("account").getAll(accountId);
  const old = all.sort((a, b) => (a.sent_at < b.sent_at ? 1 : -1)).slice(most);
  await Promise.all(old.map((one) => sent.delete(one.id)));
}
