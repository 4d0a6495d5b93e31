// Sending a template: progress of the upload and of the check; without scripts the plain form waits instead.
const POLL_MS = 400;

const form = document.getElementById("upload");
const words = form.dataset;
const progress = document.getElementById("upload-progress");
const bar = document.getElementById("upload-bar");
const word = document.getElementById("upload-word");
const errors = document.getElementById("upload-error");
const faults = document.getElementById("upload-faults");

/** A text of the page with its {names} filled in. */
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const count = (number) => number.toLocaleString("en-US");

function show(text, share) {
  progress.hidden = false;
  word.textContent = text;
  if (share === null) bar.removeAttribute("value");
  else bar.value = share;
}

function refuse(lines) {
  progress.hidden = true;
  faults.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  errors.hidden = false;
  errors.scrollIntoView({ block: "nearest" });
}

/** Follows the check until `stopped`: the server tells how many subjects it has looked at. */
async function follow(id, stopped) {
  while (!stopped()) {
    const response = await fetch(words.states + id, { headers: { Accept: "application/json" } }).catch(() => null);
    const state = response?.ok ? await response.json().catch(() => null) : null;
    if (stopped()) return;
    if (state?.state === "checking" && state.total) {
      show(fill(words.checking, { done: count(state.done), total: count(state.total) }), 100 * state.done / state.total);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function answered(request) {
  let body = null;
  try {
    body = JSON.parse(request.responseText);
  } catch {
    // not ours to read: told as a lost connection below
  }
  if (request.status === 201 && body?.location) {
    show(words.done, 100);
    location.assign(body.location);
    return;
  }
  const told = body?.errors?.map((error) => error.message) ?? [];
  refuse(told.length ? told : [body?.detail ?? words.network]);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  const request = new XMLHttpRequest();
  let ended = false;
  const end = (then) => () => {
    ended = true;
    button.disabled = false;
    then(request);
  };
  errors.hidden = true;
  button.disabled = true;
  show(fill(words.sending, { percent: 0 }), 0);
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = total ? Math.round(100 * loaded / total) : 0;
    show(fill(words.sending, { percent }), percent);
  });
  request.upload.addEventListener("load", () => {
    show(words.reading, null);
    follow(form.elements.id.value, () => ended);
  });
  request.addEventListener("load", end(answered));
  request.addEventListener("error", end(() => refuse([words.network])));
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("x-csrf-token", form.elements.csrf.value);
  request.setRequestHeader("Accept-Language", document.documentElement.lang);
  request.send(new FormData(form));
});
