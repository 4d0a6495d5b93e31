// A workbench for the outbox's rules: a server in the page that does as told, and a clock that is turned by hand.
// `at(method, pattern, ...answers)` gives answers instead of the server's own, one after the other.
async () => {
  const [{ Store }, { Drafts, newDraft }, { Outbox }] = await Promise.all(
    ["db", "drafts", "queue"].map((name) => import(`/static/js/phone/${name}.js`)),
  );
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const json = (body, status = 200, headers = {}) =>
    new Response(status === 204 ? null : JSON.stringify(body), {
      status,
      headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json", "Tus-Resumable": "1.0.0", ...headers },
    });
  const html = (status) => new Response("<h1>Wi-Fi</h1>", { status, headers: { "Content-Type": "text/html" } });
  const problem = (status, title, more = {}, headers = {}) => json({ title, status, ...more }, status, headers);

  class Server {
    account = { id: 1, display: "甲" };
    inspections = new Map();
    uploads = new Map();
    asked = [];
    told = [];

    at(method, pattern, ...answers) {
      this.told.push({ method, pattern, answers });
    }

    async fetch(address, { method = "GET", headers = {}, body } = {}) {
      this.asked.push(`${method} ${address}`);
      const told = this.told.find((one) => one.answers.length && one.method === method && one.pattern.test(address));
      const answer = told?.answers.shift();
      if (answer === "cut") throw new TypeError("cut");
      return answer ?? this.answer(method, address, headers, body);
    }

    async answer(method, address, headers, body) {
      if (address === "/api/inspections") {
        const { sent_at: at, ...asked } = JSON.parse(body);
        const known = this.inspections.get(asked.id);
        if (known && known !== JSON.stringify(asked)) return problem(409, "taken");
        this.inspections.set(asked.id, JSON.stringify(asked));
        return json({ ...asked, version: 7, change: 7 }, 201);
      }
      if (address.endsWith("/revisions")) {
        const { changes } = JSON.parse(body);
        const id = address.split("/")[3];
        const disputed = [{ id: "d", field: "finding", kept: "theirs", other: changes.finding }];
        return json({ inspection: { id, verdict: "ok", finding: "theirs" }, version: 9, merged: [], disputed }, 201);
      }
      if (method === "POST") {
        const about = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(headers["Upload-Metadata"].split(" ")[1]), (c) => c.charCodeAt(0))));
        if (!this.inspections.has(about.inspection)) return problem(404, "none");
        if (!this.uploads.has(about.id)) this.uploads.set(about.id, { about, parts: [], offset: 0, length: Number(headers["Upload-Length"]) });
        return json({}, 201, { "Upload-Offset": String(this.uploads.get(about.id).offset) });
      }
      const id = address.split("/").at(-1);
      const upload = this.uploads.get(id);
      if (!upload) return problem(404, "none");
      if (method === "PATCH") {
        if (Number(headers["Upload-Offset"]) !== upload.offset) return problem(409, "elsewhere", {}, { "Upload-Offset": String(upload.offset) });
        upload.parts.push(body.slice());
        upload.offset += body.byteLength;
        return json(null, 204, { "Upload-Offset": String(upload.offset) });
      }
      const sha256 = hex(await crypto.subtle.digest("SHA-256", await new Blob(upload.parts).arrayBuffer()));
      return json({ id, offset: upload.offset, state: upload.offset === upload.length ? "complete" : "partial", sha256 });
    }
  }

  let number = 0;
  window.bench = async (options = {}) => {
    const store = new Store(`bench-${(number += 1)}`);
    const server = new Server();
    const clock = { now: Date.UTC(2026, 0, 5) };
    const identity = async () => ({ account: server.account, csrf: "x" });
    const outbox = new Outbox({
      store,
      identity,
      now: () => clock.now,
      fetch: (...all) => server.fetch(...all),
      parts: { first: 400, least: 100, most: 800, good_ms: 1000 },
      back: { first: 2_000, most: 300_000 },
      lease: 2_000,
      ...options,
    });
    outbox.stop(); // by hand only
    const drafts = new Drafts(store);
    const filled = async (finding, photos = 0, account = { id: 1, display: "甲" }) => {
      const draft = { ...newDraft({ code: "20-1-01", title: "文祥路" }, account), verdict: "problem", finding };
      await drafts.save(draft);
      for (let n = 0; n < photos; n += 1) {
        const bytes = crypto.getRandomValues(new Uint8Array(1500)).buffer;
        const sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
        const record = { id: crypto.randomUUID(), sha256, original_sha256: sha256, name: `${n}.jpg`, type: "image/jpeg", size_bytes: 1500 };
        await drafts.addPhoto(draft.id, { record, bytes, small: null });
      }
      return draft;
    };
    const file = async (...all) => {
      const draft = await filled(...all);
      await outbox.put(draft);
      await outbox.send({ forced: false }); // waits for the one attempt that `put` began
      return draft.id;
    };
    const states = async () => (await outbox.list()).map((entry) => entry.state);
    return { store, server, clock, outbox, drafts, filled, file, states };
  };
  Object.assign(window, { html, problem, json });
};
