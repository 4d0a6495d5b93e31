// What somebody found: a word, a shape and a colour, the same wherever it shows.
import { t } from "../boot.js";
import { markSvg } from "../marks.js";

/** Verdicts in order, each with the status whose mark it borrows. */
export const VERDICTS = { ok: "on_track", problem: "lagging", stopped: "suspended" };

export const verdictWord = (verdict) => t(`phone.check.verdict.${verdict}`);

export const verdictMark = (verdict, size = 24) => markSvg(VERDICTS[verdict], { size });
