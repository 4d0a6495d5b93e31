// Distances and directions in words: as exact as a person on foot wants them.
import { t } from "../boot.js";
import { number } from "../format.js";

const space = "\u00a0";

/** Metres as 30 米, 1.2 千米, 35 千米. */
export function away(metres) {
  if (metres < 999.5) return number(metres) + space + t("unit.m");
  return number(metres / 1000, metres < 99_950 ? 1 : 0) + space + t("unit.km");
}

/** The direction of a bearing in degrees, as 东北. */
export const direction = (bearing) => t(`phone.direction.${["n", "ne", "e", "se", "s", "sw", "w", "nw"][Math.round(bearing / 45) % 8]}`);
