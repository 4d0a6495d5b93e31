"""Inspections in the ledger: sections checked against the line, nothing placed that concerns homes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.errors import BadParameter, Forbidden, NotFound, Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blockages import blockages_of
from app.store.database import Database
from app.store.inspections import NewInspection, inspections_of, latest_sections, record_inspection
from app.store.subjects import read_subject
from geo.linear import length
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
        ({"finding": ""}, "finding"),
        ({"finding": None}, "finding"),
        ({"sections": "from here to there"}, "sections"),
        ({"subject": POINT, "sections": "0-10"}, "sections"),
        ({"lon": 116.4}, "lat"),
        ({"lat": 35.4}, "lon"),
        ({"made_at": at(days(1))}, "made_at"),
        ({"made_at": at(days(-400))}, "made_at"),
        ({"subject": HOMES, "lon": 116.4, "lat": 35.4}, "position"),
        ({"subject": HOMES, "sections": "0-10"}, "sections"),
        ({"verdict": "ok", "blockage_title": "受阻"}, "blockage_title"),
        ({"verdict": "problem", "blockage_title": "受阻", "blockage_unit": "weijian"}, "unit"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(database, more, parameter) -> None:
    with pytest.raises(BadParameter) as bad:
        record(database, **more)
    assert bad.value.faults[0].parameter == parameter
    assert count(database) == 0


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
