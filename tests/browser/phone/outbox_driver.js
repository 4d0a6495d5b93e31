// Plays schedules that the test has drawn: people who file, mend and abandon check-ins on telephones that die under
// their hands. It keeps what each person was told is safe, and the test compares that with what the server has.
const PATIENCE_MS = 20_000;
const HOUR_MS = 3_600_000;

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;

/** A page of the telephone. `gone` resolves when it was killed. */
class Tab {
  constructor(options) {
    this.alive = true;
    this.gone = new Promise((resolve) => (this.tellGone = resolve));
    this.killAt = null;
    this.frame = document.createElement("iframe");
    const count = (when) => {
      if (this.killAt?.when === when && (this.killAt.n -= 1) <= 0) this.kill();
    };
    this.frame.options = { ...options, hooks: { begin: () => count("begin"), end: () => count("end") } };
    this.ready = new Promise((resolve) => (this.frame.ready = resolve));
    this.frame.src = "/realm.html";
    document.body.append(this.frame);
  }

  kill() {
    if (!this.alive) return;
    this.alive = false;
    this.frame.remove();
    this.tellGone("gone");
  }

  /** {value} of a promise of the page, {dead: true} when the page died first; other errors are thrown. */
  async hear(promise) {
    const heard = await Promise.race([promise.then((value) => ({ value }), (error) => ({ error })), this.gone]);
    if (heard === "gone" || !this.alive) return { dead: true };
    if (heard.error) throw heard.error;
    return heard;
  }
}

class Phone {
  constructor(schedule, account, name) {
    const line = { name: schedule.line };
    Object.assign(this, { schedule, account, name, clock: { skew: schedule.skew }, line, tabs: [], told: {} });
  }

  /** A living page; opens one where there is none. */
  async tab(n = 0) {
    for (;;) {
      if (!this.tabs[n]?.alive) {
        const { name, line, clock } = this;
        this.tabs[n] = new Tab({ name, line, clock, locks: this.schedule.locks });
      }
      const tab = this.tabs[n];
      const heard = await tab.hear(tab.ready);
      if (heard.dead) continue;
      tab.page = heard.value;
      if (!tab.started) {
        tab.started = true;
        tab.page.outbox.send();
      }
      return tab;
    }
  }

  /** Call something of a page that is killed `kill.ms` later when this is what `kill.at` names. */
  async doing(tab, what, kill, call) {
    const promise = call();
    if (kill?.at === what) {
      if (kill.ms === 0) tab.kill();
      else setTimeout(() => tab.kill(), kill.ms);
    }
    return tab.hear(promise);
  }

  person(id) {
    return (this.told[id] ??= { saved: false, filed: false, photos: [], findings: [], draft: null });
  }

  /** Fill in and file a check-in as the form does, from wherever an earlier page left off. */
  async file({ id, checkin, photos, tab: n = 0, kill, abandon }) {
    const told = this.person(id);
    for (let again = false; ; again = true) {
      const tab = await this.tab(n);
      const { drafts, outbox, newDraft } = tab.page;
      if (again) {
        // the person looks what is left after the page died
        const [draft, counts] = [await tab.hear(drafts.get(id)), await tab.hear(tab.page.counts())];
        if (draft.dead || counts.dead) continue;
        const filed = counts.value.outbox.includes(id) || counts.value.sent.includes(id);
        if (filed && draft.value) throw new Error(`${id} is draft and filed at once`);
        if (filed) return this.filed(told, checkin, photos);
        if (told.saved && !draft.value) throw new Error(`${id}: a saved draft is gone`);
        const kept = draft.value?.photos.map((photo) => photo.id) ?? [];
        if (told.photos.some((photo) => !kept.includes(photo))) throw new Error(`${id}: a saved photo is gone`);
        if (abandon && told.saved) return;
      }
      const fresh = { ...newDraft({ code: checkin.subject, title: "x", version: null }, this.account), id };
      const saved = await this.doing(tab, "save", kill, () => drafts.save({ ...fresh, ...checkin }));
      kill = saved.dead ? null : kill;
      if (saved.dead) continue;
      told.saved = true;
      told.draft = saved.value;
      let died = false;
      for (const photo of photos) {
        const { record, bytes } = photo;
        const prepared = { record, bytes: bytesOf(bytes), small: null };
        const added = await this.doing(tab, "photo", kill, () => drafts.addPhoto(id, prepared));
        if ((died = Boolean(added.dead))) break;
        told.photos.push(record.id);
      }
      if (died) {
        kill = null;
        continue;
      }
      if (abandon && !again && !kill) return;
      const put = await this.doing(tab, "put", kill, () => outbox.put({ ...fresh, ...checkin }));
      kill = null;
      if (put.dead) continue;
      return this.filed(told, checkin, photos);
    }
  }

  filed(told, checkin, photos) {
    const sent = photos.map(({ record }) => ({ id: record.id, sha256: record.sha256 }));
    Object.assign(told, { filed: true, findings: [checkin.finding], checkin, sent });
    told.photos = sent.map((photo) => photo.id);
  }

