// The phone's page: shows the screen of the address, the list first; what is not needed at once is read afterwards.
import { t } from "../boot.js";
import { el } from "../dom.js";
import { breath } from "./breath.js";
import { startNearby } from "./nearby.js";
import { current, onShow, show, startScreens } from "./screens.js";
import { zone } from "./zone.js";

const AHEAD_MS = 1500; // after the map, which is seen, come the screens that are not
const AT_LATEST_MS = 3000; // the rest does not wait longer for the list, which may have to wait for a signal

/**
 * Screens whose modules are read when they are first shown, or ahead of that once there is nothing else to do: a first
 * visit shall be enough for the field. A module registers with onShow() itself.
 */
const LATER = {
  check: () => import("./checkin.js"),
  draft: () => import("./checkin.js"),
  mend: () => import("./checkin.js"),
  site: () => import("./sitecard.js"),
  outbox: () => import("./outboxview.js"),
  me: () => import("./me.js"),
};

/** What the page does whichever screen is shown, once the list can be used. */
function rest() {
  for (const [read, start] of [
    [() => import("./maploader.js"), ({ startMap }) => startMap()],
    [() => import("./outbox.js"), ({ outbox }) => outbox.start()],
    [() => import("./outboxcount.js"), ({ startCount }) => startCount()],
    [() => import("./service.js"), ({ startService }) => startService()],
    [() => import("./visits.js"), () => {}],
  ]) {
    again(async () => {
      const part = await read();
      await breath(); // all of them at once would let a tap wait
      return start(part);
    });
  }
  setTimeout(ahead, AHEAD_MS);
}

/** Read the screens that nobody has asked for yet, one after the other. */
async function ahead() {
  for (const read of Object.values(LATER)) {
    await again(read);
    await breath();
  }
}

/** Read a part; when there is no signal, once there is some. */
async function again(read) {
  try {
    await read();
  } catch (error) {
    if (!unread(error)) throw error;
    addEventListener("online", () => again(read), { once: true });
  }
}

/** Whether a module could not be read, rather than failed. */
const unread = (error) => error instanceof TypeError && /import|module/i.test(error.message);

/** Show a screen's module as soon as it is there, and say so while it is not. */
function readWhenShown(name, read) {
  let state = "";
  onShow(name, async () => {
    if (state) return;
    state = "reading";
    const section = document.querySelector(".screen:not([hidden])");
    const place = section.querySelector(".m-card") || section;
    const wait = el("p", { class: "m-empty m-wait", role: "status" });
    const say = setTimeout(() => {
      wait.textContent = t("phone.shell.reading");
      place.append(wait);
    }, 400);
    try {
      await read();
      wait.remove();
    } catch (error) {
      if (!unread(error)) throw error;
      state = "";
      const retry = () => {
        wait.remove();
        if (current.name === name) show(name, current.params);
      };
      wait.replaceChildren(t("phone.shell.unread"), " ", el("button", { class: "m-button", type: "button", on: { click: retry } }, t("phone.position.again")));
      place.append(wait);
      addEventListener("online", retry, { once: true });
    } finally {
      clearTimeout(say);
    }
  });
}
for (const [name, read] of Object.entries(LATER)) readWhenShown(name, read);

async function pin() {
  const { pinByHand } = await import("./pick.js");
  await pinByHand();
}

/** A tap beside a dialog closes it, as everywhere on a phone. */
addEventListener("click", (event) => event.target.matches?.("dialog.m-dialog") && event.target.close());

// The modules have taken their time; what follows is a piece of its own.
setTimeout(async () => {
  startNearby({ pin });
  await new Promise((resolve) => setTimeout(resolve));
  startScreens();
  zone.ready.then(() => zone.data || zone.refresh());
  zone.addEventListener("change", listed);
  zone.ready.then(listed);
});

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
setTimeout(begin, AT_LATEST_MS);
