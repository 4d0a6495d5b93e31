// Printing pages: always in the light theme, and either the whole page or only the label for the site.

const root = document.documentElement;
let shown = null;

addEventListener("beforeprint", () => {
  shown = root.dataset.theme;
  root.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  if (shown) root.dataset.theme = shown;
  document.body.classList.remove("print-label", "print-page");
});

/** Elements with data-print="page" or "label" print that; they are shown where they would do nothing without us. */
export function startPrinting() {
  for (const control of document.querySelectorAll("[data-print]")) {
    control.hidden = false;
    control.addEventListener("click", (event) => {
      event.preventDefault();
      document.body.classList.add(`print-${control.dataset.print}`);
      print();
    });
  }
}
