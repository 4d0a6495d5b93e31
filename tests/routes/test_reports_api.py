"""The writing API: reports, plans and acceptances as a tool outside the project would call it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.domain.accounts import Account
from app.domain.roles import Role
from tests.support.people import add_people, signed_in, staffed

ROAD = "20-1-01"


@pytest.fixture(scope="module")
def nobody(both_engines_module) -> Iterator[TestClient]:
    with staffed(both_engines_module, today="2023-07-14") as client:
        yield client


@pytest.fixture(scope="module")
def lead(nobody):
    return signed_in(nobody, "lead_unit")


def report(**more) -> dict:
    return {"id": str(uuid.uuid4()), "subject": ROAD, "week": "2023-W28", "percent": 30} | more


def version(client, code: str = ROAD) -> int:
    answer = client.get(f"/api/subjects/{code}")
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    return answer.json()["version"]


def test_a_report_is_filed_once_corrected_with_if_match_and_never_overwritten(nobody, lead):
    body = report(subject="20-2-01")
    first = lead.post("/api/reports", json=body)
    assert first.status_code == 201
    assert first.headers["etag"] == f'"{first.json()["change"]}"'
    again = lead.post("/api/reports", json=body)
    assert (again.status_code, again.content) == (201, first.content)
    shown = nobody.get("/api/sites/20-2-01").json()["properties"]
    assert shown["reported_percent"] == 30

    blind = lead.post("/api/reports", json=report(subject="20-2-01", percent=35, reason="补报"))
    assert blind.status_code == 428
    right = {"if-match": first.headers["etag"]}
    assert (
        lead.post("/api/reports", json=report(subject="20-2-01", percent=35), headers=right).status_code
        == 400
    )
    fixed = lead.post(
        "/api/reports", json=report(subject="20-2-01", percent=35, reason="补报"), headers=right
    )
    assert fixed.status_code == 201
    late = lead.post(
        "/api/reports", json=report(subject="20-2-01", percent=50, reason="另一人"), headers=right
    )
    problem = late.json()
    assert late.status_code == 412
    assert (problem["yours"]["percent"], problem["theirs"]["percent"]) == (50, 35)
    assert problem["version"] == version(nobody, "20-2-01")
    assert nobody.get("/api/sites/20-2-01").json()["properties"]["reported_percent"] == 35


def test_the_page_of_the_map_hears_of_it_at_once(nobody, lead):
    before = nobody.get("/api/sites?limit=1").json()["version"]
    lead.post("/api/reports", json=report(subject="20-2-02"))
    assert nobody.get("/api/sites?limit=1").json()["version"] == before + 1


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"id": "7"}, "id"),
        ({"week": "2023-28"}, "week"),
        ({"week": "2023-W29"}, "week"),
        ({"week": "2024-W60"}, "week"),
        ({"percent": "viel"}, "percent"),
        ({"percent": 101}, "percent"),
        ({"percent": None}, "percent"),
        ({"percent": True}, "percent"),
        ({"progress": 30}, "progress"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "a\x07b"}, "text"),
        ({"subject": ""}, "subject"),
        ({"percent": None, "sections": [[0]]}, "sections"),
        ({"percent": None, "sections": {"0": 1}}, "sections"),
        ({"percent": None, "sections": "0-99999999"}, "sections"),
        ({"percent": None, "figures": 5}, "figures"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_wrong_is_named_in_the_language_asked_for(nobody, lead, change, parameter, lang):
    before = version(nobody)
    answer = lead.post(f"/api/reports?lang={lang}", json=report(**change))
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    fault = next(fault for fault in answer.json()["errors"] if fault["parameter"] == parameter)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in fault["message"]) is (lang == "zh")
    assert version(nobody) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'"x"', b"null"])
def test_a_body_that_is_no_object(lead, body):
    answer = lead.post("/api/reports", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


@pytest.mark.parametrize("header", ["abc", '"x"', "*", '"1", "2"', '"' + "9" * 30 + '"'])
def test_an_if_match_that_is_none(lead, header):
    answer = lead.post("/api/reports", json=report(), headers={"if-match": header})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "If-Match"


def test_a_plan_through_the_api(nobody, lead):
    body = {
        "id": str(uuid.uuid4()),
        "subject": "20-1",
        "start": "2023-03-01",
        "end": "2023-11-30",
        "milestones": [["2023-06-30", 40]],
        "weight": 2,
    }
    made = lead.post("/api/plans", json=body)
    assert made.status_code == 201, made.text
    assert lead.post("/api/plans", json=body).content == made.content
    assert nobody.get("/api/subjects/20-1-02").json()["plan"]["end"] == "2023-11-30"
    wrong = body | {"id": str(uuid.uuid4()), "end": "2023-02-30", "milestones": [["2023-06-30"]]}
    faults = lead.post("/api/plans", json=wrong).json()["errors"]
    assert {fault["parameter"] for fault in faults} == {"end", "milestones"}


def test_acceptance_through_the_api(nobody, lead):
    command = signed_in(nobody, "supervision")
    lead.post("/api/reports", json=report(subject="20-2-03", percent=100))
    match = {"if-match": f'"{version(nobody, "20-2-03")}"'}
    body = {"id": str(uuid.uuid4()), "subject": "20-2-03", "accepted": True}
    assert lead.post("/api/acceptances", json=body, headers=match).status_code == 403
    assert command.post("/api/acceptances", json=body).status_code == 428
    done = command.post("/api/acceptances", json=body, headers=match)
    assert done.status_code == 201, done.text
    assert command.post("/api/acceptances", json=body, headers=match).content == done.content
    assert nobody.get("/api/sites/20-2-03").json()["properties"]["status"] == "accepted"
    undecided = {"id": str(uuid.uuid4()), "subject": "20-2-01"}
    assert command.post("/api/acceptances", json=undecided).status_code == 400


def test_who_is_not_signed_in_or_not_concerned_writes_nothing(nobody):
    assert nobody.post("/api/reports", json=report()).status_code == 401
    for name in ("other_unit", "supervision", "leader", "inspector", "viewer", "administrator"):
        assert signed_in(nobody, name).post("/api/reports", json=report()).status_code == 403, name


def test_sentences_are_for_people_who_are_signed_in(nobody, lead):
    lead.post("/api/reports", json=report(subject="20-1-02", text="摊铺完成"))
    assert lead.get("/api/subjects/20-1-02").json()["report"]["text"] == "摊铺完成"
    assert "text" not in nobody.get("/api/subjects/20-1-02").json()["report"]
    assert nobody.get("/api/subjects/99-1").status_code == 404


def test_built_metres_are_shares_of_the_line_on_the_map(nobody, lead):
    answer = lead.post(
        "/api/reports", json=report(subject="20-4-01", percent=None, sections="0-1000; 800-1500")
    )
    assert answer.status_code == 201, answer.text
    shown = nobody.get("/api/sites/20-4-01").json()["properties"]
    assert shown["built_m"] == 1500
    ((start, end),) = shown["built"]
    assert start == 0
    assert end == pytest.approx(1500 / nobody.get("/api/subjects/20-4-01").json()["length_m"], abs=1e-6)


def test_reasons_written_about_homes_are_for_those_concerned(nobody):
    secret = "某户家中暂不便施工"
    add_people(nobody.app.state.live.database, Account("social", "社会 壬", Role.LEAD_UNIT, unit="shehui"))
    reporter = signed_in(nobody, "social")
    body = report(subject="06-1", percent=None, figures={"0": {"quantity": 3}}, suspended_reason=secret)
    assert reporter.post("/api/reports", json=body).status_code == 201
    assert secret in signed_in(nobody, "supervision").get("/api/subjects/06-1").json()["why"]
    for name in ("viewer", "other_unit", None):
        reader = signed_in(nobody, name) if name else nobody
        assert secret not in reader.get("/api/subjects/06-1").text
        assert reader.get("/api/subjects/06-1").json()["status"] == "suspended"


def test_few_homes_of_a_town_are_told_to_nobody(nobody):
    """Not in the town's number, nor in the other town's, from which the total would give it away."""
    add_people(nobody.app.state.live.database, Account("homes", "社会 癸", Role.LEAD_UNIT, unit="shehui"))
    few = {"370829104": 3, "370829108": 17}
    body = report(subject="07-1", percent=None, figures={"0": {"towns": few}})
    assert signed_in(nobody, "homes").post("/api/reports", json=body).status_code == 201
    task = nobody.get("/api/items/7").json()["tasks"][0]
    assert task["targets"][0]["done"] == 20
    assert task["targets"][0]["by_town"] == []
    assert task["town_counts"]
    for count in task["town_counts"]:
        assert count["held_back"]
        assert count["done"] is count["quantity"] is None
    for reader in (nobody, signed_in(nobody, "viewer"), signed_in(nobody, "other_unit")):
        assert reader.get("/api/subjects/07-1").json()["report"]["figures"] == {"0": {"quantity": 20}}
    own = signed_in(nobody, "homes").get("/api/subjects/07-1").json()["report"]["figures"]
    assert own == {"0": {"quantity": 20, "towns": few}}
    page = nobody.get("/items/7").text
    assert "有的镇不足 5" in page
    assert not re.search(r"<b>(3|17)</b>", page)
    board = nobody.get("/coverage").text
    assert "不显示" in board
