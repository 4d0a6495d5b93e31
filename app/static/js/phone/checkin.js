// The screen “check in”: choose a project, fill in the form, or mend what was sent.
import { boot, t } from "../boot.js";
import { el, icon } from "../dom.js";
import { account } from "./account.js";
import { startChoosing } from "./checkchoose.js";
import { startForm } from "./checkform.js";
import * as drafts from "./drafts.js";
import { Hand, ready, take } from "./hand.js";
import { startMending } from "./mendform.js";
import { back, onHide, onShow, show } from "./screens.js";
import { zone } from "./zone.js";

const body = document.getElementById("check-body");
const title = document.getElementById("check-title");
const goBack = document.getElementById("check-back");

let turn = 0; // of the screen: what was begun for an earlier one must not end on this one
let ends = [];

/** What a part of this screen gets: where to draw, how to name itself, and whether it is still shown. */
function stage() {
  leave();
  const mine = ++turn;
  body.replaceChildren();
  return {
    body,
    live: () => mine === turn,
    name: (text) => (title.textContent = text),
    /** `stop` is called when another screen takes over. */
    until: (stop) => (mine === turn ? ends.push(stop) : stop()),
  };
}

function leave() {
  turn += 1;
  for (const stop of ends.splice(0)) stop();
  take(null);
}

/** Says why nothing can be done here, and what to do. */
function notice(text, ...actions) {
  body.replaceChildren(el("div", { class: "m-notice c-notice", role: "status" }, icon("info"), el("p", {}, text)), el("p", { class: "c-row" }, ...actions));
}

const link = (words, href, primary) => el("a", { class: `m-button${primary ? " primary" : ""}`, href }, words);

/** Whether somebody may check in at all; else says what is missing. */
async function admitted(here) {
  here.name(t("phone.check.title"));
  await Promise.all([account.ready, zone.ready, ready()]);
  if (!here.live()) return false;
  const stranger = () => (zone.data?.account ?? null) !== (account.me?.id ?? null);
  if ((!account.me && !account.asked) || !zone.data || (account.me && stranger())) {
    // who it is, or what they may do, is not known here yet
    body.replaceChildren(el("p", { class: "c-sub c-told", role: "status" }, t("phone.check.asking")));
    if (!account.asked) await account.refresh();
    if (account.me && (!zone.data || stranger())) await zone.refresh();
    if (!here.live()) return false;
    body.replaceChildren();
  }
  goBack.hidden = !history.state?.depth;
  if (!account.me) notice(t("phone.check.sign_in"), link(t("phone.check.sign_in_do"), boot.urls.sign_in, true), link(t("phone.check.to_nearby"), "#nearby"));
  else if (!account.me.may_inspect) notice(t("phone.check.not_allowed", { name: account.me.display }), link(t("phone.check.to_nearby"), "#nearby", true));
  else if (!zone.data || stranger()) notice(t("phone.check.no_data"), link(t("phone.check.to_nearby"), "#nearby", true));
  else return true;
  // what is missing may come: the data, or the person's sign-in on another page
  const again = () => here.live() && resume();
  for (const source of [account, zone]) source.addEventListener("change", again);
  here.until(() => {
    for (const source of [account, zone]) source.removeEventListener("change", again);
  });
  return false;
}

let resume = () => {};

const mine = (draft) => draft.account.id === account.me.id;

async function choose() {
  resume = choose;
  const here = stage();
  if (!(await admitted(here))) return;
  const found = (await drafts.list()).filter(mine);
  if (here.live()) startChoosing(here, found);
}

async function begin(code, { fresh = false } = {}) {
  resume = () => begin(code, { fresh });
  const here = stage();
  if (!(await admitted(here))) return;
  const subject = zone.subject(code);
  if (!subject) return notice(t("phone.check.unknown", { code }), link(t("phone.check.choose_other"), "#check", true));
  if (!subject.may_inspect) return notice(t("phone.check.not_yours", { title: subject.title, code }), link(t("phone.check.choose_other"), "#check", true));
  const before = fresh ? null : (await drafts.list()).find((draft) => mine(draft) && draft.subject === code);
  if (!here.live()) return;
  if (before) fill(here, before, { again: () => begin(code, { fresh: true }) });
  else fill(here, drafts.newDraft(subject, account.me));
}

async function open(id) {
  resume = () => open(id);
  const here = stage();
  if (!(await admitted(here))) return;
  const draft = await drafts.get(id);
  if (!here.live()) return;
  if (!draft || !mine(draft)) return notice(t("phone.check.no_draft"), link(t("phone.check.choose_other"), "#check", true));
  fill(here, draft);
}

function fill(here, draft, options = {}) {
  const kept = draft.changed_at !== draft.started_at || options.again;
  startForm(here, new Hand(draft, { kept: Boolean(kept) }), options);
  // signed out, here or on another page: what was written stays, sealed, and leaves the screen
  const look = () => draft.account.id !== account.me?.id && resume();
  account.addEventListener("change", look);
  here.until(() => account.removeEventListener("change", look));
}

async function mend(id) {
  resume = () => mend(id);
  const here = stage();
  if (!(await admitted(here))) return;
  here.name(t("phone.check.mend.title"));
  await startMending(here, id, notice, link);
}

/** What the telephone's own storage refuses is told like anything else. */
const told = (work) => work.catch((error) => notice(t("phone.check.failed", { why: error.message }), link(t("phone.check.to_nearby"), "#nearby", true)));

goBack.addEventListener("click", back);
onShow("check", ({ code, fresh }) => told(code ? begin(code, { fresh }) : choose()));
onShow("draft", ({ id }) => (id ? told(open(id)) : show("check", {}, { replace: true })));
onShow("mend", ({ id }) => told(mend(id)));
for (const name of ["check", "draft", "mend"]) onHide(name, leave);
