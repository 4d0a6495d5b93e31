# ruff: noqa: E501 - scripts for the browser, not wrapped
"""The outbox's rules one by one, with a server in the page that answers as told."""

from __future__ import annotations

from pathlib import Path

import pytest

BENCH = (Path(__file__).parent / "outbox_bench.js").read_text("utf-8")


@pytest.fixture
def told(demo, page, watch):
    """`told("async () => …")` runs in a page with `bench()`, `html`, `problem` and `json`."""
    watch.allow("favicon")  # no page of ours
    page.goto(f"{demo.url}/healthz")
    page.evaluate(BENCH)
    return page.evaluate


def test_the_server_is_left_alone_for_as_long_as_it_asks(told) -> None:
    found = told("""async () => {
      const { server, clock, outbox, file, states } = await bench();
      const busy = (after) => new Response("", { status: 429, headers: { "Retry-After": after, Date: "Mon, 05 Jan 2026 10:00:00 GMT" } });
      server.at("POST", /inspections$/, busy("120"), busy("Mon, 05 Jan 2026 10:04:00 GMT"));
      const id = await file("一");
      const posts = () => server.asked.filter((one) => one.startsWith("POST")).length;
      const counts = [];
      const after = async (seconds) => {
        clock.now += seconds * 1000;
        await outbox.send();
        counts.push(posts());
      };
      for (const seconds of [0, 119, 2, 230, 11]) await after(seconds);
      return { counts, left: await states(), there: server.inspections.has(id) };
    }""")
    assert found == {"counts": [1, 1, 2, 2, 3], "left": [], "there": True}


def test_only_the_servers_own_answers_count(told) -> None:
    found = told("""async () => {
      const { server, outbox, file, states } = await bench();
      const odd = () => json({ ok: true });
      const strange = [html(200), odd(), html(404), html(413), html(302), "cut", json({}, 500), html(511)];
      server.at("POST", /inspections$/, ...strange);
      server.at("POST", /photo-uploads$/, html(200), odd());
      server.at("PATCH", /photo-uploads/, html(200), "cut", html(413), html(206));
      server.at("GET", /photo-uploads/, html(200), odd(), html(404), json({ id: "other", state: "complete" }));
      await file("一", 2);
      const seen = [];
      for (let n = 0; n < 30; n += 1) {
        await outbox.send();
        const [entry] = await outbox.list();
        if (!entry) break;
        seen.push([entry.state, entry.reason?.code ?? "offline"]);
      }
      const parts = [...server.uploads.values()].map((one) => [one.offset, one.parts.every((part) => part.length <= 800)]);
      return { seen, left: await states(), parts, sent: (await outbox.sent()).length };
    }""")
    assert {state for state, _ in found["seen"]} == {"waiting"}
    assert {code for _, code in found["seen"]} == {"portal", "offline", "server"}
    assert (found["left"], found["sent"]) == ([], 1)
    assert found["parts"] == [[1500, True], [1500, True]]


def test_what_is_refused_stays_with_the_reason_and_can_be_mended(told) -> None:
    found = told("""async () => {
      const { server, outbox, drafts, file, filled, states } = await bench();
      const faults = [{ parameter: "finding", message: "请说明问题" }];
      server.at("POST", /inspections$/, problem(400, "参数有误", { detail: "请说明问题", errors: faults }), problem(409, "编号已用"));
      const first = await file("一", 1);
      const second = await file("二", 2);
      const third = await file("三");
      const refused = await outbox.list();
      const one = (await outbox.mend(first)).draft;
      const two = (await outbox.mend(second)).draft;
      const blobs = await Promise.all([...one.photos, ...two.photos].map((photo) => drafts.blob(photo.id)));
      for (const draft of [one, two]) await outbox.put({ ...draft, finding: "补" });
      await outbox.send();
      return {
        states: refused.map(({ state, reason }) => [state, reason.status, reason.title, reason.faults]),
        first: one.id === first, second: two.id === second,
        bytes: blobs.map((blob) => blob.bytes.byteLength),
        owners: blobs.every((blob) => [one.id, two.id].includes(blob.owner)),
        left: await states(), there: server.inspections.size, third: server.inspections.has(third),
        photos: server.uploads.size, drafts: (await drafts.list()).length,
      };
    }""")
    assert found["states"] == [
        ["refused", 400, "参数有误", [{"parameter": "finding", "message": "请说明问题"}]],
        ["refused", 409, "编号已用", []],
    ]
    # what the server holds under another body gets a new id; what it never took keeps its own
    assert (found["first"], found["second"]) == (True, False)
    assert (found["bytes"], found["owners"]) == ([1500] * 3, True)
    assert (found["left"], found["there"], found["third"]) == ([], 3, True)
    assert (found["photos"], found["drafts"]) == (3, 0)


