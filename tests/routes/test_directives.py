"""Directives over the web: the API, a directive's page and its forms."""

from __future__ import annotations

import pytest

from tests.routes.html import parse
from tests.routes.supervising import days, given, hidden_fields, match, new_id, people, read
from tests.support.people import signed_in, staffed


@pytest.fixture(scope="module")
def client(both_engines_module):
    with staffed(both_engines_module, demo=True) as made:
        yield made


def step(person, receipt, action, **more):
    body = {"id": new_id(), "action": action, "text": "情况说明", **more}
    return person.post(f"/api/directives/{receipt['id']}/steps", json=body, headers=match(receipt["version"]))


def test_given_and_followed_until_it_is_done(client):
    leader, unit = people(client, "leader", "lead_unit")
    receipt = given(leader, subject="20-1-01")
    receipt = step(unit, receipt, "progress").json()
    receipt = step(leader, receipt, "extend", due=days(12)).json()
    receipt = step(unit, receipt, "done").json()
    receipt = step(leader, receipt, "reopen").json()
    receipt = step(unit, receipt, "done").json()
    confirmed = step(leader, receipt, "confirm")
    assert confirmed.status_code == 201
    body = leader.get(f"/api/directives/{receipt['id']}").json()
    assert (body["state"], body["due"], body["overdue"]) == ("confirmed", days(12), False)
    assert [one["action"] for one in body["steps"]] == [
        "give",
        "progress",
        "extend",
        "done",
        "reopen",
        "done",
        "confirm",
    ]
    assert confirmed.headers["etag"] == f'"{body["version"]}"'


def test_who_may_give_and_step(client):
    leader = signed_in(client, "leader")
    body = {"item": 20, "unit": "jianshe", "due": days(7), "text": "甲"}
    for name in ("administrator", "supervision", "lead_unit", "supporting_unit", "inspector", "viewer"):
        answer = signed_in(client, name).post("/api/directives", json={"id": new_id(), **body})
        assert answer.status_code == 403, name
    beyond = leader.post("/api/directives", json={"id": new_id(), **body, "item": 1, "unit": "weijian"})
    assert beyond.status_code == 403, "another portfolio"
    receipt = given(leader)
    for name in ("supervision", "supporting_unit", "other_unit", "viewer", "administrator", "leader"):
        assert step(signed_in(client, name), receipt, "done").status_code == 403, name
    for name in ("supervision", "lead_unit", "viewer"):
        assert step(signed_in(client, name), receipt, "confirm").status_code == 403, name
    assert step(leader, receipt, "confirm").status_code == 409
    assert client.get("/api/directives").status_code == 401


def test_repeats_and_the_second_of_two(client):
    leader, unit = people(client, "leader", "lead_unit")
    body = {"id": new_id(), "item": 20, "unit": "jianshe", "due": days(7), "text": "甲"}
    twice = [leader.post("/api/directives", json=body) for _ in range(2)]
    assert twice[0].json() == twice[1].json()
    assert leader.post("/api/directives", json=body | {"text": "乙"}).status_code == 409
    receipt = twice[0].json()
    assert step(unit, receipt, "progress").status_code == 201
    second = step(leader, receipt, "extend", due=days(9))
    assert second.status_code == 412
    assert second.json()["theirs"]["last"]["action"] == "progress"
    path = f"/api/directives/{receipt['id']}/steps"
    assert leader.post(path, json={"id": new_id(), "action": "extend"}).status_code == 428


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"id": None}, "id"),
        ({"item": None}, "item"),
        ({"item": "many"}, "item"),
        ({"unit": "weijian"}, "unit"),
        ({"due": None}, "due"),
        ({"due": "2023-07-13"}, "due"),
        ({"text": " "}, "text"),
        ({"subject": "21-1"}, "subject"),
        ({"urgent": True}, "urgent"),
    ],
)
def test_what_is_wrong_is_named(client, change, parameter):
    body = {"id": new_id(), "item": 20, "unit": "jianshe", "due": days(7), "text": "甲", **change}
    answer = signed_in(client, "leader").post("/api/directives", json=body)
    assert answer.status_code == 400
    assert parameter in [fault["parameter"] for fault in answer.json()["errors"]]


def test_the_list_filters(client):
    leader = signed_in(client, "leader")
    receipt = given(leader, unit="ziran")

    def ids(query=""):
        answer = leader.get(f"/api/directives?{query}")
        assert answer.status_code == 200, answer.text
        return {one["id"] for one in answer.json()["directives"]}

    assert receipt["id"] in ids() & ids("unit=ziran&state=open&item=20")
    assert receipt["id"] not in ids("unit=jianshe") | ids("state=done") | ids("item=21") | ids(
        "week=2023-W20"
    )
    assert leader.get("/api/directives?state=late").status_code == 400


def test_the_page_offers_what_this_person_may_do(client):
    leader, unit, viewer = people(client, "leader", "lead_unit", "viewer")
    receipt = given(leader, text="核实进度，\n<script>alert(1)</script>")
    path = f"/directives/{receipt['id']}"
    offered = {
        person.name: [
            hidden_fields(form)["action"]
            for form in read(person, path).all("form")
            if form.attributes["action"] == path
        ]
        for person in (leader, unit, viewer)
    }
    assert offered == {"leader": ["extend"], "lead_unit": ["progress", "done"], "viewer": []}
    assert "<script>alert(1)" in read(unit, path).all("h1")[0].text, "text, not markup"


def test_a_form_takes_a_step_without_scripts(client):
    leader, unit = people(client, "leader", "lead_unit")
    receipt = given(leader)
    path = f"/directives/{receipt['id']}"
    forms = [one for one in read(unit, path).all("form") if one.attributes["action"] == path]
    done = next(hidden_fields(form) for form in forms if hidden_fields(form)["action"] == "done")
    assert unit.post(path, data=done | {"text": ""}).status_code == 400
    assert unit.post(path, data=done | {"text": "已完成迁改"}).headers["location"] == f"{path}?done=done"
    progress = next(hidden_fields(form) for form in forms if hidden_fields(form)["action"] == "progress")
    late = unit.post(path, data=progress | {"text": "补充一句"}, headers={"accept": "text/html"})
    assert late.status_code == 412
    (conflict,) = parse(late.text).all("section", "conflict")
    assert "已完成迁改" in conflict.text and "补充一句" in conflict.text
    page = read(leader, path)
    assert [
        hidden_fields(form)["action"] for form in page.all("form") if form.attributes["action"] == path
    ] == ["confirm", "reopen"]


def test_the_page_of_all_is_filtered_and_puts_the_late_first(client):
    leader, viewer = people(client, "leader", "viewer")
    receipt = given(leader, unit="ziran", text="清单之一")

    def cards(person, query=""):
        page = read(person, f"/directives{query}")
        return [one.all("a")[0].attributes["href"] for one in page.all("li", "blockage")]

    mine = f"/directives/{receipt['id']}"
    followed = cards(leader)
    assert mine in followed and mine in cards(viewer, "?unit=ziran&state=open&item=20")
    assert mine not in cards(leader, "?unit=jianshe") + cards(leader, "?state=confirmed")
    assert set(followed) <= set(cards(leader, "?state=all"))
    page = read(leader, "/directives")
    late = [bool(one.all("b", "late")) for one in page.all("li", "blockage")]
    assert late == sorted(late, reverse=True) and any(late)
    for address in ("/board", "/review"):
        assert "/directives" in [one.attributes.get("href") for one in read(leader, address).all("a")]
    wrong = leader.get("/directives?state=late", headers={"accept": "text/html"})
    assert wrong.status_code == 400
