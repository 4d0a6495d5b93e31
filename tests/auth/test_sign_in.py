"""Signing in and out on the running application: cookies, fixation, lock-out, disabled accounts, expiry."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.auth.tokens import kept
from app.domain.accounts import Account
from app.domain.roles import Role
from app.store import accounts, sessions
from app.store import tables as t
from tests.auth.forms import HTML, csrf_in, sent_form
from tests.support.people import PASSWORD, actor, add_people, signed_in, staffed, visitor

pytestmark = pytest.mark.usefixtures("quick_passwords")
START = datetime(2023, 7, 14, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def service(both_engines_module) -> Iterator[TestClient]:
    with staffed(both_engines_module) as made:
        yield made


@pytest.fixture
def clock(service) -> Iterator[list[datetime]]:
    """The application's clock on the wall: set clock[0]."""
    moment = [START]
    service.app.state.clock = lambda: moment[0]
    yield moment
    del service.app.state.clock


def new_account(service: TestClient, name: str, **more) -> int:
    account = Account(name, name, Role.VIEWER)
    number = add_people(service.app.state.live.database, account)[name]
    if more:
        with service.app.state.live.database.write() as connection:
            connection.execute(update(t.account).where(t.account.c.id == number).values(**more))
    return number


def cookie(answer, name: str):
    for header in answer.headers.get_list("set-cookie"):
        found = SimpleCookie(header)
        if name in found:
            return found[name]
    raise AssertionError((name, answer.headers.get_list("set-cookie")))


def test_the_form_leads_in_and_on(service):
    browser = visitor(service)
    answer = sent_form(browser, " Supervision ", PASSWORD, onward="/account?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?x=1")
    page = browser.get("/account", headers=HTML)
    assert page.status_code == 200
    assert "督查 乙" in page.text
    assert browser.get("/sign-in?next=/ledger", headers=HTML).headers["location"] == "/ledger"


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("lead_unit", "/work"),
        ("supporting_unit", "/work"),
        ("supervision", "/board"),
        ("leader", "/review"),
        ("administrator", "/users"),
        ("inspector", "/"),
        ("viewer", "/"),
    ],
)
def test_without_a_wish_everybody_begins_at_the_own_work(service, name, start):
    for onward in ("", "/"):
        browser = visitor(service)
        assert sent_form(browser, name, PASSWORD, onward=onward).headers["location"] == start
    assert browser.get(start, headers=HTML).status_code == 200


def test_the_cookie_is_out_of_reach(service):
    browser = visitor(service)
    found = cookie(sent_form(browser, "viewer", PASSWORD), "minsheng_session")
    assert found["httponly"] and found["samesite"] == "lax" and found["path"] == "/" and not found["domain"]
    assert not found["secure"]
    assert int(found["max-age"]) == 7 * 24 * 3600
    assert len(found.value) >= 43, "32 bytes"
    with service.app.state.live.database.read() as connection:
        rows = connection.execute(select(t.session.c.token_hash)).scalars().all()
    assert kept(found.value) in rows
    assert found.value not in rows


def test_by_https_the_cookie_is_secure_and_bound_to_the_host(service):
    browser = visitor(service, https=True)
    found = cookie(sent_form(browser, "viewer", PASSWORD), "__Host-minsheng_session")
    assert found["secure"] and found["httponly"] and found["path"] == "/" and not found["domain"]
    assert browser.get("/account").status_code == 200
    # a cookie without the prefix may have been set by a neighbour host: it does not count by https
    stranger = visitor(service, https=True)
    stranger.cookies.set("minsheng_session", found.value)
    assert stranger.get("/account").status_code == 401


def test_a_setting_makes_all_cookies_secure(service, monkeypatch):
    monkeypatch.setattr(service.app.state.settings, "secure_cookies", True)
    answer = visitor(service).get("/sign-in", headers=HTML)
    assert cookie(answer, "__Host-minsheng_before")["secure"]


def test_a_session_that_was_there_before_is_not_taken_over(service):
    """Fixation: whoever planted a token must not be signed in with it afterwards."""
    victim, planted = visitor(service), "A" * 43
    victim.cookies.set("minsheng_session", planted)
    found = cookie(sent_form(victim, "viewer", PASSWORD), "minsheng_session")
    assert found.value != planted
    attacker = visitor(service)
    attacker.cookies.set("minsheng_session", planted)
    assert attacker.get("/account").status_code == 401


