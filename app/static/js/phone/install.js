// Putting the page on the home screen: by a button where the browser offers it, by instructions elsewhere.

let offer = null;
const changed = new EventTarget();

/** "installed" | "offered" (there is a button) | "ios" | "menu" (by the browser's menu). */
export function installState() {
  if (matchMedia("(display-mode: standalone)").matches || navigator.standalone) return "installed";
  if (offer) return "offered";
  const touchMac = navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1; // an iPad says it is a Mac
  return /iPad|iPhone|iPod/.test(navigator.userAgent) || touchMac ? "ios" : "menu";
}

/** Call `run()` whenever it changes. */
export const onInstall = (run) => changed.addEventListener("change", run);

/** Show the browser's own question; to be called from a tap. */
export async function install() {
  const asking = offer;
  offer = null;
  await asking?.prompt();
  changed.dispatchEvent(new Event("change"));
}

export function startInstall() {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    changed.dispatchEvent(new Event("change"));
  });
  addEventListener("appinstalled", () => {
    offer = null;
    changed.dispatchEvent(new Event("change"));
  });
}
