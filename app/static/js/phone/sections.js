// Sections of a line as people write them, read by the server's rules (app/domain/built.py), so that what is missing is
// said at once and without signal. Measures are metres from the start of the line.

const SNAP_M = 0.5; // so near to the end of the line is the end of the line
const SHORTEST_M = 0.001;
const LONGEST_TEXT = 2000;
const SEPARATOR = /[，、；和与及\n]|\band\b/gi;
const CHAINAGE = (n) => `k?(?<km${n}>[0-9]+)\\+(?<m${n}>[0-9]{3}(?:\\.[0-9]+)?)`;
const FIGURE = (n) => `(?<figure${n}>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\\.[0-9]+)?)\\s*(?<unit${n}>km|千米|公里|m|米)?`;
const MEASURE = (n) => `\\s*(?:${CHAINAGE(n)}|${FIGURE(n)})\\s*`;
const SECTION = new RegExp(`^${MEASURE(1)}(?:[-–—−~]{1,2}|至|到|to)${MEASURE(2)}$`, "i");
const THOUSANDS = /[0-9],(?=[0-9]{3}(?![0-9]))/g; // begins a digit early: Safari reads no lookbehind before 16.4

const round = (metres) => Math.round(metres * 1000) / 1000;

function measure(found, n, unit) {
  if (found[`km${n}`]) return round(Number(found[`km${n}`]) * 1000 + Number(found[`m${n}`]));
  const factor = ["km", "千米", "公里"].includes((found[`unit${n}`] || unit).toLowerCase()) ? 1000 : 1;
  return round(Number(found[`figure${n}`].replaceAll(",", "")) * factor);
}

/** One section, or null when the text is not exactly one. A unit behind the second number holds for the first too. */
function section(text) {
  const found = SECTION.exec(text)?.groups;
  if (!found) return null;
  const unit = (found.unit2 || "").toLowerCase();
  return [measure(found, 1, unit), measure(found, 2, unit)];
}

/** Up to two ways to read text whose every comma may divide thousands or sections. */
function readings(text) {
  const edges = [-1, ...[...text.matchAll(THOUSANDS)].map((match) => match.index + 1), text.length];
  const ways = edges.map(() => []);
  ways[0].push([]);
  for (let last = 1; last < edges.length; last += 1) {
    // Two measures have few thousands' commas; without the bound long nonsense would take its time.
    for (let first = Math.max(0, last - 7); first < last; first += 1) {
      const found = ways[first].length ? section(text.slice(edges[first] + 1, edges[last])) : null;
      if (found && ways[last].length < 2) ways[last].push(...ways[first].map((before) => [...before, found]));
    }
  }
  return ways.at(-1).slice(0, 2);
}

/**
 * {sections: [[from, to], …], faults: [{kind, text}]} of what somebody wrote; `kind` is `long`, `unclear` (no section)
 * or `double` (two ways to read it). Whether they fit a line is for `outside` to say.
 */
export function parse(text) {
  if (text.length > LONGEST_TEXT) return { sections: [], faults: [{ kind: "long", text: "" }] };
  const sections = [];
  const faults = [];
  for (const piece of text.replace(SEPARATOR, ";").normalize("NFKC").split(/;|,(?![0-9]{3}(?![0-9]))/)) {
    if (!piece.trim()) continue;
    const found = readings(piece);
    if (found.length === 1) sections.push(...found[0]);
    else faults.push({ kind: found.length ? "double" : "unclear", text: piece.trim().slice(0, 40) });
  }
  return { sections, faults };
}

/** Why a section is none of a line of so many metres: `outside`, `short` or null. */
export function wrong([from, to], length) {
  if (from < 0 || to > length + SNAP_M) return "outside";
  const end = Math.abs(to - length) <= SNAP_M ? length : to;
  return end - from < 0.9 * SHORTEST_M ? "short" : null;
}

/** Sections in order; those that touch or overlap made one, an end near the line's put on it. */
export function merged(sections, length) {
  const out = [];
  const whole = sections.map(([from, to]) => [from, Math.abs(to - length) <= SNAP_M ? length : to]);
  for (const [from, to] of whole.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = out.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** Metres of merged sections. */
export const metresOf = (sections) => round(sections.reduce((sum, [from, to]) => sum + to - from, 0));

/** Sections as they are sent: "0-1200; 1500-1800". */
export const textOf = (sections) => sections.map(([from, to]) => `${round(from)}-${round(to)}`).join("; ");
