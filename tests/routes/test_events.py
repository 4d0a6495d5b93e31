"""/api/events and /api/weeks over real connections, with two server processes on one database."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date

import psycopg
import pytest

from app import events as events_module
from app.auth.tokens import kept
from app.domain.weeks import Week
from app.errors import TooMany, Unavailable
from app.events import MOST_PER_ADDRESS, Events, EventStream, State
from app.settings import Settings
from app.store import sessions
from app.store.database import Database
from tests.support.clients import client
from tests.support.databases import Storage, server_url, storage
from tests.support.desk import ROADS, Desk
from tests.support.people import browser_cookie
from tests.support.server import Server, running_server
from tests.support.streams import report_over_http, stream

TODAY = "2023-07-14"
SITE = "20-2-02"
SECONDS = 30.0
"""Within so long open pages hear of a saved report."""


@dataclass
class Pair:
    """Two servers on one database."""

    storage: Storage
    one: Server
    other: Server
    desk: Desk
    percent: float = 1.0

    def report(self) -> int:
        """Write past both servers, as a third process; the version there is then."""
        self.percent += 0.5
        current = self.desk.version(SITE)
        self.desk.report(ROADS, SITE, percent=self.percent, match=current, reason="更正")
        return self.version()

    def version(self) -> int:
        with self.desk.database.read() as connection:
            return connection.exec_driver_sql(
                f"SELECT version FROM {'minsheng.' if self.storage.engine == 'postgis' else ''}zone"
            ).scalar_one()


@pytest.fixture(scope="module")
def pair(both_engines_module, server) -> Iterator[Pair]:
    one = server(on=both_engines_module, MINSHENG_TODAY=TODAY)
    other = server(on=both_engines_module, MINSHENG_TODAY=TODAY)
    settings = Settings(database_url=both_engines_module.url, data=both_engines_module.data)
    database = Database(settings)
    made = Pair(both_engines_module, one, other, Desk(database, day=date.fromisoformat(TODAY)))
    made.desk.report(ROADS, SITE, percent=1)
    yield made
    database.close()


def test_the_present_version_comes_at_once_and_nothing_holds_it_back(pair):
    with stream(pair.one.url, {"accept-encoding": "gzip, br"}) as heard:
        first = heard.until(pair.version(), SECONDS)
        assert heard.status == 200
        assert heard.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert heard.headers["x-accel-buffering"] == "no"
        assert heard.headers["cache-control"] == "no-store"
        assert "content-encoding" not in heard.headers
        assert first.data == {"version": first.id, "as_of": TODAY, "week": "2023-W28"}
        with pytest.raises(queue.Empty):
            heard.next(0.5)  # it says a version once


def test_head_is_answered_and_ends(pair):
    request = urllib.request.Request(f"{pair.one.url}/api/events", method="HEAD")
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.read() == b""


def test_a_report_filed_at_one_server_is_heard_at_the_other(pair):
    cookie = browser_cookie(pair.storage, "lead_unit", pair.one.url)
    with stream(pair.one.url) as own, stream(pair.other.url) as heard:
        before = max(own.next().id, heard.next().id)
        assert report_over_http(pair.one.url, cookie, "20-2-03", "2023-W28", 60) == 201
        for one in (own, heard):
            assert one.until(before + 1, SECONDS).id == before + 1


def test_each_of_many_streams_hears_each_version(pair):
    with ExitStack() as stack:
        streams = [stack.enter_context(stream(one.url)) for one in (pair.one, pair.other) for _ in range(30)]
        for one in streams:
            one.next()
        for _ in range(3):
            version = pair.report()
            ended = time.monotonic() + SECONDS
            assert {one.until(version, SECONDS).data["version"] for one in streams} == {version}
            assert time.monotonic() < ended


def test_who_comes_back_hears_at_once_what_was_missed(pair):
    with stream(pair.one.url) as heard:
        known = heard.next().id
    version = pair.report()
    with stream(pair.other.url) as fresh:
        fresh.until(version, SECONDS)  # both servers have it
    with stream(pair.one.url) as fresh:
        fresh.until(version, SECONDS)
    with stream(pair.one.url, {"last-event-id": str(known)}) as heard:
        assert heard.next(SECONDS).id == version
    with stream(pair.one.url, {"last-event-id": str(version)}) as heard:
        with pytest.raises(queue.Empty):
            heard.next(0.5)  # it knows already
        later = pair.report()
        assert heard.until(later, SECONDS).id == later
    for nonsense in ("abc", "-1", "²", "9" * 30):
        with stream(pair.one.url, {"last-event-id": nonsense}) as heard:
            assert heard.next(SECONDS).id >= later


def test_unknown_parameters_are_told(pair):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{pair.one.url}/api/events?since=4", timeout=5)
    assert refused.value.code == 400


def test_an_address_has_a_bounded_number_of_streams(pair):
    with ExitStack() as stack:
        for _ in range(MOST_PER_ADDRESS):
            stack.enter_context(stream(pair.one.url))
        deadline = time.monotonic() + 10
        refused = None
        while refused is None and time.monotonic() < deadline:  # the last ones may still be on their way
            try:
                urllib.request.urlopen(f"{pair.one.url}/api/events?lang=en", timeout=0.5).close()
            except urllib.error.HTTPError as error:
                refused = error
            except TimeoutError:
                pass
        assert refused is not None and refused.code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert b"close some pages" in refused.read()
    deadline = time.monotonic() + 10
    while True:  # places are given back
        with stream(pair.one.url) as heard:
            if heard.status == 200:
                heard.next(SECONDS)
                break
        assert time.monotonic() < deadline
        time.sleep(0.1)


def listening(name: str) -> list[int]:
    """PostgreSQL's processes that listen in this database."""
    with psycopg.connect(server_url(), autocommit=True) as admin:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND query LIKE 'LISTEN%%'"
        return [pid for (pid,) in admin.execute(query, [name])]


