// Printing pages: the whole page, or only the label for the site. (theme.js sees to the light theme on paper.)

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
  addEventListener("afterprint", () => document.body.classList.remove("print-label", "print-page"));
}
