// Numbers with their units, in the page's language. No number is shown without one.
import { lang, t } from "./boot.js";

const locale = lang === "en" ? "en" : "zh-CN";
const space = "\u00a0"; // number and unit stay on one line

const formats = new Map(); // decimals → formatter; making one takes longer than using it a hundred times

/** A number with thousands separators and at most `digits` decimals. */
export function number(value, digits = 0) {
  if (!formats.has(digits)) formats.set(digits, new Intl.NumberFormat(locale, { maximumFractionDigits: digits }));
  return formats.get(digits).format(value);
}

/** Metres as 米 below one kilometre and 千米 above. */
export function metres(value) {
  if (value < 1000) return number(value, value < 100 ? 1 : 0) + space + t("unit.m");
  return number(value / 1000, value < 100_000 ? 2 : 0) + space + t("unit.km");
}

/** Metres as they are reported along a line: 1,800 米, whatever their number. */
export const wholeMetres = (value) => number(value, 0) + space + t("unit.m");

/** Square metres as 平方米 below a tenth of a square kilometre and 平方千米 above. */
export function squareMetres(value) {
  if (value < 100_000) return number(value, 0) + space + t("unit.m2");
  return number(value / 1e6, 2) + space + t("unit.km2");
}

/** Percent, at most one decimal. */
export const percent = (value) => t("status_line.percent", { n: number(value, 1) });

/** Date (and time to the minute) of an ISO moment, as 2023-07-14 09:30, in the reader's time zone. */
export function moment(text) {
  if (!text || !text.includes("T")) return text || "";
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  const two = (n) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
