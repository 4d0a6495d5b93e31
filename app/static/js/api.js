// Reading from our own API: problem documents become errors with a sentence a person can act on.
import { lang, t } from "./boot.js";
import { embedded, isSnapshot } from "./embedded.js";

class ApiError extends Error {}

function inLanguage(address) {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin) throw new ApiError(t("error.network"));
  url.searchParams.set("lang", lang);
  return url;
}

/** Parsed JSON from an address of this server. Throws `ApiError` with a readable message. */
export async function getJson(address, { signal } = {}) {
  if (isSnapshot) return embedded(new URL(address, location.href).pathname);
  let response;
  try {
    response = await fetch(inLanguage(address), { signal, headers: { Accept: "application/json, application/geo+json" } });
  } catch (error) {
    if (error.name === "AbortError" || error instanceof ApiError) throw error;
    throw new ApiError(t("error.network"));
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw new ApiError((body && (body.detail || body.title)) || t("error.server", { status: response.status }));
}

const RESTARTS = 5;

/**
 * All features of a paged collection: follows `next` until it ends or `most` are read.
 * Calls `progress(read, matched)` after every page. Returns {features, partial, version}, all of one version: when the
 * data change between two pages, reading begins again.
 */
export async function getFeatures(address, { most, signal, progress }) {
  const url = new URL(address, location.href);
  url.searchParams.set("limit", "1000");
  for (let n = 0; ; n += 1) {
    const features = [];
    let first = null;
    let mixed = false;
    let next = url.href;
    while (next && features.length < most && !mixed) {
      const page = await getJson(next, { signal });
      first ??= page;
      mixed = page.version !== first.version && n < RESTARTS;
      features.push(...page.features);
      progress(features.length, first.numberMatched ?? features.length);
      next = page.features.length ? page.next : null;
    }
    if (!mixed) return { features: features.slice(0, most), partial: Boolean(next), version: first.version };
  }
}
