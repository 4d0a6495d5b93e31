// The board's filter without its button: choosing is asking. Empty fields stay out of the address.
const form = document.getElementById("board-filter");

function ask() {
  const url = new URL(form.action, location.href);
  for (const [name, value] of new FormData(form)) {
    if (value && !(name === "group" && value === "item")) url.searchParams.append(name, value);
  }
  location.assign(url);
}

if (form) {
  form.classList.add("live");
  form.addEventListener("change", ask);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// What was refused is told above the form; the reader starts there.
document.querySelector(".form-error, .conflict")?.focus();
