// One round of sending: who is signed in, then each entry that is due, step by step.
import * as make from "./entries.js";
import { Link, Trouble } from "./link.js";
import { postCheckin, postRevision, upload } from "./sender.js";
import { byAge, isBehind, trim } from "./shelf.js";

export const BACK_OFF = { first: 2_000, most: 300_000 };
const KEPT_SENT = 50;
const MOST_CUTS = 2;

/** Sends what lies on a Shelf. `say(trouble)` hears why a round ended early, null when it did not. */
export class Rounds {
  #shelf;
  #tools;
  #parts;
  #back;
  #say;
  #moved;
  #link = null;
  #offsets = new Map();

  /** `tools`: {fetch, now, identity, lang, patience}; `moved()` is called while a photo goes. */
  constructor({ shelf, tools, parts, back, say, moved }) {
    this.#shelf = shelf;
    this.#tools = tools;
    this.#parts = parts;
    this.#back = back;
    this.#say = say;
    this.#moved = moved;
  }

  /** How much of a photo that is being sent has arrived; undefined when it is not being sent. */
  offsetOf(photoId) {
    return this.#offsets.get(photoId);
  }

  /** Milliseconds until something is to be tried; Infinity when nothing is. */
  async wait() {
    const now = this.#tools.now();
    const entries = await this.#shelf.all();
    const waiting = entries.filter((entry) => entry.state === "waiting" && !isBehind(entry, entries));
    return Math.min(...waiting.map((entry) => waitOf(entry, now)));
  }

