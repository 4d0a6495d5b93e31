// A photo made ready to be kept and sent: what it says of itself read first, then made smaller.
import { t } from "../boot.js";
import { uuid } from "./db.js";
import { readExif } from "./exif.js";
import { NotMade, shrunk } from "./picture.js";
import { Told, speak } from "./words.js";

speak(t);

const QUALITY = 0.85;
const SMALL = { smallest: 480, smallQuality: 0.7 };
/** What the server takes. */
const MOST_SENT = 25 * 1024 * 1024;
/** More than a telephone should read at once. */
const MOST_READ = 80 * 1024 * 1024;
const NAME_LENGTH = 120;

const ascii = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));
const HEIC = /^(heic|heix|heim|heis|hevc|hevx|hevm|hevs|mif1|msf1)$/;

/** What a file is by its own first bytes, whatever it is called; null when it is no picture that we take. */
export function kindOf(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "image/jpeg";
  if (ascii(bytes, 1, 4) === "PNG") return "image/png";
  if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP") return "image/webp";
  if (ascii(bytes, 4, 8) !== "ftyp") return null;
  const brand = ascii(bytes, 8, 12);
  if (brand === "avif" || brand === "avis") return "image/avif";
  return HEIC.test(brand) ? "image/heic" : null;
}

async function sha256(buffer) {
  const digest = await crypto.subtle.digest("SHA-256", buffer);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let queue = Promise.resolve();

/**
 * {record, bytes, small} of a chosen file; see drafts.js `addPhoto`. `position`: the telephone's when it was taken, or
 * null; `longest`: pixels of the longer side. One after the other, whoever asks. Rejects with Told: "photo_kind",
 * "photo_large", "photo_damaged", "no_crypto".
 */
export function prepare(file, options) {
  const done = queue.then(() => prepared(file, options));
  queue = done.catch(() => {});
  return done;
}

async function prepared(file, { position = null, longest }) {
  if (!globalThis.crypto?.subtle) throw new Told("no_crypto");
  if (file.size > MOST_READ) throw new Told("photo_large", { most: MOST_READ / 1024 / 1024 });
  const original = await file.arrayBuffer().catch((cause) => {
    throw new Told("photo_gone", {}, { cause }); // a picture of the cloud that is not on the telephone
  });
  const type = kindOf(new Uint8Array(original, 0, Math.min(16, original.byteLength)));
  if (!type) throw new Told("photo_kind");
  const exif = readExif(original);
  const originalSha = await sha256(original);
  const made = await shrunk(new Blob([original], { type }), { longest, quality: QUALITY, ...SMALL }).catch((error) => {
    // the server can decode what only iPhones can; what cannot be made smaller goes as it is
    if (type !== "image/heic" && !(error instanceof NotMade)) throw new Told("photo_damaged");
    return null;
  });
  if (!made && original.byteLength > MOST_SENT) throw new Told("photo_large", { most: MOST_SENT / 1024 / 1024 });
  const bytes = made?.bytes ?? original;
  return {
    record: {
      id: uuid(),
      sha256: made ? await sha256(bytes) : originalSha,
      original_sha256: originalSha,
      name: (file.name || "photo").slice(-NAME_LENGTH),
      type: made ? "image/jpeg" : type,
      size_bytes: bytes.byteLength,
      width: made?.width ?? null,
      height: made?.height ?? null,
      exif,
      position,
      device_at: new Date().toISOString(),
    },
    bytes,
    small: made?.small ?? null,
  };
}
