"""What no page of ours sends: each is refused in plain words, and nothing is a fault of the server."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from uuid import uuid5

import pytest
from PIL import Image
from sqlalchemy import update
from starlette.testclient import TestClient

from app.domain.accounts import Account
from app.domain.roles import Role
from app.store import tables as t
from app.store.inspections import _OPENED
from tests.routes.supervising import new_id
from tests.support.people import add_people, signed_in, staffed

ROAD = "20-1-01"
WRITING = {
    "/api/reports": "lead_unit",
    "/api/plans": "lead_unit",
    "/api/blockages": "lead_unit",
    "/api/directives": "leader",
    "/api/inspections": "inspector",
    "/api/acceptances": "supervision",
}


@pytest.fixture(scope="module")
def nobody(both_engines_module) -> Iterator[TestClient]:
    with staffed(both_engines_module, demo=True) as client:
        yield client


@pytest.mark.parametrize("path", WRITING)
@pytest.mark.parametrize("deep", ["[" * 300 + "]" * 300, '{"a":' * 900 + "1" + "}" * 900], ids=["300", "900"])
def test_a_body_nested_without_end_is_refused(nobody, path, deep):
    person = signed_in(nobody, WRITING[path])
    answer = person.post(path, content=f'{{"id": "{new_id()}", "subject": {deep}}}')
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "body"


@pytest.mark.parametrize("name", ["%00", "a%00b", "%0a", "%1b", "%ED%A0%80", "x" * 3000])
def test_a_name_that_nothing_has_is_not_found(nobody, name):
    supervision = signed_in(nobody, "supervision")
    for path in ("/api/inspections/", "/api/blockages/", "/api/directives/", "/inspections/", "/sites/"):
        assert supervision.get(path + name).status_code == 404, path
    mended = {"id": new_id(), "version": 1, "changes": {"finding": "x"}}
    assert supervision.post(f"/api/inspections/{name}/revisions", json=mended).status_code == 404
    decided = {"id": new_id(), "chosen": "kept"}
    assert supervision.post(f"/api/disputes/{name}", json=decided).status_code == 404


@pytest.mark.parametrize("charset", ["raw_unicode_escape", "utf-7", "punycode", "idna", "undefined"])
def test_forms_come_in_utf_8(nobody, charset):
    lead = signed_in(nobody, "lead_unit")
    fields = {"csrf": lead.csrf, "id": new_id(), "subject": ROAD, "title": r"a\ud800", "text": "+2AA-"}
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    kind = {"content-type": f"multipart/form-data; boundary=x; charset={charset}"}
    answer = lead.post("/blockages/new", content=parts + "--x--\r\n", headers=kind)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "Content-Type"
    kind["content-type"] = "multipart/form-data; boundary=x; charset=UTF-8"
    assert lead.post("/blockages/new", content=parts + "--x--\r\n", headers=kind).status_code == 303


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "0001-01-01", "9999-12-31T23:59-14:00"])
def test_a_moment_at_the_edge_of_time_is_refused(nobody, moment):
    inspector = signed_in(nobody, "inspector")
    fields = inspector.form(id=new_id(), made_at=moment, verdict="ok", finding="已到场。")
    assert inspector.post(f"/inspect/{ROAD}", data=fields).status_code == 400


def test_a_plan_of_the_year_9999_is_refused_and_the_page_stays(nobody):
    lead = signed_in(nobody, "lead_unit")
    match = {"if-match": lead.get(f"/api/subjects/{ROAD}").headers["etag"]}
    plan = {"id": new_id(), "subject": ROAD, "start": "0001-01-01", "end": "9999-12-31", "reason": "笔误"}
    answer = lead.post("/api/plans", json=plan, headers=match)
    assert answer.status_code == 400
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["start", "end"]
    assert nobody.get(f"/sites/{ROAD}").status_code == 200


@pytest.mark.parametrize("path", ["/ledger", "/items/20", f"/sites/{ROAD}", "/subjects/20-1", "/api/items"])
@pytest.mark.parametrize("week", ["0001-W01", "1999-W52", "2023-W53"])
def test_a_week_before_all_weeks_is_refused(nobody, path, week):
    answer = nobody.get(path, params={"week": week})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["allowed"]["minimum"] == "2000-W01"


def test_addresses_that_are_none_lead_nowhere(nobody):
    viewer = signed_in(nobody, "viewer")
    end = "/account/sessions/end"
    assert viewer.post(end, data=viewer.form(), headers={"origin": "http://["}).status_code == 403
    asked = {"referer": "http://[", "accept": "text/html"}
    assert nobody.post(end, headers=asked, follow_redirects=False).headers["location"] == "/sign-in?next=%2F"


def test_an_id_that_is_taken_is_a_refusal(nobody):
    inspector, inspection = signed_in(nobody, "inspector"), new_id()
    taken = str(uuid5(_OPENED, inspection))
    blockage = {"id": taken, "subject": ROAD, "title": "抢先", "text": "编号由督查的编号派生。"}
    assert inspector.post("/api/blockages", json=blockage).status_code == 201
    body = {"id": inspection, "subject": ROAD, "made_at": "2023-07-13T09:00:00+08:00", "finding": "有积水。"}
    body |= {"verdict": "problem", "blockage_title": "积水"}
    assert inspector.post("/api/inspections", json=body).status_code == 409
    listed = inspector.get(f"/api/inspections?subject={ROAD}").json()["inspections"]
    assert inspection not in {one["id"] for one in listed}, "all or nothing"
    assert inspector.post("/api/inspections", json=body | {"id": str(uuid.uuid4())}).status_code == 201


def test_invisible_reasons_and_turned_texts_are_none(nobody):
    lead = signed_in(nobody, "lead_unit")
    body = {"subject": ROAD, "title": "管线", "text": "等待迁改。"}
    for wrong in ({"text": "\u200b\u2060"}, {"title": "a\u202eb"}, {"text": "a\x9bb"}, {"title": "\ufeff"}):
        answer = lead.post("/api/blockages", json={"id": new_id(), **body, **wrong})
        assert answer.status_code == 400, wrong
        assert {fault["parameter"] for fault in answer.json()["errors"]} == set(wrong)


def test_photos_are_for_whose_portfolio_it_is(nobody, photo):
    other = Account("leader_of_5", "分管教育的领导", Role.LEADER, items=frozenset({5}))
    add_people(nobody.app.state.live.database, other)
    assert signed_in(nobody, "leader_of_5").get(photo).status_code == 403
    assert signed_in(nobody, "viewer").get(photo).status_code == 200


@pytest.mark.parametrize("path", [f"/sites/{ROAD}", f"/api/sites/{ROAD}", f"/api/subjects/{ROAD}"])
def test_an_initial_password_opens_nothing_internal(nobody, path):
    words, lead = f"内部情况 {uuid.uuid4()}", signed_in(nobody, "lead_unit")
    week = {
        "id": new_id(),
        "subject": ROAD,
        "week": "2023-W28",
        "percent": 99,
        "text": words,
        "reason": words,
    }
    match = {"if-match": lead.get(f"/api/subjects/{ROAD}").headers["etag"]}
    assert lead.post("/api/reports", json=week, headers=match).status_code == 201
    database = nobody.app.state.live.database
    number = add_people(database, Account("fresh", "新人", Role.SUPERVISION))["fresh"]
    fresh = signed_in(nobody, "fresh")
    assert words in fresh.get(path).text
    with database.write() as connection:
        connection.execute(update(t.account).where(t.account.c.id == number).values(must_change=True))
    shown = fresh.get(path)
    assert shown.status_code == 200 and words not in shown.text
    with database.write() as connection:
        connection.execute(update(t.account).where(t.account.c.id == number).values(must_change=False))


@pytest.fixture
def photo(nobody) -> str:
    """The address of a photo of a report of item 20."""

    lead, raw = signed_in(nobody, "lead_unit"), io.BytesIO()
    Image.new("RGB", (64, 40), "red").save(raw, "JPEG")
    body = {"id": new_id(), "subject": "20-2-02", "week": "2023-W28", "percent": 90}
    assert lead.post("/api/reports", json=body).status_code == 201
    files = {"photo": ("a.jpg", raw.getvalue(), "image/jpeg")}
    answer = lead.post(f"/api/reports/{body['id']}/photos", data={"id": new_id()}, files=files)
    assert answer.status_code == 201, answer.text
    return answer.json()["photo"]
