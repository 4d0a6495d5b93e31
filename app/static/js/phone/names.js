// What drafts and reports are about, in the page's language where the zone's data know it.
import { local, t } from "../boot.js";
import { verdictWord } from "./verdict.js";
import { zone } from "./zone.js";

/** The title of what {subject, title} is about. */
export const titleOf = ({ subject, title }) => local(zone.subject(subject) ?? {}, "title") || title;

/** "问题：围挡不规范"; what there is of the two. */
export function saying({ verdict, finding }) {
  const text = (finding ?? "").trim();
  if (verdict && text) return t("phone.outbox.saying", { verdict: verdictWord(verdict), finding: text });
  return verdict ? verdictWord(verdict) : text;
}