  /** Change the words of a check-in, in whichever way the telephone still allows. */
  async mend({ id, finding, tab: n = 0, kill }) {
    const told = this.person(id);
    if (!told.filed) return;
    const tab = await this.tab(n);
    const { outbox, drafts } = tab.page;
    let way = await tab
      .hear(outbox.mend(id))
      .catch((error) => (error.code === "gone" ? { sent: true } : Promise.reject(error)));
    if (way.dead) {
      // it may be a draft again: then it is nobody's until it is filed anew
      const next = await this.tab(n);
      const draft = await next.hear(next.page.drafts.get(id));
      if (draft.dead || !draft.value) return;
      return this.again({ ...draft.value, finding }, told, n);
    }
    if (way.value?.draft) return this.again({ ...way.value.draft, finding }, told, n);
    if (way.sent) {
      const kept = await tab.hear(outbox.sentOne(id));
      if (kept.dead) return;
      const { version, values } = kept.value.latest;
      way = { value: { revise: { id, version, base: values } } };
    }
    const { version, base } = way.value.revise;
    told.findings.push(finding); // from now on it may arrive
    const put = await this.doing(tab, "revise", kill, () => outbox.putRevision(id, version, base, { finding }));
    if (!put.dead) told.findings = [finding];
  }

  async again(draft, told, n) {
    for (;;) {
      const tab = await this.tab(n);
      const counts = await tab.hear(tab.page.counts());
      if (counts.dead) continue;
      if (!counts.value.drafts.includes(draft.id)) break;
      const put = await tab.hear(tab.page.outbox.put(draft));
      if (!put.dead) break;
    }
    told.findings = [draft.finding];
  }

  async send({ tab: n = 0 }) {
    const tab = await this.tab(n);
    tab.page.outbox.send();
  }

  async kill({ tab: n = 0 }) {
    this.tabs[n]?.kill();
  }

  async killAt({ tab: n = 0, when, n: count }) {
    const tab = await this.tab(n);
    tab.killAt = { when, n: count };
  }

  async clockTo({ skew }) {
    this.clock.skew = skew;
  }

  /** All pages try, on the line as it is, until nothing is left or nothing more is to be tried. */
  async weather({ rounds, tabs, hour }) {
    for (let n = 0; n < rounds; n += 1) {
      const pages = [];
      for (let i = 0; i < tabs; i += 1) pages.push(await this.tab(i));
      await Promise.race([Promise.all(pages.map((tab) => tab.hear(tab.page.outbox.send()))), rest(3_000)]);
      const entries = await pages[0].hear(pages[0].page.outbox.list());
      if (entries.value?.length === 0) return;
      if (entries.value?.some((entry) => entry.held)) this.clock.skew += hour;
    }
  }

  /** Until the server has the words of all that was filed, or for some time. */
  async settle({ ms }) {
    const began = performance.now();
    while (performance.now() - began < ms) {
      const tab = await this.tab(0);
      const entries = await tab.hear(tab.page.outbox.list());
      if (entries.value?.every((entry) => entry.receipt)) return;
      await rest(20);
    }
  }

  async wait({ ms }) {
    await rest(ms);
  }

  /** The line is good from now on, and an hour later everything that was held back is due. */
  async end() {
    this.tabs.slice(1).forEach((tab) => tab?.kill());
    this.clock.skew = HOUR_MS;
    this.line.name = "good";
    const tab = await this.tab(0);
    tab.killAt = null;
    const began = performance.now();
    let entries = [];
    while (performance.now() - began < PATIENCE_MS) {
      await tab.page.outbox.send();
      entries = await tab.page.outbox.list();
      if (!entries.length) break;
      await rest(20);
    }
    const left = await tab.page.counts();
    const drafts = await tab.page.store.read(["drafts"], ({ drafts: kept }) => kept.getAll());
    left.owned = drafts.flatMap((draft) => draft.photos.map((photo) => photo.id));
    const sent = await tab.page.outbox.sent();
    tab.page.outbox.stop();
    await tab.page.clear();
    tab.kill();
    return { told: this.told, entries, left, sent: sent.map(({ id, disputed, latest }) => ({ id, disputed, latest })) };
  }
}

/** Play schedules, some at a time; resolves with what each person was told and what is left on each telephone. */
window.play = async (schedules, account, atOnce) => {
  const results = [];
  const queue = schedules.map((schedule, index) => [schedule, index]);
  const worker = async (_, slot) => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [schedule, index] = next;
      const phone = new Phone(schedule, account, `phone-${slot}`);
      try {
        for (const step of schedule.steps) await phone[step.do](step);
        results[index] = await phone.end();
      } catch (error) {
        phone.tabs.forEach((tab) => tab?.kill());
        slot += 100; // whatever is left there stays there
        results[index] = { error: `${error.stack ?? error}`, told: phone.told };
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }).map(worker));
  return results;
};
