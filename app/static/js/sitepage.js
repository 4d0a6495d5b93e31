// Item and site pages: printing, and copying the coordinates. Everything else is there without scripts.
import { startPrinting } from "./paper.js";

const AGAIN_MS = 2500;

startPrinting();

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.querySelector("span");
  const usual = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      words.textContent = button.dataset.done;
    } catch {
      words.textContent = button.dataset.failed; // no permission, or no secure connection
    }
    setTimeout(() => (words.textContent = usual), AGAIN_MS);
  });
}
