// Parts of the program that are read when they are needed, and what is said where that fails.
import { t } from "../boot.js";

/** `read` is () => import("…"). Rejects with words for the person when the part is not on the telephone yet. */
export async function load(read) {
  try {
    return await read();
  } catch (cause) {
    throw new Error(t("phone.check.not_loaded"), { cause });
  }
}

/** Read parts ahead while nothing else is to be done: the next step may be where there is no signal. */
export function ahead(...reads) {
  const run = () => reads.forEach((read) => read().catch(() => {})); // asked for again when it is needed
  if (window.requestIdleCallback) requestIdleCallback(run, { timeout: 2000 });
  else setTimeout(run, 500);
}
