"""Blockages over the web: the API, the list, a blockage's page and its forms."""

from __future__ import annotations

import pytest

from tests.routes.html import parse
from tests.routes.supervising import DAY, SITE, days, hidden_fields, match, new_id, opened, people, read
from tests.support.people import signed_in, staffed

PRIVATE = "06-1"


@pytest.fixture(scope="module")
def client(both_engines_module):
    with staffed(both_engines_module, demo=True) as made:
        yield made


def step(person, receipt, action, **more):
    body = {"id": new_id(), "action": action, "text": "情况说明", **more}
    return person.post(f"/api/blockages/{receipt['id']}/steps", json=body, headers=match(receipt["version"]))


def test_opened_answered_escalated_and_closed(client):
    supervision, leader, unit = people(client, "supervision", "leader", "supporting_unit")
    receipt = opened(supervision, unit="ziran", due=days(3))
    assert (receipt["state"], receipt["owner"], receipt["due"]) == ("open", "ziran", days(3))
    answered = step(unit, receipt, "answer")
    assert answered.status_code == 201 and answered.json()["state"] == "answered"
    assert answered.headers["etag"] == f'"{answered.json()["version"]}"'
    receipt = step(supervision, answered.json(), "escalate").json()
    receipt = step(supervision, receipt, "escalate").json()
    assert receipt["level"] == 3
    receipt = step(leader, receipt, "close").json()
    found = supervision.get(f"/api/blockages/{receipt['id']}")
    assert found.headers["etag"] == f'"{receipt["version"]}"'
    body = found.json()
    assert [one["action"] for one in body["steps"]] == ["open", "answer", "escalate", "escalate", "close"]
    assert (body["state"], body["state_label"], body["closed"], body["age_days"]) == (
        "closed",
        "已销号",
        DAY.isoformat(),
        0,
    )
    assert body["sample"], "whatever is written into the demonstration is marked so"


