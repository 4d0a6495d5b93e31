// The lines under the status bar: no signal, how old the data are, how many reports wait, a new version.
import { boot, t } from "../boot.js";
import { el, icon } from "../dom.js";
import { account } from "./account.js";
import { age } from "./age.js";
import { count, onCount } from "./outboxcount.js";
import { usage } from "./storage.js";
import { update } from "./update.js";
import { zone } from "./zone.js";

const STALE_MS = 60 * 60_000;
const AGE_EVERY_MS = 30_000;
const ROOM_EVERY_MS = 5 * 60_000;

/** Whether the last attempt to reach the server failed, or there is surely no network. */
export const offline = () => !navigator.onLine || zone.trouble === "offline" || zone.trouble === "server";

let tight = false;
let shown = "";

/** Lines as {key, text, detail, action: [label, run] | null, link: [label, address] | null}, the weightiest first. */
function lines() {
  const found = [];
  const waiting = count() ?? 0;
  if (update.state === "insecure") {
    found.push({ key: "insecure", symbol: "warning", text: t("phone.banner.insecure"), link: [t("phone.banner.insecure_link"), "#me"] });
  }
  const away = offline();
  if (zone.trouble === "sign_in" && !account.me) {
    found.push({ key: "closed", symbol: "person", text: t("phone.banner.sign_in_closed"), link: [t("phone.banner.sign_in_link"), boot.urls.sign_in] });
  } else if (!away && account.asked && !account.me && waiting) {
    const text = [t("phone.banner.sign_in"), t("phone.banner.unsent", { n: waiting })].join(" · ");
    found.push({ key: "sign_in", symbol: "person", text, link: [t("phone.banner.sign_in_link"), boot.urls.sign_in] });
  }
  const old = zone.age();
  if (away || (old !== null && old > STALE_MS) || (!zone.data && !zone.refreshing && zone.trouble)) {
    const text = [away && t(navigator.onLine ? "phone.banner.away" : "phone.banner.offline")];
    const said = age(old ?? 0);
    const aged = said ? t("phone.banner.age", { age: said }) : t("phone.banner.age_now");
    text.push(zone.data ? aged : t("phone.banner.none"));
    if (waiting) text.push(t("phone.banner.unsent", { n: waiting }));
    const label = t(zone.refreshing ? "phone.banner.refreshing" : "phone.banner.refresh");
    found.push({ key: "age", symbol: away ? "offline" : "undo", text: text.filter(Boolean).join(" · "), action: [label, refresh] });
  }
  if (update.offered && !update.wanted) {
    found.push({ key: "update", symbol: "info", text: t("phone.banner.update"), action: [t("phone.banner.update_label"), () => update.apply()] });
  }
  if (tight) {
    found.push({ key: "room", symbol: "warning", text: t("phone.banner.storage_low"), link: [t("phone.banner.storage_link"), "#me"] });
  }
  return found.slice(0, 2);
}

/** Ask the server for what is new: who is signed in, then the data. Resolves to whether it answered. */
export async function refresh() {
  await account.refresh();
  return zone.refresh();
}

const nodes = new Map(); // key → {said, node}: a line that says the same is left alone, somebody may be tapping it

function lineOf({ key, symbol, text, action, link }) {
  return el(
    "p",
    { class: "m-strip", data: { line: key } },
    icon(symbol),
    el("span", { class: "m-strip-text" }, text),
    action && el("button", { class: "m-strip-do", type: "button", on: { click: action[1] } }, action[0]),
    link && el("a", { class: "m-strip-do", href: link[1] }, link[0]),
  );
}

function draw(place, announced) {
  const found = lines();
  const now = JSON.stringify(found);
  if (now === shown) return;
  shown = now;
  const keys = new Set(found.map(({ key }) => key));
  for (const [key, { node }] of nodes) {
    if (keys.has(key)) continue;
    node.remove();
    nodes.delete(key);
  }
  let before = announced;
  for (const line of found) {
    const said = JSON.stringify(line);
    const known = nodes.get(line.key);
    const node = known?.said === said ? known.node : lineOf(line);
    if (known && known.node !== node) known.node.replaceWith(node);
    if (before.nextSibling !== node) before.after(node);
    nodes.set(line.key, { said, node });
    before = node;
  }
  place.hidden = !found.length;
  // said aloud when a state begins, not with every minute that passes
  const states = found.map(({ key }) => key).join(" ");
  if (announced.dataset.states !== states) {
    announced.dataset.states = states;
    announced.textContent = found.map(({ text }) => text).join("。");
  }
}

export function startBanner() {
  const place = document.getElementById("m-banner");
  const announced = el("span", { class: "hidden-text", role: "status" });
  place.append(announced);
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", t("phone.banner.label"));
  const again = () => draw(place, announced);
  for (const source of [zone, account, update]) source.addEventListener("change", again);
  zone.addEventListener("state", again);
  for (const type of ["online", "offline", "hashchange"]) addEventListener(type, again);
  onCount(again);
  setInterval(again, AGE_EVERY_MS);
  const room = async () => {
    tight = (await usage())?.tight ?? false;
    again();
  };
  setInterval(room, ROOM_EVERY_MS);
  room();
}
