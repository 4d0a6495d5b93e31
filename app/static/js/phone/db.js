// What the telephone keeps, in IndexedDB: drafts, the outbox, photos, what was sent, and what others keep.
//
// A promise of these functions resolves when the disk has it, not when the browser has heard of it ("strict"). The
// system may close the connection at any time (iOS does so to pages in the background); it is then opened again.
import { openDB } from "../../vendor/idb/build/index.js";
import { Told } from "./words.js";

export const NAME = "minsheng-phone";

// One function for each version: never changed once published, and none may drop drafts, outbox or blobs.
const UPGRADES = [
  (database) => {
    database.createObjectStore("kept"); // key: any name; the zone's data, who is signed in, settings
    database.createObjectStore("drafts", { keyPath: "id" });
    database.createObjectStore("outbox", { keyPath: "id" }).createIndex("account", "account.id");
    database.createObjectStore("blobs", { keyPath: "id" }).createIndex("owner", "owner");
    database.createObjectStore("sent", { keyPath: "id" }).createIndex("account", "account.id");
  },
];
export const VERSION = UPGRADES.length;

const FULL = "QuotaExceededError";
// What browsers say when the connection is gone; Safari: UnknownError, "Connection to Indexed Database server lost".
const GONE = new Set(["InvalidStateError", "UnknownError", "AbortError"]);

/** What went wrong, as something a person can act on; the cause is kept. */
function told(error) {
  if (error instanceof Told) return error;
  const code = { [FULL]: "full", VersionError: "newer", SecurityError: "no_storage" }[error?.name];
  return code ? new Told(code, {}, { cause: error }) : error;
}

/** One database, opened when first needed. Events: "blocked", "outdated" (another page wants to upgrade), "lost". */
export class Store extends EventTarget {
  #name;
  #opening = null;
  #current = null;

  constructor(name = NAME) {
    super();
    this.#name = name;
  }

  get name() {
    return this.#name;
  }

  /** The open database (an idb IDBPDatabase). Rejects with a `Told` when the browser keeps nothing. */
  open() {
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = null;
      throw told(error);
    });
    return this.#opening;
  }

  /** Close the connection; the next use opens it again. */
  async close() {
    const opening = this.#opening;
    this.#opening = this.#current = null;
    (await opening?.catch(() => null))?.close();
  }

  /**
   * One transaction: `work(stores, tx)` gets the object stores by name and must await nothing but them. Resolves with
   * its result once everything is on disk (`durability` "relaxed": once the system has it); when anything fails,
   * nothing has changed. Work may be run twice, when the connection was lost.
   */
  async write(names, work, durability = "strict") {
    return this.#transact(names, "readwrite", work, { durability });
  }

  /** The same for reading. */
  async read(names, work) {
    return this.#transact(names, "readonly", work);
  }

  async #transact(names, mode, work, options) {
    for (let again = false; ; again = true) {
      const database = await this.open();
      try {
        return await transact(database, names, mode, work, options);
      } catch (error) {
        if (again || !GONE.has(error?.name)) throw told(error);
        // gone or going: whatever it was, a new connection either works or says why not
        this.#forget(database);
        database.close();
      }
    }
  }

  #forget(database) {
    if (this.#current === database) this.#opening = this.#current = null;
    this.dispatchEvent(new Event("lost"));
  }

  async #open() {
    if (!globalThis.indexedDB) throw new Told("no_storage");
    const database = await openDB(this.#name, VERSION, {
      upgrade: (fresh, from, to, tx) => {
        for (let version = from; version < to; version += 1) UPGRADES[version](fresh, tx);
      },
      // another page holds an older version open: it is asked to let go (`blocking` there) and we wait for it
      blocked: () => this.dispatchEvent(new Event("blocked")),
      // a newer page waits for us: we let go, since its person is the one who is working now
      blocking: () => {
        this.#opening = this.#current = null;
        database.close();
        this.dispatchEvent(new Event("outdated"));
      },
      terminated: () => this.#forget(database),
    });
    this.#current = database;
    return database;
  }
}

async function transact(database, names, mode, work, options) {
  const tx = database.transaction(names, mode, options);
  const stores = Object.fromEntries([...tx.objectStoreNames].map((name) => [name, tx.objectStore(name)]));
  const done = tx.done;
  done.catch(() => {}); // told below; not twice
  let result;
  try {
    result = await work(stores, tx);
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // it has ended already
    }
    // a request that failed for want of space is told by the transaction, not by the request
    const why = await done.then(
      () => null,
      (reason) => reason,
    );
    throw why?.name === FULL ? why : error;
  }
  await done;
  return result;
}

export const store = new Store();

/** The open database. */
export const db = () => store.open();

/** A new id for a check-in, a mending or a photo. */
export const uuid = () => crypto.randomUUID?.() ?? fallbackUuid();

// randomUUID needs a secure context and a browser of 2022; getRandomValues does not
function fallbackUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
