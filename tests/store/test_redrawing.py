"""A line's geometry is replaced: built metres are shown before and after, and never change unasked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import shapely
from sqlalchemy import select

from app.errors import Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.importing import Judgement, judge, save
from app.store.writing import Writer
from geo.linear import cut, length
from geo.reading import Row
from tests.support.desk import COMMAND, ROADS, Desk
from tests.support.zones import prepared

CODE = "20-3-01"


@pytest.fixture
def desk(both_engines) -> Iterator[Desk]:
    with prepared(both_engines) as (database, _):
        made = Desk(database)
        made.plan(ROADS, CODE, date(2023, 3, 1), date(2023, 12, 1))
        made.report(ROADS, CODE, sections=[[0, 500], [700, 900]], text="焊接完成")
        yield made


def judged(writer: Writer, geometry: shapely.Geometry) -> Judgement:
    rows = [Row(1, {"code": CODE}, geometry)]
    return judge(writer.connection, rows, "heating_main", "surveyed", "code")


def replace(desk: Desk, geometry: shapely.Geometry, built) -> None:
    desk.write(COMMAND, lambda writer: save(writer, judged(writer, geometry), "survey.gpkg", built))


def shorter(desk: Desk) -> shapely.Geometry:
    """The same line, cut off at 800 m: 100 m that were built have no place on it."""
    return cut(desk.book().lines[CODE].subject.geom, 0, 800)


def test_before_and_after_are_shown_and_nothing_happens_unasked(desk):
    line = desk.book().lines[CODE]
    geometry = shorter(desk)
    with pytest.raises(Refused, match="keep"):
        replace(desk, geometry, None)
    assert desk.book().lines[CODE].built_m == line.built_m == 700
    found = []
    desk.write(COMMAND, lambda writer: found.append(judged(writer, geometry).rows[0].built))
    assert found[0].before.metres == 700
    assert (found[0].after.metres, found[0].lost_m) == pytest.approx((600, 100), abs=0.02)


def test_keep_carries_the_measures_over_as_a_correction(desk):
    before = desk.book().lines[CODE]
    geometry = shorter(desk)
    desk.pass_days(14)
    replace(desk, geometry, "keep")
    line = desk.book().lines[CODE]
    assert line.subject.geom_version == 2
    assert line.built_m == pytest.approx(600, abs=0.02)
    assert line.percent == pytest.approx(600 / length(line.subject.geom) * 100, abs=0.06)
    assert (line.report.corrects, line.report.text) == (before.report.id, "焊接完成")
    assert "100.0 米" in line.report.reason
    then = desk.book(AsOf.end_of(date(2023, 7, 16))).lines[CODE]
    assert (then.built_m, then.percent, then.subject.geom_version) == (700, before.percent, 1)
    assert shapely.equals_identical(then.subject.geom, before.subject.geom)


def test_percent_keeps_the_figure_and_drops_the_places(desk):
    before = desk.book().lines[CODE]
    replace(desk, shorter(desk), "percent")
    line = desk.book().lines[CODE]
    assert (line.percent, line.built_m, line.report.sections) == (before.percent, None, None)


def test_the_audit_says_who_drew_what_from_where(desk):
    replace(desk, shorter(desk), "keep")
    with desk.database.read() as connection:
        change = connection.execute(select(t.change).where(t.change.c.action == "geometry")).one()
        version = connection.execute(
            select(t.site_version).where(t.site_version.c.site_code == CODE, t.site_version.c.version == 2)
        ).one()
    assert (change.by, change.subject_code, change.after["source"]) == (COMMAND.display, CODE, "survey.gpkg")
    assert change.before["measure"] > change.after["measure"]
    assert version.change_id == change.id


def test_a_line_without_sections_is_replaced_without_a_question(desk):
    geometry = cut(desk.book().lines["20-3-02"].subject.geom, 0, 300)
    rows = [Row(1, {"code": "20-3-02"}, geometry)]

    def replace_other(writer: Writer) -> None:
        save(writer, judge(writer.connection, rows, "heating_main", "surveyed", "code"), "x", None)

    desk.write(COMMAND, replace_other)
    assert desk.book().lines["20-3-02"].subject.geom_version == 2


def test_a_new_site_was_not_there_before(desk):
    geometry = cut(desk.book().lines["20-3-02"].subject.geom, 0, 300)
    rows = [Row(1, {"code": "20-3-09", "name": "新支线"}, geometry)]
    desk.pass_days(14)

    def add(writer: Writer) -> None:
        save(writer, judge(writer.connection, rows, "heating_main", "surveyed", "code"), "x", None)

    desk.write(COMMAND, add)
    assert "20-3-09" in desk.book().lines
    assert "20-3-09" not in desk.book(AsOf.end_of(date(2023, 7, 16))).lines
    assert desk.report(ROADS, "20-3-09", percent=5)["percent"] == 5
