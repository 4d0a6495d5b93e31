"""Inspections in the ledger: sections checked against the line, nothing placed that concerns homes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from shapely import affinity
from sqlalchemy import func, select

from app.errors import BadParameter, Forbidden, NotFound, Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blockages import blockages_of
from app.store.database import Database
from app.store.importing import judge, save
from app.store.inspections import NewInspection, inspections_of, latest_sections, record_inspection
from app.store.subjects import read_subject
from geo.linear import length
from geo.reading import Row
from tests.support.ledgers import DAY, INSPECTOR, LEAD, LEADER, SUPERVISION, VIEWER, asked, at, by, days
from tests.support.zones import prepared

LINE, POINT, HOMES = "20-3-01", "03-1-01", "06-1"


@pytest.fixture
def database(both_engines) -> Iterator[Database]:
    with prepared(both_engines) as (made, _):
        yield made


def new(**more) -> NewInspection:
    words = {"subject": LINE, "made_at": at(DAY, 9), "verdict": "ok", "finding": "沟槽已回填。"}
    return NewInspection(**{"id": str(uuid.uuid4()), **words, **more})


def record(database: Database, actor=INSPECTOR, day=DAY, **more) -> dict:
    form = new(**more)
    return by(
        database, actor, lambda writer: record_inspection(writer, form, asked(form, ident=form.id)), day
    )


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(t.inspection)).scalar_one()


def test_recorded_with_sections_and_position(database) -> None:
    receipt = record(
        database, sections="0-120; K0+100-K0+180", lon=116.4, lat=35.4, accuracy_m=8.0, verdict="ok"
    )
    assert receipt["sections"] == [[0.0, 180.0]]
    with database.read() as connection:
        (row,) = inspections_of(connection, AsOf(DAY), LINE)
        version = read_subject(connection, LINE).geom_version
    assert (row["sections"], row["geom_version"]) == ([[0.0, 180.0]], version)
    assert (row["lon"], row["lat"], row["accuracy_m"], row["by"]) == (116.4, 35.4, 8.0, "巡查员")
    assert row["made_at"] == at(DAY, 9)


def test_a_section_beyond_the_end_is_refused_with_the_length(database) -> None:
    with database.read() as connection:
        whole = length(read_subject(connection, LINE).geom)
    with pytest.raises(BadParameter) as bad:
        record(database, sections=f"0-{whole + 50:.0f}")
    assert f"{whole:,.1f}" in bad.value.zh
    assert count(database) == 0


@pytest.mark.parametrize(
    ("more", "parameter"),
    [
        ({"verdict": "problem", "finding": ""}, "finding"),
        ({"verdict": "stopped", "finding": None}, "finding"),
        ({"sections": "0-10", "geom_version": 7}, "geom_version"),
        ({"sections": "from here to there"}, "sections"),
        ({"subject": POINT, "sections": "0-10"}, "sections"),
        ({"lon": 116.4}, "lat"),
        ({"lat": 35.4}, "lon"),
        ({"made_at": at(days(1))}, "made_at"),
        ({"made_at": at(days(-400))}, "made_at"),
        ({"subject": HOMES, "lon": 116.4, "lat": 35.4}, "position"),
        ({"subject": HOMES, "sections": "0-10"}, "sections"),
        ({"subject": HOMES, "photos": (str(uuid.uuid4()),)}, "photos"),
        ({"verdict": "ok", "blockage_title": "受阻"}, "blockage_title"),
        ({"verdict": "problem", "blockage_title": "受阻", "blockage_unit": "weijian"}, "blockage_unit"),
        ({"verdict": "stopped", "blockage_title": "受阻", "blockage_due": days(-1)}, "blockage_due"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(database, more, parameter) -> None:
    with pytest.raises(BadParameter) as bad:
        record(database, **more)
    assert bad.value.faults[0].parameter == parameter
    assert count(database) == 0


def test_where_all_is_in_order_words_may_be_left_out(database) -> None:
    assert record(database, finding=None)["finding"] == ""
    with database.read() as connection:
        assert inspections_of(connection, AsOf(DAY), LINE)[0]["finding"] == ""


def test_presence_is_judged_at_receipt_and_kept(database) -> None:
    with database.read() as connection:
        start = read_subject(connection, LINE).geom.coords[0]
    place = {"lon": start[0], "lat": start[1], "accuracy_m": 9.0, "position_source": "device"}
    there = record(database, **place)
    assert (there["presence"], there["presence_facts"]["distance_m"]) == ("at_site", 0.0)
    far = record(database, **place | {"lat": start[1] + 0.02})
    assert [one["code"] for one in far["presence_facts"]["reasons"]][:1] == ["far"]
    assert record(database)["presence"] == "no_position"
    assert record(database, **place | {"position_source": "pin"})["presence"] == "no_position"
    homes = record(database, subject=HOMES)
    assert (homes["presence"], homes["presence_facts"]) == (None, None)
    with database.read() as connection:
        rows = {row["id"]: row for row in inspections_of(connection, AsOf(DAY))}
    assert rows[far["id"]]["presence_facts"] == far["presence_facts"]
    assert [rows[one["id"]]["presence"] for one in (there, far, homes)] == ["at_site", "doubtful", None]


def test_a_wrong_clock_is_set_right_and_kept(database) -> None:
    """The telephone's clock stands in 2019; it was made two hours before it was sent."""
    device = at(DAY, 8).replace(year=2019)
    receipt = record(database, made_at=device, sent_at=device + timedelta(hours=2), position_at=device)
    assert receipt["made_at"] == at(DAY, 8).isoformat()
    turned = record(database, made_at=device + timedelta(days=9), sent_at=device, subject=HOMES)
    assert turned["presence_facts"] == {"reasons": [{"code": "clock", "off_s": turned_off(device)}]}
    with database.read() as connection:
        rows = {row["id"]: row for row in inspections_of(connection, AsOf(DAY))}
    row = rows[receipt["id"]]
    assert (row["made_at"], row["device_at"], row["position_at"]) == (at(DAY, 8), device, None)
    assert row["clock_off_s"] == turned_off(device) - 7200
    assert rows[turned["id"]]["made_at"] == at(DAY, 10)


