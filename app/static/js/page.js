// What every page has: the theme button and the language link that keeps the address.
import { toggleTheme } from "./theme.js";

document.getElementById("theme")?.addEventListener("click", toggleTheme);

document.getElementById("lang")?.addEventListener("click", (event) => {
  const link = event.currentTarget;
  const url = new URL(location.href);
  url.searchParams.set("lang", new URL(link.href).searchParams.get("lang"));
  link.href = url.href;
});