def test_a_refused_photo_keeps_nothing_else_back(told) -> None:
    found = told("""async () => {
      const { server, outbox, filled, store } = await bench();
      const draft = await filled("一", 3);
      const { id } = draft;
      server.account = null;
      await outbox.put(draft);
      const bad = (await outbox.list())[0].photos[0].id;
      server.account = { id: 1, display: "甲" };
      server.at("PATCH", new RegExp(bad), problem(415, "不是照片"));
      server.at("GET", new RegExp(bad), json({ id: bad, state: "refused", problem: { title: "不是照片", detail: "重拍" } }));
      await outbox.send();
      const [entry] = await outbox.list();
      const before = [entry.state, entry.reason.code, entry.receipt.version, entry.photos.map((photo) => photo.state), entry.photos[0].reason.title];
      await outbox.dropPhoto(id, bad);
      await outbox.send();
      const bytes = await store.read(["blobs"], ({ blobs }) => blobs.count());
      return { before, left: (await outbox.list()).length, sent: (await outbox.sentOne(id)).photos.length, bytes };
    }""")
    assert found["before"] == ["refused", "photos_refused", 7, ["refused", "sent", "sent"], "不是照片"]
    assert (found["left"], found["sent"], found["bytes"]) == (0, 2, 0)


def test_entries_go_only_in_their_owners_name(told) -> None:
    found = told("""async () => {
      const { server, outbox, file, filled, states, store } = await bench();
      const mine = await file("我的");
      await outbox.send();
      server.account = { id: 2, display: "乙" };
      const other = await file("甲的", 1);
      await outbox.send();
      const sealed = await states();
      server.account = null;
      await outbox.send();
      const nobody = [await states(), outbox.trouble, server.inspections.has(other)];
      await outbox.forget(1);
      const bytes = await store.read(["blobs", "sent"], ({ blobs, sent }) => Promise.all([blobs.count(), sent.count()]));
      // somebody else signs in between the question and the report: the token no longer fits
      server.account = { id: 1, display: "甲" };
      server.at("POST", /inspections$/, problem(403, "过期"));
      const fetch = server.fetch.bind(server);
      server.fetch = async (...all) => {
        const answer = await fetch(...all);
        if (answer.status === 403) server.account = { id: 2, display: "乙" };
        return answer;
      };
      await outbox.send();
      const changed = [await states(), server.inspections.has(other)];
      server.account = { id: 1, display: "甲" };
      server.fetch = fetch;
      server.at("POST", /inspections$/, problem(403, "过期"));
      await outbox.send();
      return { sealed, nobody, bytes, changed, left: await states(), there: server.inspections.size, uploads: server.uploads.size };
    }""")
    assert found["sealed"] == ["sign_in"]
    assert found["nobody"] == [["sign_in"], "sign_in", False]
    assert found["bytes"] == [1, 0]
    assert found["changed"] == [["sign_in"], False]
    assert (found["left"], found["there"], found["uploads"]) == ([], 2, 1)


