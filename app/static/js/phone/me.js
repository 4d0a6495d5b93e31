// The screen “我的”: who I am, what the telephone keeps, how it looks, which version it is.
import { boot, lang, local, t } from "../boot.js";
import { el } from "../dom.js";
import { account } from "./account.js";
import { age } from "./age.js";
import { offline, refresh } from "./banner.js";
import { list as drafts } from "./drafts.js";
import { install, installState, onInstall } from "./install.js";
import { outbox } from "./outbox.js";
import { onShow } from "./screens.js";
import { signOutDialog } from "./signout.js";
import { persistAgain, usage } from "./storage.js";
import { size } from "./times.js";
import { update } from "./update.js";
import { zone } from "./zone.js";

const m = (key, values) => t(`phone.me.${key}`, values);
const body = (part) => document.querySelector(`#me-${part} .me-body`);
const line = (text, kind = "me-line") => text && el("p", { class: kind }, text);
const button = (label, run, kind = "") => el("button", { class: `m-button ${kind}`, type: "button", on: { click: run } }, label);
const YEAR_S = 31_536_000;

/** Drafts and entries of every account on this telephone. */
async function unsent() {
  const [own, entries] = await Promise.all([drafts().catch(() => []), outbox.list().catch(() => [])]);
  return [...own, ...entries];
}

// --- account ------------------------------------------------------------------------------------------------------

async function drawAccount() {
  const me = account.me;
  const parts = me ? signedIn(me) : signedOut();
  const sealed = new Map();
  for (const { account: owner } of await unsent()) {
    if (owner && owner.id !== me?.id) sealed.set(owner.display, (sealed.get(owner.display) ?? 0) + 1);
  }
  for (const [name, n] of sealed) parts.push(line(m("sealed", { name, n }), "me-warn"));
  body("account").replaceChildren(...parts.filter(Boolean));
}

function signedIn(me) {
  const towns = me.towns.map((code) => zone.data?.towns.features.find(({ properties }) => properties.code === code)?.properties);
  const named = towns.filter(Boolean).map((town) => local(town, "name"));
  const told = me.must_change ? m("must_change") : me.may_inspect ? "" : m("may_not");
  return [
    el("p", { class: "me-name" }, me.display),
    line([m(`role.${me.role}`), m("towns", { towns: named.length ? named.join(lang === "en" ? ", " : "、") : m("all_towns") })].join(" · ")),
    line(told, "me-warn"),
    me.must_change && el("a", { class: "m-button", href: "/account" }, m("must_change_link")),
    button(m("sign_out"), async () => signOutDialog(me, (await unsent()).filter(({ account: owner }) => owner?.id === me.id), offline())),
  ];
}

function signedOut() {
  const known = account.asked || !offline();
  return [
    el("p", { class: "me-name" }, m("nobody")),
    line(known ? m("nobody_note") : m("unknown"), "me-note"),
    offline() ? line(m("sign_in_offline"), "me-warn") : el("a", { class: "m-button primary", href: boot.urls.sign_in }, m("sign_in")),
  ];
}

// --- data ---------------------------------------------------------------------------------------------------------

let said = "";

async function renew(event) {
  event.currentTarget.disabled = true;
  said = (await refresh()) ? m("refreshed") : m("not_refreshed");
  drawData();
}

async function clear() {
  await zone.clear();
  said = (await zone.refresh()) ? m("cleared") : m("cleared_only");
  drawData();
  drawStorage();
}

function drawData() {
  const { data } = zone;
  const week = data && (local(data, "week_label") || data.week);
  const since = age(zone.age() ?? 0);
  const noClear = offline() || !data;
  const renewing = button(m(zone.refreshing ? "refreshing" : "refresh"), renew);
  renewing.disabled = zone.refreshing;
  const clearing = button(m("clear"), clear);
  clearing.disabled = noClear;
  body("data").replaceChildren(
    ...[
      line(data ? (since ? m("data_age", { age: since }) : m("data_now")) : m("data_none")),
      data && line(m("data_facts", { week, sites: data.sites.length }), "me-note"),
      data?.partial && line(m("data_partial", { n: data.sites.length }), "me-note"),
      el("div", { class: "me-actions" }, renewing, clearing),
      line(offline() && data ? m("clear_offline") : m("clear_note"), "me-note"),
      el("p", { class: "me-note me-said", role: "status" }, said),
    ].filter(Boolean),
  );
}

// --- installing and storage ------------------------------------------------------------------------------------------

function drawInstall() {
  const state = installState();
  document.getElementById("me-install").hidden = update.state === "insecure";
  const told = line(m(`install_${state}`), state === "ios" ? "me-warn" : "me-line");
  body("install").replaceChildren(...[told, state === "offered" && button(m("install_button"), install, "primary")].filter(Boolean));
}

