// Which screen is shown, kept in the address: #nearby, #site/20-1-01, #check/20-1-01, #draft/UUID, #outbox, #me.
// "Back" of phone and browser undoes a step. A part of the page registers what is to be done when its screen is shown.

/** The one argument that a screen's address may carry, by the name its parameter has. */
const ARGUMENT = { draft: "id", mend: "id", sent: "id" };
/** Addresses that are shown by another's section. */
const SECTION = { draft: "check", mend: "check" };
const FIRST = "nearby";

const argumentOf = (name) => ARGUMENT[name] || "code";
const sectionOf = (name) => document.getElementById(`screen-${name}`) || document.getElementById(`screen-${SECTION[name]}`);

const shown = new Map(); // name → functions to be called when it is shown
const hidden = new Map(); // name → functions to be called when another is shown
const add = (to, name, run) => to.set(name, [...(to.get(name) || []), run]);

/** What is shown: {name, params}. */
export let current = null;

/** {name, params} of an address's hash; null when it names no screen. */
function parse(hash) {
  const [name, ...rest] = (hash.replace(/^#/, "") || FIRST).split("/");
  if (!sectionOf(name)) return null;
  let text = rest.join("/");
  try {
    text = decodeURIComponent(text);
  } catch {
    // a stray % is taken as it stands
  }
  return { name, params: text ? { [argumentOf(name)]: text } : {} };
}

const hashOf = (name, params) => {
  const argument = params[argumentOf(name)];
  return `#${name}${argument ? `/${encodeURIComponent(argument)}` : ""}`;
};

const same = (one, other) => one && other && hashOf(one.name, one.params) === hashOf(other.name, other.params);

/**
 * Show a screen. `params` has the argument of its address (`code`, or `id` for drafts) and may have more, which the
 * address does not keep. `replace`: "back" shall not return to the present screen, as after something was finished.
 */
export function show(name, params = {}, { replace = false } = {}) {
  if (!sectionOf(name)) throw new Error(`no screen ${name}`);
  const next = { name, params };
  const depth = history.state?.depth || 0;
  if (replace || same(next, current)) history.replaceState({ depth }, "", hashOf(name, params));
  else history.pushState({ depth: depth + 1 }, "", hashOf(name, params));
  render(next);
}

/** One step back, or to the first screen when the page was opened here. */
export function back() {
  if (history.state?.depth) history.back();
  else show(FIRST, {}, { replace: true });
}

/** Call `run(params)` whenever the screen is shown, and now if it is shown already. */
export function onShow(name, run) {
  add(shown, name, run);
  if (current?.name === name) run(current.params);
}

/** Call `run()` whenever the screen gives way to another one. */
export const onHide = (name, run) => add(hidden, name, run);

function render(next, { focus = true } = {}) {
  const before = current;
  current = next;
  const section = sectionOf(next.name);
  for (const one of document.querySelectorAll(".screen")) one.hidden = one !== section;
  for (const tab of document.querySelectorAll("#m-bar [data-tab]")) {
    if (tab.dataset.tab === section.dataset.tab) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  document.documentElement.dataset.screen = next.name;
  if (before && !same(before, next)) for (const run of hidden.get(before.name) || []) run();
  for (const run of shown.get(next.name) || []) run(next.params);
  if (focus && before && !same(before, next)) section.querySelector("h1")?.focus({ preventScroll: true });
}

/** The address has changed by itself: by "back", a link of the page, or a person. */
function follow() {
  const next = parse(location.hash);
  if (!next || same(next, current)) return; // also "skip to the content"
  if (!history.state) history.replaceState({ depth: 1 }, "", location.hash);
  render(next);
}

/** Begin with the screen of the address; /m?site=CODE, as labels on site have it, opens the project with "back" to the list. */
export function startScreens() {
  const query = new URLSearchParams(location.search);
  const code = query.get("site");
  if (code) {
    query.delete("site");
    const rest = query.toString();
    history.replaceState({ depth: 0 }, "", `${location.pathname}${rest ? `?${rest}` : ""}#${FIRST}`);
    render({ name: FIRST, params: {} });
    show("site", { code });
  } else {
    if (!history.state) history.replaceState({ depth: 0 }, "", location.href);
    render(parse(location.hash) || { name: FIRST, params: {} }, { focus: false });
  }
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
}
