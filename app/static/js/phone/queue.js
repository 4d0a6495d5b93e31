// The outbox: what was filed is on disk before anybody is told so, and leaves the disk when the server has said that it
// has it, all of it. In between anything may be killed, cut, doubled or delayed.
import { store as usual } from "./db.js";
import * as make from "./entries.js";
import { BACK_OFF, Rounds } from "./rounds.js";
import { Parts } from "./sender.js";
import { Shelf, byAge, nextOrder, revisionsOf } from "./shelf.js";
import { LEASE_MS, Turn } from "./turn.js";
import { Told } from "./words.js";

const SYNC = "outbox";

/**
 * Everything it touches can be handed in. `identity({fresh})` → {account: {id}|null, csrf}, rejecting without an answer;
 * `now()` the telephone's clock in ms; `locks` navigator.locks or null. Event "change": something in it is different.
 */
export class Outbox extends EventTarget {
  /** Why the last round ended early: "offline" | "portal" | "server" | "busy" | "sign_in" | "storage"; else null. */
  trouble = null;
  #shelf;
  #rounds;
  #turn;
  #again = null;
  #running = null;
  #timer = null;
  #stopped = false;
  /** Not sooner than this by the clock, in ms; and when another page sends or the disk failed. */
  #soon;
  #later;
  #pages;

