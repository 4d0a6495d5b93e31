"""Every route × every role, and nobody: real requests with real sessions against a real server.

Who gets through is written here by hand, from what each role is for, and not taken from app/auth/access.py
or app/domain/roles.py: a slip there shows here. A route without a line here fails, and so does a line
without a route. Whether somebody gets through is the guard's answer: neither 401 nor 403; what the route
then says of an empty form is tested elsewhere. What is asked of a single item, unit or town is below.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from app.auth.access import routes_of
from app.auth.tokens import csrf_of
from app.main import create_app
from app.settings import Settings
from tests.support.databases import Storage, storage
from tests.support.people import PASSWORD, browser_cookie
from tests.support.server import Server

ROLES = {
    "A": "administrator",
    "S": "supervision",
    "L": "leader",
    "U": "lead_unit",
    "C": "supporting_unit",
    "I": "inspector",
    "V": "viewer",
    "N": None,
}
EVERYBODY, SIGNED_IN = "ASLUCIVN", "ASLUCIV"

EXPECTED = {
    # what the sign-in page needs, and operations
    EVERYBODY + " always": """
        GET /healthz
        GET /readyz
        GET /static
        GET /sign-in
        POST /sign-in
        GET /sign-in/oidc
        GET /sign-in/oidc/callback
        GET /problems/{kind}
        GET /m
        GET /sw.js
        GET /manifest.webmanifest
        GET /api/phone/me
    """,
    # the map and the ledger are for everybody, unless MINSHENG_PUBLIC is false
    EVERYBODY: """
        GET /
        GET /map-{digest}.js
        GET /ledger
        GET /ledger.csv
        GET /ledger.xlsx
        GET /items/{no}
        GET /sites/{code}
        GET /sites/{code}/qr.svg
        GET /subjects/{code}
        GET /api/sites
        GET /api/sites/{code}
        GET /api/sites/{code}/built
        GET /api/sites/{code}/locate
        GET /api/subjects/{code}
        GET /api/nearby
        GET /api/at
        GET /api/items
        GET /api/items/{no}
        GET /api/ledger
        GET /api/towns
        GET /api/ground
        GET /api/weeks
        GET /api/events
        GET /coverage
        GET /coverage/timeline
        GET /snapshot.html
        GET /api/coverage
        GET /api/coverage.geojson
        GET /api/coverage/board
        GET /api/coverage/change.geojson
        GET /api/coverage/timeline
        GET /api/phone/data
        GET /docs
        GET /openapi.json
    """,
    # internal matters, and one's own account; who may take which step is asked of the thing itself
    SIGNED_IN: """
        GET /account
        POST /account/password
        POST /account/sessions/end
        POST /sign-out
        GET /blockages
        GET /blockages/{ident}
        POST /blockages/{ident}
        GET /api/blockages
        GET /api/blockages/{ident}
        POST /api/blockages/{ident}/steps
        GET /directives
        GET /directives/{ident}
        POST /directives/{ident}
        GET /api/directives
        GET /api/directives/{ident}
        POST /api/directives/{ident}/steps
        GET /api/inspections
        GET /api/inspections/{ident}
        GET /api/inspections.geojson
        GET /inspections
        GET /inspections/{ident}
        GET /photos/{ident}.jpg
        GET /photos/{ident}-small.jpg
    """,
    # units
    "UC": "GET /work",
    "U": """
        GET /report/{subject}
        POST /report/{subject}
        GET /plan/{subject}
        POST /plan/{subject}
        POST /api/reports
        POST /api/plans
        POST /api/reports/{report}/photos
        GET /upload
        POST /upload
        GET /upload/{id}
        POST /upload/{id}/confirm
        GET /api/uploads/{id}
        GET /template.xlsx
    """,
    # supervision and leaders
    "ASL": """
        GET /pack.pdf
        GET /pack.xlsx
        GET /pack-slides.zip
        GET /board
        GET /api/board
        GET /review
    """,
    "ASLU": """
        GET /meeting
        GET /meeting.xlsx
    """,
    "SUI": """
        GET /blockages/new
        POST /blockages/new
        POST /api/blockages
    """,
    "SI": """
        GET /inspect/{code}
        POST /inspect/{code}
        POST /inspections/{ident}
        POST /api/inspections
        POST /api/inspections/{ident}/photos
        POST /api/inspections/{ident}/revisions
        OPTIONS /api/photo-uploads
        POST /api/photo-uploads
        GET /api/photo-uploads/{ident}
        PATCH /api/photo-uploads/{ident}
    """,
    "S": """
        GET /accept/{code}
        POST /accept/{code}
        POST /api/acceptances
        POST /api/disputes/{ident}
    """,
    "L": """
        POST /review
        POST /api/directives
    """,
    "AS": """
        GET /audit
        GET /audit.csv
    """,
    "A": """
        GET /users
        POST /users
        GET /users/{account_id}
        POST /users/{account_id}
        POST /users/{account_id}/disable
        POST /users/{account_id}/enable
        POST /users/{account_id}/password
    """,
}
SITE = "20-1-01"
NOBODYS_ID = str(uuid.UUID(int=7))
FILLED = {
    "{kind}": "not-found",
    "{no}": "20",
    "{code}": SITE,
    "{subject}": SITE,
    "{ident}": NOBODYS_ID,
    "{id}": NOBODYS_ID,
    "{report}": NOBODYS_ID,
    "{account_id}": "999999",
    "/static": "/static/css/base.css",
    "/api/nearby": "/api/nearby?lon=116.4&lat=35.4",
    "/api/at": "/api/at?lon=116.4&lat=35.4",
}


def expectation() -> dict[tuple[str, str], str]:
    """(method, path) → the letters of those who get through."""
    found: dict[tuple[str, str], str] = {}
    for who, lines in EXPECTED.items():
        for line in filter(None, map(str.strip, lines.splitlines())):
            method, path = line.split()
            assert (method, path) not in found, f"{line} stands twice"
            found[method, path] = who.split()[0]
    return found


def always_open() -> set[tuple[str, str]]:
    lines = EXPECTED[EVERYBODY + " always"].split("\n")
    return {tuple(line.split()) for line in lines if line.strip()}  # type: ignore[misc]


@dataclass
class Service:
    """A running server and where its data are."""

    server: Server
    place: Storage
    digest: str

    def ask(self, letter: str, method: str, path: str, **more) -> requests.Response:
        """One request of one role, each with a session of its own."""
        headers = {"accept": "application/json"}
        cookies = {"minsheng_before": "b" * 43}
        token = None
        if name := ROLES[letter]:
            token = browser_cookie(self.place, name, self.server.url)["value"]
            cookies["minsheng_session"] = token
            headers["x-csrf-token"] = csrf_of(token)
        if path == "/sign-in" and method == "POST":
            headers["x-csrf-token"] = csrf_of("b" * 43)
            more["data"] = {"name": "viewer", "password": PASSWORD}
        elif method == "POST" and path.startswith("/api/") and "data" not in more:
            more.setdefault("json", {})
        headers |= more.pop("headers", {})
        url = self.server.url + self.address(path)
        # streamed: an event stream never ends by itself
        more |= {"headers": headers, "cookies": cookies, "allow_redirects": False}
        answer = requests.request(method, url, stream=True, timeout=30, **more)
        answer.close()
        return answer

    def address(self, path: str) -> str:
        for part, value in FILLED.items():
            path = value if path == part else path.replace(part, value) if part[0] == "{" else path
        return path.replace("{digest}", self.digest)


def gets_through(answer: requests.Response) -> bool:
    assert answer.status_code < 500, answer.url
    assert answer.headers.get("location") != "/account", "asked to change the password?"
    return answer.status_code not in (401, 403)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Storage]:
    with storage("sqlite", tmp_path_factory.mktemp("matrix")) as made:
        yield made


@pytest.fixture(scope="module")
def service(server, place) -> Service:
    running = server(on=place)
    app = create_app(Settings(database_url=place.url, data=place.data))  # type: ignore[call-arg]
    return Service(running, place, app.state.map_parts.digest)


@pytest.fixture(scope="module")
def routes(service) -> set[tuple[str, str]]:
    return set(routes_of(create_app(Settings(database_url=service.place.url, data=service.place.data))))  # type: ignore[call-arg]


def test_every_route_has_its_line_and_every_line_its_route(routes):
    lines = set(expectation())
    assert not routes - lines, "routes that this matrix does not know"
    assert not lines - routes, "lines without a route"


@pytest.mark.parametrize("letter", ROLES, ids=lambda letter: ROLES[letter] or "nobody")
def test_who_gets_through_where(service, letter, record_property):
    wrong = []
    for (method, path), who in expectation().items():
        answer = service.ask(letter, method, path)
        if gets_through(answer) != (letter in who):
            wrong.append(f"{method} {path}: {answer.status_code}")
        elif letter not in who:
            assert answer.status_code == (401 if letter == "N" else 403), (method, path)
    assert not wrong
    record_property("requests", len(expectation()))


def test_the_size_of_the_matrix(routes, record_property, capsys):
    size = len(routes) * len(ROLES)
    record_property("matrix", size)
    with capsys.disabled():
        print(f"\nrole matrix: {len(routes)} routes × {len(ROLES)} = {size} requests")
    assert size == len(expectation()) * len(ROLES)


def test_nobody_gets_through_anywhere_when_the_map_is_not_public(server, service):
    closed = Service(server(on=service.place, MINSHENG_PUBLIC="false"), service.place, service.digest)
    wrong = []
    for method, path in expectation():
        passed = gets_through(closed.ask("N", method, path))
        if passed != ((method, path) in always_open()):
            wrong.append(f"{method} {path}")
    assert not wrong
    for path in ("/", "/ledger", "/api/sites", "/openapi.json", "/ledger.csv"):
        assert gets_through(closed.ask("V", "GET", path)), path


def test_no_change_gets_through_without_the_token(service):
    """Every POST of everybody who would get through: refused without a CSRF token."""
    wrong = []
    for (method, path), who in expectation().items():
        for letter in who:
            if method == "POST" and letter != "N":
                answer = service.ask(letter, method, path, headers={"x-csrf-token": "0" * 64}, data={})
                if answer.status_code != 403:
                    wrong.append(f"{ROLES[letter]} {path}: {answer.status_code}")
    assert not wrong


# The same role, and yet another's item, unit or town: O is a lead unit (education) with other items than U.
NARROW = {**{letter: name for letter, name in ROLES.items() if name}, "O": "other_unit"}
OTHERS_SITE, OTHER_TOWNS_SITE = "11-1-01", "09-1-03"
REPORT = {"week": "2023-W28", "percent": 10}
PLAN = {"start": "2023-03-01", "end": "2023-09-01"}
INSPECTION = {"made_at": "2023-07-14T09:00:00+08:00", "verdict": "ok", "finding": "已到现场"}
BLOCKAGE = {"title": "管线未迁", "text": "影响进场", "unit": "ziran", "due": "2023-07-20"}
DIRECTIVE = {"unit": "jianshe", "due": "2023-07-20", "text": "本旬内办结"}
CELLS = [
    ("its own report", "POST", "/api/reports", {"subject": SITE, **REPORT}, "U"),
    ("another's report", "POST", "/api/reports", {"subject": OTHERS_SITE, **REPORT}, "O"),
    ("its own plan", "POST", "/api/plans", {"subject": SITE, **PLAN}, "U"),
    ("another's plan", "POST", "/api/plans", {"subject": OTHERS_SITE, **PLAN}, "O"),
    ("its own form", "GET", f"/report/{SITE}", None, "U"),
    ("another's form", "GET", f"/report/{OTHERS_SITE}", None, "O"),
    ("its own plan's form", "GET", f"/plan/{SITE}", None, "U"),
    ("another's plan's form", "GET", f"/plan/{OTHERS_SITE}", None, "O"),
    ("acceptance", "POST", "/api/acceptances", {"subject": SITE, "accepted": True}, "S"),
    ("inspection in the town", "POST", "/api/inspections", {"subject": SITE, **INSPECTION}, "SI"),
    ("inspection elsewhere", "POST", "/api/inspections", {"subject": OTHER_TOWNS_SITE, **INSPECTION}, "S"),
    ("blockage of one's own", "POST", "/api/blockages", {"subject": SITE, **BLOCKAGE}, "SUI"),
    ("blockage of another", "POST", "/api/blockages", {"subject": OTHERS_SITE, **BLOCKAGE}, "SIO"),
    ("blockage elsewhere", "POST", "/api/blockages", {"subject": OTHER_TOWNS_SITE, **BLOCKAGE}, "S"),
    (
        "directive in the portfolio",
        "POST",
        "/api/directives",
        {"item": 20, **DIRECTIVE},
        "L",
    ),
    ("directive beyond it", "POST", "/api/directives", {"item": 1, **DIRECTIVE, "unit": "weijian"}, ""),
]


@pytest.fixture(scope="module")
def day(server, tmp_path_factory) -> Iterator[Service]:
    """A zone of its own on a day of 2023, when the weeks and dates above make sense."""
    with storage("sqlite", tmp_path_factory.mktemp("day")) as place:
        yield Service(server(on=place, MINSHENG_TODAY="2023-07-14"), place, "")


@pytest.mark.parametrize(("name", "method", "path", "body", "who"), CELLS, ids=[cell[0] for cell in CELLS])
def test_whose_it_is_counts_beside_the_role(day, monkeypatch, name, method, path, body, who):
    monkeypatch.setitem(ROLES, "O", "other_unit")
    found = {}
    for letter in NARROW:
        sent = {"json": {"id": str(uuid.uuid4()), **body}} if body else {}
        found[letter] = day.ask(letter, method, path, **sent).status_code
    assert {letter for letter, status in found.items() if status != 403} == set(who), found
    assert 401 not in found.values()
    assert not [status for status in found.values() if status >= 500], found


def test_only_the_unit_that_is_asked_answers_a_blockage(day, monkeypatch):
    monkeypatch.setitem(ROLES, "O", "other_unit")
    ident = str(uuid.uuid4())
    made = day.ask("S", "POST", "/api/blockages", json={"id": ident, "subject": SITE, **BLOCKAGE})
    assert made.status_code == 201
    steps = f"/api/blockages/{ident}/steps"
    for act, text, who, asked in (
        ("answer", "已派人", "C", "AVIUOSLC"),
        ("close", "已迁走", "S", "AVIUOCS"),  # whether a leader may depends on its level: tests/domain
    ):
        for letter in asked:
            body = {"id": str(uuid.uuid4()), "action": act, "text": text}
            status = day.ask(letter, "POST", steps, json=body).status_code
            assert (status != 403) == (letter in who), (act, letter, status)
