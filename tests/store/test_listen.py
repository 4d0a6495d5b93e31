"""Hearing of other processes' writes: messages come with the commit, and to the own schema only."""

from __future__ import annotations

import select
import sqlite3

import psycopg
import pytest
from sqlalchemy import text

from app.settings import Settings
from app.store import tables as t
from app.store.database import Database
from app.store.listen import FileWatch, Listener, announce
from app.store.weeks import first_week
from tests.support.databases import Storage, server_url
from tests.support.desk import ROADS, Desk
from tests.support.zones import prepared


@pytest.fixture
def postgres(fresh_database) -> Storage:
    return fresh_database("postgis")


CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = %s AND query LIKE 'LISTEN%%'
"""


def heard(listener: Listener, seconds: float = 5.0) -> list[int]:
    """What comes within so many seconds, at the latest."""
    readable, _, _ = select.select([listener.fileno], [], [], seconds)
    return listener.heard() if readable else []


def heard_twenty_times(listener: Listener) -> None:
    for _ in range(20):
        heard(listener, 1)


def version(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(t.zone.select()).one().version


def test_a_report_is_announced_with_its_version(postgres):
    with prepared(postgres) as (database, _):
        listener = Listener(database)
        assert heard(listener, 0.2) == []
        Desk(database).report(ROADS, "20-2-02", percent=30)
        assert heard(listener) == [version(database)]
        listener.close()


def test_nothing_is_announced_before_the_commit_nor_after_a_rollback(postgres):
    with prepared(postgres) as (database, _):
        listener = Listener(database)
        with database.engine.connect() as connection:
            announce(connection)
            assert heard(listener, 0.3) == []
            connection.rollback()
        assert heard(listener, 0.3) == []
        with database.write() as connection:
            announce(connection)
        assert heard(listener) == [version(database)]
        listener.close()


def test_zones_in_one_database_hear_only_of_themselves(postgres):
    with prepared(postgres) as (database, _), prepared(postgres, schema_name="other_zone") as (other, _):
        listener, theirs = Listener(database), Listener(other)
        with other.write() as connection:
            announce(connection)
        assert heard(theirs) == [version(other)]
        assert heard(listener, 0.3) == []
        listener.close()
        theirs.close()


def test_a_cut_is_an_error_and_not_silence(postgres):
    with prepared(postgres) as (database, _):
        listener = Listener(database)
        with psycopg.connect(server_url(), autocommit=True) as admin:
            name = postgres.url.rsplit("/", 1)[1]
            admin.execute(CUT, [name])
        with pytest.raises(psycopg.OperationalError):
            heard_twenty_times(listener)
        listener.close()


def test_a_look_at_the_file_tells_whether_another_connection_wrote(fresh_database):
    with prepared(fresh_database("sqlite")) as (database, settings):
        watch = FileWatch(database)
        assert not watch.changed()
        with database.read() as connection:
            connection.execute(text("SELECT 1 FROM zone"))
        assert not watch.changed()
        other = Database(Settings(database_url=settings.database_url, data=settings.data))
        Desk(other).report(ROADS, "20-2-02", percent=30)
        other.close()
        assert watch.changed()
        assert not watch.changed()
        with database.engine.connect() as connection:
            connection.execute(t.zone.update().values(version=99))
            connection.rollback()
        assert not watch.changed(), "a rollback is no change"
        watch.close()
        with pytest.raises(sqlite3.Error):
            watch.changed()


def test_the_first_week_is_that_of_the_first_entry(both_engines):
    with prepared(both_engines) as (database, _):
        desk = Desk(database)
        with database.read() as connection:
            assert first_week(connection) is None
        desk.report(ROADS, "20-2-02", percent=30)
        first = desk.week
        desk.pass_days(21)
        desk.report(ROADS, "20-2-02", percent=60)
        with database.read() as connection:
            assert first_week(connection) == first
