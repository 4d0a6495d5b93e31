// Pages that are read (ledger, item, site, board, work, meeting) bring themselves up to date when the data change.
// Not under the hands of somebody who fills in a form: then a quiet line offers it.
import { events, live } from "./events.js";
import { Patch } from "./patch.js";

const LATER_MS = 300; // another server process may be a moment behind the one that told
const TRIES = 10;

let patch = null;
let running = false;
let line = null;
let behind = false; // a new version is known and not shown

const shown = () => Number(live.content);

function changed(field) {
  if (field.type === "file") return field.files.length > 0;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((one) => one.selected !== one.defaultSelected) && field.dataset.touched === "yes";
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

/** Whether somebody is at work in a form that sends something, or in a dialogue. */
function busy() {
  if (document.querySelector("dialog[open]")) return true;
  return [...document.forms].some(
    (form) =>
      form.method === "post" &&
      ((form.contains(document.activeElement) && document.activeElement.matches("input:not([type=submit]), textarea, select")) ||
        [...form.elements].some((field) => field.matches("input, textarea, select") && changed(field))),
  );
}

function offer(open) {
  if (!line && !open) return;
  if (!line) {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "live-again";
    again.textContent = live.dataset.refresh;
    again.addEventListener("click", () => location.reload());
    line = document.createElement("p");
    line.className = "live-note live-line";
    line.setAttribute("role", "status");
    line.append(`${live.dataset.updated} · `, again);
  }
  if (!line.isConnected) document.body.append(line); // the page around it was renewed
  line.hidden = !open;
}

async function read() {
  for (let n = 0; n < TRIES; n += 1) {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!response.ok || response.redirected) return null;
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    const mark = next.getElementById("live");
    if (!mark) return null;
    if (Number(mark.content) >= events.state.version) return { next, version: mark.content };
    await new Promise((done) => setTimeout(done, LATER_MS));
  }
  return null;
}

async function renew() {
  behind = events.state !== null && events.state.version !== shown();
  if (!behind || running) return;
  if (busy()) return void offer(true);
  running = true;
  try {
    const found = await read();
    if (!found || busy()) return void offer(true); // gone, or for somebody signed in: a reload will say
    patch.apply(found.next.body);
    document.title = found.next.title;
    live.content = found.version;
    offer(false);
    document.documentElement.dataset.version = found.version;
    document.dispatchEvent(new Event("renewed"));
  } catch {
    // No answer just now: the stream will tell once the server is back.
  } finally {
    running = false;
  }
  if (events.state.version > shown()) setTimeout(renew, LATER_MS);
}

/** Keep this page up to date. To be called before other scripts change the page. */
export function startRenewing() {
  patch = new Patch(document.body);
  events.addEventListener("version", renew);
  document.addEventListener("change", (event) => event.target.dataset && event.target.matches("select") && (event.target.dataset.touched = "yes"));
  document.addEventListener("focusout", () => behind && setTimeout(renew, LATER_MS));
}
