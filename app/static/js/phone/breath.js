// Long work in pieces, so that a finger never waits for it.

const LONGEST_MS = 8; // of a piece; on a slow phone it is four times as much

/** Resolves once the page has drawn what there is and has answered what was asked of it. */
export const breath = () =>
  new Promise((resolve) => {
    const next = () => setTimeout(resolve);
    if (document.hidden) next();
    else requestAnimationFrame(next);
  });

/** Do `work` for each of the items, with pauses. */
export async function inPieces(items, work) {
  let since = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - since < LONGEST_MS) continue;
    await breath();
    since = performance.now();
  }
}
