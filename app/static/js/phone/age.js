// How old something is, in words.
import { t } from "../boot.js";

/** "2 小时": the largest unit that fits, rounded down; null below a minute. */
export function age(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return null;
  if (minutes < 60) return t("phone.age.minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? t("phone.age.hours", { n: hours }) : t("phone.age.days", { n: Math.floor(hours / 24) });
}
