// The account menu is a plain <details>; here it also closes as menus do: on Escape and on a click elsewhere.
const menu = document.getElementById("menu");

// What the page shows is what the pack holds: its filters and its week stand in the address.
const KEPT = ["status", "item", "town", "unit", "kind", "q", "week"];
menu?.addEventListener("toggle", () => {
  const shown = new URLSearchParams(location.search);
  const kept = new URLSearchParams([...shown].filter(([name, value]) => KEPT.includes(name) && value));
  for (const link of menu.querySelectorAll("[data-pack]")) link.search = kept.toString();
  // the week that coverage is compared with; a snapshot compares nothing
  if (!shown.get("against")) return;
  kept.set("against", shown.get("against"));
  for (const link of menu.querySelectorAll('[data-pack][href*="/pack"]')) link.search = kept.toString();
});

addEventListener("pointerdown", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});

menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
