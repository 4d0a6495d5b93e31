// Starts Swagger UI from our own files: no validator badge, no other host, nothing kept. The plain list of addresses
// that the page came with stays when the viewer cannot be had.
import { onTheme, theme } from "./theme.js";

const place = document.getElementById("api");

/** Swagger UI's own dark style hangs on a class of the root. */
const dress = () => document.documentElement.classList.toggle("dark-mode", theme() === "dark");

function start() {
  const list = [...place.childNodes];
  const view = document.createElement("div");
  view.id = "swagger";
  place.append(view);
  new MutationObserver(() => mend(view)).observe(view, { childList: true, subtree: true });
  window.SwaggerUIBundle({
    url: place.dataset.spec,
    domNode: view,
    deepLinking: false, // its links stand inside buttons, which screen readers cannot tell apart
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    queryConfigEnabled: false,
    syntaxHighlight: false, // its colours are too faint on either ground
    onComplete: () => list.forEach((node) => node.remove()),
  });
}

/** What the viewer leaves out: names of its fields, the keyboard's way into scrolling boxes. */
function mend(view) {
  for (const field of view.querySelectorAll("tr[data-param-name] :is(select, input):not([aria-label])")) {
    field.setAttribute("aria-label", field.closest("tr").dataset.paramName);
  }
  for (const field of view.querySelectorAll("select:not([aria-label])")) {
    field.setAttribute("aria-label", field.title || "Media type");
  }
  view.querySelector("main:not([role])")?.setAttribute("role", "group"); // the page has a main of its own
  for (const box of view.querySelectorAll("pre:not([tabindex])")) box.tabIndex = 0;
}

if (window.SwaggerUIBundle) {
  dress();
  onTheme(dress);
  start();
} else {
  const message = document.createElement("p");
  message.setAttribute("role", "alert");
  message.textContent = place.dataset.failed;
  place.prepend(message);
}