  /** Send what is due; `forced`: all, but what the server asked to hold back. Never two at once: see turn.js. */
  async run(forced) {
    const now = this.#tools.now();
    // whoever was sending before is dead: we have the turn
    const entries = await this.#shelf.updateAll((entry) => entry.state === "sending", (entry) => Object.assign(entry, { state: "waiting" }));
    const due = entries.filter((entry) => isDue(entry, now, forced)).sort(byChance);
    if (!due.length) {
      if (!entries.some((entry) => entry.state === "waiting")) this.#say(null);
      return;
    }
    this.#link = new Link(this.#tools);
    try {
      await this.#link.begin();
    } catch (error) {
      await this.#postpone(due, error);
      return;
    }
    const account = this.#link.account;
    this.#say(null);
    await this.#shelf.updateAll(
      (entry) => entry.state !== "refused" && (entry.state === "sign_in") === (entry.account.id === account?.id),
      (entry) => Object.assign(entry, { state: entry.account.id === account?.id ? "waiting" : "sign_in" }),
    );
    await this.#sendAll(due.filter((entry) => entry.account.id === account?.id));
    if (!account) this.#say("sign_in");
  }

  async #sendAll(due) {
    let cuts = 0;
    for (const [index, { id, kind }] of due.entries()) {
      try {
        await (kind === "revision" ? this.#sendRevision(id) : this.#sendCheckin(id));
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        if (error.kind === "refused") {
          await this.#shelf.update(id, (entry) => Object.assign(entry, { state: "refused", reason: make.reasonOf(error) }));
          continue;
        }
        if (error.kind === "sign_in") return this.#signIn();
        // the server wants rest, from all of us; else one bad entry must not keep the others from trying
        const rest = error.kind === "busy" ? due.slice(index) : [due[index]];
        await this.#postpone(rest, error);
        if (error.kind === "busy") return;
        if (error.kind !== "server" && (cuts += 1) >= MOST_CUTS) return;
      }
    }
  }

  async #sendCheckin(id) {
    // the disk knows that it may have left before it leaves: from now on it is not mended but revised
    let entry = await this.#shelf.update(id, (one) => {
      if (one.state === "refused" || one.account.id !== this.#link.account.id) return false;
      return Object.assign(one, { state: "sending", posted: true });
    });
    if (!entry) return;
    if (!entry.receipt) {
      const receipt = await postCheckin(this.#link, entry, this.#tools.now);
      entry = await this.#shelf.update(id, (one) => {
        Object.assign(one, { receipt, latest: make.latestOf(receipt.version, receipt), attempts: 0 });
      });
    }
    for (const photo of entry?.photos ?? []) {
      if (photo.state === "waiting" || photo.state === "sending") await this.#sendPhoto(id, photo);
    }
    await this.#finish(id);
  }

  async #sendPhoto(id, photo) {
    const blob = await this.#shelf.read(["blobs"], ({ blobs }) => blobs.get(photo.id));
    let outcome;
    let before = null;
    try {
      if (!blob) throw new Trouble("refused", { problem: { code: "photo_lost" } });
      await upload(this.#link, id, photo, blob.bytes, {
        parts: this.#parts,
        tell: (offset) => {
          before ??= offset;
          this.#offsets.set(photo.id, offset);
          this.#moved();
        },
      });
      outcome = { state: "sent", offset: photo.size_bytes, reason: null };
    } catch (error) {
      const moved = (this.#offsets.get(photo.id) ?? 0) > (before ?? 0);
      // a bad line that carries something is not to be waited for longer and longer
      if (moved) await this.#shelf.update(id, (entry) => Object.assign(entry, { attempts: 0 }));
      if (!(error instanceof Trouble) || error.kind !== "refused") throw error;
      if (error.status === 404) {
        // the server does not know the check-in (a backup was restored): it gets it again
        await this.#shelf.update(id, (entry) => Object.assign(entry, { receipt: null }));
        throw new Trouble("server", { status: 404 });
      }
      outcome = { state: "refused", reason: make.reasonOf(error) };
    } finally {
      this.#offsets.delete(photo.id);
    }
    await this.#shelf.update(id, (entry) => {
      const one = entry.photos.find((kept) => kept.id === photo.id);
      return one ? void Object.assign(one, outcome) : false;
    });
  }

  /** The server has it all: it leaves the outbox and its bytes leave the disk. Or photos were refused: it stays. */
  async #finish(id) {
    await this.#shelf.write(["outbox", "blobs", "sent"], async ({ outbox, blobs, sent }) => {
      const entry = await outbox.get(id);
      if (!entry?.receipt || entry.photos.some((photo) => photo.state !== "sent" && photo.state !== "refused")) return;
      if (entry.photos.some((photo) => photo.state === "refused")) {
        const reason = { code: "photos_refused", status: 0, title: "", detail: "", faults: [] };
        await outbox.put(Object.assign(entry, { state: "refused", reason }));
        return;
      }
      await Promise.all([
        sent.put(make.sentRecord(entry, this.#shelf.at())),
        outbox.delete(id),
        ...entry.photos.map((photo) => blobs.delete(photo.id)),
      ]);
      await trim(sent, entry.account.id, KEPT_SENT);
    });
  }

  async #sendRevision(id) {
    const entry = await this.#shelf.write(["outbox", "sent"], async ({ outbox, sent }) => {
      const one = await outbox.get(id);
      if (!one || one.state === "refused" || one.account.id !== this.#link.account.id) return null;
      if (isBehind(one, await outbox.getAll())) return null;
      const [parent, done] = await Promise.all([outbox.get(one.inspection), sent.get(one.inspection)]);
      if (!one.posted) one.body.version = make.versionFor(one, parent ?? done);
      await outbox.put(Object.assign(one, { state: "sending", posted: true }));
      return one;
    });
    if (!entry) return;
    const answer = await postRevision(this.#link, entry);
    await this.#shelf.write(["outbox", "sent"], async ({ outbox, sent }) => {
      const [parent, done] = await Promise.all([outbox.get(entry.inspection), sent.get(entry.inspection)]);
      const home = parent ?? done ?? { ...make.sentRecord(entry, this.#shelf.at()), id: entry.inspection };
      home.latest = make.latestOf(answer.version, answer.inspection);
      home.disputed = [...(home.disputed ?? []), ...answer.disputed];
      home.mine = { ...home.mine, ...entry.body.changes };
      home.revised_at = this.#shelf.at();
      await Promise.all([(parent ? outbox : sent).put(home), outbox.delete(id)]);
    });
  }

  async #postpone(entries, error) {
    const ids = new Set(entries.map((entry) => entry.id));
    const now = this.#tools.now();
    await this.#shelf.updateAll(
      (entry) => ids.has(entry.id),
      (entry) => {
        const wait = Math.max(error.hold_ms ?? 0, backOff(entry.attempts, this.#back));
        const reason = error.kind === "offline" ? null : make.reasonOf(error);
        const attempts = entry.attempts + 1;
        Object.assign(entry, { state: "waiting", attempts, reason, wait_ms: wait, next_at: now + wait, held: error.hold_ms > 0 });
      },
    );
    this.#say(error.kind ?? "offline");
  }

  async #signIn() {
    await this.#shelf.updateAll(
      (entry) => entry.state === "sending" || entry.state === "waiting",
      (entry) => Object.assign(entry, { state: "sign_in" }),
    );
    this.#say("sign_in");
  }
}

/** Those that failed least go first: one that always fails keeps nobody waiting. */
const byChance = (a, b) => a.attempts - b.attempts || byAge(a, b);

/** Exponential with jitter, so that a hundred phones that lost the same server do not come back together. */
function backOff(attempts, { first, most }) {
  return Math.round(Math.min(most, first * 2 ** Math.min(attempts, 20)) * (0.75 + Math.random() / 4));
}

/** Milliseconds until an entry is due; a clock that was set back must not make it wait longer than was meant. */
function waitOf(entry, now) {
  const left = entry.next_at - now;
  return left > entry.wait_ms ? 0 : Math.max(0, left);
}

function isDue(entry, now, forced) {
  if (entry.state === "refused") return false;
  if (entry.state === "sign_in") return forced;
  if (forced && !entry.held) return true;
  return waitOf(entry, now) <= 0;
}
