// Requests to the server, and what their answers mean. Only an answer that is unmistakably our server's counts as one:
// a portal's page with status 200 is no success, and a stranger's 404 is no refusal.

export const TUS = "1.0.0";
const PATIENCE_MS = 60_000;
/** A line that carries less than this is as good as dead; the parts that arrived stay with the server. */
const SLOWEST_BYTES_PER_MS = 1;
const LONGEST_HOLD_MS = 60 * 60_000;

/**
 * Why a step did not succeed. `kind`:
 *   offline  no answer, or it was cut       server  5xx
 *   busy     429/503, wait `hold_ms`        portal  an answer that is not our server's
 *   sign_in  nobody, or somebody else, is signed in
 *   refused  the server's last word: `problem` says why
 */
export class Trouble extends Error {
  constructor(kind, { status = 0, problem = null, hold_ms = 0, cause } = {}) {
    super(`${kind} ${status || cause?.message || ""}`, { cause });
    this.name = "Trouble";
    Object.assign(this, { kind, status, problem, hold_ms });
  }
}

/** One round's conversation: who is signed in is asked once, at its beginning. */
export class Link {
  account = null;
  #fetch;
  #identity;
  #csrf = "";
  #lang;
  #patience;

  /** `identity({fresh})` → {account, csrf}, rejects without an answer; `lang()` → "zh" | "en" | "". */
  constructor({ fetch, identity, lang = () => "", patience = PATIENCE_MS }) {
    this.#fetch = fetch;
    this.#identity = identity;
    this.#lang = lang;
    this.#patience = patience;
  }

  /** Ask who is signed in. Throws Trouble offline. */
  async begin() {
    const { account, csrf } = await this.#identity({ fresh: true }).catch((cause) => {
      throw cause instanceof Trouble ? cause : new Trouble("offline", { cause });
    });
    if (this.account && account?.id !== this.account.id) throw new Trouble("sign_in");
    this.account = account;
    this.#csrf = csrf;
    return account;
  }

  /** {status, headers, json} of a success or of a status in `returns`; throws Trouble otherwise. */
  async ask(method, address, { headers = {}, body, returns = [], patience = this.#patience } = {}) {
    for (let again = false; ; again = true) {
      const answer = await this.#once(method, address, headers, body, patience);
      // the token belongs to a session: when that was renewed meanwhile, the same person gets one more try
      if (answer.status === 403 && !again) {
        await this.begin();
        continue;
      }
      if (returns.includes(answer.status)) return answer;
      return judged(answer);
    }
  }

  /** How long to wait for an answer to so many bytes. */
  patienceFor(bytes) {
    return this.#patience + bytes / SLOWEST_BYTES_PER_MS;
  }

  async #once(method, address, headers, body, patience) {
    const given = new AbortController();
    const timer = setTimeout(() => given.abort(), patience);
    const lang = this.#lang();
    try {
      const response = await this.#fetch(address, {
        method,
        body,
        signal: given.signal,
        credentials: "same-origin",
        cache: "no-store",
        redirect: "manual",
        headers: {
          Accept: "application/json",
          "X-CSRF-Token": this.#csrf,
          ...(lang && { "Accept-Language": lang }),
          ...headers,
        },
      });
      const kind = response.headers.get("content-type") || "";
      const text = method === "HEAD" ? "" : await response.text();
      return {
        status: response.type === "opaqueredirect" ? 302 : response.status,
        headers: response.headers,
        problem: kind.startsWith("application/problem+json") ? parsed(text) : null,
        json: kind.startsWith("application/json") ? parsed(text) : null,
      };
    } catch (cause) {
      throw new Trouble("offline", { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

function parsed(text) {
  try {
    const found = JSON.parse(text);
    return found && typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}

function judged(answer) {
  const { status, problem } = answer;
  if (status >= 200 && status < 300) return answer;
  if (status === 401) throw new Trouble("sign_in", { status });
  if (status === 429 || status === 503) throw new Trouble("busy", { status, hold_ms: holdOf(answer.headers) });
  if (status === 408 || status === 425) throw new Trouble("server", { status });
  if (status === 511 || status < 400) throw new Trouble("portal", { status });
  if (status >= 500) throw new Trouble("server", { status });
  // our refusals are problem documents; anything else is from something between us and the server
  throw new Trouble(problem?.title ? "refused" : "portal", { status, problem });
}

/** Retry-After in ms, at most an hour; a day and time is read against the answer's own clock, not the telephone's. */
export function holdOf(headers) {
  const text = headers.get("retry-after");
  if (!text) return 0;
  const seconds = /^\d+$/.test(text.trim())
    ? Number(text)
    : (Date.parse(text) - Date.parse(headers.get("date") || "")) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds * 1000), LONGEST_HOLD_MS) : 0;
}

/** The Upload-Offset of an answer of our upload protocol; null when it is none. */
export function offsetOf(answer, length) {
  const text = answer.headers.get("upload-offset") ?? "";
  if (answer.headers.get("tus-resumable") !== TUS || !/^\d+$/.test(text)) return null;
  const offset = Number(text);
  return offset <= length ? offset : null;
}
