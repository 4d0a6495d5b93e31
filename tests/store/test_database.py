"""Tables on both engines: migrations, transactions, schemas, and what a GIS client sees."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime

import psycopg
import pytest
import shapely
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.store import tables as t
from app.store.database import Database
from app.store.live import Live
from app.store.migrate import is_current, unguarded, upgrade
from tests.support.generated import DAY
from tests.support.pgroles import address, login, name_of, role
from tests.support.zones import prepared, settings_for


def test_migrations_make_exactly_the_tables(both_engines):
    database = Database(settings_for(both_engines))
    assert not is_current(database)
    upgrade(database)
    upgrade(database)
    assert is_current(database)
    with database.read() as connection:
        if database.is_postgres:
            connection.execute(text(f'SET LOCAL search_path TO "{database.schema}", public'))
            connection.dialect.default_schema_name = database.schema
        own = {"include_name": lambda name, kind, _: kind != "table" or name in t.metadata.tables}
        differences = compare_metadata(MigrationContext.configure(connection, opts=own), t.metadata)
    if not database.is_postgres:  # SQLite has no spatial index
        differences = [d for d in differences if not (d[0] == "add_index" and d[1].name.endswith("_gist"))]
    assert differences == []
    database.close()


def test_a_failed_write_leaves_nothing(both_engines):
    with prepared(both_engines) as (database, _):

        def insert_and_fail() -> None:
            with database.write() as connection:
                connection.execute(t.unit.insert().values(code="x", name="x", name_en="x"))
                raise RuntimeError

        with pytest.raises(RuntimeError):
            insert_and_fail()
        with database.read() as connection:
            assert connection.execute(select(func.count()).where(t.unit.c.code == "x")).scalar() == 0


def test_a_geometry_comes_back_as_it_went_in(both_engines):
    shapes = [
        shapely.Point(116.4123457, 35.4),
        shapely.LineString([(116.4, 35.4), (116.41, 35.41)]),
        shapely.box(116.4, 35.4, 116.5, 35.5).difference(shapely.box(116.42, 35.42, 116.43, 35.43)),
        shapely.MultiLineString([[(116.4, 35.4), (116.41, 35.41)], [(116.5, 35.4), (116.41, 35.41)]]),
    ]
    with prepared(both_engines) as (database, _):
        for shape in shapes:
            with database.write() as connection:
                connection.execute(t.site.update().where(t.site.c.code == "20-1-01").values(geom=shape))
            with database.read() as connection:
                row = connection.execute(select(t.site).where(t.site.c.code == "20-1-01")).one()
            assert shapely.equals_identical(row.geom, shape)
            assert row.updated_at.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(both_engines):
    naive = t.site.update().values(updated_at=datetime(2023, 7, 14))  # noqa: DTZ001
    with prepared(both_engines) as (database, _), database.write() as connection:
        with pytest.raises(Exception, match="time zone"):
            connection.execute(naive)


def test_sqlite_keeps_acknowledged_writes(fresh_database):
    with prepared(fresh_database("sqlite")) as (database, _), database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_two_zones_live_in_one_postgresql(fresh_database):
    place = fresh_database("postgis")
    with prepared(place, schema_name="zone_a") as (a, _), prepared(place, schema_name="zone_b") as (b, _):
        with a.write() as connection:
            connection.execute(t.zone.update().values(name="甲区"))
        with b.read() as connection:
            assert connection.execute(select(t.zone.c.name)).scalar() == "济宁经济技术开发区"


def test_the_tables_need_no_privilege_to_create_once_the_schema_is_there(fresh_database):
    """Least privilege: an administrator makes schema, extension and role, a login owns just its schema."""
    place = fresh_database("postgis")
    with role(place) as name, login(place, of=name) as owner:
        with psycopg.connect(address(place), autocommit=True) as admin:
            admin.execute(f"CREATE SCHEMA minsheng AUTHORIZATION {name_of(owner)}".encode())
        with prepared(owner, app_role=name) as (database, _):
            assert is_current(database)
            assert unguarded(database) is None


def test_gdal_sees_real_geometry_columns_with_spatial_indexes(fresh_database):
    """What QGIS shows: typed layers in WGS 84 with the status beside them."""
    place = fresh_database("postgis")
    with prepared(place, today=DAY) as (database, settings):
        Live(database, settings)
        address = "PG:" + place.url.replace("postgresql+psycopg", "postgresql")
        told = subprocess.run(
            ["ogrinfo", "-so", address, "minsheng.published_site"], check=True, capture_output=True, text=True
        ).stdout
        assert "Feature Count: 24" in told
        assert 'ID["EPSG",4326]' in told
        assert re.search(r"^Geometry Column( NOT NULL)? = geom$", told, re.MULTILINE)
        assert "status_zh: String" in told
        with database.read() as connection:
            found = connection.execute(
                text(
                    "SELECT tablename FROM pg_indexes "
                    "WHERE schemaname = 'minsheng' AND indexdef LIKE '%USING gist%'"
                )
            ).scalars()
            assert set(found) == {
                *("zone", "town", "road", "served_place"),
                *("site", "site_version", "published_site"),
            }


def test_the_database_itself_refuses_places_of_private_items(both_engines):
    from app.domain.privacy import WITHHELD_ITEMS

    with prepared(both_engines) as (database, _):
        for item in WITHHELD_ITEMS:
            move = t.site.update().where(t.site.c.code == "09-1-01").values(item_no=item)
            with pytest.raises(IntegrityError, match="no_private_places"), database.write() as connection:
                connection.execute(move)
