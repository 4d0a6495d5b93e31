// The search field: filters while typing; Enter opens the first site, the arrow down goes to the list, "/" comes here.
import { focusList, openFirst } from "./list.js";
import { state } from "./state.js";

const form = document.getElementById("search");
const field = document.getElementById("q");
const clear = form.querySelector(".search-clear");

export function startSearch() {
  const show = () => {
    if (field.value !== state.q) field.value = state.q;
    clear.hidden = !state.q;
  };
  show();
  state.addEventListener("filters", show);
  let composing = false;
  field.addEventListener("compositionstart", () => (composing = true));
  field.addEventListener("compositionend", () => {
    composing = false; // pinyin letters on their way to a character are no search
    state.type(field.value);
  });
  field.addEventListener("input", () => composing || state.type(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      focusList();
    } else if (event.key === "Escape" && field.value) {
      event.stopPropagation();
      state.type("");
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (state.q.trim()) openFirst();
  });
  clear.addEventListener("click", () => {
    state.type("");
    field.focus();
  });
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });
}
