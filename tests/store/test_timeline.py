"""Timelines of the demonstration, on both engines: complete, in order, and as they were known then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import func, select

from app.domain.timeline import INTERNAL, Kind
from app.domain.weeks import Week
from app.store import tables as t
from app.store.asof import AsOf
from app.store.moments import day_of
from app.store.subjects import read_subjects
from app.store.timeline import read_reports, read_timeline
from tests.support.databases import Storage
from tests.support.zones import prepared

TODAY = AsOf(date(2023, 7, 14))


@pytest.fixture(scope="module")
def connection(both_engines_module: Storage) -> Iterator:
    with prepared(both_engines_module, demo=True) as (database, _):
        with database.read() as connection:
            yield connection


def test_every_row_of_the_ledger_is_an_event(connection):
    codes = list(read_subjects(connection))
    events = []
    for no in range(1, 23):
        events += read_timeline(connection, TODAY, [c for c in codes if c.startswith(f"{no:02d}-")], no)
    counts = Counter(event.kind for event in events)

    def rows(table, *where) -> int:
        return connection.execute(select(func.count()).select_from(table).where(*where)).scalar()

    assert counts[Kind.PLANNED] + counts[Kind.REPLANNED] == rows(t.plan)
    assert counts[Kind.CORRECTED] == rows(t.report, t.report.c.corrects.is_not(None)) > 0
    reported = (Kind.REPORTED, Kind.CORRECTED, Kind.STOPPED, Kind.RESUMED, Kind.FINISHED)
    assert sum(counts[kind] for kind in reported) == rows(t.report)
    assert counts[Kind.ACCEPTED] == rows(t.acceptance, t.acceptance.c.accepted)
    assert counts[Kind.SENT_BACK] == rows(t.acceptance, ~t.acceptance.c.accepted) > 0
    assert counts[Kind.INSPECTED] == rows(t.inspection)
    assert counts[Kind.MENDED] == rows(t.inspection_revision)
    steps = rows(t.blockage_step) + rows(t.directive_step)
    on_site = {Kind.INSPECTED, Kind.MENDED}
    assert sum(n for kind, n in counts.items() if kind in INTERNAL - on_site) == steps
    assert all(event.sample for event in events)


def test_the_story_of_one_road(connection):
    events = read_timeline(connection, TODAY, ["20-1-02"])
    moments = [event.moment for event in events]
    assert moments == sorted(moments, reverse=True)
    assert events[-1].kind is Kind.PLANNED
    told = [event.kind for event in reversed(events) if event.kind is not Kind.REPORTED]
    assert told == [
        Kind.PLANNED,
        Kind.BLOCKAGE_OPEN,
        Kind.REPLANNED,
        Kind.BLOCKAGE_ESCALATE,
        Kind.INSPECTED,
        Kind.BLOCKAGE_ASSIGN,
        Kind.CORRECTED,
        Kind.DIRECTIVE_GIVE,
        Kind.BLOCKAGE_ANSWER,
        Kind.DIRECTIVE_PROGRESS,
        Kind.DIRECTIVE_DONE,
        Kind.DIRECTIVE_CONFIRM,
        Kind.INSPECTED,
    ]
    correction = next(event for event in events if event.kind is Kind.CORRECTED)
    assert (round(correction.values["was"]), round(correction.values["percent"])) == (33, 31)
    assert "实测更正" in correction.words
    assert correction.by == "区城乡建设和交通局（演示）"


def test_as_of_a_past_week_nothing_later_is_told(connection):
    then = AsOf.week(Week(2023, 22))
    events = read_timeline(connection, then, ["20-1-02"])
    assert all(event.moment < then.before for event in events)
    assert day_of(events[0].moment) == date(2023, 6, 2)
    kinds = {event.kind for event in events}
    assert Kind.REPLANNED in kinds
    assert Kind.CORRECTED not in kinds
    later = read_timeline(connection, TODAY, ["20-1-02"])
    assert later[-len(events) :] == events


def test_reports_are_read_as_they_came_with_the_corrected_ones(connection):
    rows = [row for row in read_reports(connection, TODAY, "20-1-02") if row.week_monday == date(2023, 5, 29)]
    assert [round(row.percent) for row in rows] == [33, 31]
    assert rows[1].corrects == rows[0].id


def test_directives_about_a_whole_item_stand_with_the_item_alone(connection):
    codes = [code for code in read_subjects(connection) if code.startswith("21-")]
    given = {Kind.DIRECTIVE_GIVE, Kind.DIRECTIVE_PROGRESS}
    assert given <= {event.kind for event in read_timeline(connection, TODAY, codes, 21)}
    assert not given & {event.kind for event in read_timeline(connection, TODAY, codes)}
    assert not given & {event.kind for event in read_timeline(connection, TODAY, ["20-1"], 20)}


def test_a_new_geometry_is_told(both_engines):
    with prepared(both_engines) as (database, _):
        with database.write() as connection:
            row = connection.execute(select(t.site_version).limit(1)).mappings().one()
            values = {**row, "version": 2, "position": "surveyed", "source": "survey.gpkg"}
            connection.execute(t.site_version.insert().values(values))
        with database.read() as connection:
            events = read_timeline(connection, AsOf(date(2999, 1, 1)), [row["site_code"]])
    assert [event.kind for event in events] == [Kind.DRAWN, Kind.REDRAWN] or [
        event.kind for event in events
    ] == [Kind.REDRAWN, Kind.DRAWN]
    redrawn = next(event for event in events if event.kind is Kind.REDRAWN)
    assert redrawn.values == {"position": "surveyed", "version": 2, "source": "survey.gpkg"}