def test_mending_after_sending_keeps_what_is_disputed(told) -> None:
    found = told("""async () => {
      const { server, outbox, file, clock } = await bench();
      server.at("POST", /inspections$/, "cut");
      const id = await file("一");
      const posted = server.asked.filter((one) => one === "POST /api/inspections").length;
      // it may have arrived: it is not taken back, but changed afterwards, and two changes become one
      const { revise } = await outbox.mend(id);
      server.at("POST", /inspections$/, "cut", "cut");
      await outbox.putRevision(id, revise.version, revise.base, { finding: "二" });
      await outbox.putRevision(id, revise.version, revise.base, { verdict: "ok" });
      const queued = (await outbox.list()).map((entry) => [entry.kind, entry.body.changes ?? null]);
      for (let n = 0; n < 5; n += 1) await outbox.send();
      const sent = await outbox.sentOne(id);
      return { posted: posted >= 1, revise, queued, asked: server.asked.filter((one) => one.endsWith("revisions")).length,
               latest: sent.latest, disputed: sent.disputed.map((one) => one.field), left: (await outbox.list()).length };
    }""")
    assert found["posted"]
    assert found["revise"]["base"]["finding"] == "一"
    assert found["queued"] == [["inspection", None], ["revision", {"finding": "二", "verdict": "ok"}]]
    assert found["asked"] == 1
    assert found["latest"]["version"] == 9
    assert (found["disputed"], found["left"]) == (["finding"], 0)


def test_the_wait_grows_to_five_minutes_and_no_clock_makes_it_longer(told) -> None:
    found = told("""async () => {
      const { server, outbox, file, clock } = await bench();
      server.at("POST", /inspections$/, ...Array.from({ length: 12 }, () => "cut"));
      await file("一");
      const waits = [];
      for (let n = 0; n < 12; n += 1) {
        if (n) await outbox.send();
        waits.push((await outbox.list())[0].wait_ms);
      }
      const asked = server.asked.length;
      await outbox.send({ forced: false });
      const early = server.asked.length - asked;
      clock.now -= 40 * 86_400_000;
      await outbox.send({ forced: false });
      return { waits, early, left: (await outbox.list()).length };
    }""")
    for attempt, wait in enumerate(found["waits"]):
        assert 0.75 * min(300_000, 2_000 * 2**attempt) <= wait <= 300_000
    assert (found["early"], found["left"]) == (0, 0)


def test_a_server_that_forgot_is_told_again(told) -> None:
    found = told("""async () => {
      const { server, outbox, file } = await bench();
      server.at("PATCH", /photo-uploads/, "cut");
      const id = await file("一", 1);
      server.inspections.clear(); // a backup was restored
      server.uploads.clear();
      for (let n = 0; n < 4; n += 1) await outbox.send();
      return { left: (await outbox.list()).length, there: server.inspections.has(id), photos: [...server.uploads.values()].map((one) => one.offset) };
    }""")
    assert found == {"left": 0, "there": True, "photos": [1500]}


def test_the_disk(told) -> None:
    found = told("""async () => {
      const { store, server, outbox, drafts, filled, states } = await bench({ locks: null });
      // no space: told in words, and everything is as it was
      const draft = await filled("一", 2);
      const add = IDBObjectStore.prototype.add;
      IDBObjectStore.prototype.add = function () { throw new DOMException("full", "QuotaExceededError"); };
      const full = await outbox.put(draft).then(() => null, (error) => [error.name, error.code]);
      IDBObjectStore.prototype.add = add;
      const kept = await drafts.get(draft.id);
      // the system closes the connection: it is opened again, and nobody notices
      (await store.open()).close();
      await outbox.put(draft);
      await outbox.put(draft);
      const once = (await outbox.list()).length;
      // a late save of the form's last words does not bring the draft back
      const late = await drafts.save({ ...draft, finding: "晚" });
      (await store.open()).close();
      await outbox.send();
      const done = [await states(), server.uploads.size, (await drafts.list()).length];
      // a newer version of the page wants the database: it gets it, and this page says what to do
      let outdated = 0;
      store.addEventListener("outdated", () => (outdated += 1));
      await store.open();
      const newer = await new Promise((resolve, reject) => {
        const request = indexedDB.open(store.name, 99);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const sent = newer.transaction("sent").objectStore("sent").count();
      const still = await new Promise((resolve) => (sent.onsuccess = () => resolve(sent.result)));
      const words = await outbox.list().then(() => null, (error) => error.code);
      newer.close();
      return { full, kept: kept.photos.length, once, late, done, outdated, still, words };
    }""")
    assert found == {
        "full": ["Told", "full"],
        "kept": 2,
        "once": 1,
        "late": None,
        "done": [[], 2, 0],
        "outdated": 1,
        "still": 1,
        "words": "newer",
    }
