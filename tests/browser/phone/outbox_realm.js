// One page of the telephone, in a frame that can be destroyed at any moment. It uses the modules as /m does.
import { Store } from "/static/js/phone/db.js";
import { Drafts, newDraft } from "/static/js/phone/drafts.js";
import { Outbox } from "/static/js/phone/queue.js";

const { name, line, locks, clock, hooks } = frameElement.options;
const STORES = ["drafts", "outbox", "blobs", "sent"];
const real = Date;
const now = () => real.now() + clock.skew;

window.Date = class extends real {
  constructor(...given) {
    if (given.length) super(...given);
    else super(now());
  }

  static now() {
    return now();
  }
};

async function ask(address, init = {}) {
  hooks.begin();
  const response = await fetch(address, { ...init, headers: { ...init.headers, "X-Line": line.name } });
  hooks.end();
  return response;
}

async function identity() {
  const response = await ask("/api/phone/me", { cache: "no-store", redirect: "manual" });
  const body = response.ok ? await response.json() : null;
  if (!body || !("account" in body)) throw new TypeError("no answer");
  return { account: body.account, csrf: body.csrf };
}

const store = new Store(name);
const outbox = new Outbox({
  store,
  fetch: ask,
  now,
  identity,
  locks: locks ? navigator.locks : null,
  back: { first: 20, most: 160 },
  parts: { first: 600, least: 300, most: 1500, good_ms: 1000 },
  patience: 2_000,
  lease: 900,
});

async function counts() {
  return store.read(STORES, async (stores) => {
    const keys = await Promise.all(Object.values(stores).map((one) => one.getAllKeys()));
    return Object.fromEntries(Object.keys(stores).map((key, i) => [key, keys[i]]));
  });
}

const clear = () => store.write(STORES, (stores) => Promise.all(Object.values(stores).map((one) => one.clear())), "relaxed");

frameElement.ready({ store, drafts: new Drafts(store), newDraft, outbox, counts, clear });
