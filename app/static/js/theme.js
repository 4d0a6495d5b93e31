// Light and dark. theme-boot.js has set the theme before the first paint; here it is changed and told of.

const root = document.documentElement;
const listeners = new Set();

export const theme = () => (root.dataset.theme === "dark" ? "dark" : "light");

/** Call `listener` whenever the theme has changed, by the button or by the system. */
export function onTheme(listener) {
  listeners.add(listener);
}

export function toggleTheme() {
  const next = theme() === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // Storage may be blocked; the choice then lasts as long as the page.
  }
}

/** Paper is white: use the light theme until the returned function is called. */
export function lightForPaper() {
  const before = root.dataset.theme;
  root.dataset.theme = "light";
  return () => (root.dataset.theme = before);
}

let restore = null;
addEventListener("beforeprint", () => (restore = lightForPaper()));
addEventListener("afterprint", () => restore?.());

new MutationObserver(() => listeners.forEach((listener) => listener(theme()))).observe(root, {
  attributes: true,
  attributeFilter: ["data-theme"],
});
