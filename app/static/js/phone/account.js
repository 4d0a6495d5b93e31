// Who holds the telephone. What the server said last is kept, so that a person stays known without signal.
//
// account.me is null while nobody is signed in. When the session has ended, here or elsewhere, everything private is
// wiped from the telephone at once; drafts and reports that were not sent stay, sealed for their owner.
import { patience } from "../abort.js";
import { store } from "./db.js";

const ADDRESS = "/api/phone/me";
const PATIENCE_MS = 20_000;
const KEY = "me";
const PENDING = "sign-out";
const NOBODY = { account: null, csrf: "", clock_ms: 0, ledger_ms: 0, asked_at: 0 };

/** Asks this server for JSON. Throws when there is no answer, or one of somebody else (a portal's page). */
export async function ask(address, options = {}) {
  const response = await fetch(address, {
    credentials: "same-origin",
    cache: "no-store",
    redirect: "manual",
    signal: patience(options.patience ?? PATIENCE_MS),
    headers: { Accept: "application/json", ...options.headers },
  });
  if (response.status === 304) return { status: 304, headers: response.headers, body: null };
  const json = (response.headers.get("content-type") || "").includes("json");
  if (!json) throw new Error(`no answer of ours: ${response.status}`);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Reads and writes the store `kept`; without a database (blocked storage) values last as long as the page. */
const memory = new Map();
export const kept = {
  async get(key) {
    try {
      return await store.read(["kept"], ({ kept: stored }) => stored.get(key));
    } catch {
      return memory.get(key);
    }
  },
  async put(key, value) {
    memory.set(key, value);
    await write((stored) => stored.put(value, key));
  },
  async remove(key) {
    memory.delete(key);
    await write((stored) => stored.delete(key));
  },
};

async function write(work) {
  try {
    await store.write(["kept"], ({ kept: stored }) => work(stored));
  } catch {
    // it lasts as long as the page
  }
}

class Account extends EventTarget {
  /** Resolves when what was kept has been read. */
  ready;
  /** True once the server has said who it is, since the page was opened. */
  asked = false;
  #known = NOBODY;
  #asking = null;
  #wipers = [];
  /** Counts the beginnings and ends of signing out: what the server said in between is of no use. */
  #outs = 0;
  #others = "BroadcastChannel" in globalThis ? new BroadcastChannel("minsheng-account") : null;

  constructor() {
    super();
    this.ready = this.#read();
    if (this.#others) this.#others.onmessage = () => this.#read();
  }

  /** {id, name, display, role, may_inspect, towns, must_change}, or null. */
  get me() {
    return this.#known.account;
  }

  /** The ledger's clock in ms: the demonstration's stands on its day. */
  now() {
    return Date.now() + this.#known.ledger_ms;
  }

  /** How many ms the server's clock on the wall is ahead of this telephone's. */
  get clockOff() {
    return this.#known.clock_ms;
  }

  /** Ask the server who is signed in. Resolves to false when it gave no answer: then what was known stays. */
  refresh() {
    this.#asking ??= this.#refresh().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** The token that goes along with what is sent (`X-CSRF-Token`); "" when nobody is signed in. Rejects offline. */
  async csrf({ fresh = false } = {}) {
    await this.ready;
    if (fresh || !this.asked) {
      if (!(await this.refresh())) throw new TypeError("no answer from the server");
    }
    return this.#known.csrf;
  }

  /** `wiper(owner)` is called, and waited for, whenever private things must go: `owner` is the account's id. */
  onWipe(wiper) {
    this.#wipers.push(wiper);
  }

  /**
   * Sign out here and on the server. Without signal the server is told as soon as there is some; until then nobody is
   * signed in on this telephone. Resolves to whether the server knows.
   */
  async signOut() {
    const token = this.#known.csrf;
    this.#outs += 1;
    await kept.put(PENDING, true);
    await this.#become(NOBODY);
    return this.#tellSignOut(token);
  }

  async #read() {
    const known = (await kept.get(KEY)) ?? NOBODY;
    const changed = known.account?.id !== this.#known.account?.id;
    this.#known = known;
    if (changed) this.dispatchEvent(new Event("change"));
  }

  async #refresh() {
    await this.ready;
    try {
      const body = await this.#ask();
      if (!body) return false;
      await kept.remove(PENDING);
      await this.#become({
        account: body.account,
        csrf: body.csrf,
        clock_ms: Date.parse(body.server_now) - Date.now(),
        ledger_ms: Date.parse(body.now) - Date.now(),
        asked_at: Date.now(),
      });
      this.asked = true;
      return true;
    } catch {
      return false;
    }
  }

  /** The server's answer; null when it gave none, or could not be told of a sign-out that it has not heard of. */
  async #ask() {
    for (let n = 0; n < 3; n += 1) {
      const outs = this.#outs;
      const { status, body } = await ask(ADDRESS);
      if (status !== 200 || !("account" in body)) return null;
      if (outs !== this.#outs) continue; // somebody signed out meanwhile: this may be from before
      if (!body.account || !(await kept.get(PENDING))) return body;
      if (!(await this.#tellSignOut(body.csrf))) return null;
    }
    return null;
  }

  async #become(next) {
    const before = this.#known;
    const owner = before.account?.id ?? null;
    const changed = JSON.stringify(before.account) !== JSON.stringify(next.account);
    this.#known = next;
    await kept.put(KEY, next);
    if (owner !== null && owner !== next.account?.id) {
      this.asked = next !== NOBODY;
      for (const wiper of this.#wipers) await wiper(owner);
    }
    if (changed) {
      this.#others?.postMessage("changed");
      this.dispatchEvent(new Event("change"));
    }
  }

  async #tellSignOut(token) {
    try {
      const response = await fetch("/sign-out", {
        method: "POST",
        redirect: "manual",
        credentials: "same-origin",
        signal: patience(PATIENCE_MS),
        headers: { "X-CSRF-Token": token },
      });
      // a redirect is what the server answers; 401: the session was over already; anything else is somebody else's word
      const done = response.type === "opaqueredirect" || response.status === 401;
      if (done) {
        this.#outs += 1;
        await kept.remove(PENDING);
      }
      return done;
    } catch {
      return false;
    }
  }
}

export const account = new Account();
