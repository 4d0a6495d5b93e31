"""The status table, every boundary of it, and that each answer explains itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.progress import Plan, planned_percent
from app.domain.status import Acceptance, Report, StatusCode, site_status
from app.domain.weeks import Week, due_week
from app.i18n import LANGUAGES, catalogue, translate

# 100 days from Monday 2023-04-03 to Wednesday 2023-07-12: one percent a day
START, END = date(2023, 4, 3), date(2023, 7, 12)
PLAN = Plan(START, END)


def at(day: date, percent: float | None = None, week: Week | None = None, **more):
    """The state on `day` with a report for the week that is due (or `week`)."""
    report = None if percent is None else Report(week or due_week(day), percent, more.pop("stop", None))
    return site_status(day, more.pop("plan", PLAN), report, **more)


@pytest.mark.parametrize(
    ("day", "code", "rule"),
    [
        (START - timedelta(days=1), StatusCode.NOT_STARTED, "before_start"),
        (START, StatusCode.ON_TRACK, "just_started"),
        (START + timedelta(days=5), StatusCode.ON_TRACK, "just_started"),  # Saturday: 5 % planned, tolerated
        (START + timedelta(days=6), StatusCode.LAGGING, "never_reported"),  # Sunday: the week's report is due
        (END, StatusCode.LAGGING, "never_reported"),
        (END + timedelta(days=1), StatusCode.OVERDUE, "past_end_unreported"),
    ],
)
def test_without_any_report(day, code, rule):
    status = at(day)
    assert (status.code, status.rule) == (code, rule)


def test_no_plan_is_unscheduled_whatever_was_reported():
    assert at(START, plan=None).rule == "no_plan"
    reported = at(START, 30, plan=None)
    assert (reported.code, reported.rule) == (StatusCode.UNSCHEDULED, "no_plan_but_reported")


def test_reported_before_the_planned_start_is_on_track_and_zero_is_not_a_report_of_progress():
    before = START - timedelta(days=1)
    assert at(before, 1).rule == "ahead_of_start"
    assert at(before, 0).code is StatusCode.NOT_STARTED


@pytest.mark.parametrize(("percent", "code"), [(45, StatusCode.ON_TRACK), (44.9, StatusCode.LAGGING)])
def test_the_tolerance_itself_is_still_on_track(percent, code):
    day = START + timedelta(days=50)
    assert planned_percent(PLAN, day) == 50.0
    assert at(day, percent, tolerance=5).code is code


def test_tolerance_zero_asks_for_the_plan_itself():
    day = START + timedelta(days=50)
    assert at(day, 50, tolerance=0).code is StatusCode.ON_TRACK
    assert at(day, 49.9, tolerance=0).rule == "behind_plan"


def test_a_missing_report_lags_even_when_ahead_of_plan():
    day = START + timedelta(days=50)  # a Tuesday: last week's report is due
    assert at(day, 90).code is StatusCode.ON_TRACK
    stale = Week.of(day - timedelta(days=14))
    assert at(day, 90, stale).rule == "missing_report"
    assert at(day, 20, stale).rule == "behind_and_missing"


def test_the_week_is_due_on_its_sunday():
    saturday, sunday = date(2023, 5, 20), date(2023, 5, 21)
    last_week = Week(2023, 19)
    assert at(saturday, 60, last_week).code is StatusCode.ON_TRACK
    assert at(sunday, 60, last_week).rule == "missing_report"
    assert at(sunday, 60, Week(2023, 20)).code is StatusCode.ON_TRACK


@pytest.mark.parametrize("lasting", [0, 1, 60])
@pytest.mark.parametrize("weekday", range(7))
def test_nothing_is_missing_on_the_first_day_whatever_weekday_it_is(weekday, lasting):
    start = START + timedelta(days=weekday)
    plan = Plan(start, start + timedelta(days=lasting))
    assert site_status(start, plan).rule == "just_started"
    earlier = Report(Week.of(start - timedelta(days=14)), 3)
    assert site_status(start, plan, earlier).rule == "on_plan"


def test_a_week_is_owed_from_the_one_that_holds_the_planned_start():
    """Also when the plan begins on its last day, though not on that day itself; never for weeks before it."""
    sunday = START + timedelta(days=6)
    begins_on_sunday = Plan(sunday, END)
    assert at(sunday, plan=begins_on_sunday).rule == "just_started"
    assert at(sunday + timedelta(days=1), plan=begins_on_sunday).code is StatusCode.LAGGING
    begins_on_monday = Plan(sunday + timedelta(days=1), END)
    assert at(sunday + timedelta(days=6), plan=begins_on_monday, tolerance=10).rule == "just_started"
    assert at(sunday + timedelta(days=7), plan=begins_on_monday, tolerance=10).code is StatusCode.LAGGING


def test_overdue_begins_the_day_after_the_planned_end():
    assert at(END, 99).code is StatusCode.ON_TRACK
    late = at(END + timedelta(days=1), 99)
    assert (late.code, late.inputs["days"]) == (StatusCode.OVERDUE, 1)


def test_a_hundred_percent_is_completed_not_accepted_and_never_overdue():
    for day in (START, END, END + timedelta(days=400)):
        assert at(day, 100, Week.of(END)).code is StatusCode.COMPLETED
    assert at(END, 99.9).code is not StatusCode.COMPLETED


def test_acceptance_counts_from_its_day():
    accepted = Acceptance(END, "supervision")
    assert at(END - timedelta(days=1), 100, acceptance=accepted).code is StatusCode.COMPLETED
    assert at(END, 100, acceptance=accepted).code is StatusCode.ACCEPTED


def test_a_stop_needs_its_reason_and_ends_with_the_next_report():
    day = START + timedelta(days=50)
    stopped = at(day, 20, stop="rain")
    assert (stopped.code, stopped.inputs["reason"]) == (StatusCode.SUSPENDED, "rain")
    assert at(END, 20, stop="rain").rule == "suspended"  # the last day itself is still in time
    assert at(END + timedelta(days=1), 20, stop="rain").rule == "suspended_past_end"
    assert at(day, 20).code is StatusCode.LAGGING
    assert at(day, 100, stop="rain").code is StatusCode.COMPLETED


def test_a_plan_of_one_day():
    plan = Plan(START, START)
    assert at(START, plan=plan).code is StatusCode.ON_TRACK
    assert at(START + timedelta(days=1), 99, plan=plan).code is StatusCode.OVERDUE


days = st.dates(date(2022, 12, 1), date(2024, 2, 1))


@given(
    today=days,
    start=days,
    length=st.integers(0, 500),
    planned=st.booleans(),
    percent=st.none() | st.floats(0, 100),
    weeks_ago=st.integers(0, 60),
    stop=st.none() | st.text(min_size=1, max_size=20),
    accepted=st.none() | days,
)
def test_every_answer_has_a_rule_with_a_sentence_in_both_languages(
    today, start, length, planned, percent, weeks_ago, stop, accepted
):
    plan = Plan(start, start + timedelta(days=length)) if planned else None
    report = None if percent is None else Report(Week.of(today - timedelta(weeks=weeks_ago)), percent, stop)
    acceptance = Acceptance(accepted, "somebody") if accepted else None
    status = site_status(today, plan, report, acceptance)
    for lang in LANGUAGES:
        sentence = translate(lang, f"why.{status.rule}", **status.inputs)
        assert "None" not in sentence and "{" not in sentence.replace(stop or "", "")
    if status.code is StatusCode.OVERDUE:
        assert plan is not None and today > plan.end
    if plan is None:
        assert status.code in {"unscheduled", "completed", "accepted", "suspended"}


def test_every_status_and_only_those_has_a_name():
    for lang in LANGUAGES:
        assert set(catalogue(lang)["status"]) == {code.value for code in StatusCode}
