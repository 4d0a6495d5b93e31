// The account menu is a plain <details>; here it also closes as menus do: on Escape and on a click elsewhere.
const menu = document.getElementById("menu");

addEventListener("pointerdown", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});

menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
