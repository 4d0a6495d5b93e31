"""The plan form without scripts: planning, planning anew with a reason, faults, and two people at once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.forms.plan import BLANK_ROWS, milestone_rows
from app.store import tables as t
from tests.routes.html import Element, parse
from tests.support.databases import storage
from tests.support.people import signed_in, staffed

HTML = {"accept": "text/html"}
SITE, TASK, WHOLE = "20-2-02", "19-1", "20-2"
"""A site with a plan, a task with two targets, and a task whose sites make it up."""


@pytest.fixture
def desk(both_engines):
    with staffed(both_engines, demo=True) as client:
        yield client


@pytest.fixture
def empty(both_engines):
    """Nothing planned yet."""
    with staffed(both_engines, today=date(2023, 3, 1)) as client:
        yield client


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("plan")) as place, staffed(place, demo=True) as client:
        yield client


def plans(client, code: str) -> list:
    with client.app.state.live.database.read() as connection:
        query = select(t.plan).where(t.plan.c.subject_code == code).order_by(t.plan.c.id)
        return connection.execute(query).all()


def opened(person, code: str) -> Element:
    answer = person.get(f"/plan/{code}", headers=HTML)
    assert answer.status_code == 200, answer.text[:600]
    return parse(answer.text)


def fields(page: Element) -> dict[str, str]:
    (form,) = [one for one in page.all("form") if one.attributes.get("id") == "plan-form"]
    found = {one.attributes["name"]: one.attributes.get("value", "") for one in form.all("input")}
    areas = [one for one in page.all("textarea") if one.attributes.get("form") == "plan-form"]
    return found | {one.attributes["name"]: one.text for one in [*form.all("textarea"), *areas]}


def send(person, code: str, page: Element | None = None, **typed: str):
    data = fields(page or opened(person, code)) | {
        name.replace("__", "."): value for name, value in typed.items()
    }
    return person.post(f"/plan/{code}", data=data, headers=HTML)


def test_a_first_plan_needs_no_reason(empty):
    lead = signed_in(empty, "lead_unit")
    page = opened(lead, SITE)
    assert not page.all("section", "correction")
    answer = send(
        lead,
        SITE,
        page,
        start="2023-03-15",
        end="2023-09-30",
        milestones__0__day="2023-06-30",
        milestones__0__percent="５0%",
        weight="2.5",
    )
    assert answer.status_code == 303 and answer.headers["location"] == f"/work?planned={SITE}"
    (row,) = plans(empty, SITE)
    assert (row.start, row.end, row.weight) == (date(2023, 3, 15), date(2023, 9, 30), 2.5)
    assert row.milestones == [["2023-06-30", 50.0]] and row.reason is None
    assert "已保存计划" in lead.get(answer.headers["location"], headers=HTML).text


def test_a_task_is_planned_with_weights_of_its_targets(empty):
    lead = signed_in(empty, "lead_unit")
    answer = send(lead, TASK, start="2023-03-15", end="2023-12-15", weights__0="2", weights__1="1")
    assert answer.status_code == 303
    assert plans(empty, TASK)[0].target_weights == {"0": 2.0, "1": 1.0}
    # sites without a plan of their own follow their task's
    assert send(lead, WHOLE, start="2023-04-01", end="2023-08-01").status_code == 303
    assert plans(empty, WHOLE)[0].target_weights == {}
    inherited = opened(lead, SITE)
    assert "沿用任务 20-2 的计划" in inherited.text
    assert fields(inherited)["start"] == "2023-04-01"
    assert not inherited.all("section", "correction")


def test_planning_anew_needs_a_reason_and_keeps_the_old_plan(desk):
    lead = signed_in(desk, "lead_unit")
    page = opened(lead, SITE)
    (before,) = plans(desk, SITE)
    assert fields(page)["end"] == before.end.isoformat()
    without = send(lead, SITE, page, end="2023-08-31")
    assert without.status_code == 400 and "请填写调整理由" in parse(without.text).by_id("faults").text
    assert fields(parse(without.text))["end"] == "2023-08-31"
    for _ in range(2):  # pressed twice
        assert send(lead, SITE, page, end="2023-08-31", reason="汛期顺延").status_code == 303
    _, after = plans(desk, SITE)
    assert (after.end, after.reason) == (date(2023, 8, 31), "汛期顺延")
    shown = opened(lead, SITE).all("ol", "corrections")[0].all("li")
    assert "2023-08-31" in shown[0].text and "汛期顺延" in shown[0].text
    assert before.end.isoformat() in shown[1].text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"start": ""}, "开工日期应写作"),
        ({"end": "2023-02-30"}, "完工日期应写作"),
        ({"start": "2023-09-01", "end": "2023-08-01"}, "早于开工日期"),
        ({"milestones.0.day": "2023-06-01"}, "0 到 100"),
        ({"milestones.0.percent": "50"}, "节点日期应写作"),
        ({"milestones.0.day": "2023-06-01", "milestones.0.percent": "101"}, "0 到 100"),
        ({"milestones.0.day": "2029-06-01", "milestones.0.percent": "50"}, "里程碑须在"),
        ({"weight": "0"}, "权重应为大于 0"),
        ({"weight": "x"}, "权重应为大于 0"),
    ],
)
def test_what_is_wrong_is_said(plain, typed, told):
    lead = signed_in(plain, "lead_unit")
    page = opened(lead, SITE)
    data = fields(page) | {"reason": "调整"} | typed
    answer = lead.post(f"/plan/{SITE}", data=data, headers=HTML)
    assert answer.status_code == 400
    assert told in parse(answer.text).by_id("faults").text
    assert fields(parse(answer.text))["reason"] == "调整"
    assert len(plans(plain, SITE)) == 1


def test_milestones_that_fall_are_refused(plain):
    lead = signed_in(plain, "lead_unit")
    typed = {"milestones__0__day": "2023-05-01", "milestones__0__percent": "60"} | {
        "milestones__1__day": "2023-06-01",
        "milestones__1__percent": "50",
    }
    answer = send(lead, SITE, reason="调整", **typed)
    assert answer.status_code == 400 and "不随日期下降" in answer.text


def test_two_people_at_once(desk):
    first, second = signed_in(desk, "lead_unit"), signed_in(desk, "lead_unit")
    mine = opened(second, SITE)
    assert send(first, SITE, end="2023-08-31", reason="甲的理由").status_code == 303
    answer = send(second, SITE, mine, end="2023-09-15", reason="乙的理由")
    assert answer.status_code == 412
    page = parse(answer.text)
    theirs, yours = page.by_id("conflict").all("div", "version")
    assert "2023-08-31" in theirs.text and "2023-09-15" in yours.text
    assert [one.all("dt")[0].text for one in yours.all("div", "differs")] == ["完工日期"]
    assert send(second, SITE, page).status_code == 412  # not by accident
    (button,) = [one for one in page.all("button") if one.attributes.get("name") == "overwrite"]
    assert send(second, SITE, page, overwrite=button.attributes["value"]).status_code == 303
    assert [row.end.isoformat() for row in plans(desk, SITE)][-2:] == ["2023-08-31", "2023-09-15"]


def test_only_the_unit_that_leads_plans(plain):
    assert signed_in(plain, "other_unit").get(f"/plan/{SITE}", headers=HTML).status_code == 403
    for name in ("supporting_unit", "viewer", "supervision", "leader", "administrator"):
        assert signed_in(plain, name).get(f"/plan/{SITE}", headers=HTML).status_code == 403, name
    assert plain.get(f"/plan/{SITE}", headers=HTML).status_code == 303
    lead = signed_in(plain, "lead_unit")
    assert lead.get("/plan/99-1", headers=HTML).status_code == 404
    assert send(lead, SITE, id="x").status_code == 400


def test_rows_of_milestones_are_those_filled_in_and_some_blank():
    assert milestone_rows({}) == list(range(BLANK_ROWS))
    filled = {"milestones.0.day": "2023-05-01", "milestones.3.percent": "5", "milestones.1.day": " "}
    assert milestone_rows(filled) == [0, 3, 4, 5]