def turned_off(device) -> float:
    return (at(DAY, 10) - device).total_seconds()


def test_sections_are_kept_with_the_version_of_the_line_they_were_told_on(database) -> None:
    with database.read() as connection:
        line = read_subject(connection, LINE)
    longer = affinity.scale(line.geom, 2, 2, origin=line.geom.coords[0])
    row = Row(1, {"code": LINE, "title": line.title}, longer, [])

    def redraw(writer) -> None:
        saved = save(writer, judge(writer.connection, [row], line.kind, "surveyed", "code"), "survey.geojson")
        assert saved

    by(database, SUPERVISION, redraw)
    whole = length(longer)
    new_end = f"0-{whole - 1:.0f}"
    with pytest.raises(BadParameter):
        record(database, sections=new_end, geom_version=line.geom_version)
    old = record(database, sections="0-50", geom_version=line.geom_version, made_at=at(DAY, 7))
    record(database, sections=new_end, geom_version=line.geom_version + 1, made_at=at(DAY, 8))
    record(database, sections=new_end)
    with database.read() as connection:
        rows = inspections_of(connection, AsOf(DAY), LINE)
        assert latest_sections(connection, LINE, AsOf(DAY))["geom_version"] == line.geom_version + 1
    assert [row["geom_version"] - line.geom_version for row in rows] == [1, 1, 0]
    assert rows[-1]["id"] == old["id"]


def test_a_stop_told_late_opens_a_blockage_that_may_be_due_already(database) -> None:
    more = {"verdict": "stopped", "finding": "无人施工。", "blockage_title": "停工"}
    receipt = record(database, made_at=at(days(-3)), blockage_due=days(-1), **more)
    with database.read() as connection:
        (blockage,) = blockages_of(connection, AsOf(DAY))
    assert (blockage.id, blockage.due, blockage.overdue(DAY)) == (receipt["blockage"], days(-1), True)


def test_homes_are_inspected_without_a_place(database) -> None:
    record(database, subject=HOMES)
    with database.read() as connection:
        (row,) = inspections_of(connection, AsOf(DAY), HOMES)
    assert (row["lon"], row["lat"], row["sections"]) == (None, None, None)


def test_a_problem_opens_a_blockage_in_the_same_step(database) -> None:
    form = new(
        verdict="problem", finding="围挡占道，未见施工。", blockage_title="现场停工", blockage_unit="zhifa"
    )
    request = asked("body", ident=form.id)
    receipt = by(database, INSPECTOR, lambda writer: record_inspection(writer, form, request))
    assert by(database, INSPECTOR, lambda writer: record_inspection(writer, form, request)) == receipt
    with database.read() as connection:
        (blockage,) = blockages_of(connection, AsOf(DAY))
    assert blockage.id == receipt["blockage"]
    assert (blockage.title, blockage.last.text, blockage.owner) == (
        "现场停工",
        "围挡占道，未见施工。",
        "zhifa",
    )
    assert count(database) == 1
    with pytest.raises(Refused):
        by(database, INSPECTOR, lambda writer: record_inspection(writer, form, asked("x", ident=form.id)))


def test_who_may_inspect_and_where(database) -> None:
    record(database, SUPERVISION)
    with database.read() as connection:
        town = read_subject(connection, LINE).town_code
    record(database, replace(INSPECTOR, towns=frozenset({town})))
    for actor in (LEAD, LEADER, VIEWER, replace(INSPECTOR, towns=frozenset({"370829999"}))):
        with pytest.raises(Forbidden):
            record(database, actor)
    with pytest.raises(NotFound):
        record(database, subject="20-9-99")
    assert count(database) == 2


def test_the_latest_sections_are_those_seen_last_and_known_then(database) -> None:
    with database.read() as connection:
        assert latest_sections(connection, LINE, AsOf(DAY)) is None
    record(database, sections="0-100", made_at=at(DAY, 8))
    record(database, sections="0-50", made_at=at(DAY, 7))  # sent later, seen earlier
    record(database, made_at=at(DAY, 9))
    record(database, sections="0-300", made_at=at(days(2), 9), day=days(2))
    with database.read() as connection:
        assert latest_sections(connection, LINE, AsOf.end_of(days(1)))["sections"] == [[0.0, 100.0]]
        assert latest_sections(connection, LINE, AsOf(days(2)))["sections"] == [[0.0, 300.0]]
        assert latest_sections(connection, "20-3-02", AsOf(days(2))) is None
