// Links to pages of the server; in a snapshot, which has none, the same words without a link.
import { el } from "./dom.js";

/** A link to `base` + `path`, or plain text where there is no base. */
export function pageLink(base, path, attributes, ...children) {
  return base ? el("a", { ...attributes, href: base + path }, ...children) : el("span", {}, ...children);
}
