// What goes on in the background on every screen: the service worker, fresh data when there is signal, the banner.
import { account } from "./account.js";
import { refresh, startBanner } from "./banner.js";
import { startInstall } from "./install.js";
import { update } from "./update.js";
import { zone } from "./zone.js";

const OLD_MS = 60_000;
const EVERY_MS = 10 * 60_000;
const AGAIN_MS = 5_000; // after a failure, each time twice as long

const due = () => {
  const age = zone.age();
  return age === null || age > OLD_MS || zone.trouble !== null;
};

async function look() {
  if (document.visibilityState !== "visible") return;
  if (due() || !account.asked) await refresh();
  update.look();
  lookAgain();
}

let failures = 0;
let again = null;
/** A dead spot has an end that no browser tells of: telephones often say that they are online throughout. */
function lookAgain() {
  clearTimeout(again);
  const failed = !account.asked || zone.trouble === "offline" || zone.trouble === "server";
  failures = failed ? failures + 1 : 0;
  if (failed) again = setTimeout(look, Math.min(EVERY_MS, AGAIN_MS * 2 ** (failures - 1)));
}

export function startService() {
  // a language in the address was for this one time; what is opened next goes by the choice
  const url = new URL(location.href);
  if (url.searchParams.has("lang")) {
    url.searchParams.delete("lang");
    history.replaceState(history.state, "", url);
  }
  startInstall();
  startBanner();
  update.start();
  addEventListener("online", look);
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY_MS);
  account.addEventListener("change", async () => {
    failures = 0; // a sign-out that the server has not heard of is not to wait
    await zone.refresh();
    lookAgain();
  });
  look();
}
