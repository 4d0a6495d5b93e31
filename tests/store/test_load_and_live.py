"""Loading the shipped data, the demonstration, and following a database that changes."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime

import pytest
import shapely
from sqlalchemy import func, select

from app.domain.weeks import Week
from app.errors import Refused
from app.store import tables as t
from app.store.demo import put_demo
from app.store.live import Live
from app.store.load import DATA, BadData, is_loaded, load
from app.store.publish import publish
from app.store.spatial.protocol import Filters
from tests.support.desk import ROADS, Desk
from tests.support.zones import prepared

FEBRUARY = datetime(2023, 2, 1, tzinfo=UTC)
MADE = shapely.LineString([(116.43, 35.42), (116.44, 35.42)])


def quiet(_: str) -> None:
    pass


def counts(connection) -> dict[str, int]:
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in t.metadata.tables.items()
    }


def test_loading_again_changes_nothing(both_engines):
    with prepared(both_engines) as (database, _):
        with database.read() as connection:
            before = counts(connection)
            assert is_loaded(connection)
        assert (before["item"], before["town"], before["site"], before["village"]) == (22, 2, 24, 127)
        with database.write() as connection:
            load(connection, None, 5, step=quiet)
        with database.read() as connection:
            assert counts(connection) == before


def test_loading_again_keeps_an_imported_geometry_and_renews_an_illustrative_one(both_engines, tmp_path):
    with prepared(both_engines) as (database, _):
        with database.write() as connection:
            imported = {"geom": MADE, "position": "surveyed", "geom_version": 2}
            connection.execute(t.site.update().where(t.site.c.code == "20-1-01").values(imported))
            kept = {"site_code": "20-1-01", "version": 2, "source": "survey.gpkg", "entered_at": func.now()}
            kept |= {"geom": MADE, "position": "surveyed"}
            connection.execute(t.site_version.insert().values(kept))
        data = tmp_path / "data"
        shutil.copytree(DATA, data)
        roads = data / "sites" / "road.geojson"
        roads.write_text(roads.read_text("utf-8").replace("116.4238398", "116.4238399"), "utf-8")
        with database.write() as connection:
            load(connection, None, 5, data, quiet)
        with database.read() as connection:
            geom = connection.execute(select(t.site.c.geom).where(t.site.c.code == "20-1-01")).scalar_one()
            assert shapely.equals_identical(geom, MADE)
            assert not is_loaded(connection)
            assert is_loaded(connection, data)


def test_loading_again_leaves_a_line_alone_along_which_metres_were_reported(both_engines, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    roads = data / "sites" / "road.geojson"
    roads.write_text(roads.read_text("utf-8").replace("116.4238398", "116.4238399"), "utf-8")
    with prepared(both_engines) as (database, _):
        desk = Desk(database)
        desk.report(ROADS, "20-1-01", sections=[[0, 100]])
        drawn = desk.book().lines["20-1-01"].subject.geom
        with database.write() as connection:
            load(connection, None, 5, data, quiet)
        line = desk.book().lines["20-1-01"]
        assert shapely.equals_identical(line.subject.geom, drawn)
        assert line.built_m == 100


def test_a_site_of_a_private_item_is_never_loaded(fresh_database, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    rooms = data / "sites" / "reading_room.geojson"
    text = rooms.read_text("utf-8").replace('"09-1-01"', '"06-1-01"').replace('"item": 9', '"item": 6', 1)
    rooms.write_text(text, "utf-8")
    with prepared(fresh_database("sqlite")) as (database, _):
        with pytest.raises(BadData, match="more precisely than the town"), database.write() as connection:
            load(connection, None, 5, data, quiet)


def test_the_demonstration_is_put_in_once_and_never_into_real_progress(both_engines):
    with prepared(both_engines) as (database, _):
        with database.write() as connection:
            assert put_demo(connection) == date(2023, 7, 14)
            first = counts(connection)
            put_demo(connection)
            assert counts(connection) == first
            for table in (t.plan, t.report, t.acceptance, t.town_count):
                assert connection.execute(select(func.count()).where(~table.c.sample)).scalar() == 0


def test_real_progress_is_not_mixed_with_the_demonstration(both_engines):
    with prepared(both_engines) as (database, _):
        real = {"subject_code": "20-1-01", "start": date(2023, 3, 1), "end": date(2023, 9, 1)}
        with database.write() as connection:
            connection.execute(t.plan.insert().values(real | {"milestones": [], "entered_at": FEBRUARY}))
        with pytest.raises(Refused), database.write() as connection:
            put_demo(connection)
        with database.read() as connection:
            assert counts(connection)["plan"] == 1


def test_without_progress_every_site_is_unscheduled(both_engines):
    with prepared(both_engines, today=date(2023, 7, 14)) as (database, settings):
        view = Live(database, settings).view
        assert set(view.statuses.values()) == {"unscheduled"}
        assert view.sample is False


def test_a_new_day_renews_the_statuses(both_engines):
    real = {"subject_code": "20-1-01", "start": date(2023, 3, 1), "end": date(2023, 7, 14), "milestones": []}
    with prepared(both_engines, today=date(2023, 7, 14)) as (database, settings):
        with database.write() as connection:
            connection.execute(t.plan.insert().values(real | {"entered_at": FEBRUARY}))
        live = Live(database, settings)
        assert live.view.statuses["20-1-01"] == "lagging"
        first = live.view
        assert live.refresh() is first
        live.settings = settings.model_copy(update={"today": date(2023, 7, 15)})
        assert live.refresh().statuses["20-1-01"] == "overdue"
        assert live.view.version == first.version + 1


def test_a_write_of_another_process_is_taken_over(both_engines):
    with prepared(both_engines, today=date(2023, 7, 14)) as (database, settings):
        live = Live(database, settings)
        old = live.view
        with database.write() as connection:
            connection.execute(t.site.update().where(t.site.c.code == "20-1-01").values(title="改了名"))
            publish(connection, date(2023, 7, 14), settings.tolerance, ["20-1-01"])
        assert b"\xe6\x94\xb9\xe4\xba\x86\xe5\x90\x8d" not in page(old)
        assert "改了名".encode() in page(live.refresh())


def test_statuses_depend_only_on_what_was_entered_by_then(both_engines):
    with prepared(both_engines, demo=True) as (database, settings):
        live = Live(database, settings)
        assert live.as_of_week(Week(2023, 25)).statuses["03-1-01"] == "completed"
        assert live.as_of_week(Week(2023, 26)).statuses["03-1-01"] == "accepted"
        assert live.as_of_week(Week(2022, 52)).statuses["20-1-01"] == "unscheduled"
        assert live.as_of_week(Week(2023, 28)) is live.view


def page(view) -> bytes:
    return view.reads.page(None, Filters(), 100, None, "zh", "EPSG:4326").features