@pytest.fixture
def postgres_pair(fresh_database) -> Iterator[Pair]:
    place = fresh_database("postgis")
    with running_server((), {**place.env, "MINSHENG_TODAY": TODAY}) as one:
        database = Database(Settings(database_url=place.url, data=place.data))
        made = Pair(place, one, one, Desk(database, day=date.fromisoformat(TODAY)))
        made.desk.report(ROADS, SITE, percent=1)
        yield made
        database.close()


def test_a_listening_connection_that_is_cut_is_opened_again_and_nothing_is_lost(postgres_pair):
    name = postgres_pair.storage.url.rsplit("/", 1)[1]
    with stream(postgres_pair.one.url) as heard:
        heard.next()
        before = listening(name)
        assert len(before) == 1
        with psycopg.connect(server_url(), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [before[0]])
        missed = postgres_pair.report()  # announced while nobody listens
        heard.until(missed, SECONDS)
        deadline = time.monotonic() + 10
        while not (after := listening(name)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert after != before
        heard.until(postgres_pair.report(), SECONDS)
    assert "the listening connection is lost" in postgres_pair.one.log


def test_what_was_never_announced_is_found_all_the_same(postgres_pair):
    with stream(postgres_pair.one.url) as heard:
        known = heard.until(postgres_pair.version()).id
        with postgres_pair.desk.database.write() as connection:
            connection.exec_driver_sql("UPDATE minsheng.zone SET version = version + 1")
        assert heard.until(known + 1, 10).id == known + 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_ends_its_streams_and_stops(tmp_path, number):
    env = {"MINSHENG_DATA": str(tmp_path), "MINSHENG_TODAY": TODAY}
    with ExitStack() as stack:
        server = stack.enter_context(running_server((), env, from_nothing=True))
        streams = [stack.enter_context(stream(server.url)) for _ in range(20)]
        for one in streams:
            one.next()
        server.process.send_signal(number)
        server.process.wait(SECONDS)
        for one in streams:
            assert one.ended.wait(SECONDS)
            assert one.whole, "ended in good order, not cut off"
        assert "Traceback" not in server.log


def test_weeks_reach_from_the_first_entry_to_now(pair):
    answer = urllib.request.urlopen(f"{pair.one.url}/api/weeks", timeout=5)
    body = answer.read()
    assert b'"first":"2023-W28"' in body and b'"current":"2023-W28"' in body
    assert b'"version":' in body
    again = urllib.request.Request(
        f"{pair.one.url}/api/weeks", headers={"if-none-match": answer.headers["etag"]}
    )
    with pytest.raises(urllib.error.HTTPError) as unchanged:
        urllib.request.urlopen(again, timeout=5)
    assert unchanged.value.code == 304


def test_a_ledger_without_entries_has_this_week_alone(both_engines):
    with client(both_engines, today=date(2023, 7, 14)) as api:
        weeks = api.get("/api/weeks").json()
        assert (weeks["first"], weeks["current"]) == ("2023-W28", "2023-W28")


def test_a_zone_that_is_not_public_has_no_stream_for_strangers(fresh_database):
    with client(fresh_database("sqlite"), public=False) as api:
        answer = api.get("/api/events")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_stream_ends_when_the_person_is_signed_out(tmp_path):
    with storage("sqlite", tmp_path) as place:
        with running_server((), {**place.env, "MINSHENG_TODAY": TODAY, "MINSHENG_PUBLIC": "false"}) as one:
            cookie = browser_cookie(place, "lead_unit", one.url)
            database = Database(Settings(database_url=place.url, data=place.data))
            desk = Desk(database, day=date.fromisoformat(TODAY))
            with stream(one.url, {"cookie": f"{cookie['name']}={cookie['value']}"}) as heard:
                heard.next()
                desk.report(ROADS, SITE, percent=10)
                heard.next()
                with database.write() as connection:
                    sessions.end(connection, kept(cookie["value"]))
                desk.report(ROADS, "20-2-03", percent=10)
                assert heard.ended.wait(SECONDS)
                assert heard.whole and heard.events.empty()
            with stream(one.url, {"cookie": f"{cookie['name']}={cookie['value']}"}) as refused:
                assert refused.status == 401
            database.close()


STATE = State(7, date(2023, 7, 14), Week(2023, 28))


class Line:
    """The two ends of an ASGI connection."""

    def __init__(self) -> None:
        self.sent: list[dict] = []
        self.gone = asyncio.Event()

    async def receive(self) -> dict:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict) -> None:
        self.sent.append(message)

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()


