// Moments and sizes as they are said on the telephone.
import { lang, t } from "../boot.js";
import { number } from "../format.js";

const two = (n) => String(n).padStart(2, "0");

/** "10:32" today, "07-13 10:32" on another day; by this telephone's clock. */
export function clock(moment) {
  const date = new Date(moment);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === new Date().toDateString()) return time;
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return date.getFullYear() === new Date().getFullYear() ? `${day} ${time}` : `${date.getFullYear()}-${day} ${time}`;
}

/** "2023-07-14", by this telephone's clock. */
export function day(moment) {
  const date = new Date(moment);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A length of time in the one unit that matters: "3 分钟". */
export function span(ms) {
  const minutes = Math.max(0, ms) / 60_000;
  if (minutes < 1) return t("phone.check.time.seconds", { n: Math.max(1, Math.round(minutes * 60)) });
  if (minutes < 60) return t("phone.check.time.minutes", { n: Math.round(minutes) });
  if (minutes < 48 * 60) return t("phone.check.time.hours", { n: Math.round(minutes / 60) });
  return t("phone.check.time.days", { n: Math.round(minutes / 1440) });
}

/** How long ago a moment was. A clock that was set back must not give an age below nothing. */
export const ago = (moment) => t("phone.check.time.ago", { span: span(Date.now() - new Date(moment)) });

/** Bytes as kB, MB or GB, as the telephone's own settings say them. */
export function size(bytes) {
  if (bytes < 1_000_000) return `${number(Math.max(1, bytes / 1000))}\u00a0kB`;
  if (bytes < 1_000_000_000) return `${number(bytes / 1_000_000, 1)}\u00a0MB`;
  return `${number(bytes / 1_000_000_000, 1)}\u00a0GB`;
}

/** Sentences one after the other, as the language sets them. */
export const sentences = (...all) => all.filter(Boolean).join(lang === "en" ? " " : "");
