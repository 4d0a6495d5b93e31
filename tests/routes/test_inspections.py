"""Inspections and acceptance over the web."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.routes.html import parse
from tests.routes.supervising import PAGE, days, hidden_fields, new_id, people, read
from tests.support.people import signed_in, staffed

LINE, HOMES = "20-3-01", "06-1"
MADE = "2023-07-13T15:00:00+08:00"


@pytest.fixture(scope="module")
def client(both_engines_module):
    with staffed(both_engines_module, demo=True) as made:
        yield made


def inspection(**more):
    return {
        "id": new_id(),
        "subject": LINE,
        "made_at": MADE,
        "verdict": "ok",
        "finding": "沟槽已回填。",
        **more,
    }


def completed(client) -> str:
    """A subject that waits for acceptance."""
    view = client.app.state.live.view
    book = client.app.state.live.book_of(view)
    return next(line.code for line in book.reported if line.status.code.value == "completed")


def test_recorded_listed_and_offered_to_the_report(client):
    supervision = signed_in(client, "supervision")
    body = inspection(sections="0-100; 80-200", lon=116.4, lat=35.4, accuracy_m=6)
    twice = [supervision.post("/api/inspections", json=body) for _ in range(2)]
    assert [one.status_code for one in twice] == [201, 201] and twice[0].json() == twice[1].json()
    assert twice[0].json()["sections"] == [[0.0, 200.0]]
    listed = supervision.get(f"/api/inspections?subject={LINE}").json()
    found = next(one for one in listed["inspections"] if one["id"] == body["id"])
    assert (found["verdict_label"], found["made_at"], found["accuracy_m"]) == (
        "正常",
        "2023-07-13T15:00+08:00",
        6.0,
    )
    assert listed["latest_sections"]["sections"] == [[0.0, 200.0]]
    assert supervision.post("/api/inspections", json=body | {"finding": "别的"}).status_code == 409
    before = supervision.get(f"/api/inspections?subject={LINE}&week=2023-W20").json()
    assert body["id"] not in {one["id"] for one in before["inspections"]}


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"id": "x"}, "id"),
        ({"made_at": "yesterday"}, "made_at"),
        ({"made_at": "2023-07-13T15:00:00"}, "made_at"),
        ({"made_at": "2024-01-01T00:00:00+08:00"}, "made_at"),
        ({"verdict": "fine"}, "verdict"),
        ({"verdict": "problem", "finding": ""}, "finding"),
        ({"verdict": "stopped", "finding": "\u200b"}, "finding"),
        ({"position_source": "gps"}, "position_source"),
        ({"photos": "one"}, "photos"),
        ({"photos": [1]}, "photos"),
        ({"photos": [new_id() for _ in range(10)]}, "photos"),
        ({"geom_version": 1.5}, "geom_version"),
        ({"seen_version": -1}, "seen_version"),
        ({"sent_at": "now"}, "sent_at"),
        ({"via": "fax"}, "via"),
        ({"verdict": "stopped", "blockage_title": "停工", "blockage_due": "2023-13-01"}, "blockage_due"),
        ({"sections": "0-99999"}, "sections"),
        ({"sections": "K1"}, "sections"),
        ({"lon": 200, "lat": 0}, "lon"),
        ({"lon": 116}, "lat"),
        ({"accuracy_m": -1}, "accuracy_m"),
        ({"subject": HOMES, "lon": 116.4, "lat": 35.4}, "position"),
        ({"verdict": "ok", "blockage_title": "受阻"}, "blockage_title"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(client, change, parameter):
    supervision = signed_in(client, "supervision")
    before = supervision.get("/api/inspections").json()["inspections"]
    answer = supervision.post("/api/inspections", json=inspection(**change))
    assert answer.status_code == 400, answer.text
    assert parameter in [fault["parameter"] for fault in answer.json()["errors"]]
    assert supervision.get("/api/inspections").json()["inspections"] == before


def test_who_may_inspect(client):
    allowed = {"supervision": 201, "lead_unit": 403, "supporting_unit": 403, "leader": 403, "viewer": 403}
    for name, status in allowed.items():
        assert signed_in(client, name).post("/api/inspections", json=inspection()).status_code == status, name
    assert client.get("/api/inspections").status_code == 401
    book = client.app.state.live.book_of(client.app.state.live.view)
    inspector = signed_in(client, "inspector")
    for line in book.lines.values():
        if line.subject.town_code:
            own = line.subject.town_code == "370829104"
            answer = inspector.post("/api/inspections", json=inspection(subject=line.code))
            assert answer.status_code == (201 if own else 403), line.code


def test_the_form_records_a_problem_and_opens_its_blockage(client):
    supervision = signed_in(client, "supervision")
    path = f"/inspect/{LINE}"
    form = read(supervision, path).by_id("inspect")
    fields = hidden_fields(form) | {
        "verdict": "problem",
        "finding": "围挡占道，未见施工。",
        "made_at": "2023-07-13T09:30",
        "sections": "0-400",
        "lon": "",
        "lat": "",
        "accuracy_m": "",
        "open_blockage": "1",
        "blockage_title": "现场停工",
        "blockage_unit": "zhifa",
    }
    wrong = supervision.post(path, data=fields | {"sections": "0-99999"}, headers=PAGE)
    assert wrong.status_code == 400
    again = parse(wrong.text).by_id("inspect")
    assert again.all("textarea")[0].text == "围挡占道，未见施工。"
    fields |= hidden_fields(again)
    done = supervision.post(path, data=fields)
    assert done.status_code == 303 and done.headers["location"].startswith("/blockages/")
    page = read(supervision, done.headers["location"])
    assert "现场停工" in page.all("h1")[0].text and "围挡占道" in page.text
    assert supervision.post(path, data=fields).headers["location"] == done.headers["location"]
    shown = read(supervision, path).text
    assert "发现问题" in shown and "2023-07-13 09:30" in shown and "0–400 米" in shown


def test_without_a_blockage_the_form_comes_back_with_a_word(client):
    supervision = signed_in(client, "supervision")
    path = f"/inspect/{HOMES}"
    page = read(supervision, path)
    form = page.by_id("inspect")
    assert not [one for one in form.all("input") if one.attributes["name"] in ("lon", "lat", "sections")]
    fields = hidden_fields(form) | {"verdict": "ok", "finding": "入户核实。", "made_at": "2023-07-13T09:30"}
    for made_at in ("", "soon", "2023-07-20T09:30"):
        assert supervision.post(path, data=fields | {"made_at": made_at}).status_code == 400
    done = supervision.post(path, data=fields)
    assert done.headers["location"] == f"{path}?done=inspected"
    assert "督查已保存" in read(supervision, done.headers["location"]).text
    assert supervision.get("/inspect/99-9-99").status_code == 404
    assert signed_in(client, "lead_unit").get(path).status_code == 403


def test_completed_work_is_sent_back_with_reasons_and_shows_them(client):
    supervision = signed_in(client, "supervision")
    code = completed(client)
    path = f"/accept/{code}"
    (form,) = [one for one in read(supervision, path).all("form") if one.attributes["action"] == path]
    fields = hidden_fields(form)
    assert supervision.post(path, data=fields | {"reason": ""}).status_code == 400
    without = supervision.post(path, data=fields | {"verdict": "send_back", "reason": ""}, headers=PAGE)
    assert without.status_code == 400 and "退回须写明理由" in without.text
    done = supervision.post(path, data=fields | {"verdict": "send_back", "reason": "台账照片缺失"})
    assert (done.status_code, done.headers["location"]) == (303, f"{path}?done=send_back")
    page = read(supervision, path)
    assert "台账照片缺失" in page.text
    assert not [one for one in page.all("form") if one.attributes["action"] == path], "nothing to decide now"
    second = supervision.post(
        path, data=fields | {"id": new_id(), "verdict": "accept", "reason": ""}, headers=PAGE
    )
    assert second.status_code == 412
    assert parse(second.text).all("section", "conflict")


def test_completed_work_is_accepted(client):
    supervision = signed_in(client, "supervision")
    code = completed(client)
    path = f"/accept/{code}"
    (form,) = [one for one in read(supervision, path).all("form") if one.attributes["action"] == path]
    done = supervision.post(path, data=hidden_fields(form) | {"verdict": "accept", "reason": ""})
    assert done.headers["location"] == f"{path}?done=accept"
    page = read(supervision, done.headers["location"])
    assert "已验收" in page.text and f"已于 {days(0)} 由督查 乙验收" in page.text


def test_only_supervision_accepts(client):
    code = "03-1-02"
    for name in ("administrator", "leader", "lead_unit", "supporting_unit", "inspector", "viewer"):
        person = signed_in(client, name)
        assert person.get(f"/accept/{code}").status_code == 403, name
        assert person.post(f"/accept/{code}", data={"id": new_id(), "verdict": "accept"}).status_code == 403
    assert signed_in(client, "supervision").get("/accept/99-9").status_code == 404


def test_what_is_not_completed_is_not_decided(client):
    (supervision,) = people(client, "supervision")
    book = client.app.state.live.book_of(client.app.state.live.view)
    line = next(one for one in book.reported if one.status.code.value == "on_track")
    page = read(supervision, f"/accept/{line.code}")
    assert "只有“已完工”的才能验收或退回" in page.text
    body = {"id": new_id(), "match": str(line.version), "verdict": "accept"}
    assert supervision.post(f"/accept/{line.code}", data=body).status_code == 409


def picture(colour: str) -> bytes:
    """A small JPEG."""
    made = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(made, "JPEG")
    return made.getvalue()


def test_photos_come_with_the_form_and_one_by_one(client):
    supervision = signed_in(client, "supervision")
    path = f"/inspect/{LINE}"
    fields = hidden_fields(read(supervision, path).by_id("inspect"))
    fields |= {"verdict": "ok", "finding": "现场整洁。", "made_at": "2023-07-13T10:30"}
    wrong = supervision.post(path, data=fields, files=[("photos", ("a.jpg", b"no picture", "image/jpeg"))])
    assert wrong.status_code == 400
    files = [("photos", (f"{colour}.jpg", picture(colour), "image/jpeg")) for colour in ("red", "blue")]
    for _ in range(2):  # pressed twice, saved once
        assert supervision.post(path, data=fields, files=files).status_code == 303
    ident = fields["id"]

    def photos():
        listed = supervision.get(f"/api/inspections?subject={LINE}").json()["inspections"]
        return next(one["photos"] for one in listed if one["id"] == ident)

    assert len(photos()) == 2
    request = {"id": new_id()}
    for _ in range(2):
        answer = supervision.post(
            f"/api/inspections/{ident}/photos",
            data=request,
            files={"photo": ("c.jpg", picture("green"), "image/jpeg")},
        )
        assert answer.status_code == 201, answer.text
    assert len(photos()) == 3
    assert supervision.get(photos()[0]["small"]).headers["content-type"] == "image/jpeg"
    assert len(read(supervision, path).all("ul", "photos")[0].all("img")) == 3
    assert supervision.post(f"/api/inspections/{ident}/photos", data=request).status_code == 400
    sent = {"photo": ("d.jpg", picture("red"), "image/jpeg")}
    unknown = supervision.post(f"/api/inspections/{new_id()}/photos", data={"id": new_id()}, files=sent)
    assert unknown.status_code == 404


def test_homes_take_no_photos(client):
    supervision = signed_in(client, "supervision")
    body = inspection(subject=HOMES)
    assert supervision.post("/api/inspections", json=body).status_code == 201
    sent = {"photo": ("d.jpg", picture("red"), "image/jpeg")}
    answer = supervision.post(f"/api/inspections/{body['id']}/photos", data={"id": new_id()}, files=sent)
    assert answer.status_code == 409
    form = read(supervision, f"/inspect/{HOMES}").by_id("inspect")
    assert "file" not in {one.attributes["type"] for one in form.all("input")}
