"""The demonstration tells one story: in past weeks, in the audit, and on the day it is looked at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.domain import blockages, directives
from app.domain.privacy import WITHHELD_ITEMS
from app.domain.status import StatusCode
from app.domain.weeks import Week
from app.errors import Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blockages import blockages_of
from app.store.book import Book, read_book
from app.store.demo import put_demo
from app.store.directives import directives_of
from app.store.moments import ZONE_TIME
from tests.support.databases import Storage
from tests.support.zones import prepared

TODAY = date(2023, 7, 14)
LEDGER = (
    t.plan,
    t.report,
    t.acceptance,
    t.blockage,
    t.blockage_step,
    t.directive,
    t.directive_step,
    t.inspection,
    t.inspection_revision,
    t.dispute,
    t.change,
    t.town_count,
)


@pytest.fixture(scope="module")
def told(both_engines_module: Storage) -> Iterator:
    """A read connection to the demonstration, put in a minute ago."""
    with prepared(both_engines_module) as (database, _):
        began = time.process_time()  # our own work; the machine may be busy with other tests
        with database.write() as connection:
            assert put_demo(connection) == TODAY
        assert time.process_time() - began < 5
        with database.read() as connection:
            yield connection


def book(connection, as_of: AsOf | None = None) -> Book:
    return read_book(connection, as_of or AsOf(TODAY), 5)


def test_every_state_occurs_on_the_map_and_most_on_tasks(told):
    lines = book(told).lines.values()
    assert {line.status.code for line in lines if line.subject.site} == set(StatusCode)
    tasks = {line.status.code for line in lines if line.subject.reported and not line.subject.site}
    assert {"on_track", "lagging", "overdue", "accepted"} <= tasks


def test_everything_reported_is_planned_except_what_shows_the_lack(told):
    without = [line.code for line in book(told).reported if line.plan is None]
    assert without == ["09-1-03"]


def test_every_row_is_marked_and_is_somebodys(told):
    for table in LEDGER:
        assert told.execute(select(func.count()).select_from(table)).scalar() > 0, table.name
        assert told.execute(select(func.count()).where(~table.c.sample)).scalar() == 0, table.name
    people = set(told.execute(select(t.change.c.by).distinct()).scalars())
    assert all(who.endswith("（演示）") for who in people)
    assert len(people) > 12


def test_the_ledgers_clock_runs_forward_and_not_beyond_the_day(told):
    moments = list(told.execute(select(t.change.c.entered_at).order_by(t.change.c.id)).scalars())
    assert moments == sorted(moments)
    assert moments[0].astimezone(ZONE_TIME).date() == date(2023, 1, 16)
    assert moments[-1].astimezone(ZONE_TIME).date() < TODAY


def test_the_story_has_what_the_tools_are_for(told):
    actions = set(told.execute(select(t.change.c.action).distinct()).scalars())
    assert {"plan", "report", "correction", "acceptance", "send_back", "inspection"} <= actions
    assert {f"blockage_{act}" for act in blockages.Act} <= actions
    assert {"directive_give", "directive_progress", "directive_done", "directive_extend"} <= actions
    assert "directive_confirm" in actions
    levels = {one.level for one in blockages_of(told, AsOf(TODAY))}
    assert levels == set(blockages.LEVELS)
    states = {one.state for one in directives_of(told, AsOf(TODAY))}
    assert {directives.State.OPEN, directives.State.CONFIRMED} <= states
    assert told.execute(select(func.count()).where(t.report.c.sections.is_not(None))).scalar() > 50
    assert told.execute(select(func.count()).where(t.inspection.c.sections.is_not(None))).scalar() > 0


def test_check_ins_show_every_presence_a_mending_and_an_open_dispute(told):
    made = told.execute(select(t.inspection).where(t.inspection.c.via == "phone")).all()
    assert {row.presence for row in made} == {"at_site", "doubtful", "no_position"}
    assert {row.verdict for row in made} == {"ok", "problem", "stopped"}
    assert any(abs(row.clock_off_s) > 600 for row in made) and any(
        row.position_source == "pin" for row in made
    )
    doubtful = next(row for row in made if row.presence == "doubtful")
    assert doubtful.presence_facts["distance_m"] > 1_000
    assert doubtful.entered_at - doubtful.made_at == timedelta(minutes=190)
    (dispute,) = told.execute(select(t.dispute)).all()
    assert (dispute.field, dispute.base) == ("finding", "室外场地未硬化，排水沟未接通。")
    assert told.execute(select(func.count()).select_from(t.dispute_decision)).scalar() == 0


def test_homes_and_persons_have_no_place_and_no_sections(told):
    query = select(t.subject.c.code).where(t.subject.c.item_no.in_(WITHHELD_ITEMS))
    codes = list(told.execute(query).scalars())
    assert len(codes) == 4
    for table, column in ((t.report, "sections"), (t.inspection, "sections"), (t.inspection, "lon")):
        rows = table.c.subject_code.in_(codes) & table.c[column].is_not(None)
        assert told.execute(select(func.count()).select_from(table).where(rows)).scalar() == 0


def test_a_stop_ends_and_a_correction_was_something_else_before(told):
    shown = {
        number: book(told, AsOf.week(Week(2023, number))).lines["20-4-03"].status.code.value
        for number in (23, 24, 25, 26)
    }
    assert shown[24] == shown[25] == "suspended"
    assert "suspended" not in (shown[23], shown[26])
    before, after = (
        book(told, AsOf.end_of(day)).lines["20-1-02"].percent for day in (date(2023, 6, 4), date(2023, 6, 6))
    )
    assert (round(before), round(after)) == (33, 31)


def test_what_was_sent_back_is_not_completed_until_it_is_reported_again(told):
    days = (date(2023, 6, 19), date(2023, 6, 20), date(2023, 7, 5), date(2023, 7, 6))
    states = [book(told, AsOf.end_of(day)).lines["20-2-01"].status for day in days]
    assert [one.code.value for one in states] == ["completed", "lagging", "completed", "accepted"]
    assert states[1].rule == "sent_back"


def test_every_week_of_the_year_can_be_read(told):
    week, percents = Week(2023, 3), []
    while week <= Week(2023, 28):
        percents.append(book(told, AsOf.week(week)).items[12].percent)
        week = Week.of(week.monday + timedelta(days=7))
    assert percents[0] == 0
    assert percents[-1] == book(told).items[12].percent > 40


def test_the_same_once_more_changes_nothing(both_engines):
    with prepared(both_engines) as (database, _):
        for _ in range(2):
            with database.write() as connection:
                assert put_demo(connection) == TODAY
                rows = [connection.execute(select(func.count()).select_from(one)).scalar() for one in LEDGER]
        with database.write() as connection:
            put_demo(connection)
            again = [connection.execute(select(func.count()).select_from(one)).scalar() for one in LEDGER]
        assert again == rows


def test_real_progress_is_left_alone(both_engines):
    with prepared(both_engines) as (database, _):
        with database.write() as connection:
            moment = AsOf.end_of(date(2023, 2, 1)).before
            connection.execute(
                t.plan.insert().values(
                    subject_code="20-1-01",
                    start=date(2023, 3, 1),
                    end=date(2023, 9, 1),
                    milestones=[],
                    entered_at=moment,
                )
            )
        with pytest.raises(Refused), database.write() as connection:
            put_demo(connection)
        with database.read() as connection:
            assert connection.execute(select(func.count()).select_from(t.plan)).scalar() == 1
            assert connection.execute(select(func.count()).select_from(t.report)).scalar() == 0
