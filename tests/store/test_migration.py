"""From the first tables to the present ones with data in them, on both engines; and a migration that dies."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import DBAPIError

from app.store import tables as t
from app.store.database import Database
from app.store.geometry import ShapelyGeometry
from app.store.migrate import is_current, migrations, unguarded, upgrade
from app.store.moments import UtcDateTime
from app.store.subjects import renew_subjects
from tests.support.databases import Storage
from tests.support.server import ROOT
from tests.support.zones import settings_for

LINE = shapely.LineString([(116.4, 35.4), (116.41, 35.41)])
LONGER = shapely.LineString([(116.4, 35.4), (116.42, 35.42)])
TOWN = "370829104"
MOMENT = datetime(2023, 7, 14, 2, 30, tzinfo=UTC)

# What revision 0001 had where the present tables differ.
old = sa.MetaData()
_site_code = lambda: sa.Column("site_code", sa.String(16))  # noqa: E731
old_plan = sa.Table(
    "plan",
    old,
    sa.Column("id", sa.BigInteger, primary_key=True),
    _site_code(),
    sa.Column("start", sa.Date),
    sa.Column("end", sa.Date),
    sa.Column("milestones", sa.JSON),
    sa.Column("entered_on", sa.Date),
    sa.Column("sample", sa.Boolean),
)
old_report = sa.Table(
    "report",
    old,
    sa.Column("id", sa.String(36), primary_key=True),
    _site_code(),
    sa.Column("week_monday", sa.Date),
    sa.Column("percent", sa.Float),
    sa.Column("suspended_reason", sa.Text),
    sa.Column("text", sa.Text),
    sa.Column("entered_at", UtcDateTime),
    sa.Column("sample", sa.Boolean),
)
old_acceptance = sa.Table(
    "acceptance",
    old,
    sa.Column("id", sa.BigInteger, primary_key=True),
    _site_code(),
    sa.Column("accepted_on", sa.Date),
    sa.Column("accepted_by", sa.Text),
    sa.Column("sample", sa.Boolean),
)
old_site_version = sa.Table(
    "site_version",
    old,
    _site_code(),
    sa.Column("version", sa.Integer),
    sa.Column("position", sa.String(16)),
    sa.Column("source", sa.Text),
    sa.Column("entered_at", UtcDateTime),
    sa.Column("geom", ShapelyGeometry()),
)

# Task, its targets (title, made up by kinds, part of), and whether figures are reported for it itself.
TASKS = {
    1: ([("道路", ["road"], None)], False),
    2: ([("户数", [], None)], True),
    3: ([], False),
    4: ([("总数", [], None), ("甲", [], "总数"), ("乙", [], "总数")], True),
    5: ([("总数", [], None), ("道路", ["road"], "总数")], False),
    6: ([("道路", ["road"], None), ("户数", [], None)], True),
}
PLANS = [
    (1, "20-1-01", date(2023, 3, 1), date(2023, 9, 30), [["2023-06-01", 40]], date(2023, 1, 16), True),
    (2, "20-1-02", date(2023, 4, 1), date(2023, 8, 31), [], date(2023, 1, 16), False),
    (5, "20-1-01", date(2023, 3, 1), date(2023, 10, 31), [], date(2023, 5, 4), False),
]
REPORTS = [
    ("r-1", "20-1-01", date(2023, 7, 3), 30.5, None, None, MOMENT, True),
    ("r-2", "20-1-01", date(2023, 7, 10), 35.0, "等待迁改", "管线", MOMENT, False),
    ("r-3", "20-1-02", date(2023, 7, 10), 100.0, None, None, MOMENT, False),
]
ACCEPTANCES = [(3, "20-1-02", date(2023, 7, 13), "督查指挥部", True)]
VERSIONS = [
    ("20-1-01", 1, "illustrative", "data/sites/roads.geojson", MOMENT, LINE),
    ("20-1-01", 2, "surveyed", "survey.gpkg", MOMENT, LONGER),
    ("20-1-02", 1, "illustrative", "data/sites/roads.geojson", MOMENT, LINE),
]


def at_0001(place: Storage) -> Database:
    """A database as the first release left it, with data."""
    database = Database(settings_for(place))
    with database.owning() as connection:
        if database.is_postgres:
            connection.exec_driver_sql("CREATE SCHEMA minsheng")
        command.upgrade(migrations(connection, database.schema), "0001")
        put = connection.execute
        put(t.programme.insert().values(year=2023, title="民生实事", title_en="Projects"))
        put(t.unit.insert().values(code="jianshe", name="建设局", name_en="Construction"))
        put(t.item.insert().values(no=20, year=2023, title="道路", title_en="Roads"))
        town = {"code": TOWN, "name": "马集镇", "name_en": "Maji", "position": "illustrative"}
        put(t.town.insert().values(town | {"geom": shapely.box(116.3, 35.3, 116.5, 35.5)}))
        kind = {"code": "road", "ord": 0, "zh": "道路", "en": "road", "geometry": ["LineString"]}
        put(t.kind.insert().values(kind | {"measure": "length", "pictogram": "road"}))
        for no, (targets, _) in TASKS.items():
            task = {"item_no": 20, "no": no, "title": f"任务{no}", "title_en": f"Task {no}"}
            put(t.task.insert().values(task | {"on_map": "located"}))
            for ord, (title, kinds, part_of) in enumerate(targets):
                row = {"item_no": 20, "task_no": no, "ord": ord, "title": title, "title_en": title}
                put(
                    t.target.insert().values(
                        row | {"comparator": "exact", "kinds": kinds, "part_of": part_of}
                    )
                )
        for code in ("20-1-01", "20-1-02"):
            site = {
                "code": code,
                "item_no": 20,
                "task_no": 1,
                "kind": "road",
                "title": code,
                "title_en": code,
            }
            site |= {"town_code": TOWN, "lead_unit": "jianshe", "position": "illustrative", "geom": LINE}
            put(t.site.insert().values(site | {"updated_at": MOMENT}))
        old_rows = ((old_plan, PLANS), (old_report, REPORTS), (old_acceptance, ACCEPTANCES))
        for table, rows in (*old_rows, (old_site_version, VERSIONS)):
            for row in rows:
                put(table.insert().values(dict(zip(table.columns.keys(), row, strict=True))))
        if database.is_postgres:  # as if the rows had been numbered by the database
            connection.exec_driver_sql("SELECT setval('minsheng.plan_id_seq', 5)")
            connection.exec_driver_sql("SELECT setval('minsheng.acceptance_id_seq', 3)")
    return database


def shape_of(database: Database) -> list[tuple]:
    """Tables, columns, indexes, constraints and all rows of the changed tables, as the database tells."""
    with database.owning() as connection:
        if not database.is_postgres:
            found = list(
                connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master ORDER BY name")
            )
        else:
            found = list(
                connection.exec_driver_sql(
                    "SELECT table_name, column_name, data_type, is_nullable, column_default"
                    " FROM information_schema.columns WHERE table_schema = 'minsheng' ORDER BY 1, 2"
                )
            ) + list(
                connection.exec_driver_sql(
                    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                    " WHERE connamespace = 'minsheng'::regnamespace ORDER BY 1, 2"
                )
            )
        for table in (old_plan, old_report, old_acceptance, old_site_version):
            found += list(connection.execute(sa.select(table).order_by(*list(table.c)[:2])))
        return [tuple(row) for row in found]


@pytest.fixture
def migrated(both_engines):
    database = at_0001(both_engines)
    assert not is_current(database)
    upgrade(database)
    yield database
    database.close()


def rows(database: Database, table: sa.Table, *names: str) -> list[tuple]:
    with database.read() as connection:
        query = sa.select(*(table.c[name] for name in names)).order_by(*(table.c[name] for name in names[:2]))
        return [tuple(row) for row in connection.execute(query)]


def test_every_row_is_kept(migrated):
    def midnight(day: date) -> datetime:  # in the zone, which is 8 hours ahead
        return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)

    assert is_current(migrated)
    assert unguarded(migrated) is None
    assert rows(
        migrated, t.plan, "id", "subject_code", "start", "end", "milestones", "entered_at", "sample"
    ) == [(*row[:5], midnight(row[5]), row[6]) for row in PLANS]
    assert rows(migrated, t.plan, "id", "weight", "target_weights", "reason", "change_id") == [
        (row[0], 1.0, {}, None, None) for row in PLANS
    ]
    first = (
        "id",
        "subject_code",
        "week_monday",
        "percent",
        "suspended_reason",
        "text",
        "entered_at",
        "sample",
    )
    added = ("figures", "sections", "geom_version", "corrects", "reason", "change_id")
    assert rows(migrated, t.report, *first, *added) == [(*row, *[None] * 6) for row in REPORTS]
    columns = (
        "id",
        "subject_code",
        "accepted_on",
        "accepted_by",
        "sample",
        "accepted",
        "reason",
        "entered_at",
    )
    assert rows(migrated, t.acceptance, *columns) == [
        (*row, True, None, midnight(row[2])) for row in ACCEPTANCES
    ]
    columns = ("site_code", "version", "position", "source", "entered_at", "geom", "change_id")
    assert rows(migrated, t.site_version, *columns) == [(*row, None) for row in VERSIONS]


def test_every_site_and_task_is_a_subject(migrated):
    columns = ("code", "item_no", "task_no", "site_code", "reported")
    sites = [(code, 20, 1, code, True) for code in ("20-1-01", "20-1-02")]
    tasks = [(f"20-{no}", 20, no, None, reported) for no, (_, reported) in TASKS.items()]
    assert rows(migrated, t.subject, *columns) == sorted(sites + tasks)
    with migrated.write() as connection:
        renew_subjects(connection)  # what loading makes is the same
    assert rows(migrated, t.subject, *columns) == sorted(sites + tasks)


def test_the_rules_of_the_tables_hold_after_the_change(migrated):
    plan = {"subject_code": "20-1-01", "start": date(2023, 3, 1), "end": date(2023, 9, 30)}
    plan |= {"milestones": [], "entered_at": MOMENT}
    report = {"id": "r-9", "subject_code": "20-1-01", "week_monday": date(2023, 7, 17), "percent": 1}
    report |= {"entered_at": MOMENT}
    for table, row in (
        (t.plan, plan | {"end": date(2023, 2, 1)}),
        (t.plan, plan | {"weight": 0}),
        (t.plan, plan | {"subject_code": "no-such"}),
        (t.plan, plan | {"change_id": 77}),
        (t.report, report | {"percent": 100.5}),
        (t.report, report | {"subject_code": "no-such"}),
        (t.report, report | {"corrects": "no-such"}),
        (t.report, report | {"id": "r-1"}),
    ):
        with pytest.raises(DBAPIError, match=r"(?i)constraint|append-only"), migrated.write() as connection:
            connection.execute(table.insert().values(row))
    with migrated.write() as connection:
        (made,) = connection.execute(t.plan.insert().values(plan)).inserted_primary_key
        assert made > 5  # numbering goes on
        connection.execute(t.report.insert().values(report | {"corrects": "r-2", "reason": "更正"}))
        accepted = {"subject_code": "20-1-01", "accepted_on": date(2023, 7, 14), "accepted_by": "x"}
        connection.execute(t.acceptance.insert().values(accepted | {"entered_at": MOMENT}))
    assert [row[0] for row in rows(migrated, t.acceptance, "id", "accepted")] == [3, 4]
    if not migrated.is_postgres:
        with migrated.read() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


DIES = """
import os, sys
from app.settings import Settings
from app.store import grants, triggers
from app.store.database import Database
from app.store.migrate import upgrade
triggers.put = grants.grant = lambda *_: os._exit(9)  # all tables are changed, nothing is committed
upgrade(Database(Settings()))
"""


def test_a_migration_that_dies_leaves_the_database_as_it_was(both_engines):
    database = at_0001(both_engines)
    before = shape_of(database)
    environment = dict(both_engines.env)
    ended = subprocess.run([sys.executable, "-c", DIES], cwd=ROOT, env=environment, check=False)
    assert ended.returncode == 9
    assert shape_of(database) == before
    assert not is_current(database)
    upgrade(database)
    assert is_current(database)
    database.close()
