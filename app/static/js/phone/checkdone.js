// After a check-in was filed: it is safe here, and how far it is on its way.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { stateOf } from "./entrystate.js";
import { outbox } from "./outbox.js";
import { zone } from "./zone.js";

/** Say so, and follow the entry until the server has it. */
export function startDone(here, id, title) {
  const heading = el("h2", { tabindex: "-1", id: "done-title" }, t("phone.check.done.kept"));
  const words = el("p", { role: "status", id: "done-state" });
  const bar = el("progress", { max: 100, value: 0, "aria-label": t("phone.check.done.progress"), hidden: true });
  const mark = el("div", { class: "c-done-mark" }, icon("check"));
  const presence = el("p", { class: "c-sub" });
  const next = el("a", { class: "m-button primary", href: "#check" }, t("phone.check.done.next"));
  const waiting = el("a", { class: "m-button", href: "#outbox" }, t("phone.check.done.outbox"));
  here.body.replaceChildren(
    el(
      "section",
      { class: "c-done", id: "check-done", "aria-labelledby": "done-title" },
      mark,
      heading,
      el("p", { class: "c-done-what" }, title),
      words,
      bar,
      presence,
      el(
        "div",
        { class: "c-done-do" },
        next,
        waiting,
        el("a", { class: "m-button", href: "#nearby" }, t("phone.check.to_nearby")),
      ),
    ),
  );
  here.body.closest(".screen").scrollTop = 0;
  heading.focus({ preventScroll: true });

  async function follow() {
    const entry = (await outbox.list()).find((one) => one.id === id);
    const done = entry ? null : await outbox.sentOne(id);
    if (!here.live() || (!entry && !done)) return;
    if (done) {
      if (heading.dataset.sent) return;
      heading.dataset.sent = "yes";
      zone.refresh(); // what was seen built is what the next one sees
      heading.textContent = t("phone.check.done.sent");
      words.textContent = t("phone.check.done.there");
      if (done.receipt?.presence) presence.textContent = `${t("phone.presence.title")}：${t(`phone.presence.${done.receipt.presence}`)}`;
      mark.dataset.look = "sent";
      bar.hidden = true;
      return;
    }
    const { look, words: said, percent } = stateOf(entry);
    if (mark.dataset.look !== look) {
      const back = look === "refused";
      mark.dataset.look = look;
      mark.replaceChildren(icon(back ? "warning" : "check"));
      heading.textContent = t(back ? "phone.check.done.refused" : "phone.check.done.kept");
      for (const [link, primary] of [[next, !back], [waiting, back]]) link.classList.toggle("primary", primary);
    }
    if (words.textContent !== said) words.textContent = said;
    bar.hidden = percent === null || look !== "sending";
    if (percent !== null) bar.value = percent;
  }
  const soon = () => follow().catch(() => {});
  outbox.addEventListener("change", soon);
  for (const name of ["online", "offline"]) addEventListener(name, soon);
  soon();
  here.until(() => {
    outbox.removeEventListener("change", soon);
    for (const name of ["online", "offline"]) removeEventListener(name, soon);
  });
}
