"""People for tests: an account of every role on a prepared zone, and clients that are signed in.

with prepared(storage) as (database, settings):
    add_people(database)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        lead = signed_in(client, "lead_unit")
        lead.post("/api/reports", json={…})          # x-csrf-token goes along by itself
        lead.post("/plan/20-1-01", data=lead.form(start="2023-07-01"))   # as a page's form would send it
        assert client.get("/board").status_code == 401                   # nobody is signed in on `client`
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from app.auth.tokens import csrf_of, kept, new_token
from app.domain.accounts import Account
from app.domain.roles import Actor, Role
from app.main import create_app
from app.settings import Settings
from app.store import sessions
from app.store import tables as t
from app.store.database import Database
from app.store.moments import now
from tests.support.databases import Storage
from tests.support.zones import prepared

PASSWORD = "correct horse 电池"
"""Of every account made here."""

PEOPLE = {
    account.name: account
    for account in (
        Account("administrator", "管理员 甲", Role.ADMINISTRATOR),
        Account("supervision", "督查 乙", Role.SUPERVISION),
        Account("leader", "领导 丙", Role.LEADER, items=frozenset({19, 20, 21})),
        Account("lead_unit", "建设 丁", Role.LEAD_UNIT, unit="jianshe"),
        Account("supporting_unit", "自然 戊", Role.SUPPORTING_UNIT, unit="ziran"),
        Account("inspector", "巡查 己", Role.INSPECTOR, towns=frozenset({"370829104"})),
        Account("viewer", "查阅 庚", Role.VIEWER),
        Account("other_unit", "教育 辛", Role.LEAD_UNIT, unit="jiaoyu"),
    )
}
"""One of every role under its name, and a lead unit with other items."""


QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
"""The same hash without what makes it slow: that is tested in tests/auth/test_passwords.py."""


@cache
def _hash() -> str:
    return QUICK.hash(PASSWORD)


def add_people(database: Database, *more: Account) -> dict[str, int]:
    """Enter PEOPLE (and `more`) past the audit; ids by name. Safe to repeat."""
    with database.write() as connection:
        known = dict(connection.execute(select(t.account.c.name, t.account.c.id)).all())
        for account in (*PEOPLE.values(), *more):
            if account.name not in known:
                row = {
                    "name": account.name,
                    "display": account.display,
                    "role": account.role.value,
                    "unit_code": account.unit,
                    "towns": sorted(account.towns),
                    "items": sorted(account.items),
                    "password_hash": _hash(),
                    "must_change": False,
                    "created_at": now(),
                }
                made = connection.execute(insert(t.account).values(row).returning(t.account.c.id))
                known[account.name] = made.scalar_one()
    return known


def actor(database: Database, name: str) -> Actor:
    """The person as the application would see them: for calling the store without the web."""
    with database.read() as connection:
        row = connection.execute(select(t.account).where(t.account.c.name == name)).one()
        return sessions.actor_of_row(row, "127.0.0.1")


class Person(TestClient):
    """A client of the same running application with a session of its own; `csrf` goes along as a header."""

    csrf: str
    name: str
    account_id: int

    def form(self, **fields: Any) -> dict[str, Any]:
        """Fields of a page's form with its hidden CSRF field."""
        return {"csrf": self.csrf, **fields}


def signed_in(client: TestClient, name: str = "supervision") -> Person:
    """A client signed in as one of PEOPLE, on the application that `client` runs (keep `client` open).

    The session is entered straight into the database; the sign-in form is tested in tests/auth.
    """
    database: Database = client.app.state.live.database  # type: ignore[attr-defined]
    number = add_people(database)[name]
    token = new_token()
    with database.write() as connection:
        sessions.start(connection, kept(token), number, "testclient", now())
    person = Person(client.app, raise_server_exceptions=False, follow_redirects=False)
    person.portal = client.portal  # the same event loop: follower and streams live there
    person.csrf, person.name, person.account_id = csrf_of(token), name, number
    person.headers["x-csrf-token"] = person.csrf
    person.cookies.set("minsheng_session", token)
    return person


def visitor(client: TestClient, address: str = "127.0.0.1", https: bool = False) -> TestClient:
    """Another browser on the same running application, at an address of its own; nobody is signed in."""
    made = TestClient(
        client.app,
        base_url="https://testserver" if https else "http://testserver",
        raise_server_exceptions=False,
        follow_redirects=False,
        client=(address, 50_000),
    )
    made.portal = client.portal
    return made


def browser_cookie(storage: Storage, name: str, url: str) -> dict[str, Any]:
    """For Playwright's `context.add_cookies([…])`: a session on a server in a process of its own."""
    database = Database(Settings(database_url=storage.url, data=storage.data))  # type: ignore[call-arg]
    try:
        number, token = add_people(database)[name], new_token()
        with database.write() as connection:
            sessions.start(connection, kept(token), number, "127.0.0.1", now())
    finally:
        database.close()
    return {"name": "minsheng_session", "value": token, "url": url}


@contextmanager
def staffed(storage: Storage, demo: bool = False, **settings: object) -> Iterator[TestClient]:
    """The running application with all PEOPLE; `signed_in(client, "leader")` gives theirs."""
    with prepared(storage, demo, **settings) as (database, chosen):
        add_people(database)
        with TestClient(create_app(chosen), raise_server_exceptions=False, follow_redirects=False) as made:
            yield made