def test_signing_in_again_ends_the_session_of_this_browser(service):
    browser = visitor(service)
    first = cookie(sent_form(browser, "viewer", PASSWORD), "minsheng_session").value
    other = visitor(service)
    other.cookies.set("minsheng_session", first)
    browser.cookies.delete("minsheng_session")
    page = browser.get("/sign-in", headers=HTML)
    browser.cookies.set("minsheng_session", first)
    fields = {"csrf": csrf_in(page.text), "name": "viewer", "password": PASSWORD}
    second = cookie(browser.post("/sign-in", data=fields, headers=HTML), "minsheng_session").value
    assert second != first
    assert other.get("/account").status_code == 401


def test_signing_out_ends_the_session_on_the_server(service):
    person = signed_in(service, "viewer")
    token = person.cookies["minsheng_session"]
    answer = person.post("/sign-out", data=person.form())
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    again = visitor(service)
    again.cookies.set("minsheng_session", token)
    assert again.get("/account").status_code == 401


def test_wrong_names_and_wrong_passwords_get_the_same_answer(service):
    new_account(service, "switched-off", disabled_at=START)
    new_account(service, "sso-only", password_hash=None)
    texts = set()
    for number, name in enumerate(("viewer", "nobody-here", "switched-off", "sso-only")):
        browser = visitor(service, f"10.1.0.{number}")
        wrong = PASSWORD if name in ("switched-off", "sso-only") else "not this one"
        answer = sent_form(browser, name, wrong)
        assert answer.status_code == 401
        assert "minsheng_session" not in browser.cookies
        assert name in answer.text, "what was typed is kept"
        texts.add(answer.text.replace(name, "").split('<form method="post" action="/sign-in"')[0])
    assert len(texts) == 1
    assert "账号名或密码不对" in texts.pop()
    english = visitor(service, "10.1.0.9")
    english.cookies.set("lang", "en")
    assert "The name or the password is wrong." in sent_form(english, "viewer", "no").text


def test_the_sixth_failure_waits_with_a_sentence_and_success_clears(service, clock):
    new_account(service, "locked")
    browser = visitor(service, "10.2.0.1")
    for _ in range(5):
        assert sent_form(browser, "locked", "wrong").status_code == 401
    blocked = sent_form(browser, "locked", PASSWORD)
    assert blocked.status_code == 429
    assert blocked.headers["retry-after"] == "15"
    assert "15 秒" in blocked.text
    assert sent_form(visitor(service, "10.2.0.2"), "locked", PASSWORD).status_code == 303
    clock[0] += timedelta(seconds=15)
    assert sent_form(browser, "locked", PASSWORD).status_code == 303
    clean = visitor(service, "10.2.0.1")
    for _ in range(5):
        assert sent_form(clean, "locked", "wrong").status_code == 401


def test_a_session_ends_after_twelve_idle_hours_and_after_seven_days(service, clock):
    number = new_account(service, "sleeper")
    database = service.app.state.live.database
    idle, busy = "i" * 43, "b" * 43
    with database.write() as connection:
        for token in (idle, busy):
            sessions.start(connection, kept(token), number, "127.0.0.1", START)

    def status(token: str) -> int:
        browser = visitor(service)
        browser.cookies.set("minsheng_session", token)
        return browser.get("/account").status_code

    clock[0] = START + timedelta(hours=11, minutes=59)
    assert status(idle) == 200
    for day in range(1, 28):
        clock[0] = START + timedelta(hours=6 * day)
        assert status(busy) == 200, day
        wait_until_seen(database, busy, clock[0])
    assert status(idle) == 401, "its last visit was noted at noon of the first day"
    clock[0] = START + timedelta(days=7)
    assert status(busy) == 401


def wait_until_seen(database, token: str, moment: datetime) -> None:
    """The note of a visit is written beside the answer."""
    for _ in range(500):
        with database.read() as connection:
            query = select(t.session.c.seen_at).where(t.session.c.token_hash == kept(token))
            if connection.execute(query).scalar_one() == moment:
                return
        time.sleep(0.01)
    raise AssertionError("the visit was never noted")


def test_a_visit_is_noted_every_five_minutes_at_most(service, clock):
    number = new_account(service, "reader")
    database, token = service.app.state.live.database, "r" * 43
    with database.write() as connection:
        sessions.start(connection, kept(token), number, "127.0.0.1", START)
    browser = visitor(service)
    browser.cookies.set("minsheng_session", token)
    clock[0] = START + timedelta(minutes=4, seconds=59)
    assert browser.get("/account").status_code == 200
    time.sleep(0.3)
    with database.read() as connection:
        query = select(t.session.c.seen_at).where(t.session.c.token_hash == kept(token))
        assert connection.execute(query).scalar_one() == START
    clock[0] = START + timedelta(minutes=5)
    assert browser.get("/account").status_code == 200
    wait_until_seen(database, token, clock[0])