def test_a_repeat_answers_the_same_and_another_use_of_its_id_is_refused(client):
    supervision, inspector = people(client, "supervision", "inspector")
    body = {"id": new_id(), "subject": SITE, "title": "甲", "text": "乙"}
    answers = [supervision.post("/api/blockages", json=body) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert supervision.post("/api/blockages", json=body | {"title": "丙"}).status_code == 409
    assert inspector.post("/api/blockages", json=body).status_code == 409
    request = {"id": new_id(), "action": "close", "text": "丁"}
    headers = match(answers[0].json()["version"])
    path = f"/api/blockages/{body['id']}/steps"
    twice = [supervision.post(path, json=request, headers=headers) for _ in range(2)]
    assert [one.status_code for one in twice] == [201, 201]
    assert twice[0].json() == twice[1].json()


def test_the_second_of_two_gets_both_versions(client):
    supervision = signed_in(client, "supervision")
    receipt = opened(supervision)
    assert step(supervision, receipt, "escalate").status_code == 201
    second = step(supervision, receipt, "close", text="已解决")
    assert second.status_code == 412
    body = second.json()
    assert (body["yours"]["act"], body["yours"]["text"]) == ("close", "已解决")
    assert (body["theirs"]["level"], body["theirs"]["last"]["action"]) == (2, "escalate")
    path = f"/api/blockages/{receipt['id']}/steps"
    without = supervision.post(path, json={"id": new_id(), "action": "close", "text": "x"})
    assert without.status_code == 428
    assert step(supervision, {"id": receipt["id"], "version": body["version"]}, "close").status_code == 201


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"id": "1"}, "id"),
        ({"title": ""}, "title"),
        ({"title": 5}, "title"),
        ({"text": None}, "text"),
        ({"unit": "nobody"}, "unit"),
        ({"due": "soon"}, "due"),
        ({"due": "2023-07-01"}, "due"),
        ({"subject": None}, "subject"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_named_in_both_languages(client, change, parameter):
    supervision = signed_in(client, "supervision")
    body = {"id": new_id(), "subject": SITE, "title": "甲", "text": "乙", **change}
    for lang in ("zh", "en"):
        answer = supervision.post("/api/blockages", json=body, headers={"accept-language": lang})
        assert answer.status_code == 400, answer.text
        assert [fault["parameter"] for fault in answer.json()["errors"]] == [parameter]
        assert answer.json()["detail"]


def test_who_may_open_and_step(client):
    body = {"subject": SITE, "title": "甲", "text": "乙"}
    expected = {
        "supervision": 201,
        "lead_unit": 201,
        "inspector": 201,
        "other_unit": 403,
        "supporting_unit": 403,
        "leader": 403,
        "viewer": 403,
        "administrator": 403,
    }
    for name, status in expected.items():
        person = signed_in(client, name)
        assert person.post("/api/blockages", json={"id": new_id(), **body}).status_code == status, name
    assert client.get("/api/blockages").status_code == 401
    receipt = opened(signed_in(client, "supervision"))
    for name in ("viewer", "administrator", "other_unit", "inspector", "leader", "supporting_unit"):
        for action in ("close", "answer"):
            assert step(signed_in(client, name), receipt, action).status_code == 403, (name, action)


def test_refused_from_here(client):
    supervision = signed_in(client, "supervision")
    receipt = opened(supervision)
    assert step(supervision, receipt, "reopen").status_code == 409
    closed = step(supervision, receipt, "close").json()
    assert step(supervision, closed, "close").status_code == 409
    assert supervision.get(f"/api/blockages/{new_id()}").status_code == 404


def test_the_list_filters_by_state_unit_and_item(client):
    supervision = signed_in(client, "supervision")
    mine = opened(supervision, unit="zhifa", title="只此一个")
    closed = step(supervision, opened(supervision, title="已经解决"), "close").json()

    def ids(query=""):
        answer = supervision.get(f"/api/blockages?{query}")
        assert answer.status_code == 200, answer.text
        return {one["id"] for one in answer.json()["blockages"]}

    assert {mine["id"], closed["id"]} <= ids()
    assert mine["id"] in ids("state=open&unit=zhifa&item=20") and closed["id"] not in ids("state=open")
    assert closed["id"] in ids("state=closed") and mine["id"] not in ids("state=closed")
    assert mine["id"] not in ids("item=1") | ids("unit=jiaoyu") | ids("subject=20-1-02")
    assert mine["id"] not in ids("week=2023-W27"), "it was not known then"
    for query in ("state=lost", "unit=nobody", "item=99", "week=2031-W01", "sort=age"):
        assert supervision.get(f"/api/blockages?{query}").status_code == 400, query


def test_what_concerns_homes_is_read_by_those_who_have_a_part_in_it(client):
    supervision = signed_in(client, "supervision")
    receipt = opened(supervision, subject=PRIVATE, title="改造入户受阻")
    expected = {"supervision": 200, "administrator": 200, "inspector": 200, "lead_unit": 200, "viewer": 403}
    expected |= {"other_unit": 403, "leader": 403}  # another portfolio
    for name, status in expected.items():
        person = signed_in(client, name)
        assert person.get(f"/api/blockages/{receipt['id']}").status_code == status, name
        listed = person.get("/api/blockages").json()["blockages"]
        assert (receipt["id"] in {one["id"] for one in listed}) is (status == 200), name


def test_a_person_confined_to_a_town_sees_no_other(client):
    inspector, supervision = people(client, "inspector", "supervision")
    book = client.app.state.live.book_of(client.app.state.live.view)
    towns = {line.code: line.subject.town_code for line in book.lines.values() if line.subject.town_code}
    elsewhere = next(code for code, town in towns.items() if town != "370829104")
    receipt = opened(supervision, subject=elsewhere)
    assert inspector.get(f"/api/blockages/{receipt['id']}").status_code == 403


def test_the_page_tells_the_story_and_offers_what_this_person_may_do(client):
    supervision, unit, viewer = people(client, "supervision", "lead_unit", "viewer")
    receipt = opened(supervision, title="围挡占道 <b>审批</b>", due=days(2))
    path = f"/blockages/{receipt['id']}"
    offered = {
        person.name: [
            hidden_fields(form)["action"]
            for form in read(person, path).all("form")
            if form.attributes["action"] == path
        ]
        for person in (supervision, unit, viewer)
    }
    assert offered == {
        "supervision": ["assign", "escalate", "close"],
        "lead_unit": ["answer", "escalate"],
        "viewer": [],
    }
    page = read(supervision, path)
    assert page.all("h1")[0].text.startswith("围挡占道 <b>审批</b>"), "text, not markup"
    assert [one.all("b")[0].text for one in page.all("li", "story-step")] == ["登记"]


def test_a_form_takes_a_step_without_scripts(client):
    unit, supervision = people(client, "lead_unit", "supervision")
    receipt = opened(supervision)
    path = f"/blockages/{receipt['id']}"
    form = next(one for one in read(unit, path).all("form") if one.attributes["action"] == path)
    fields = hidden_fields(form)
    empty = unit.post(path, data=fields | {"text": " "}, headers={"accept": "text/html"})
    assert empty.status_code == 400
    assert "请填写内容" in empty.text and 'role="alert"' in empty.text
    done = unit.post(path, data=fields | {"text": "已协调完毕"})
    assert (done.status_code, done.headers["location"]) == (303, f"{path}?done=answer")
    again = unit.post(path, data=fields | {"text": "已协调完毕"})
    assert again.status_code == 303, "pressed twice, saved once"
    assert len(supervision.get(f"/api{path}").json()["steps"]) == 2
    assert "已保存" in read(unit, done.headers["location"]).text


def test_a_form_that_came_second_shows_both_sides_and_keeps_what_was_typed(client):
    supervision = signed_in(client, "supervision")
    receipt = opened(supervision)
    path = f"/blockages/{receipt['id']}"
    forms = [one for one in read(supervision, path).all("form") if one.attributes["action"] == path]
    fields = {hidden_fields(form)["action"]: hidden_fields(form) for form in forms}
    first = supervision.post(path, data=fields["escalate"] | {"text": "请指挥部协调"})
    assert first.status_code == 303
    second = supervision.post(
        path, data=fields["close"] | {"text": "现场已经解决"}, headers={"accept": "text/html"}
    )
    assert second.status_code == 412
    page = parse(second.text)
    (conflict,) = page.all("section", "conflict")
    assert "请指挥部协调" in conflict.text and "现场已经解决" in conflict.text
    form = next(one for one in page.all("form") if hidden_fields(one).get("action") == "close")
    assert form.all("textarea")[0].text == "现场已经解决"
    assert supervision.post(path, data=hidden_fields(form) | {"text": "现场已经解决"}).status_code == 303
    assert supervision.get(f"/api{path}").json()["state"] == "closed"


def test_a_form_without_the_hidden_field_saves_nothing(client):
    supervision = signed_in(client, "supervision")
    receipt = opened(supervision)
    del supervision.headers["x-csrf-token"]
    body = {"id": new_id(), "match": str(receipt["version"]), "action": "close", "text": "x"}
    assert supervision.post(f"/blockages/{receipt['id']}", data=body).status_code == 403


def test_opened_from_a_page(client):
    unit = signed_in(client, "lead_unit")
    (form,) = [
        one
        for one in read(unit, f"/blockages/new?subject={SITE}").all("form")
        if one.attributes["action"] == "/blockages/new"
    ]
    fields = hidden_fields(form)
    options = [one.attributes["value"] for one in form.all("option")]
    assert options[0] == "jianshe" and "ziran" in options
    wrong = unit.post(
        "/blockages/new", data=fields | {"title": "", "text": "乙", "unit": "jianshe", "due": ""}
    )
    assert wrong.status_code == 400 and "乙" in wrong.text
    done = unit.post(
        "/blockages/new", data=fields | {"title": "甲", "text": "乙", "unit": "ziran", "due": ""}
    )
    assert done.status_code == 303
    assert "甲" in read(unit, done.headers["location"]).all("h1")[0].text
    assert unit.get("/blockages/new?subject=10-1").status_code == 403
    assert unit.get("/blockages/new?subject=99-9").status_code == 404
    assert signed_in(client, "viewer").get(f"/blockages/new?subject={SITE}").status_code == 403


def test_the_list_as_a_page(client):
    supervision = signed_in(client, "supervision")
    receipt = opened(supervision, title="清单里的堵点", unit="zhifa", due=days(0))
    page = read(supervision, "/blockages?unit=zhifa")
    card = next(one for one in page.all("li", "blockage") if "清单里的堵点" in one.text)
    assert "区综合行政执法局" in card.text and "0 天" in card.text and days(0) in card.text
    assert card.all("a")[0].attributes["href"] == f"/blockages/{receipt['id']}"
    assert "清单里的堵点" not in read(supervision, "/blockages?state=closed").text
    assert "没有符合条件的堵点" in read(supervision, "/blockages?unit=jinrong&state=closed").text
    english = read(supervision, "/blockages?unit=zhifa&lang=en").text
    assert "0 days" in english and "Asked unit" in english
