// The phone's page: shows the screen of the address, the list first; what is not needed at once is read afterwards.
import { startNearby } from "./nearby.js";
import { onShow, startScreens } from "./screens.js";
import { zone } from "./zone.js";

const AT_LATEST_MS = 3000; // the rest does not wait longer for the list, which may have to wait for a signal

/** Screens whose modules are read when they are first shown. A module registers with onShow() itself. */
const LATER = {
  site: () => import("./sitecard.js"),
  check: () => import("./checkin.js"),
  draft: () => import("./checkin.js"),
  mend: () => import("./checkin.js"),
  outbox: () => import("./outboxview.js"),
  me: () => import("./me.js"),
};

/** What the page does whichever screen is shown, once the list can be used. */
function rest() {
  import("./maploader.js").then(({ startMap }) => startMap());
  import("./outbox.js").then(({ outbox }) => outbox.start());
  import("./visits.js");
  import("./outboxcount.js").then(({ startCount }) => startCount());
  import("./service.js").then(({ startService }) => startService());
}

for (const [name, read] of Object.entries(LATER)) {
  let asked = false;
  onShow(name, () => {
    if (asked) return;
    asked = true;
    read().catch(() => (asked = false)); // asked again when the screen is shown again
  });
}

async function pin() {
  const { pinByHand } = await import("./pick.js");
  await pinByHand();
}

/** A tap beside a dialog closes it, as everywhere on a phone. */
addEventListener("click", (event) => event.target.matches?.("dialog.m-dialog") && event.target.close());

startNearby({ pin });
startScreens();
zone.ready.then(() => zone.data || zone.refresh());

let begun = false;
const begin = () => {
  if (begun) return;
  begun = true;
  if (window.requestIdleCallback) requestIdleCallback(rest, { timeout: 1000 });
  else setTimeout(rest, 200); // Safari
};
function listed() {
  if (!zone.data) return;
  zone.removeEventListener("change", listed);
  document.getElementById("m-sample").hidden = !zone.data.sample;
  requestAnimationFrame(() => {
    document.documentElement.dataset.ready = "yes";
    begin();
  });
}
zone.addEventListener("change", listed);
zone.ready.then(listed);
setTimeout(begin, AT_LATEST_MS);