async function drawStorage() {
  const room = await usage();
  if (!room) return body("storage").replaceChildren(line(m("storage_unknown"), "me-note"));
  const reports = (await unsent()).reduce((sum, one) => sum + (one.size_bytes ?? sizeOf(one)), 0);
  const rows = reports ? [["storage_reports", reports]] : [];
  if (room.parts) rows.push(["storage_database", Math.max(0, room.parts.database - reports)], ["storage_program", room.parts.program]);
  const keep = button(m("storage_keep"), async () => {
    const kept = await persistAgain();
    await drawStorage();
    if (!kept) body("storage").append(el("p", { class: "me-note", role: "status" }, m("storage_refused")));
  });
  const told = m("storage_used", { used: size(room.used), quota: size(room.quota) });
  body("storage").replaceChildren(
    ...[
      line(told),
      el("meter", { class: "me-meter", min: 0, max: room.quota, high: room.quota * 0.9, value: room.used, "aria-label": told }),
      el("dl", { class: "me-facts" }, ...rows.map(([key, bytes]) => el("div", {}, el("dt", {}, m(key)), el("dd", {}, size(bytes))))),
      room.tight && line(m("storage_tight"), "me-warn"),
      line(m(room.persisted ? "storage_kept" : "storage_loose"), "me-note"),
      !room.persisted && keep,
    ].filter(Boolean),
  );
  return undefined;
}

const sizeOf = (draft) => draft.photos.reduce((sum, photo) => sum + (photo.size_bytes ?? 0), 1000);

// --- settings -----------------------------------------------------------------------------------------------------

/** Buttons of which one is pressed: [[value, label], …]. */
function choices(label, options, now, choose) {
  const buttons = options.map(([value, word, of]) =>
    el("button", { class: "me-choice", type: "button", lang: of, "aria-pressed": String(value === now), on: { click: () => choose(value) } }, word),
  );
  return el("div", { class: "me-pair" }, el("span", { class: "me-label" }, label), el("div", { class: "me-choices", role: "group", "aria-label": label }, ...buttons));
}

function storedTheme() {
  try {
    return localStorage.getItem("theme") || "";
  } catch {
    return ""; // blocked storage: the choice lasts as long as the page
  }
}

function chooseTheme(next) {
  try {
    if (next) localStorage.setItem("theme", next);
    else localStorage.removeItem("theme");
  } catch {
    // see above
  }
  document.documentElement.dataset.theme = next || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  drawSettings();
}

async function chooseLanguage(next) {
  if (next === lang) return;
  document.cookie = `lang=${next}; path=/; max-age=${YEAR_S}; samesite=lax`;
  await update.chooseLanguage(next);
  location.href = `/m?lang=${next}#me`;
}

function drawSettings() {
  const languages = [["zh", "中文", "zh-CN"], ["en", "English", "en"]];
  const themes = [["", m("theme_system")], ["light", m("theme_light")], ["dark", m("theme_dark")]];
  body("settings").replaceChildren(
    choices(m("language"), languages, lang, chooseLanguage),
    choices(m("theme"), themes, storedTheme(), chooseTheme),
  );
}

// --- version ------------------------------------------------------------------------------------------------------

const VERSIONS = { insecure: "version_insecure", unsupported: "version_none", failed: "version_online", starting: "version_online" };
let looked = "";

async function look(event) {
  event.currentTarget.disabled = true;
  looked = m("version_looking");
  drawVersion();
  await update.look({ now: true });
  looked = update.offered ? "" : m("version_latest");
  drawVersion();
}

function drawVersion() {
  const fresh = update.offered || update.wanted;
  const known = update.version && !VERSIONS[update.state];
  const act = update.wanted ? null : fresh ? button(m("version_update"), () => update.apply(), "primary") : button(m("version_look"), look);
  body("version").replaceChildren(
    ...[
      line(known ? m("version_now", { version: update.version.slice(0, 7) }) : m(VERSIONS[update.state] ?? "version_online")),
      fresh && line(m(update.wanted ? "version_sending" : "version_new")),
      known && act,
      el("p", { class: "me-note me-said", role: "status" }, fresh ? "" : looked),
    ].filter(Boolean),
  );
}

// --- the whole ----------------------------------------------------------------------------------------------------

/** On a plain connection the help about secure ones stands open, with the way there. */
function drawHelp() {
  if (globalThis.isSecureContext) return;
  const place = document.getElementById("me-help-secure");
  place.open = true;
  if (place.querySelector("a")) return;
  const secure = new URL(location.href);
  secure.protocol = "https:";
  if (secure.port) secure.port = "";
  place.append(el("a", { class: "m-button primary", href: secure.href }, m("help_try_secure")));
}

const visible = () => !document.getElementById("screen-me").hidden;
const when = (draw) => () => visible() && draw();

function draw() {
  said = looked = "";
  drawAccount();
  drawData();
  drawInstall();
  drawStorage();
  drawSettings();
  drawVersion();
  drawHelp();
}

account.addEventListener("change", when(() => { drawAccount(); drawData(); }));
zone.addEventListener("change", when(() => { drawData(); drawAccount(); }));
zone.addEventListener("state", when(drawData));
outbox.addEventListener("change", when(drawAccount));
update.addEventListener("change", when(drawVersion));
onInstall(when(drawInstall));
for (const type of ["online", "offline"]) addEventListener(type, when(draw));
onShow("me", draw);
