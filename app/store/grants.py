"""Append-only on PostgreSQL: the service works as a role that may add to the ledger and read it.

Privileges instead of triggers, because triggers are limited on sharded tables. The tables belong to
whoever ran ``init``; the application role owns nothing and cannot log in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.errors import Refused
from app.store import tables as t

VERSION_TABLE = "alembic_version"


class Rights(NamedTuple):
    """Tables where the role in effect may do what it must not, and tables where it lacks what it needs."""

    too_many: list[str]
    lacking: list[str]


def become(connection: Any, role: str) -> None:
    """Make a new psycopg connection work as `role` from now on; where there is no such role yet, as it is.

    Errors: Refused when the login may not take the role.
    """
    autocommit = connection.autocommit
    connection.autocommit = True  # a role taken inside a transaction is lost when that is rolled back
    try:
        connection.execute(
            "SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = %s", [role]
        )
    except psycopg.errors.InsufficientPrivilege:
        login = connection.info.user
        connection.close()
        raise Refused(
            f"数据库登录 {login} 不是应用角色 {role} 的成员，不能作为它工作。请管理员执行："
            f'GRANT "{role}" TO "{login}";',
            f"The database login {login} is no member of the application role {role} and cannot work as it. "
            f'An administrator must run: GRANT "{role}" TO "{login}";',
        ) from None
    connection.autocommit = autocommit


def ensure_role(connection: Connection, role: str) -> None:
    """Make the role if there is none, and let the login in `connection` take it where it may arrange that.

    Errors: Refused, with what an administrator must run, when the login may not create roles.
    """
    login, may_create = connection.execute(
        text("SELECT rolname, rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = session_user")
    ).one()
    if login == role:
        raise Refused(
            f"应用角色 MINSHENG_APP_ROLE 不能就是数据库登录 {login} 自己：表归它所有，它就能改写台账。"
            "请另取一个名称。",
            f"The application role MINSHENG_APP_ROLE must not be the login {login} itself: owning the "
            "tables it could rewrite the ledger. Choose another name.",
        )
    if not _exists(connection, role):
        if not may_create:
            raise Refused(
                f"没有应用角色 {role}，登录 {login} 又无权创建。请管理员执行："
                f'CREATE ROLE "{role}" NOLOGIN; GRANT "{role}" TO "{login}"; 然后重试。未改动任何内容。',
                f"There is no application role {role}, and the login {login} may not create it. An "
                f'administrator must run: CREATE ROLE "{role}" NOLOGIN; GRANT "{role}" TO "{login}"; '
                "then try again. Nothing was changed.",
            )
        # roles belong to the whole server: the service of another database may be making it just now
        made = _try(connection, f'CREATE ROLE "{role}" NOLOGIN')
        if not made and not _exists(connection, role):
            connection.execute(text(f'CREATE ROLE "{role}" NOLOGIN'))
    if not _try(connection, f'SET LOCAL ROLE "{role}"', "SET LOCAL ROLE NONE"):
        _try(connection, f'GRANT "{role}" TO "{login}"')  # else another login serves; `become` tells


def grant(connection: Connection, schema: str, role: str) -> None:
    """Give the role just what the service needs in the schema, new tables included; safe to repeat."""
    found = connection.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = :schema"), {"schema": schema}
    )
    everything = {name for name in found.scalars() if name in t.metadata.tables or name == VERSION_TABLE}
    written = everything - {VERSION_TABLE}
    changed = written - set(t.APPEND_ONLY)
    for statement in (
        f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"',
        f'REVOKE ALL ON ALL TABLES IN SCHEMA "{schema}" FROM "{role}"',
        f'GRANT SELECT ON {_list(schema, everything)} TO "{role}"',
        f'GRANT INSERT ON {_list(schema, written)} TO "{role}"',
        f'GRANT UPDATE, DELETE ON {_list(schema, changed)} TO "{role}"',
        f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{role}"',
    ):
        connection.exec_driver_sql(statement)


def owns(connection: Connection, schema: str) -> bool:
    """Whether the login owns the schema's tables (or there are none yet), so that it may change them."""
    owners = connection.execute(
        text(
            "SELECT bool_and(pg_has_role(session_user, c.relowner, 'USAGE')) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = :schema AND c.relname = :name"
        ),
        {"schema": schema, "name": VERSION_TABLE},
    ).scalar()
    return owners is not False


def rights(connection: Connection, schema: str) -> Rights:
    """What the role in effect may do with the ledger that it must not, and what it lacks."""
    mighty = connection.execute(
        text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    ).scalar()
    rows = connection.execute(
        text(
            "SELECT c.relname, pg_has_role(c.relowner, 'MEMBER') OR has_table_privilege(c.oid, 'UPDATE')"
            " OR has_any_column_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')"
            " OR has_table_privilege(c.oid, 'TRUNCATE') OR has_table_privilege(c.oid, 'TRIGGER'),"
            " has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')"
            " AND has_table_privilege(c.oid, 'INSERT') "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = :schema AND c.relkind IN ('r', 'p')"
        ),
        {"schema": schema},
    ).all()
    kept = [name for name, too_much, _ in rows if name in t.APPEND_ONLY and (too_much or mighty)]
    lacking = [name for name, _, enough in rows if name in t.metadata.tables and not enough]
    return Rights(sorted(kept), sorted(lacking))


def _exists(connection: Connection, role: str) -> bool:
    found = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
    return connection.execute(found, {"role": role}).scalar() is not None


def _try(connection: Connection, *statements: str) -> bool:
    """Run statements; when one fails the transaction goes on as if none had been run."""
    try:
        with connection.begin_nested():
            for statement in statements:
                connection.exec_driver_sql(statement)
    except DBAPIError:
        return False
    return True


def _list(schema: str, names: set[str]) -> str:
    return ", ".join(f'"{schema}"."{name}"' for name in sorted(names))
