// How an entry of the outbox stands, in words.
import { t } from "../boot.js";
import { outbox } from "./outbox.js";
import { span } from "./times.js";

/** {sent, total, percent} of an entry's photos; percent by bytes. */
export function photosOf(entry) {
  const total = entry.photos.length;
  const bytes = entry.photos.reduce((sum, photo) => sum + photo.size_bytes, 0);
  const done = entry.photos.reduce((sum, photo) => sum + (photo.state === "sent" ? photo.size_bytes : Math.min(photo.offset || 0, photo.size_bytes)), 0);
  return { total, sent: entry.photos.filter((photo) => photo.state === "sent").length, percent: bytes ? Math.floor((100 * done) / bytes) : 0 };
}

/** {look: "waiting" | "sending" | "refused" | "sign_in", words, percent (null: nothing to show)}. */
export function stateOf(entry, now = Date.now()) {
  const { total, sent, percent } = photosOf(entry);
  if (entry.state === "refused") return { look: "refused", words: t("phone.outbox.state.refused", { why: entry.reason?.title || t("phone.outbox.state.no_reason") }), percent: null };
  if (entry.state === "sign_in") return { look: "sign_in", words: t("phone.outbox.state.sign_in"), percent: null };
  if (entry.state === "sending") {
    const words = total && entry.receipt ? t("phone.outbox.state.photos", { n: Math.min(sent + 1, total), total, percent }) : t("phone.outbox.state.words");
    return { look: "sending", words, percent: total ? percent : null };
  }
  const part = entry.receipt && total ? t("phone.outbox.state.so_far", { sent, total }) : "";
  return { look: "waiting", words: why(entry, now) + part, percent: entry.receipt && total ? percent : null };
}

function why(entry, now) {
  if (!navigator.onLine) return t("phone.outbox.state.network"); // it is tried as soon as there is one
  const left = entry.next_at - now;
  const again = entry.attempts && left > 1500 ? t("phone.outbox.state.again", { span: span(left) }) : "";
  if (entry.attempts && !entry.reason) return t("phone.outbox.state.network") + again;
  if (entry.attempts && entry.reason) return (entry.reason.code === "busy" || !entry.reason.title ? t("phone.outbox.state.busy") : entry.reason.title) + again;
  if (outbox.trouble === "offline") return t("phone.outbox.state.network");
  return t("phone.outbox.state.soon");
}
