// What every page has: the theme button, the language link that keeps the address, and news of new data.
import { events, live } from "./events.js";
import { startRenewing } from "./renew.js";
import { toggleTheme } from "./theme.js";

// The map takes new data in by itself (main.js); every other page is renewed as a whole.
if (live && !document.body.classList.contains("map-page")) startRenewing();
events.start();

document.getElementById("theme")?.addEventListener("click", toggleTheme);

document.getElementById("lang")?.addEventListener("click", (event) => {
  const link = event.currentTarget;
  const url = new URL(location.href);
  url.searchParams.set("lang", new URL(link.href).searchParams.get("lang"));
  link.href = url.href;
});
