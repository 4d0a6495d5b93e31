// When the person who holds the phone last checked in where, as far as this phone knows: what waits and what was sent.
import { account } from "./account.js";
import { filters } from "./filters.js";
import { outbox } from "./outbox.js";

const REST_MS = 300; // the outbox tells of every part of a photo

const last = new Map(); // project's code → {at (ISO), verdict, waiting}
let rest = null;

/** Event "change" when there is something new. */
export const visits = new EventTarget();

/** The last check-in at a project, or null. */
export const lastVisit = (code) => last.get(code) ?? null;

async function read() {
  rest = null;
  const me = account.me?.id;
  const [waiting, sent] = await Promise.all([outbox.list(), outbox.sent()]);
  last.clear();
  const own = [...sent.map((one) => [one, false]), ...waiting.map((one) => [one, true])].filter(([one]) => one.account?.id === me);
  for (const [one, waits] of own) {
    if (one.kind === "revision") continue;
    const at = one.body?.made_at ?? one.created_at;
    const verdict = one.latest?.values?.verdict ?? one.body?.verdict ?? null;
    if (at && !(last.get(one.subject)?.at > at)) last.set(one.subject, { at, verdict, waiting: waits });
  }
  const today = new Date().toDateString();
  filters.visited(new Set([...last].filter(([, { at }]) => new Date(at).toDateString() === today).map(([code]) => code)));
  visits.dispatchEvent(new Event("change"));
}

const later = () => (rest ??= setTimeout(() => read().catch(() => {}), REST_MS)); // blocked storage: nothing is known
outbox.addEventListener("change", later);
account.addEventListener("change", later);
later();
