// The screen “outbox”: what waits, how it stands, and what was sent.
import { boot, t } from "../boot.js";
import { el, icon } from "../dom.js";
import { account } from "./account.js";
import { entryCard } from "./outboxcard.js";
import { outbox } from "./outbox.js";
import { onHide, onShow } from "./screens.js";
import { sentPart } from "./sentlist.js";
import { storageLine } from "./storageline.js";
import { sentences, size } from "./times.js";

const EVERY_MS = 5_000; // ages and waiting times go on by themselves

const body = document.getElementById("outbox-body");
const told = el("p", { class: "o-told", role: "status", id: "outbox-told" });
const send = el("button", { class: "m-button primary c-wide", type: "button", id: "outbox-send", on: { click: now } }, icon("outbox"), t("phone.outbox.send"));
const signIn = el("a", { class: "m-button primary c-wide", href: boot.urls.sign_in, hidden: true }, icon("person"), t("phone.outbox.sign_in"));
const list = el("ul", { class: "o-list", id: "outbox-list" });
const sealed = el("div", { class: "m-notice c-notice", id: "outbox-sealed", hidden: true });
const storage = el("p", { class: "c-sub o-storage" });
const sent = sentPart();
body.append(told, send, signIn, list, sealed, sent.part, storage);

const cards = new Map(); // entry id → {node, show}
let timer = null;
let drawing = null;
let again = false;

async function now() {
  send.disabled = true;
  told.textContent = t("phone.outbox.sending_now");
  try {
    await outbox.send();
  } finally {
    send.disabled = false;
    draw();
  }
}

/** Entries of other people: how many and whose, nothing of what is in them. */
function seal(others) {
  sealed.hidden = !others.length;
  if (!others.length) return;
  const names = new Map();
  for (const entry of others) names.set(entry.account.display, (names.get(entry.account.display) ?? 0) + 1);
  const lines = [...names].map(([name, n]) => el("p", {}, t("phone.outbox.sealed", { name, n })));
  sealed.replaceChildren(icon("lock"), el("div", {}, ...lines, el("p", { class: "c-sub" }, t("phone.outbox.sealed_why"))));
}

function summary(mine) {
  if (!mine.length) return t("phone.outbox.none");
  const bytes = mine.reduce((sum, entry) => sum + entry.size_bytes, 0);
  const refused = mine.filter((entry) => entry.state === "refused").length;
  return sentences(t("phone.outbox.summary", { n: mine.length, size: size(bytes) }), refused && t("phone.outbox.refused", { n: refused }));
}

async function render() {
  const entries = await outbox.list();
  const me = account.me?.id ?? null;
  const mine = entries.filter((entry) => entry.account.id === me);
  seal(entries.filter((entry) => entry.account.id !== me));
  if (!send.disabled) told.textContent = summary(mine);
  send.hidden = !mine.some((entry) => entry.state !== "refused");
  signIn.hidden = Boolean(me) || !entries.length;
  const ids = new Set(mine.map((entry) => entry.id));
  for (const [id, card] of cards) {
    if (ids.has(id)) continue;
    card.node.remove();
    cards.delete(id);
  }
  for (const entry of mine) {
    if (!cards.has(entry.id)) {
      cards.set(entry.id, entryCard(entry));
      list.append(cards.get(entry.id).node);
    }
    cards.get(entry.id).show(entry);
  }
  await sent.show(me);
}

/** Draw what there is, once for however many changes came meanwhile. */
function draw() {
  again = true;
  drawing ??= (async () => {
    while (again) {
      again = false;
      await render();
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
  })()
    .catch((error) => (told.textContent = t("phone.outbox.unreadable", { why: error.message })))
    .finally(() => (drawing = null));
}

onShow("outbox", () => {
  draw();
  storageLine(storage);
  outbox.addEventListener("change", draw);
  account.addEventListener("change", draw);
  for (const name of ["online", "offline"]) addEventListener(name, draw);
  timer ??= setInterval(draw, EVERY_MS);
});
onHide("outbox", () => {
  outbox.removeEventListener("change", draw);
  account.removeEventListener("change", draw);
  for (const name of ["online", "offline"]) removeEventListener(name, draw);
  clearInterval(timer);
  timer = null;
});
