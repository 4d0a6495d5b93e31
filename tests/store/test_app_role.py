"""Nobody rewrites the ledger on PostgreSQL: tried with its own client as the role and as its members."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError

from app.errors import Refused
from app.store import tables as t
from app.store.database import Database
from app.store.migrate import is_current, unguarded, upgrade
from tests.support.databases import Storage, storage
from tests.support.pgroles import address, forget, login, name_of, role
from tests.support.rows import everything, one_of_each
from tests.support.server import ROOT, clean_environment
from tests.support.zones import prepared, settings_for

ROLE = "minsheng_app"


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Iterator[tuple[Storage, Database]]:
    """A loaded zone with a row in every append-only table."""
    with storage("postgis", tmp_path_factory.mktemp("postgis")) as place:
        with prepared(place) as (database, _):
            with database.write() as connection:
                one_of_each(connection)
            yield place, database


@pytest.fixture
def untouched(filled):
    """After the test the ledger holds just what it held before."""

    def held() -> dict:
        with filled[1].read() as connection:
            return everything(connection)

    before = held()
    assert all(before.values())
    yield
    assert held() == before


WAYS = [
    "UPDATE {table} SET entered_at = now()",
    "UPDATE {table} SET entered_at = entered_at WHERE false",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE false",
    "TRUNCATE {table} CASCADE",
    "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET entered_at = now()",
    "MERGE INTO {table} a USING {table} b ON a.entered_at = b.entered_at WHEN MATCHED THEN DELETE",
    "SELECT * FROM {table} FOR UPDATE",
    "ALTER TABLE {table} DROP COLUMN entered_at",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "DROP TABLE {table} CASCADE",
    "CREATE TRIGGER x BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE x AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE TABLE minsheng.other (x int REFERENCES {table})",
]


@pytest.fixture(scope="module")
def member(filled) -> Iterator[Storage]:
    """A login that is a member of the application role, as an administrator would make for the service."""
    with login(filled[0], of=ROLE) as made:
        yield made


def attempt(connection: psycopg.Connection, name: str, statement: str) -> None:
    key = ", ".join(f'"{column.name}"' for column in t.metadata.tables[name].primary_key.columns)
    connection.execute(statement.format(table=f"minsheng.{name}", key=key).encode())


@pytest.mark.parametrize("name", t.APPEND_ONLY)
@pytest.mark.parametrize("way", WAYS)
def test_postgresql_refuses_every_way_of_changing_a_row(filled, member, untouched, name, way):
    place, _ = filled
    with psycopg.connect(address(place), autocommit=True) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(ROLE)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attempt(connection, name, way)
    with psycopg.connect(address(member), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # by membership alone
            attempt(connection, name, way)
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(ROLE)))
        connection.execute("RESET ROLE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attempt(connection, name, way)


@pytest.mark.parametrize("name", t.APPEND_ONLY)
def test_a_member_of_the_role_cannot_give_itself_more(member, untouched, name):
    with psycopg.connect(address(member), autocommit=True) as connection:
        connection.execute(f"GRANT ALL ON minsheng.{name} TO CURRENT_USER".encode())  # only a warning
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attempt(connection, name, "DELETE FROM {table}")


@pytest.mark.parametrize(
    "trick",
    [
        "SET ROLE {owner}",
        "SET SESSION AUTHORIZATION {owner}",
        "SELECT set_config('role', '{owner}', false)",
        "GRANT {owner} TO {login}",
        "ALTER ROLE {role} SUPERUSER",
        "ALTER ROLE {login} CREATEROLE",
        "GRANT pg_write_all_data TO {login}",
        "SET session_replication_role = replica",
        "UPDATE pg_catalog.pg_class SET relowner = 0",
        "UPDATE minsheng.alembic_version SET version_num = '0001'",
        "DELETE FROM minsheng.alembic_version",
        "CREATE EXTENSION adminpack",
        "ALTER SCHEMA minsheng RENAME TO other",
    ],
)
def test_a_member_of_the_role_becomes_nobody_else(filled, member, untouched, trick):
    names = {"owner": name_of(filled[0]), "login": name_of(member), "role": ROLE}
    with psycopg.connect(address(member), autocommit=True) as connection:
        for first in ("RESET ROLE", f"SET ROLE {ROLE}"):
            connection.execute(first.encode())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(trick.format(**names).encode())


def test_postgresql_sessions_of_the_service_work_as_the_role(filled, untouched):
    _, database = filled
    asked = text("SELECT current_user::text")
    with database.read() as connection:
        assert connection.execute(asked).scalar() == ROLE
    with database.write() as connection:
        assert connection.execute(asked).scalar() == ROLE
    assert database.statements.rows("SELECT current_user::text", {}) == [(ROLE.encode(),)]
    with pytest.raises(ProgrammingError, match="must be owner"), database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE minsheng.report ADD COLUMN x int")


def test_a_role_taken_on_connecting_outlives_a_rollback(filled):
    _, database = filled
    for _ in range(3):
        with pytest.raises(ProgrammingError), database.write() as connection:
            connection.exec_driver_sql("SELECT no_such_column")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT current_user::text").scalar() == ROLE


def test_what_an_owner_could_still_do(filled):
    """The limit of it (decision 009): a login that owns the tables gets its rights back with RESET ROLE.

    Which is why a service in earnest signs in as a mere member of the role.
    """
    place, _ = filled
    with psycopg.connect(address(place)) as connection:
        connection.execute(f"SET ROLE {ROLE}".encode())
        connection.execute("RESET ROLE")
        connection.execute("DELETE FROM minsheng.photo")
        connection.rollback()


def test_a_mere_member_loads_prepares_and_serves(filled, member, server):
    running = server(on=member, MINSHENG_TODAY="2023-07-14")  # serve --prepare
    with urllib.request.urlopen(f"{running.url}/api/sites") as answer:
        assert len(json.load(answer)["features"]) == 24
    ended = subprocess.run(
        [sys.executable, "-m", "app", "load"],
        cwd=ROOT,
        env={**clean_environment(), **member.env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def test_a_mere_member_adds_to_the_ledger(filled, member):
    database = Database(settings_for(member))
    assert is_current(database)
    assert unguarded(database) is None
    with database.write() as connection:
        connection.execute(
            insert(t.report).values(
                id="by-a-member",
                subject_code="20-1-01",
                week_monday=date(2023, 7, 10),
                percent=50,
                entered_at=datetime(2023, 7, 14, tzinfo=UTC),
            )
        )
    database.close()


def test_a_mere_member_is_told_who_must_upgrade(fresh_database):
    place = fresh_database("postgis")
    with role(place) as name, prepared(place, app_role=name), login(place, of=name) as web:
        with psycopg.connect(address(place), autocommit=True) as admin:
            admin.execute("UPDATE minsheng.alembic_version SET version_num = '0002'")
        database = Database(settings_for(web, app_role=name))
        assert not is_current(database)
        with pytest.raises(Refused, match="as the login that owns them"):
            upgrade(database)
        database.close()


def test_serve_does_not_start_where_the_ledger_could_be_rewritten(fresh_database):
    place = fresh_database("postgis")
    with role(place) as name, prepared(place, app_role=name):
        with psycopg.connect(address(place), autocommit=True) as admin:
            admin.execute(sql.SQL("GRANT DELETE ON minsheng.plan TO {}").format(sql.Identifier(name)))
        ended = subprocess.run(
            [sys.executable, "-m", "app", "serve", "--port", "0"],
            cwd=ROOT,
            env={**clean_environment(), **place.env, "MINSHENG_APP_ROLE": name},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert (
        "不会这样启动" in ended.stderr and "could change or delete rows of the ledger (plan)" in ended.stderr
    )


def test_the_role_is_made_by_whoever_may(fresh_database):
    place = fresh_database("postgis")
    name = "test_role_made_by_init"
    try:
        with prepared(place, app_role=name) as (database, _):
            upgrade(database)  # again: nothing changes, nothing fails
            assert unguarded(database) is None
            with database.read() as connection:
                assert connection.exec_driver_sql("SELECT current_user::text").scalar() == name
                found = connection.exec_driver_sql(
                    f"SELECT rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = '{name}'"
                )
                assert tuple(found.one()) == (False, False, False)
    finally:
        forget(place, name)


def test_init_says_what_an_administrator_must_run(fresh_database):
    """A login that may make its schema but no roles."""
    place = fresh_database("postgis")
    name = "test_role_made_by_admin"
    with login(place) as owner:
        with psycopg.connect(address(place), autocommit=True) as admin:
            admin.execute(
                f"GRANT CREATE ON DATABASE {place.url.rsplit('/', 1)[1]} TO {name_of(owner)}".encode()
            )
        database = Database(settings_for(owner, app_role=name))
        try:
            with pytest.raises(Refused) as told:
                upgrade(database)
            todo = f'CREATE ROLE "{name}" NOLOGIN; GRANT "{name}" TO "{name_of(owner)}";'
            assert todo in told.value.en and todo in told.value.zh
            with psycopg.connect(address(place), autocommit=True) as admin:
                assert not admin.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'minsheng'").fetchone()
                admin.execute(todo.encode())
            upgrade(database)
            assert is_current(database)
            assert unguarded(database) is None
        finally:
            database.close()
            forget(place, name)


def test_a_login_that_is_no_member_is_told_so(filled):
    place, _ = filled
    with login(place) as stranger:
        database = Database(settings_for(stranger))
        with pytest.raises(Refused, match=f'GRANT "{ROLE}" TO "{name_of(stranger)}";'), database.read():
            pass
        database.close()


def test_a_role_that_could_rewrite_is_not_served(fresh_database):
    place = fresh_database("postgis")
    with role(place) as name, prepared(place, app_role=name) as (database, _):
        assert unguarded(database) is None
        for given, taken in (
            *(
                (
                    f"GRANT {right} ON minsheng.report TO {whom}",
                    f"REVOKE {right} ON minsheng.report FROM {whom}",
                )
                for right in ("UPDATE", "UPDATE (percent)", "DELETE", "TRUNCATE", "TRIGGER")
                for whom in ("{}", "PUBLIC")
            ),
            ("GRANT pg_write_all_data TO {}", "REVOKE pg_write_all_data FROM {}"),
            ("ALTER ROLE {} SUPERUSER", "ALTER ROLE {} NOSUPERUSER"),
            ("ALTER ROLE {} CREATEROLE", "ALTER ROLE {} NOCREATEROLE"),
        ):
            with psycopg.connect(address(place), autocommit=True) as admin:
                admin.execute(sql.SQL(given).format(sql.Identifier(name)))
                fault = unguarded(database)
                assert fault is not None and "report" in fault.en and name in fault.zh, given
                admin.execute(sql.SQL(taken).format(sql.Identifier(name)))
                assert unguarded(database) is None, taken


def test_the_login_itself_cannot_be_the_role(fresh_database):
    place = fresh_database("postgis")
    database = Database(settings_for(place, app_role=name_of(place)))
    with pytest.raises(Refused, match="must not be the login"):
        upgrade(database)
    database.close()


def test_privileges_that_got_lost_are_told_and_given_again(fresh_database):
    place = fresh_database("postgis")
    with role(place) as name, prepared(place, app_role=name) as (database, _):
        with psycopg.connect(address(place), autocommit=True) as admin:
            admin.execute(sql.SQL("REVOKE INSERT ON minsheng.report FROM {}").format(sql.Identifier(name)))
            admin.execute("CREATE TABLE minsheng.somebody_elses (x int)")
        fault = unguarded(database)
        assert fault is not None and "lacks privileges on: report" in fault.en
        upgrade(database)
        assert unguarded(database) is None
        with database.read() as connection:
            connection.execute(select(t.report)).all()
