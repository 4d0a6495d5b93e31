// The sites as they were read, by week, so that playing through the year and going back and forth asks once.
import { stopIfAborted } from "./abort.js";
import { getFeatures, getJson } from "./api.js";

const MOST_KEPT = 30_000; // features, whichever weeks they are of; two weeks are kept in any case
const BEHIND_MS = 150; // another server process may be a moment behind the one that told of a version
const TRIES = 12;

const kept = new Map(); // week → {version, features, partial}, the most recently used last
const reading = new Map(); // week → promise of the same, for weeks read ahead

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function keep(week, found) {
  kept.delete(week);
  kept.set(week, found);
  let sum = 0;
  for (const [name, one] of [...kept].reverse()) {
    sum += one.features.length;
    if (sum > MOST_KEPT && kept.size > 2) kept.delete(name);
  }
}

async function read(url, week, { most, signal, progress, version }) {
  for (let n = 1; ; n += 1) {
    const found = await getFeatures(week ? `${url}?week=${week}` : url, { most, signal, progress });
    if (!version || !(found.version < version) || n === TRIES) return found;
    await wait(BEHIND_MS);
  }
}

/** Sites of a week (null: now) of at least `version`: {version, features, partial}. */
export async function sitesOf(url, week, options) {
  const known = kept.get(week);
  if (known && options.version && known.version === options.version) {
    keep(week, known);
    return known;
  }
  const ahead = reading.get(week);
  if (ahead) {
    const found = await ahead.catch(() => null);
    stopIfAborted(options.signal);
    if (found && !(found.version < options.version)) return found;
  }
  const found = await read(url, week, options);
  keep(week, found);
  return found;
}

/** Read a week ahead of its being shown; failures are left to whoever shows it. */
export function readAhead(url, week, { most, version }) {
  if (kept.get(week)?.version === version && version) return Promise.resolve();
  if (!reading.has(week)) {
    const asked = read(url, week, { most, version, progress() {} });
    reading.set(week, asked);
    asked.then((found) => keep(week, found), () => {}).finally(() => reading.delete(week));
  }
  return reading.get(week).then(() => {}, () => {});
}

/** The weeks one can look back on: {first, current}, as 2023-W28, and the day of the newest data as `as_of`. */
export const weeksOf = (signal) => getJson("/api/weeks", { signal });
