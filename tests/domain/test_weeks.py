"""ISO weeks, the week that is due, and plans' curves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codes import parse_site_code
from app.domain.progress import Plan, planned_percent
from app.domain.weeks import Week, due_week

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def test_year_boundaries():
    assert str(Week.of(date(2023, 12, 31))) == "2023-W52"
    assert str(Week.of(date(2024, 1, 1))) == "2024-W01"
    assert str(Week.of(date(2023, 1, 1))) == "2022-W52"
    assert Week.parse("2020-W53").sunday == date(2021, 1, 3)


@pytest.mark.parametrize(
    "text", ["", "2023", "2023-28", "2023-W5", "2023-W00", "2023-W53", "2023-W99", "W28", "x"]
)
def test_malformed_weeks_are_refused(text):
    with pytest.raises(ValueError):
        Week.parse(text)


@given(days)
def test_a_week_runs_from_monday_to_sunday_and_reads_back(day):
    week = Week.of(day)
    assert week.monday <= day <= week.sunday
    assert (week.monday.isoweekday(), week.sunday.isoweekday()) == (1, 7)
    assert Week.parse(str(week)) == week


@given(days)
def test_the_due_week_is_the_newest_that_has_ended_with_this_day(day):
    due = due_week(day)
    assert due.sunday <= day < due.sunday + timedelta(days=7)


@given(start=days, length=st.integers(0, 700), step=st.integers(0, 800))
def test_planned_percent_rises_from_0_to_100(start, length, step):
    plan = Plan(start, start + timedelta(days=length))
    today = start + timedelta(days=step)
    assert planned_percent(plan, start) == 0
    assert 0 <= planned_percent(plan, today) <= planned_percent(plan, today + timedelta(days=1)) <= 100
    assert planned_percent(plan, plan.end + timedelta(days=1)) == 100


def test_milestones_bend_the_curve():
    plan = Plan(date(2023, 1, 1), date(2023, 1, 31), ((date(2023, 1, 11), 80.0),))
    assert planned_percent(plan, date(2023, 1, 6)) == 40.0
    assert planned_percent(plan, date(2023, 1, 21)) == 90.0


@pytest.mark.parametrize(
    "milestones",
    [
        ((date(2022, 12, 31), 5.0),),
        ((date(2023, 1, 11), 101.0),),
        ((date(2023, 1, 11), 50.0), (date(2023, 1, 12), 40.0)),
    ],
)
def test_impossible_plans_are_refused(milestones):
    with pytest.raises(ValueError):
        Plan(date(2023, 1, 1), date(2023, 1, 31), milestones)


@pytest.mark.parametrize("text", ["20-1-01", "05-1-12", "20-1-00001"])
def test_site_codes_read_back(text):
    code = parse_site_code(text)
    assert (str(code) == text) == (len(text) == 7)


@pytest.mark.parametrize(
    "text", ["", "20-1-1", "2-1-01", "00-1-01", "20-1-00", "20-0-01", "20-1-01 ", "２０-1-01", "a"]
)
def test_malformed_site_codes_are_refused(text):
    with pytest.raises(ValueError):
        parse_site_code(text)