def test_disabling_an_account_ends_its_sessions_at_once(service):
    new_account(service, "leaver")
    leaver, admin = signed_in(service, "leaver"), signed_in(service, "administrator")
    assert leaver.get("/account").status_code == 200
    answer = admin.post(f"/users/{leaver.account_id}/disable", data=admin.form())
    assert answer.status_code == 303
    assert leaver.get("/account").status_code == 401
    # also a session that was left over in the table, by whatever way
    with service.app.state.live.database.write() as connection:
        sessions.start(connection, kept("l" * 43), leaver.account_id, "127.0.0.1", datetime.now(UTC))
    left = visitor(service)
    left.cookies.set("minsheng_session", "l" * 43)
    assert left.get("/account").status_code == 401


def test_changing_the_password_ends_all_other_sessions_and_renews_this_one(service):
    new_account(service, "changer")
    here, there = signed_in(service, "changer"), signed_in(service, "changer")
    old = here.cookies["minsheng_session"]
    fields = {"current": PASSWORD, "new": "a new and long one", "again": "a new and long one"}
    answer = here.post("/account/password", data=here.form(**fields))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=password")
    assert cookie(answer, "minsheng_session").value != old
    assert there.get("/account").status_code == 401
    stolen = visitor(service)
    stolen.cookies.set("minsheng_session", old)
    assert stolen.get("/account").status_code == 401
    assert sent_form(visitor(service, "10.3.0.1"), "changer", PASSWORD).status_code == 401
    assert sent_form(visitor(service, "10.3.0.1"), "changer", "a new and long one").status_code == 303


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"current": "wrong"}, "现在的密码不对"),
        ({"again": "another one here"}, "两次输入的新密码不一样"),
        ({"new": "short", "again": "short"}, "至少要有 10 个字符"),
        ({"new": PASSWORD, "again": PASSWORD}, "与现在的密码相同"),
        ({"new": "changing-1", "again": "changing-1"}, "不能是账号名"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(service, fields, told):
    new_account(service, "changing")
    person = signed_in(service, "changing")
    whole = {"current": PASSWORD, "new": "a new and long one", "again": "a new and long one", **fields}
    answer = person.post("/account/password", data=person.form(**whole), headers=HTML)
    assert answer.status_code == 400
    assert told in answer.text
    assert "a new and long one" not in answer.text, "no password is sent back"
    assert person.get("/account").status_code == 200


def test_other_sessions_can_be_ended_from_the_account_page(service):
    new_account(service, "two-places")
    here, there = signed_in(service, "two-places"), signed_in(service, "two-places")
    assert here.post("/account/sessions/end", data=here.form()).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 401


def test_an_initial_password_has_to_be_replaced_first(service):
    new_account(service, "fresh", must_change=True)
    browser = visitor(service, "10.4.0.1")
    assert sent_form(browser, "fresh", PASSWORD, onward="/ledger").headers["location"] == "/account"
    assert browser.get("/ledger", headers=HTML).status_code == 200, "what is public stays open"
    assert browser.get("/sign-in", headers=HTML).headers["location"] == "/account"
    person = signed_in(service, "fresh")
    with service.app.state.live.database.write() as connection:
        number = person.account_id
        connection.execute(update(t.account).where(t.account.c.id == number).values(role="supervision"))
    led = person.get("/audit", headers=HTML)
    assert (led.status_code, led.headers["location"]) == (303, "/account")
    assert person.get("/audit").status_code == 403
    fields = {"current": PASSWORD, "new": "a new and long one", "again": "a new and long one"}
    answer = person.post("/account/password", data=person.form(**fields))
    person.cookies.set("minsheng_session", cookie(answer, "minsheng_session").value)
    assert person.get("/audit", headers=HTML).status_code == 200


def test_an_older_hash_is_renewed_at_sign_in(service):
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    older = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)
    number = new_account(service, "veteran", password_hash=older)
    assert sent_form(visitor(service, "10.5.0.1"), "veteran", PASSWORD).status_code == 303
    with service.app.state.live.database.read() as connection:
        newer = accounts.by_id(connection, number).password_hash
    assert newer != older
    assert sent_form(visitor(service, "10.5.0.1"), "veteran", PASSWORD).status_code == 303


def test_the_actor_is_the_account(service):
    found = actor(service.app.state.live.database, "inspector")
    assert (found.role, found.towns, found.unit) == (Role.INSPECTOR, frozenset({"370829104"}), None)
    assert actor(service.app.state.live.database, "leader").items == {19, 20, 21}
