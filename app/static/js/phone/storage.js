// Room on the telephone: how much is used, whether the browser may take it away, and when it gets tight.

const TIGHT_BYTES = 100_000_000;
const TIGHT_SHARE = 0.9;

/** {used, quota, persisted, tight, parts: {database, program}|null}; null where the browser does not say. */
export async function usage() {
  const found = await navigator.storage?.estimate?.().catch(() => null);
  if (!found?.quota) return null;
  const { usage: used = 0, quota, usageDetails: details } = found;
  const persisted = (await navigator.storage.persisted?.().catch(() => false)) ?? false;
  const parts = details ? { database: details.indexedDB ?? 0, program: (details.caches ?? 0) + (details.serviceWorkerRegistrations ?? 0) } : null;
  return { used, quota, persisted, tight: quota - used < TIGHT_BYTES || used / quota > TIGHT_SHARE, parts };
}

let asked = null;

/**
 * Ask the browser to keep what is stored until the person deletes it. To be called when there is something to lose:
 * with the first draft. Some browsers then ask the person. Resolves to whether it is kept.
 */
export function persistOnce() {
  asked ??= (async () => {
    if (!navigator.storage?.persist) return false;
    return (await navigator.storage.persisted()) || navigator.storage.persist();
  })().catch(() => false);
  return asked;
}

/** Ask once more, because the person wants it. */
export function persistAgain() {
  asked = null;
  return persistOnce();
}
