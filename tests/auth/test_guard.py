"""The guard: forged requests, foreign origins, sizes, redirects, what stays private, what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select
from starlette.testclient import TestClient

from app.auth.access import ACCESS, check_access
from app.auth.limits import MOST_BYTES
from app.store import tables as t
from tests.auth.forms import HTML, csrf_in
from tests.support.people import PASSWORD, signed_in, staffed, visitor

END = "/account/sessions/end"


@pytest.fixture(scope="module")
def service(both_engines_module) -> Iterator[TestClient]:
    with staffed(both_engines_module) as made:
        yield made


@contextmanager
def statements(service: TestClient) -> Iterator[list[str]]:
    """The SQL of this process while it lasts; the follower's look at the zone's version is left out."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if "zone" not in statement and statement != "BEGIN":
            seen.append(statement)

    engine = service.app.state.live.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def bare(person: TestClient) -> TestClient:
    """Without the header that carries the CSRF token."""
    del person.headers["x-csrf-token"]
    return person


def test_a_form_without_the_token_does_nothing(service):
    person, other = bare(signed_in(service, "viewer")), signed_in(service, "viewer")
    for fields in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": signed_in(service, "leader").csrf}):
        answer = person.post(END, data=fields)
        assert answer.status_code == 403, fields
        assert answer.json()["type"] == "/problems/forbidden"
    assert other.get("/account").status_code == 200, "its session has not been ended"
    assert person.post(END, data={"csrf": person.csrf}).status_code == 303
    assert other.get("/account").status_code == 401


def test_the_token_goes_in_a_header_or_in_a_multipart_form_as_well(service):
    person = bare(signed_in(service, "viewer"))
    assert person.post(END, headers={"x-csrf-token": person.csrf}).status_code == 303
    assert person.post(END, data={"csrf": person.csrf}, files={"file": b"x"}).status_code == 303
    assert person.post(END, data={"csrf": "0"}, files={"file": b"x"}).status_code == 403
    assert person.post(END, json={"csrf": person.csrf}).status_code == 403, "JSON may be sent as text/plain"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://testserver"}, 303),
        ({"origin": "http://testserver:81"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://testserver.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, 403),
        ({}, 303),
    ],
)
def test_another_site_cannot_send_even_the_right_token(service, headers, status):
    person = signed_in(service, "viewer")
    assert person.post(END, data=person.form(), headers=headers).status_code == status


def test_the_sign_in_form_is_bound_to_the_browser(service):
    fields = {"name": "viewer", "password": "wrong", "next": "/"}
    mine, theirs = visitor(service, "10.6.0.1"), visitor(service, "10.6.0.2")
    token = csrf_in(mine.get("/sign-in", headers=HTML).text)
    assert theirs.post("/sign-in", data=fields | {"csrf": token}).status_code == 403, "no cookie"
    theirs.get("/sign-in", headers=HTML)
    assert theirs.post("/sign-in", data=fields | {"csrf": token}).status_code == 403, "another cookie"
    foreign = {"origin": "https://evil.example"}
    assert mine.post("/sign-in", data=fields | {"csrf": token}, headers=foreign).status_code == 403
    assert mine.post("/sign-in", data=fields | {"csrf": token}).status_code == 401


def test_files_of_nobody_are_not_read(service, monkeypatch):
    stranger = visitor(service, "10.6.0.3")
    token = csrf_in(stranger.get("/sign-in", headers=HTML).text)

    def parsed(*_args, **_more):
        raise AssertionError("somebody who is not signed in had files taken in")

    monkeypatch.setattr("starlette.formparsers.MultiPartParser.parse", parsed)
    fields = {"csrf": token, "name": "viewer", "password": PASSWORD}
    assert stranger.post("/sign-in", data=fields, files={"f": b"x"}).status_code == 403
    viewer = bare(signed_in(service, "viewer"))
    assert viewer.post(END, data=viewer.form(), files={"f": b"x"}).status_code == 500, "theirs are"


