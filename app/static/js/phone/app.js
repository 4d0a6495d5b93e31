// The phone's page: shows the screen of the address, the list first; what is not needed at once is read afterwards.
import { startNearby } from "./nearby.js";
import { onShow, startScreens } from "./screens.js";
import { zone } from "./zone.js";

/** Screens whose modules are read when they are first shown. A module registers with onShow() itself. */
const LATER = {
  site: () => import("./sitecard.js"),
  check: () => import("./checkin.js"),
  draft: () => import("./checkin.js"),
  mend: () => import("./checkin.js"),
  outbox: () => import("./outboxview.js"),
};

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
zone.addEventListener("change", () => zone.data && (document.getElementById("m-sample").hidden = !zone.data.sample));

/** Once the list can be used: the map behind it. */
const idle = window.requestIdleCallback ? (run) => requestIdleCallback(run, { timeout: 1500 }) : (run) => setTimeout(run, 300);
function ready() {
  if (!zone.data) return;
  zone.removeEventListener("change", ready);
  requestAnimationFrame(() => {
    document.documentElement.dataset.ready = "yes";
    idle(() => import("./maploader.js").then(({ startMap }) => startMap()));
  });
}
zone.addEventListener("change", ready);
zone.ready.then(ready);
