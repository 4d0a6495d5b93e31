"""Plans: inherited by sites, changed only with a reason, kept for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select

from app.errors import BadParameter, Changed, Forbidden, NeedsMatch
from app.store import tables as t
from app.store.asof import AsOf
from tests.support.desk import HEALTH, ROADS, Desk
from tests.support.zones import prepared

START, END = date(2023, 3, 1), date(2023, 12, 1)


@pytest.fixture
def desk(both_engines) -> Iterator[Desk]:
    with prepared(both_engines) as (database, _):
        yield Desk(database)


def test_a_tasks_plan_holds_for_its_sites_until_they_have_their_own(desk):
    desk.plan(ROADS, "20-1", START, END)
    assert {desk.book().lines[code].plan.end for code in ("20-1-01", "20-1-02")} == {END}
    with desk.database.read() as connection:
        shown = select(t.published_site.c.status).where(t.published_site.c.item_no == 20)
        assert connection.execute(shown.where(t.published_site.c.code == "20-1-02")).scalar_one() == "lagging"
    desk.plan(ROADS, "20-1-01", START, date(2023, 9, 1))
    assert desk.book().lines["20-1-01"].plan.end == date(2023, 9, 1)
    assert desk.book().lines["20-1-02"].plan.end == END


def test_milestones_bend_the_curve(desk):
    desk.plan(ROADS, "20-1-01", START, END, milestones=((date(2023, 7, 12), 80.0),))
    assert desk.book().lines["20-1-01"].status.inputs["planned_percent"] == 80.0


def test_a_new_plan_needs_the_version_and_a_reason_and_the_old_one_stays(desk):
    first = desk.plan(ROADS, "20-1-01", START, END)
    with pytest.raises(NeedsMatch):
        desk.plan(ROADS, "20-1-01", START, date(2024, 1, 1), reason="雨季")
    with pytest.raises(BadParameter):
        desk.plan(ROADS, "20-1-01", START, date(2024, 1, 1), match=first["change"])
    desk.pass_days(14)
    desk.plan(ROADS, "20-1-01", START, date(2024, 1, 1), match=first["change"], reason="雨季")
    with pytest.raises(Changed) as caught:
        desk.plan(ROADS, "20-1-01", START, date(2024, 2, 1), match=first["change"], reason="征地")
    assert caught.value.theirs["end"] == "2024-01-01"
    assert desk.book().lines["20-1-01"].plan.end == date(2024, 1, 1)
    assert desk.book(AsOf.end_of(date(2023, 7, 20))).lines["20-1-01"].plan.end == END


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": END, "end": START},
        {"milestones": ((date(2024, 1, 1), 50.0),)},
        {"milestones": ((date(2023, 5, 1), 50.0), (date(2023, 6, 1), 40.0))},
        {"milestones": ((date(2023, 5, 1), 50.0), (date(2023, 5, 1), 60.0))},
        {"milestones": ((date(2023, 5, 1), 101.0),)},
        {"start": date(1, 1, 1)},
        {"end": date.max},
        {"weight": 0.0},
        {"weight": float("nan")},
        {"target_weights": {"0": 1.0}},
    ],
)
def test_a_plan_that_cannot_be_is_refused(desk, wrong):
    plan = {"start": START, "end": END} | wrong
    with pytest.raises(BadParameter):
        desk.plan(ROADS, "20-1-01", plan.pop("start"), plan.pop("end"), **plan)
    assert desk.book().lines["20-1-01"].plan is None


def test_only_the_lead_unit_plans(desk):
    with pytest.raises(Forbidden):
        desk.plan(HEALTH, "20-1-01", START, END)


def test_weights_shift_the_share_of_a_tasks_targets(desk):
    desk.plan(HEALTH, "03-2", START, END, target_weights={"0": 3.0, "1": 1.0})
    desk.report(HEALTH, "03-2", figures={"0": {"quantity": 6}, "1": {"quantity": 0}})
    assert desk.book().tasks[3, 2].percent == 75.0
