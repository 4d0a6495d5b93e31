// The zone as the telephone took it along: sites, towns, roads, subjects. It says how old it is.
import { account, ask, kept } from "./account.js";

const ADDRESS = "/api/phone/data";
const KEY = "zone";
const PATIENCE_MS = 120_000;
const PRIVATE = ["units", "latest_sections", "may_inspect"];

class Zone extends EventTarget {
  /** Resolves when what was kept has been read; the server is not waited for. */
  ready;
  /** The document of /api/phone/data, null when nothing was taken along yet. */
  data = null;
  /** Why the last refresh failed: "offline" | "server" | "sign_in"; null when it did not. */
  trouble = null;
  refreshing = false;
  #sites = new Map();
  #etag = null;
  #checkedAt = null;
  #asking = null;

  constructor() {
    super();
    this.ready = this.#read();
    account.onWipe(() => this.forgetPrivate());
  }

  /** Milliseconds since the server last said that this is how things stand; null without data. */
  age() {
    // a clock that was set back must not make the data younger than new
    return this.data && this.#checkedAt !== null ? Math.max(0, Date.now() - this.#checkedAt) : null;
  }

  /** The Feature of a site. */
  site(code) {
    return this.#sites.get(code) ?? null;
  }

  /** A subject with its units spelt out: [{code, name, name_en}]; null when there is none. */
  subject(code) {
    const found = this.data && Object.prototype.hasOwnProperty.call(this.data.subjects, code) ? this.data.subjects[code] : null;
    if (!found) return null;
    const units = (found.units ?? []).map((unit) => ({ code: unit, name: unit, ...this.data.units[unit] }));
    return { code, may_inspect: false, latest_sections: null, ...found, units };
  }

  /** Ask for what has changed. Resolves to whether the server gave an answer of its own. */
  refresh() {
    this.#asking ??= this.#refresh().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** Drop what was only for who was signed in. */
  async forgetPrivate() {
    await this.ready;
    if (!this.data) return;
    this.#take(withoutPrivate(this.data), null, this.#checkedAt);
    await this.#keep();
    this.#tell();
  }

  /** Drop everything: it is fetched again when there is signal. */
  async clear() {
    await this.ready;
    this.#take(null, null, null);
    await kept.remove(KEY);
    this.#tell();
  }

  async #read() {
    await account.ready;
    const found = await kept.get(KEY);
    if (!found?.data) return;
    this.#take(found.data, found.etag, found.checked_at);
    // of somebody else, left by a page that was killed before it could wipe it; or the data of nobody, to be renewed
    if (!this.#isOurs(found.data)) this.#take(withoutPrivate(found.data), null, found.checked_at);
    this.#tell();
  }

  async #refresh() {
    await this.ready;
    this.refreshing = true;
    this.#tell("state");
    try {
      const headers = this.#etag ? { "If-None-Match": this.#etag } : {};
      const { status, headers: said, body } = await ask(ADDRESS, { headers, patience: PATIENCE_MS });
      if (status === 200 && Array.isArray(body.sites) && body.subjects) {
        if (!this.#isOurs(body)) {
          // the list need not wait for the server to say again who this is
          this.#take(withoutPrivate(body), null, Date.now());
          this.#tell();
          await account.refresh();
        }
        if (this.#isOurs(body)) this.#take(body, said.get("etag"), Date.now());
        this.#tell(); // shown first and kept then: copying a thousand sites takes its time
        await new Promise((resolve) => setTimeout(resolve, 50));
        await this.#keep();
      } else if (status === 304 && this.data) {
        this.#checkedAt = Date.now();
        await this.#keep();
      } else {
        this.trouble = status === 401 ? "sign_in" : "server";
        return false;
      }
      this.trouble = null;
      return true;
    } catch {
      this.trouble = "offline";
      return false;
    } finally {
      this.refreshing = false;
      this.#tell();
    }
  }

  /** Whether the document was made for who is signed in here. */
  #isOurs(body) {
    return (body.account ?? null) === (account.me?.id ?? null);
  }

  #take(data, etag, checkedAt) {
    this.data = data;
    this.#etag = etag;
    this.#checkedAt = checkedAt;
    this.#sites = new Map((data?.sites ?? []).map((site) => [site.id, site]));
  }

  #keep() {
    return kept.put(KEY, { data: this.data, etag: this.#etag, checked_at: this.#checkedAt });
  }

  #tell(name = "change") {
    this.dispatchEvent(new Event(name));
  }
}

/** The document as somebody gets it who is not signed in. */
function withoutPrivate(data) {
  const bare = (subject) => Object.fromEntries(Object.entries(subject).filter(([name]) => !PRIVATE.includes(name)));
  const subjects = Object.entries(data.subjects).map(([code, subject]) => [code, bare(subject)]);
  return { ...data, account: null, subjects: Object.fromEntries(subjects) };
}

export const zone = new Zone();
