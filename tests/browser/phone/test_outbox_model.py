"""The unlosable queue against everything at once: a model of what people were told, 200 random schedules of
faults, kills, clocks and second pages, the real modules and IndexedDB in a real browser, the real server.

A run draws a seed of its own and prints it. MINSHENG_OUTBOX_SEED repeats one, MINSHENG_OUTBOX_COUNT plays
more or fewer.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from tests.browser.phone.schedules import Schedule, schedules
from tests.support.databases import storage
from tests.support.faults import FaultProxy, fault_proxy
from tests.support.people import browser_cookie

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "app/static"
FILES = {
    "/driver": HERE / "driver.html",
    "/driver.js": HERE / "outbox_driver.js",
    "/realm.html": HERE / "realm.html",
    "/realm.js": HERE / "outbox_realm.js",
    "/static/": STATIC,
}
COUNT = 200
AT_ONCE = 5


def test_nothing_is_lost_and_nothing_arrives_twice(server, browser, tmp_path_factory) -> None:
    seed = int(os.environ.get("MINSHENG_OUTBOX_SEED") or secrets.randbits(32))
    count = int(os.environ.get("MINSHENG_OUTBOX_COUNT") or COUNT)
    print(f"MINSHENG_OUTBOX_SEED={seed}")
    with storage("sqlite", tmp_path_factory.mktemp("outbox")) as place:
        running = server(on=place)
        with fault_proxy(running.url, FILES) as line:
            cookie = browser_cookie(place, "inspector", line.url)
            played = schedules(seed, count, ["20-1-01", "20-1-02"])
            results = play(browser, line, cookie, played)
            problems = verify(played, results, Path(place.url.removeprefix("sqlite:///")))
            figures(played, results, line)
        assert not problems, f"MINSHENG_OUTBOX_SEED={seed}\n" + "\n".join(problems[:20])
        assert "Traceback" not in running.log, running.log[-3000:]


def play(
    browser: Any, line: FaultProxy, cookie: dict[str, Any], played: list[Schedule]
) -> list[dict[str, Any]]:
    """What the driver says of each schedule."""
    for one in played:
        for (method, path), faults in one.faults.items():
            line.on(method, path, faults, one.line)
    context = browser.new_context()
    try:
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{line.url}/driver")
        page.wait_for_function("() => typeof window.play === 'function'")
        account = page.evaluate("fetch('/api/phone/me').then((a) => a.json()).then((me) => me.account)")
        given = [[one.as_json() for one in played], account, AT_ONCE]
        return page.evaluate("([schedules, account, most]) => play(schedules, account, most)", given)
    finally:
        context.close()


def verify(played: list[Schedule], results: list[dict[str, Any]], database: Path) -> list[str]:
    """Where the server's tables differ from what people were told; empty when they do not."""
    problems: list[str] = []
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        there = Server(connection)
    expected = set()
    for schedule, result in zip(played, results, strict=True):
        name = f"schedule {schedule.number}"
        if "error" in result:
            problems.append(f"{name}: {result['error']}")
            continue
        if result["entries"]:
            stuck = [
                (one["id"], one["state"], one["reason"], [photo["reason"] for photo in one["photos"]])
                for one in result["entries"]
            ]
            problems.append(f"{name}: still in the outbox: {stuck}")
        if not set(result["left"]["blobs"]) <= set(result["left"]["owned"]):
            problems.append(f"{name}: bytes that nobody owns: {result['left']['blobs']}")
        problems += [f"{name}: disputed with oneself: {one}" for one in result["sent"] if one["disputed"]]
        for ident, told in result["told"].items():
            if told["filed"]:
                expected.add(ident)
                problems += [f"{name}: {ident}: {what}" for what in there.differences(ident, told)]
            elif not told["saved"]:
                continue
            elif ident in there.inspections:
                problems.append(f"{name}: {ident} was never filed and is on the server")
            elif ident not in result["left"]["drafts"]:
                problems.append(f"{name}: the draft {ident} is gone")
    problems += [f"nobody filed {ident}" for ident in set(there.inspections) - expected]
    return problems


class Server:
    """What the server has, read past its code."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        rows = connection.execute("SELECT * FROM inspection WHERE via = 'phone'")
        self.inspections = {str_id(row["id"]): dict(row) for row in rows}
        self.photos: dict[str, list[dict[str, Any]]] = {}
        for row in connection.execute("SELECT * FROM photo"):
            self.photos.setdefault(str_id(row["inspection_id"]), []).append(dict(row))
        self.findings: dict[str, str] = {}
        for row in connection.execute("SELECT * FROM inspection_revision ORDER BY change_id"):
            self.findings[str_id(row["inspection_id"])] = row["finding"]
        asked = connection.execute("SELECT request_id FROM change WHERE action = 'inspection'")
        self.audit = Counter(str_id(row["request_id"]) for row in asked)
        self.disputes = connection.execute("SELECT count(*) FROM dispute").fetchone()[0]

    def differences(self, ident: str, told: dict[str, Any]) -> list[str]:
        """Where a filed check-in differs from what its person knows."""
        row = self.inspections.get(ident)
        if row is None:
            return ["filed and not on the server"]
        found = []
        if self.audit[ident] != 1:
            found.append(f"{self.audit[ident]} rows in the audit")
        checkin, position = told["checkin"], told["checkin"]["position"] or {}
        for name, value in {
            "subject_code": checkin["subject"],
            "verdict": checkin["verdict"],
            "lon": position.get("lon"),
            "lat": position.get("lat"),
            "accuracy_m": position.get("accuracy_m"),
        }.items():
            if row[name] != value:
                found.append(f"{name} is {row[name]!r} and not {value!r}")
        finding = self.findings.get(ident, row["finding"])
        if finding not in told["findings"]:
            found.append(f"finding is {finding!r} and not one of {told['findings']}")
        sent = {photo["id"]: photo["sha256"] for photo in told["sent"]}
        have = self.photos.get(ident, [])
        if sorted((str_id(one["id"]), one["sent_sha256"]) for one in have) != sorted(sent.items()):
            found.append(f"photos are {[one['id'] for one in have]} and not {list(sent)}")
        return found


def str_id(value: Any) -> str:
    """A UUID as the telephone writes it."""
    return str(uuid.UUID(str(value))) if value else ""


def figures(played: list[Schedule], results: list[dict[str, Any]], line: FaultProxy) -> None:
    """Printed, for whoever wants to know what was met."""
    filed = sum(told["filed"] for result in results for told in result["told"].values())
    met = Counter(one.fault for one in line.seen if one.fault != "pass")
    print(f"{len(played)} schedules, {filed} check-ins filed, {len(line.seen)} requests: {dict(met)}")
