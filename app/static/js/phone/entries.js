// What lies in the outbox: made from drafts, turned back into drafts, and what is kept once the server has it.
import { uuid } from "./db.js";
import { words } from "./words.js";

/** The members of a check-in that can be changed after it was sent. */
export const MENDABLE = ["verdict", "finding", "sections", "geom_version"];

const pick = (object, names) => Object.fromEntries(names.map((name) => [name, object?.[name] ?? null]));
const sizeOf = (body, photos) => JSON.stringify(body).length + photos.reduce((sum, photo) => sum + photo.size_bytes, 0);

/** The body of POST /api/inspections, the same at every attempt; `sent_at` alone is added when it goes. */
function bodyOf(draft, photos) {
  const { position, sections, blockage } = draft;
  return {
    id: draft.id,
    subject: draft.subject,
    made_at: draft.made_at ?? position?.at ?? draft.started_at,
    verdict: draft.verdict,
    finding: draft.finding ?? "",
    sections: sections?.text ?? null,
    geom_version: sections?.geom_version ?? null,
    lon: position?.lon ?? null,
    lat: position?.lat ?? null,
    accuracy_m: position?.accuracy_m ?? null,
    position_source: position?.source ?? null,
    position_at: position?.at ?? null,
    seen_version: draft.seen_version ?? null,
    photos: photos.map((photo) => photo.id),
    blockage_title: blockage?.title ?? null,
    blockage_unit: blockage?.unit ?? null,
    blockage_due: blockage?.due ?? null,
    via: "phone",
  };
}

function fresh(kind, id, about, order, at) {
  return {
    id,
    kind,
    account: { id: about.account.id, display: about.account.display },
    subject: about.subject ?? null,
    title: about.title ?? "",
    photos: [],
    state: "waiting",
    posted: false, // whether a request with it has ever left: the server may have it then
    receipt: null, // what the server answered
    attempts: 0,
    next_at: 0,
    wait_ms: 0,
    held: false, // the server said how long to wait
    reason: null,
    order, // in which they were put, whatever the clock says
    created_at: at,
    changed_at: at,
  };
}

/** A check-in ready to be sent; `photos` are the draft's records. */
export function checkinEntry(draft, photos, order, at) {
  const body = bodyOf(draft, photos);
  return {
    ...fresh("inspection", draft.id, draft, order, at),
    body,
    draft: { ...draft, photos: [] },
    photos: photos.map((photo) => ({ ...photo, state: "waiting", offset: 0, reason: null })),
    latest: null,
    size_bytes: sizeOf(body, photos),
  };
}

/** Changes to a check-in, seen as `base` (its mendable members) at `version` (null: as it was put). */
export function revisionEntry(inspection, version, base, changes, about, order, at) {
  const entry = fresh("revision", uuid(), about, order, at);
  return { ...entry, inspection, ...revised(entry.id, version, pick(base, MENDABLE), changes) };
}

/** The members of a revision that its changes decide. `seen` is what the person saw before them. */
export function revised(id, version, seen, changes) {
  const body = { id, version, changes };
  return { body, seen, size_bytes: JSON.stringify(body).length };
}

/** The draft that an entry came from, with its photos. With `anew`, under ids that the server has never seen. */
export function draftOf(entry, anew = false) {
  const ids = new Map(entry.photos.map((photo) => [photo.id, anew ? uuid() : photo.id]));
  const photos = entry.photos.map(({ state, offset, reason, ...record }) => ({ ...record, id: ids.get(record.id) }));
  return { draft: { ...entry.draft, id: anew ? uuid() : entry.id, photos }, ids };
}

/** A check-in that the server surely does not have takes changes directly. */
export function change(entry, changes) {
  Object.assign(entry.body, changes);
  entry.body.finding ??= "";
  const { sections, geom_version, ...rest } = changes;
  Object.assign(entry.draft, rest, { finding: entry.body.finding });
  if ("sections" in changes) {
    entry.draft.sections = sections ? { text: sections, geom_version: geom_version ?? entry.body.geom_version } : null;
  }
  entry.size_bytes = sizeOf(entry.body, entry.photos);
}

/** The members of a check-in as the person who put it and these mendings sees them. */
export function seenOf(body, revisions) {
  return pick(Object.assign({}, body, ...revisions.map((one) => one.body.changes)), MENDABLE);
}

/**
 * The version that a mending names. What the server was last heard to have (`home.latest`), when that shows in every
 * changed member what the person saw or has written last from this telephone; else the version that the person saw, so that the server finds the two changes
 * and nobody's is overwritten unseen.
 */
export function versionFor(entry, home) {
  const latest = home?.latest;
  if (!latest) return entry.body.version;
  const text = (value) => JSON.stringify(value || null);
  const own = home.mine ?? {}; // nobody disputes with himself
  const same = Object.keys(entry.body.changes).every((name) =>
    [entry.seen[name], ...(name in own ? [own[name]] : [])].some((known) => text(latest.values[name]) === text(known)));
  return same ? latest.version : (entry.body.version ?? home.receipt?.version ?? latest.version);
}

/** {version, values} from what the server says of a check-in. */
export const latestOf = (version, members) => ({ version, values: pick(members, MENDABLE) });

/** What is kept of a check-in once the server has it. */
export function sentRecord(entry, at) {
  const { id, kind, account, subject, title, body, receipt, latest, created_at } = entry;
  const photos = entry.photos.map(({ id: photo, sha256, name, size_bytes }) => ({ id: photo, sha256, name, size_bytes }));
  return { id, kind, account, subject, title, body, receipt, latest, created_at, photos, sent_at: at, disputed: entry.disputed ?? [], mine: entry.mine ?? {} };
}

/** A reason as it is kept: what the server said, or one of our own codes, whose words follow the page's language. */
export function reasonOf(trouble) {
  const { problem, status, kind } = trouble;
  if (problem?.title) return { code: null, status, title: problem.title, detail: problem.detail ?? "", faults: problem.errors ?? [] };
  return { code: problem?.code ?? kind, status, title: "", detail: "", faults: [] };
}

/** The same as it is shown. */
export function told(reason) {
  if (!reason?.code) return reason;
  const { code, status } = reason;
  return { ...reason, title: words(`reason.${code}.title`), detail: words(`reason.${code}.detail`, { status: String(status) }) };
}
