"""Nobody rewrites the ledger: tried past the application, with SQLite's own client and through our sessions.

PostgreSQL's turn is in test_app_role.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError

from app.store import tables as t
from app.store.database import Database
from app.store.migrate import unguarded, upgrade
from tests.support.databases import storage
from tests.support.rows import everything, one_of_each
from tests.support.zones import prepared

REPORT = "rowid, id, subject_code, week_monday, percent, entered_at"
VERSION = 'site_code, version, "position", source, entered_at, geom'
CHANGE = 'id, at, "by", role, action, entered_at'
USED = "00000000-0000-4000-8000-0000000000"


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Iterator[dict[str, Database]]:
    """A loaded zone on each engine with a row in every append-only table."""
    with ExitStack() as stack:
        found = {}
        for engine in ("sqlite", "postgis"):
            place = stack.enter_context(storage(engine, tmp_path_factory.mktemp(engine)))
            database, _ = stack.enter_context(prepared(place))
            with database.write() as connection:  # the application role itself inserts
                one_of_each(connection)
            found[engine] = database
        yield found


@pytest.fixture
def untouched(filled):
    """After the test the ledger holds just what it held before."""

    def held() -> dict[str, dict]:
        result = {}
        for engine, database in filled.items():
            with database.read() as connection:
                result[engine] = everything(connection)
        return result

    before = held()
    assert all(rows for tables in before.values() for rows in tables.values())
    yield
    assert held() == before


def raw(filled) -> sqlite3.Connection:
    """The file as any other program opens it: none of our pragmas, foreign keys off."""
    return sqlite3.connect(filled["sqlite"].url.database, isolation_level=None)


def columns_of(name: str) -> str:
    return ", ".join(f'"{column.name}"' for column in t.metadata.tables[name].columns)


@pytest.mark.parametrize("name", t.APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET entered_at = '2023-01-01 00:00:00'",
        "UPDATE OR REPLACE {table} SET rowid = rowid + 1",
        "UPDATE OR IGNORE {table} SET entered_at = entered_at",
        "DELETE FROM {table}",
        "DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET entered_at = 'x'",
    ],
)
def test_sqlite_refuses_every_way_of_changing_a_row(filled, untouched, name, statement):
    with closing(raw(filled)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match=r"只增不改.*append-only"):
            connection.execute(statement.format(table=f'"{name}"', columns=columns_of(name)))


@pytest.mark.parametrize(
    ("name", "columns", "values"),
    [
        # another key, but the rowid of a row that is there
        ("report", REPORT, "1, 'n', '20-1-01', 'x', 1, 'x'"),
        ("site_version", f"rowid, {VERSION}", "1, 's', 9, '', '', '', ''"),
        # another key, but what else must be unique
        ("change", f"request_id, {CHANGE}", f"'{USED}01', 99, 'x', 'x', 'x', 'x', 'x'"),
        ("report", REPORT.replace("rowid", "corrects"), f"'{USED}02', 'n', '20-1-01', 'x', 1, 'x'"),
        # and nobody takes the rowid that stands for none
        ("report", REPORT, "-1, 'n', '20-1-01', 'x', 1, 'x'"),
    ],
)
def test_sqlite_refuses_a_replacement_in_disguise(filled, untouched, name, columns, values):
    with closing(raw(filled)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(f'INSERT OR REPLACE INTO "{name}" ({columns}) VALUES ({values})')


def test_sqlite_takes_new_rows_as_before(filled):
    with closing(raw(filled)) as connection:
        connection.execute("BEGIN")
        for number in range(3):
            connection.execute(
                "INSERT INTO report (id, subject_code, week_monday, percent, entered_at) "
                "VALUES (?, '20-1-01', '2023-07-17', 50, '2023-07-18 00:00:00')",
                [f"new-{number}"],
            )
            connection.execute(
                'INSERT INTO plan (subject_code, start, "end", milestones, entered_at) '
                "VALUES ('20-1-01', '2023-03-01', '2023-09-01', '[]', '2023-07-18 00:00:00')"
            )
        connection.execute("ROLLBACK")


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER append_only_report_update",
        "DROP TABLE photo",
        "ALTER TABLE report ADD COLUMN x",
        "ALTER TABLE report RENAME TO other",
        "CREATE TRIGGER x AFTER INSERT ON report BEGIN SELECT 1; END",
        "CREATE TABLE other (x)",
        "PRAGMA writable_schema = ON",
    ],
)
def test_sqlite_sessions_of_the_service_cannot_alter(filled, untouched, statement):
    database = filled["sqlite"]
    with pytest.raises(DatabaseError, match="not authorized"), database.write() as connection:
        connection.exec_driver_sql(statement)


def test_sqlite_without_its_triggers_is_not_served(fresh_database):
    with prepared(fresh_database("sqlite")) as (database, _):
        assert unguarded(database) is None
        with closing(sqlite3.connect(database.url.database)) as connection:
            connection.execute("DROP TRIGGER append_only_report_delete")
            connection.execute("DROP TRIGGER append_only_plan_insert")
            connection.execute(
                "CREATE TRIGGER append_only_plan_insert BEFORE INSERT ON plan BEGIN SELECT 1; END"
            )
        fault = unguarded(database)
        assert fault is not None
        assert "plan, report" in fault.en
        upgrade(database)
        assert unguarded(database) is None


@pytest.mark.parametrize("name", t.APPEND_ONLY)
@pytest.mark.parametrize("engine", ["sqlite", "postgis"])
def test_the_application_itself_cannot(filled, untouched, engine, name):
    database = filled[engine]
    table = t.metadata.tables[name]
    refusal = IntegrityError if engine == "sqlite" else ProgrammingError
    for statement in (table.update().values(entered_at=table.c.entered_at), table.delete()):
        with pytest.raises(refusal, match=r"只增不改|permission denied"), database.write() as connection:
            connection.execute(statement)
