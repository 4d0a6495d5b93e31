// Full screen, for the projector.
import { t } from "./boot.js";
import { setIcon } from "./dom.js";

/** Keep the button true to the state, also when Escape leaves full screen. Hidden where it is not possible. */
export function startFullScreen(button) {
  button.hidden = !document.documentElement.requestFullscreen;
  document.addEventListener("fullscreenchange", () => {
    const on = Boolean(document.fullscreenElement);
    const words = t(on ? "tools.full_screen_exit" : "tools.full_screen");
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", words);
    button.title = words;
    setIcon(button, on ? "shrink" : "expand");
  });
}

export function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}
