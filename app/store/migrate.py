"""Bring a database to the newest tables (Alembic) and guard the ledger's (decision 009), on both engines."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from app.errors import Refused
from app.store import grants, triggers
from app.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Create or change the tables to the newest revision, and see that the ledger's are append-only.

    On PostgreSQL also makes the schema, PostGIS and the application role where they are missing. All in one
    transaction. A login that does not own the tables leaves current ones as they are. Errors: Refused,
    with what an administrator must run, and the database's own, when privileges do not suffice.
    """
    with database.owning() as connection:
        if database.is_postgres:
            assert database.schema is not None and database.app_role is not None
            if not grants.owns(connection, database.schema):
                if _revision(connection, database) == _head():
                    return
                raise Refused(
                    "数据表需要升级，但不归当前登录所有。请用拥有这些表的登录运行 python -m app init。",
                    "The tables need an upgrade and do not belong to this login. Run python -m app init as "
                    "the login that owns them.",
                )
            grants.ensure_role(connection, database.app_role)
            _ensure(connection, "pg_extension", "extname", "postgis", "CREATE EXTENSION postgis")
            _ensure(
                connection, "pg_namespace", "nspname", database.schema, f'CREATE SCHEMA "{database.schema}"'
            )
        else:
            triggers.lift(connection)
        command.upgrade(migrations(connection, database.schema), "head")
        if database.is_postgres:
            grants.grant(connection, database.schema or "", database.app_role or "")
        else:
            triggers.put(connection)


def migrations(connection: Connection | None, schema: str | None) -> Config:
    """What Alembic's commands take: where the migrations are, and what they run on."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(connection=connection, schema=schema)
    return config


def is_current(database: Database) -> bool:
    """True when the tables are there and at the newest revision."""
    for source in (database.read, database.owning):  # one of the two may not have been granted anything yet
        try:
            with source() as connection:
                return _revision(connection, database) == _head()
        except ProgrammingError as error:
            if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
                raise
    return False


def unguarded(database: Database) -> Refused | None:
    """Why the service must not start: its connections could rewrite the ledger, or lack what they need.

    None when all is well.
    """
    with database.read() as connection:
        if not database.is_postgres:
            bare = triggers.missing(connection)
            if not bare:
                return None
            return Refused(
                f"这些表缺少“只增不改”的触发器：{'、'.join(bare)}。"
                "请运行 python -m app init 恢复，并查明是谁去掉的。",
                f"Tables without their append-only triggers: {', '.join(bare)}. Run python -m app init "
                "to put them back, and find out who took them off.",
            )
        rights = grants.rights(connection, database.schema or "")
        role = connection.exec_driver_sql("SELECT current_user").scalar()
    if rights.too_many:
        names = ", ".join(rights.too_many)
        return Refused(
            f"数据库角色 {role} 能够修改或删除台账的记录（{'、'.join(rights.too_many)}），服务不会这样启动。"
            "请用拥有这些表的登录运行 python -m app init，"
            f"并让服务的登录只做应用角色 {database.app_role} 的成员。",
            f"The database role {role} could change or delete rows of the ledger ({names}); the "
            "service does not start like that. Run python -m app init as the login that owns the tables, "
            f"and make the service's login a member of the application role {database.app_role} only.",
        )
    if rights.lacking:
        return Refused(
            f"数据库角色 {role} 缺少这些表的权限：{'、'.join(rights.lacking)}。"
            "请用拥有这些表的登录运行 python -m app init。",
            f"The database role {role} lacks privileges on: {', '.join(rights.lacking)}. "
            "Run python -m app init as the login that owns the tables.",
        )
    return None


def _head() -> str | None:
    return ScriptDirectory.from_config(migrations(None, None)).get_current_head()


def _revision(connection: Connection, database: Database) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table_schema": database.schema})
    return context.get_current_revision()


def _ensure(connection: Connection, catalogue: str, column: str, name: str | None, create: str) -> None:
    """Create what is missing; what an administrator made beforehand needs no further privilege."""
    found = connection.execute(
        text(f"SELECT 1 FROM {catalogue} WHERE {column} = :name"), {"name": name}
    ).scalar()
    if not found:
        connection.execute(text(create))