def test_nobody_is_led_to_the_form_and_back(service):
    page = service.get("/users?x=1&y=文", headers=HTML)
    assert page.status_code == 303
    assert page.headers["location"] == "/sign-in?next=%2Fusers%3Fx%3D1%26y%3D%25E6%2596%2587"
    problem = service.get("/users")
    assert problem.status_code == 401
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["type"] == "/problems/not-signed-in"
    assert service.post("/api/reports", json={}, headers=HTML).status_code == 401, "an API never redirects"
    sent = {"referer": "http://testserver/account?done=password"}
    form = service.post(END, headers=HTML | sent)
    assert form.headers["location"] == "/sign-in?next=%2Faccount%3Fdone%3Dpassword"
    foreign = service.post(END, headers=HTML | {"referer": "http://evil.example/account"})
    assert foreign.headers["location"] == "/sign-in?next=%2F"


def test_the_wrong_role_is_told_so(service):
    viewer = signed_in(service, "viewer")
    page = viewer.get("/users", headers=HTML)
    assert page.status_code == 403
    assert "您的账号没有这项权限" in page.text
    assert viewer.get("/users").json()["type"] == "/problems/forbidden"
    assert (
        viewer.post("/users", data=viewer.form(name="own", display="x", role="administrator")).status_code
        == 403
    )


