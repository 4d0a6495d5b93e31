"""The drawing of plan and reports: every week is where it belongs, and nothing lies outside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.progress import Plan
from app.domain.weeks import Week
from app.views.curves import curve

PLAN = Plan(date(2023, 3, 1), date(2023, 9, 1), ((date(2023, 6, 1), 40.0),))
DAY = date(2023, 7, 14)


@dataclass(frozen=True)
class Row:
    """A row of the table `report`."""

    week_monday: date
    percent: float
    suspended_reason: str | None = None


def row(week: int, percent: float, stop: str | None = None) -> Row:
    return Row(Week(2023, week).monday, percent, stop)


def numbers(path: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]


def test_nothing_planned_and_nothing_reported_is_no_curve():
    assert curve(None, [], DAY) is None


def test_a_plan_alone():
    drawn = curve(PLAN, [], DAY)
    assert (drawn.planned, drawn.reported, drawn.corrections) == (68.0, None, 0)
    assert drawn.wide.reported == drawn.wide.area == ""
    assert drawn.wide.last is None
    assert len(drawn.wide.milestones) == 1


def test_reports_alone():
    drawn = curve(None, [row(20, 10)], DAY)
    assert (drawn.planned, drawn.reported) == (None, 10)
    assert drawn.wide.planned == ""


def test_plan_and_reports_share_one_scale():
    drawn = curve(PLAN, [row(n, 2.0 * (n - 9)) for n in range(10, 28)], DAY).wide
    planned = numbers(drawn.planned)
    assert planned[:2] == [drawn.left, drawn.bottom]
    assert (planned[-2], planned[-1]) == (pytest.approx(drawn.right, abs=5), drawn.top)
    assert drawn.last.y == pytest.approx(drawn.bottom - (drawn.bottom - drawn.top) * 0.36, abs=0.1)
    steps = [point.x for point in drawn.points]
    assert steps == sorted(steps)
    assert drawn.points[-1].x <= drawn.today


def test_a_corrected_week_counts_once_and_shows_what_it_was():
    drawn = curve(PLAN, [row(20, 30), row(21, 40), row(20, 25)], DAY)
    assert (drawn.corrections, drawn.reported) == (1, 40)
    (correction,) = drawn.wide.corrections
    assert (correction.was, correction.percent, correction.week) == (30, 25, Week(2023, 20))
    assert correction.before.y < correction.after.y
    assert len(drawn.wide.points) == 2


def test_stops_and_missing_weeks_are_bands():
    reports = [row(20, 10), row(21, 10, "迁改"), row(22, 10, "迁改"), row(24, 20), row(25, 25)]
    drawn = curve(PLAN, reports, DAY)
    assert len(drawn.wide.stops) == 1
    assert drawn.stopped
    assert len(drawn.wide.gaps) == 2  # week 23, and weeks 26 and 27, which are due by now
    assert drawn.missed
    week = drawn.wide.stops[0][1] / 2
    assert drawn.wide.gaps[0][1] == pytest.approx(week, abs=0.2)
    assert drawn.wide.gaps[1][1] == pytest.approx(2 * week, abs=0.3)


def test_nothing_is_missing_after_completion_nor_in_the_week_that_is_not_over():
    assert not curve(PLAN, [row(19, 90), row(20, 100)], DAY).missed
    assert not curve(PLAN, [row(26, 90), row(27, 95)], DAY).missed
    assert curve(PLAN, [row(26, 90), row(27, 95)], DAY + timedelta(days=2)).missed


@given(
    st.lists(st.tuples(st.integers(1, 52), st.floats(0, 100), st.booleans()), max_size=20),
    st.one_of(st.none(), st.just(PLAN), st.just(Plan(DAY, DAY))),
    st.integers(0, 500),
)
def test_nothing_lies_outside_the_frame(reports, plan, later):
    day = date(2023, 1, 8) + timedelta(days=later)
    known = [row(week, percent, "停" if stop else None) for week, percent, stop in reports]
    known = [one for one in known if one.week_monday <= day]
    drawn = curve(plan, known, day)
    if drawn is None:
        assert plan is None
        assert not known
        return
    for one in (drawn.wide, drawn.narrow):
        within = (one.left - 0.1, one.right + 0.1)
        assert all(within[0] <= point.x <= within[1] for point in (*one.points, *one.milestones))
        assert all(one.top <= point.y <= one.bottom for point in (*one.points, *one.milestones))
        assert all(within[0] <= tick.at <= within[1] for tick in one.months)
        for x, wide in (*one.stops, *one.gaps):
            assert within[0] <= x
            assert x + wide <= within[1]
            assert wide > 0
        assert within[0] <= one.today <= within[1]
