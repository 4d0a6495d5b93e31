// What AbortSignal learnt only lately: browsers of 2021 to 2023 lack `throwIfAborted` and `AbortSignal.timeout`.

/** Throws an AbortError when the signal has been given. */
export function stopIfAborted(signal) {
  if (signal?.aborted) throw new DOMException("aborted", "AbortError");
}

/** A signal that is given after so many milliseconds. */
export function patience(milliseconds) {
  if (AbortSignal.timeout) return AbortSignal.timeout(milliseconds);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return controller.signal;
}