def test_a_body_that_is_too_large_is_refused_before_it_is_read(service):
    person = signed_in(service, "viewer")
    announced = person.post(END, content=b"x" * (MOST_BYTES + 1), headers={"content-type": "text/plain"})
    assert announced.status_code == 413
    assert announced.json()["type"] == "/problems/too-large"
    fields = {"csrf": person.csrf, "x": "y" * MOST_BYTES}
    assert bare(person).post(END, data=fields).status_code == 413

    def pieces() -> Iterator[bytes]:
        """Without a length, as chunks."""
        yield b"csrf=" + person.csrf.encode() + b"&x="
        for _ in range(40):
            yield b"y" * (MOST_BYTES // 20)

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert person.post(END, content=pieces(), headers=form).status_code == 413
    allowed = {"csrf": person.csrf, "x": "y" * 900_000}
    assert person.post(END, data=allowed).status_code == 303


def test_what_is_personal_is_not_kept_by_shared_caches(service):
    person = signed_in(service, "administrator")
    for path in ("/account", "/users", "/audit", "/", "/ledger"):
        said = person.get(path, headers=HTML).headers["cache-control"]
        assert "public" not in said
        assert "no-store" in said, path
    data = person.get("/api/sites")
    assert data.headers["cache-control"] == "private, no-cache", "units may be shown more than everybody"
    assert data.headers["etag"]
    again = person.get("/api/sites", headers={"if-none-match": data.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache")
    assert service.get("/api/sites").headers["cache-control"] == "no-cache"
    assert "no-cache" in service.get("/", headers=HTML).headers["cache-control"]


def test_where_everything_needs_a_sign_in_everything_is_private(service, monkeypatch):
    monkeypatch.setattr(service.app.state.settings, "public", False)
    viewer = signed_in(service, "viewer")
    for path in ("/", "/ledger", "/items/1", "/docs"):
        assert service.get(path, headers=HTML).headers["location"].startswith("/sign-in?next="), path
    for path in ("/api/sites", "/api/items", "/api/ground", "/openapi.json"):
        assert service.get(path).status_code == 401, path
        answer = viewer.get(path)
        assert answer.status_code == 200
        assert "private" in answer.headers["cache-control"], path
    assert service.get("/healthz").status_code == 200
    form = service.get("/sign-in", headers=HTML)
    assert form.status_code == 200
    assert "仅供登录后使用" in form.text
    style = service.get("/static/css/base.css?v=1")
    assert style.status_code == 200


def test_nobody_costs_no_look_at_the_database_and_somebody_one(service):
    person = signed_in(service, "viewer")
    for path in ("/api/sites", "/api/nearby?lon=116.4&lat=35.4", "/sign-in", "/healthz"):
        with statements(service) as seen:
            assert service.get(path).status_code == 200
        assert seen == [], path
    with statements(service) as seen:
        assert person.get("/api/sites").status_code == 200
    assert len(seen) == 1 and "token_hash" in seen[0], seen
    garbage = visitor(service)
    garbage.cookies.set("minsheng_session", "x" * 5_000)
    with statements(service) as seen:
        assert garbage.get("/api/sites").status_code == 200
    assert seen == []


def test_the_look_up_goes_by_an_index(service):
    database = service.app.state.live.database
    from app.store.sessions import _FIND

    compiled = str(
        _FIND.compile(database.engine, compile_kwargs={"literal_binds": False}, schema_translate_map=None)
    )
    assert compiled.count("session.token_hash =") == 1
    assert [column.name for column in t.session.primary_key] == ["token_hash"]


def test_the_address_is_the_sockets_unless_a_proxy_is_trusted(service):
    """Whoever writes X-Forwarded-For himself is not somebody else."""
    liar = visitor(service, "203.0.113.7")
    token = csrf_in(liar.get("/sign-in", headers=HTML).text)
    fields = {"csrf": token, "name": "somebody", "password": "wrong"}
    assert liar.post("/sign-in", data=fields, headers={"x-forwarded-for": "198.51.100.1"}).status_code == 401
    with service.app.state.live.database.read() as connection:
        keys = connection.execute(select(t.attempt.c.key)).scalars().all()
    assert "name:somebody|203.0.113.7" in keys
    assert not [key for key in keys if "198.51.100.1" in key]


def test_a_trusted_proxy_tells_address_and_scheme(fresh_database):
    with staffed(fresh_database("sqlite"), trusted_proxies="10.9.0.0/16") as service:
        proxy, stranger = visitor(service, "10.9.0.1"), visitor(service, "10.8.0.1")
        told = {"x-forwarded-for": "198.51.100.1, 203.0.113.9", "x-forwarded-proto": "https"}
        assert "__Host-minsheng_before" in proxy.get("/sign-in", headers=told).headers["set-cookie"]
        assert "__Host-" not in stranger.get("/sign-in", headers=told).headers["set-cookie"]
        token = csrf_in(stranger.get("/sign-in").text)
        stranger.post("/sign-in", data={"csrf": token, "name": "a", "password": "b"}, headers=told)
        secure = visitor(service, "10.9.0.1", https=True)
        token = csrf_in(secure.get("/sign-in", headers=told).text)
        secure.post("/sign-in", data={"csrf": token, "name": "c", "password": "d"}, headers=told)
        with service.app.state.live.database.read() as connection:
            keys = set(connection.execute(select(t.attempt.c.key)).scalars())
    assert keys == {"name:a|10.8.0.1", "address:10.8.0.1", "name:c|203.0.113.9", "address:203.0.113.9"}


def test_a_route_without_a_line_stops_the_start(service):
    from fastapi import APIRouter, FastAPI

    router = APIRouter()

    @router.get("/forgotten")
    async def forgotten() -> None: ...

    app = FastAPI()
    app.include_router(router)
    with pytest.raises(RuntimeError, match=r'\("GET", "/forgotten"\)'):
        check_access(app)
    moved = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    moved.include_router(router, prefix="/somewhere")
    with pytest.raises(RuntimeError, match="prefix"):
        check_access(moved)


def test_no_line_is_left_over(service):
    from app.auth.access import routes_of

    assert set(ACCESS) == set(routes_of(service.app))


def test_the_page_of_a_missing_address_knows_who_looks(service):
    person = signed_in(service, "viewer")
    page = person.get("/no/such/page", headers=HTML)
    assert page.status_code == 404
    assert "查阅 庚" in page.text
    assert "private" in page.headers["cache-control"]


def test_while_the_database_is_away_the_public_map_stays_open(service, monkeypatch):
    from sqlalchemy.exc import OperationalError

    person = signed_in(service, "viewer")

    def away(*_args, **_more):
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr("app.store.sessions.find", away)
    assert person.get("/", headers=HTML).status_code == 200
    assert person.get("/account", headers=HTML).status_code == 503


def test_failed_attempts_are_counted_in_the_database(service):
    with service.app.state.live.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(t.attempt)).scalar_one() > 0