async def yes() -> bool:
    return True


def test_heartbeats_go_on_while_nothing_happens(monkeypatch):
    monkeypatch.setattr(events_module, "HEARTBEAT_SECONDS", 0.02)

    async def scenario() -> None:
        source, line = Events(STATE), Line()
        running = asyncio.create_task(
            EventStream(source, "here", None, yes)({"type": "http"}, line.receive, line.send)
        )
        while line.text.count(":\n\n") < 3:
            await asyncio.sleep(0.01)
        assert line.text.startswith(
            'retry: 1000\n\nid: 7\ndata: {"version":7,"as_of":"2023-07-14","week":"2023-W28"}\n\n'
        )
        assert line.text.count("data:") == 1
        line.gone.set()
        await asyncio.wait_for(running, 1)
        assert len(source) == 0

    asyncio.run(scenario())


def test_a_stream_ends_with_the_session_that_allowed_it(monkeypatch):
    monkeypatch.setattr(events_module, "HEARTBEAT_SECONDS", 0.02)
    allowed = [True, True, True]

    async def while_signed_in() -> bool:
        return bool(allowed) and allowed.pop()

    async def scenario() -> None:
        source, line = Events(STATE), Line()
        answer = EventStream(source, "here", None, while_signed_in)
        await asyncio.wait_for(answer({"type": "http"}, line.receive, line.send), 2)
        assert line.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
        assert len(source) == 0

    asyncio.run(scenario())


def test_a_client_that_takes_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(events_module, "STUCK_SECONDS", 0.05)

    async def scenario() -> None:
        source, line = Events(STATE), Line()

        async def stuck(message: dict) -> None:
            if message.get("more_body"):
                await asyncio.sleep(60)
            await line.send(message)

        answer = EventStream(source, "here", None, yes)
        await asyncio.wait_for(answer({"type": "http"}, line.receive, stuck), 2)
        assert len(source) == 0

    asyncio.run(scenario())


def test_places_are_bounded_for_one_address_and_for_all():
    async def scenario() -> None:
        source = Events(STATE, most=3, per_address=2)
        with source.seat("a"), source.seat("a"):
            with pytest.raises(TooMany) as refused:
                with source.seat("a"):
                    pass
            assert refused.value.seconds > 0
            with source.seat("b"):
                with pytest.raises(Unavailable):
                    with source.seat("c"):
                        pass
            with source.seat("c"):
                assert len(source) == 3
        assert len(source) == 0
        source.close()
        with pytest.raises(Unavailable), contextlib.ExitStack() as stack:
            stack.enter_context(source.seat("a"))

    asyncio.run(scenario())
