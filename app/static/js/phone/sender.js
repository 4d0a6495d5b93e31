// The steps by which one check-in, photo or mending reaches the server. Each may be repeated at any time: the server
// knows a check-in and a photo by its UUID, a part of a photo by its offset, and a whole photo by its SHA-256.
import { TUS, Trouble, offsetOf } from "./link.js";

const UPLOADS = "/api/photo-uploads";
export const PARTS = { first: 256 * 1024, least: 32 * 1024, most: 2 * 1024 * 1024, good_ms: 2_000 };
const MOST_ROUNDS = 3;
const MOST_STALLS = 3;

const JSON_KIND = { "Content-Type": "application/json" };

/** ISO with the telephone's own offset from UTC: what its clock showed when. */
export function localIso(ms) {
  const off = -new Date(ms).getTimezoneOffset();
  const sign = off < 0 ? "-" : "+";
  const two = (n) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  return `${new Date(ms + off * 60_000).toISOString().slice(0, 23)}${sign}${two(off / 60)}:${two(off % 60)}`;
}

/** Hand in a check-in. Resolves with the server's receipt, whether it is the first or the tenth time. */
export async function postCheckin(link, entry, now) {
  const body = JSON.stringify({ ...entry.body, sent_at: localIso(now()) });
  const { json } = await link.ask("POST", "/api/inspections", { headers: JSON_KIND, body });
  if (json?.id !== entry.id || json.subject !== entry.subject) throw new Trouble("portal", { status: 200 });
  return json;
}

/** Hand in changes to a check-in. Resolves with {inspection, version, merged, disputed}. */
export async function postRevision(link, entry) {
  const address = `/api/inspections/${entry.inspection}/revisions`;
  const { json } = await link.ask("POST", address, { headers: JSON_KIND, body: JSON.stringify(entry.body) });
  if (json?.inspection?.id !== entry.inspection || !Array.isArray(json.disputed)) {
    throw new Trouble("portal", { status: 200 });
  }
  return json;
}

/** How large the next part is: more on a good line, less on a bad one. Kept over photos. */
export class Parts {
  #size;
  #bounds;
  #most;

  constructor(bounds = PARTS) {
    this.#bounds = bounds;
    this.#size = bounds.first;
    this.#most = bounds.most;
  }

  get size() {
    return this.#size;
  }

  went(ms) {
    if (ms < this.#bounds.good_ms) this.#size = Math.min(this.#size * 2, this.#most);
  }

  failed() {
    this.#size = Math.max(this.#bounds.least, Math.floor(this.#size / 2));
  }

  /** Something on the way takes no request of this size. False when it is small already. */
  tooLarge() {
    if (this.#size <= this.#bounds.least) return false;
    this.#most = this.#size = Math.max(this.#bounds.least, Math.floor(this.#size / 2));
    return true;
  }
}

/**
 * Bring a photo to the server, going on where it stopped. `tell(offset)` hears how far it is. Resolves with the
 * server's record only when that says: complete, and with the SHA-256 that the photo has here.
 */
export async function upload(link, inspection, photo, bytes, { parts, tell = () => {}, clock = () => performance.now() }) {
  const about = { ...aboutPhoto(photo), inspection };
  let stalls = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    let offset = await opened(link, about, bytes.byteLength);
    tell(offset);
    while (offset < bytes.byteLength) {
      const part = new Uint8Array(bytes, offset, Math.min(parts.size, bytes.byteLength - offset));
      const next = await sendPart(link, photo.id, offset, part, bytes.byteLength, parts, clock);
      if (next === null) break; // the server has forgotten it: from the start
      // the server may send us back, but not for ever
      if (next <= offset && (stalls += 1) > MOST_STALLS) throw new Trouble("server", { status: 409 });
      offset = next;
      tell(offset);
    }
    const state = await stateOf(link, photo.id);
    if (state?.state === "complete") {
      if (state.sha256 === photo.sha256) return state;
      throw new Trouble("refused", { problem: { code: "other_photo" } });
    }
    if (state?.state === "refused") throw new Trouble("refused", { problem: state.problem ?? { code: "photo_refused" } });
  }
  throw new Trouble("server", { status: 460 });
}

const aboutPhoto = ({ id, sha256, original_sha256, name, exif, position, device_at }) => ({
  id,
  sha256,
  original_sha256: original_sha256 ?? null,
  name,
  exif: exif ?? null,
  position: position ?? null,
  device_at,
});

/** Base64 of JSON as UTF-8, as tus wants its metadata. */
function metadata(about) {
  const bytes = new TextEncoder().encode(JSON.stringify(about));
  return `about ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

/** Announce the photo, or find it known; how much of it the server has. */
async function opened(link, about, length) {
  const answer = await link.ask("POST", UPLOADS, {
    headers: { "Tus-Resumable": TUS, "Upload-Length": String(length), "Upload-Metadata": metadata(about) },
  });
  const offset = offsetOf(answer, length);
  if (offset === null) throw new Trouble("portal", { status: answer.status });
  return offset;
}

/** Send one part. Resolves with the server's new offset, null when it no longer knows the upload. */
async function sendPart(link, id, offset, part, length, parts, clock) {
  const began = clock();
  let answer;
  try {
    answer = await link.ask("PATCH", `${UPLOADS}/${id}`, {
      headers: {
        "Tus-Resumable": TUS,
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": String(offset),
      },
      body: part,
      returns: [404, 409, 410, 413, 415, 422, 460],
      patience: link.patienceFor(part.byteLength),
    });
  } catch (error) {
    if (error.kind === "offline") parts.failed();
    throw error;
  }
  const { status, problem } = answer;
  if (status === 413 && !problem && parts.tooLarge()) return offset;
  // ours, and the photo's own fault: what became of it stands in its state, which is asked next
  if ((status === 413 || status === 415 || status === 422) && problem) return length;
  if ((status === 404 || status === 410) && problem) return null;
  const next = offsetOf(answer, length);
  if (next === null) throw new Trouble("portal", { status });
  if (status === 204) parts.went(clock() - began);
  return next;
}

/** What the server says of an upload; null when it does not know it. */
async function stateOf(link, id) {
  const { status, json, problem } = await link.ask("GET", `${UPLOADS}/${id}`, { returns: [404, 410] });
  if (status >= 400) {
    if (problem) return null;
    throw new Trouble("portal", { status });
  }
  if (json?.id !== id || typeof json.state !== "string") throw new Trouble("portal", { status });
  return json;
}