  constructor({
    store = usual,
    fetch = (...all) => globalThis.fetch(...all),
    now = () => Date.now(),
    locks = globalThis.navigator?.locks ?? null,
    identity,
    lang,
    back = BACK_OFF,
    parts,
    patience,
    lease = LEASE_MS,
  }) {
    super();
    this.#pages = "BroadcastChannel" in globalThis ? new BroadcastChannel(`${store.name}:outbox`) : null;
    if (this.#pages) this.#pages.onmessage = () => this.#tell();
    this.#shelf = new Shelf({ store, now, changed: () => this.#changed() });
    this.#soon = back.first / 10;
    this.#later = lease / 3;
    this.#turn = new Turn({ store, locks, now, lease });
    this.#rounds = new Rounds({
      shelf: this.#shelf,
      tools: { fetch, now, identity, lang, patience },
      parts: new Parts(parts),
      back,
      say: (trouble) => this.#say(trouble),
      moved: () => this.#tell(),
    });
  }

  /**
   * File a draft: it moves to the outbox with its photos, whole or not at all. Resolves with the entry once it is on
   * disk. Twice is once. Throws Told: "full", "photo_lost", …; the draft is as it was then.
   */
  async put(draft) {
    const entry = await this.#shelf.write(["drafts", "outbox", "blobs", "sent"], async ({ drafts, outbox, blobs, sent }) => {
      const [known, done, kept] = await Promise.all([outbox.get(draft.id), sent.get(draft.id), drafts.get(draft.id)]);
      if (known || done) return known ?? done;
      const photos = kept?.photos ?? draft.photos;
      const bytes = await Promise.all(photos.map((photo) => blobs.getKey(photo.id)));
      if (bytes.some((key) => key === undefined)) throw new Told("photo_lost");
      const made = make.checkinEntry(draft, photos, await nextOrder(outbox), this.#shelf.at());
      await Promise.all([outbox.add(made), drafts.delete(draft.id)]);
      return made;
    });
    this.#askBackgroundSync();
    this.send();
    return entry;
  }

  /**
   * Take an entry back to be changed. Resolves with {draft} when the server surely does not have it (it is a draft
   * again, photos and all), else with {revise: {id, version, base, changes}} for `putRevision`.
   */
  async mend(id) {
    const stores = ["drafts", "outbox", "blobs"];
    const found = await this.#shelf.write(stores, async ({ drafts, outbox, blobs }) => {
      const entry = await outbox.get(id);
      if (!entry) throw new Told("gone");
      if (entry.kind === "revision") {
        return { revise: { id: entry.inspection, version: entry.body.version, base: entry.seen, changes: entry.body.changes } };
      }
      const revisions = await revisionsOf(outbox, id);
      if (entry.receipt || (entry.posted && entry.state !== "refused")) {
        const base = make.seenOf(entry.body, revisions);
        return { revise: { id, version: entry.latest?.version ?? null, base, changes: {} } };
      }
      for (const one of revisions) make.change(entry, one.body.changes);
      // the server has something else under this id, or has it already: it goes as a new check-in
      const { draft, ids } = make.draftOf(entry, entry.reason?.status === 409);
      for (const [before, after] of ids) {
        const blob = await blobs.get(before);
        if (blob && before !== after) await Promise.all([blobs.delete(before), blobs.put({ ...blob, id: after, owner: draft.id })]);
      }
      await Promise.all([drafts.put(draft), outbox.delete(id), ...revisions.map((one) => outbox.delete(one.id))]);
      return { draft };
    });
    return found;
  }

  /**
   * Change a check-in that the server has, or may have. `version` is what was seen of it (null: as it lies in the
   * outbox), `base` its members then, `changes` {verdict?, finding?, sections?, geom_version?}; null clears. `about`
   * {account, subject, title} where the telephone does not know the check-in. Resolves with the entry once on disk.
   */
  async putRevision(inspection, version, base, changes, about = null) {
    const entry = await this.#shelf.write(["outbox", "sent"], async ({ outbox, sent }) => {
      const [parent, done, queued] = await Promise.all([
        outbox.get(inspection),
        sent.get(inspection),
        revisionsOf(outbox, inspection),
      ]);
      if (parent && !parent.posted) {
        make.change(parent, changes);
        parent.changed_at = this.#shelf.at();
        await outbox.put(parent);
        return parent;
      }
      const known = about ?? parent ?? done;
      if (!known?.account) throw new Told("no_account");
      const open = queued.find((one) => (!one.posted || one.state === "refused") && one.account.id === known.account.id);
      const made = make.revisionEntry(inspection, version, base, changes, known, await nextOrder(outbox), this.#shelf.at());
      if (open) {
        // not sent yet: one mending with both changes, made on what was seen before the first
        const all = { ...open.body.changes, ...changes };
        Object.assign(made, make.revised(made.id, open.body.version, open.seen, all), { created_at: open.created_at, order: open.order });
        await outbox.delete(open.id);
      }
      await outbox.add(made);
      return made;
    });
    this.#askBackgroundSync();
    this.send();
    return entry;
  }

  /** All entries of all accounts, the oldest first. */
  async list() {
    const entries = await this.#shelf.all();
    for (const entry of entries) {
      entry.reason = make.told(entry.reason);
      for (const photo of entry.photos) {
        photo.reason = make.told(photo.reason);
        const offset = this.#rounds.offsetOf(photo.id);
        if (offset !== undefined && photo.state === "waiting") Object.assign(photo, { state: "sending", offset });
      }
    }
    return entries.sort(byAge);
  }

  /** What the server has, the newest first: {…, receipt, latest: {version, values}, disputed}. */
  async sent() {
    const found = await this.#shelf.read(["sent"], ({ sent }) => sent.getAll());
    return found.sort((a, b) => (a.sent_at < b.sent_at ? 1 : -1));
  }

  /** What the server has of one check-in. */
  sentOne(id) {
    return this.#shelf.read(["sent"], ({ sent }) => sent.get(id));
  }

  /** Try a refused entry again as it is. */
  async retry(id) {
    await this.#shelf.update(id, (entry) => {
      Object.assign(entry, { state: "waiting", reason: null, attempts: 0, next_at: 0, held: false });
      for (const photo of entry.photos) if (photo.state === "refused") Object.assign(photo, { state: "waiting", reason: null });
    });
    return this.send();
  }

  /** Go on without a photo that the server refused. */
  async dropPhoto(id, photoId) {
    await this.#shelf.write(["outbox", "blobs"], async ({ outbox, blobs }) => {
      const entry = await outbox.get(id);
      const photo = entry?.photos.find((one) => one.id === photoId);
      if (photo?.state !== "refused") throw new Told("gone");
      entry.photos = entry.photos.filter((one) => one !== photo);
      if (!entry.photos.some((one) => one.state === "refused")) Object.assign(entry, { state: "waiting", reason: null });
      await Promise.all([blobs.delete(photoId), outbox.put(entry)]);
    });
    return this.send();
  }

  /** Throw an entry away because the person says so. What the server has of it stays there. */
  async remove(id) {
    await this.#shelf.write(["outbox", "blobs", "sent"], async ({ outbox, blobs, sent }) => {
      const entry = await outbox.get(id);
      if (!entry) return;
      const revisions = entry.receipt ? [] : await revisionsOf(outbox, id);
      if (entry.receipt) await sent.put(make.sentRecord(entry, this.#shelf.at()));
      await Promise.all([
        outbox.delete(id),
        ...revisions.map((one) => outbox.delete(one.id)),
        ...entry.photos.map((photo) => blobs.delete(photo.id)),
      ]);
    });
  }

  /** Forget what is private to an account and not needed to send: what was sent, and bytes that nothing owns. */
  async forget(accountId) {
    await this.#shelf.write(["sent", "blobs", "drafts", "outbox"], async ({ sent, blobs, drafts, outbox }) => {
      const gone = await sent.index("account").getAllKeys(accountId);
      const [ids, waiting, kept] = await Promise.all([blobs.getAllKeys(), outbox.getAll(), drafts.getAll()]);
      const needed = new Set([...waiting, ...kept].flatMap((one) => one.photos.map((photo) => photo.id)));
      const loose = ids.filter((id) => !needed.has(id));
      await Promise.all([...gone.map((id) => sent.delete(id)), ...loose.map((id) => blobs.delete(id))]);
    });
  }

  /** Try everything now, but what the server asked to hold back. Resolves when there is nothing more to try. */
  send({ forced = true } = {}) {
    this.#again = forced || this.#again === "forced" ? "forced" : "due";
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      return this.#again ? this.send({ forced: this.#again === "forced" }) : null;
    });
    return this.#running;
  }

  /** Send whenever there may be a chance: at once, when the network or the person comes back, and by the clock. */
  start({ page = globalThis } = {}) {
    const go = () => this.send();
    page.addEventListener("online", go);
    page.addEventListener("focus", go);
    page.addEventListener("pageshow", go);
    page.document?.addEventListener("visibilitychange", () => {
      if (page.document.visibilityState === "visible") go();
    });
    page.navigator?.serviceWorker?.addEventListener("message", (event) => {
      if (event.data?.type === "outbox-sync") go();
    });
    return this.send();
  }

  /** No more sending by the clock. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#pages?.close();
    this.#pages = null;
  }

  async #run() {
    clearTimeout(this.#timer);
    let latest = Infinity;
    try {
      while (this.#again && latest === Infinity) {
        const forced = this.#again === "forced";
        this.#again = null;
        if (!(await this.#turn.take(() => this.#rounds.run(forced)))) latest = this.#later;
      }
      this.#wakeIn(Math.min(latest, await this.#rounds.wait()));
    } catch (error) {
      // the telephone's own storage failed: nothing is lost, and the next round tries again
      console.warn("outbox", error);
      this.#again = null;
      this.#say("storage");
      this.#wakeIn(this.#later);
    }
  }

  #wakeIn(ms) {
    clearTimeout(this.#timer);
    if (ms === Infinity || this.#stopped) return;
    this.#timer = setTimeout(() => this.send({ forced: false }), Math.max(ms, this.#soon));
  }

  #say(trouble) {
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }

  #changed() {
    this.#tell();
    this.#pages?.postMessage("changed");
  }

  /** Where the browser can send for us when no page is open, it is asked to; nothing depends on it. */
  #askBackgroundSync() {
    const ready = globalThis.navigator?.serviceWorker?.ready;
    ready?.then((registration) => registration.sync?.register(SYNC)).catch(() => {});
  }
}
