// One entry of the outbox: what it is, how it stands, and what can be done with it.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { ask } from "./ask.js";
import { stateOf } from "./entrystate.js";
import { saying, titleOf } from "./names.js";
import { outbox } from "./outbox.js";
import { show } from "./screens.js";
import { ago, size } from "./times.js";
import { verdictMark } from "./verdict.js";

const ICONS = { waiting: "wait", sending: "outbox", refused: "warning", sign_in: "lock" };

/** The server's own words: why, and every fault that it found. */
function reasons(entry) {
  if (entry.state !== "refused") return null;
  const { detail, faults } = entry.reason ?? {};
  const photos = entry.photos.filter((photo) => photo.state === "refused");
  return el(
    "div",
    { class: "o-reasons" },
    detail && !faults?.length ? el("p", {}, detail) : null,
    faults?.length ? el("ul", {}, faults.map((fault) => el("li", {}, fault.message))) : null,
    photos.map((photo) =>
      el(
        "div",
        { class: "o-photo" },
        el("p", {}, t("phone.outbox.photo_refused", { name: photo.name, why: photo.reason?.detail || photo.reason?.title || "" })),
        el("button", { class: "m-button", type: "button", on: { click: () => without(entry, photo) } }, icon("trash"), t("phone.outbox.photo_drop")),
      ),
    ),
  );
}

async function without(entry, photo) {
  const yes = await ask({ title: t("phone.outbox.photo_drop_title"), text: t("phone.outbox.photo_drop_text", { name: photo.name }), yes: t("phone.outbox.photo_drop_yes") });
  if (yes) await outbox.dropPhoto(entry.id, photo.id);
}

async function mend(entry) {
  // what the server has is changed by a mending, what it has not is a draft again
  if (entry.kind === "revision" || entry.receipt) return show("mend", { id: entry.id });
  const { draft, revise } = await outbox.mend(entry.id);
  if (draft) show("draft", { id: draft.id });
  else if (revise) show("mend", { id: entry.id });
}

async function remove(entry) {
  const known = entry.receipt || (entry.posted && entry.state !== "refused"); // it may have arrived without an answer
  const yes = await ask({
    title: t("phone.outbox.remove_title"),
    text: t(known ? "phone.outbox.remove_known" : "phone.outbox.remove_text", { title: titleOf(entry), n: entry.photos.length, age: ago(entry.created_at) }),
    yes: t("phone.outbox.remove_yes"),
  });
  if (yes) await outbox.remove(entry.id);
}

const button = (words, symbol, run, kind = "") => el("button", { class: `m-button ${kind}`, type: "button", on: { click: run } }, icon(symbol), words);

function actions(entry) {
  const refused = entry.state === "refused";
  const mendable = refused || (entry.state === "waiting" && !entry.posted) || (entry.receipt && entry.kind === "inspection" && entry.state !== "sending");
  return el(
    "div",
    { class: "o-actions" },
    mendable ? button(t(refused ? "phone.outbox.mend" : "phone.outbox.change"), "edit", () => mend(entry), refused ? "primary" : "") : null,
    refused ? button(t("phone.outbox.retry"), "outbox", () => outbox.retry(entry.id)) : null,
    entry.state === "sending" ? null : button(t("phone.outbox.remove"), "trash", () => remove(entry), "plain"),
  );
}

/** {node, show(entry)}: the card is built anew only when something else can be done with it. */
export function entryCard() {
  const node = el("li", { class: "o-card" });
  const age = el("span", {});
  const words = el("span", {});
  const bar = el("progress", { max: 100, value: 0, "aria-label": t("phone.outbox.progress") });
  let built = "";
  let symbol = null;

  function build(entry) {
    const verdict = entry.body.verdict ?? entry.body.changes?.verdict;
    symbol = el("span", { class: "o-symbol" });
    node.replaceChildren(
      el(
        "div",
        { class: "o-head" },
        verdict ? verdictMark(verdict, 36) : icon("edit"),
        el("div", { class: "o-words" }, el("h3", {}, entry.kind === "revision" ? t("phone.outbox.revision", { title: titleOf(entry) }) : titleOf(entry)), el("p", { class: "c-sub" }, entry.subject, " · ", age)),
      ),
      el("p", { class: "o-about" }, saying(entry.kind === "revision" ? entry.body.changes : entry.body)),
      el("p", { class: "o-state" }, symbol, words),
      bar,
      ...[reasons(entry), actions(entry)].filter(Boolean),
    );
  }

  return {
    node,
    show(entry) {
      const { look, words: said, percent } = stateOf(entry);
      const key = JSON.stringify([entry.state, entry.posted, Boolean(entry.receipt), entry.reason, entry.body, entry.photos.map((photo) => [photo.id, photo.state === "refused", photo.reason])]);
      if (key !== built) {
        const held = node.contains(document.activeElement);
        built = key;
        build(entry);
        if (held) node.querySelector("button")?.focus();
      }
      node.dataset.state = look;
      node.dataset.id = entry.id;
      if (symbol.dataset.look !== look) {
        symbol.dataset.look = look;
        symbol.replaceChildren(icon(ICONS[look]));
      }
      age.textContent = [ago(entry.created_at), entry.photos.length ? t("phone.check.draft.photos", { n: entry.photos.length }) : null, size(entry.size_bytes)].filter(Boolean).join(" · ");
      if (words.textContent !== said) words.textContent = said;
      bar.hidden = percent === null;
      if (percent !== null) bar.value = percent;
    },
  };
}
