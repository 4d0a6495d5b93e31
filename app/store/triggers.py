"""Append-only on SQLite: triggers that refuse to change or delete a row of the ledger, whoever asks.

``INSERT OR REPLACE`` deletes the old row without asking a DELETE trigger (unless ``recursive_triggers`` is
on, which another program need not do), so an INSERT that meets a key already there is refused as well.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Table, UniqueConstraint

from app.store import tables as t

_PREFIX = "append_only_"
# What a connection of the service may never do, whatever statement it is made to run.
_OWNERS_MATTER = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_DROP_VIEW,
    }
)


def confine(connection: sqlite3.Connection) -> None:
    """Take the right to change tables, triggers and the schema itself from a connection."""

    def allowed(action: int, first: str | None, *_: Any) -> int:
        denied = action in _OWNERS_MATTER or (
            action == sqlite3.SQLITE_PRAGMA and (first or "").lower() == "writable_schema"
        )
        return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK

    connection.set_authorizer(allowed)


def put(connection: Connection) -> None:
    """Put the triggers on every append-only table, in place of any from before."""
    lift(connection)
    for statement in _wanted().values():
        connection.exec_driver_sql(statement)


def lift(connection: Connection) -> None:
    """Take the triggers off, for a migration inside the same transaction."""
    for name in _present(connection):
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def missing(connection: Connection) -> list[str]:
    """Append-only tables without their triggers, or with others under the same names."""
    present = _present(connection)
    return [
        name
        for name in t.APPEND_ONLY
        if any(present.get(trigger) != text for trigger, text in _for_table(t.metadata.tables[name]).items())
    ]


def _present(connection: Connection) -> dict[str, str]:
    """Our triggers by name."""
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB ?", (f"{_PREFIX}*",)
    )
    return {row.name: row.sql for row in rows}


def _wanted() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in t.APPEND_ONLY:
        found |= _for_table(t.metadata.tables[name])
    return found


def _for_table(table: Table) -> dict[str, str]:
    """The statements that make one table's triggers, by trigger name."""
    name = table.name
    refuse = (
        f"SELECT RAISE(ABORT, '只增不改：{name} 的记录不得修改或删除 · "
        f"append-only: rows of {name} are never changed or deleted')"
    )
    taken = " OR ".join(
        f'EXISTS (SELECT 1 FROM "{name}" WHERE {" AND ".join(f"{c} = NEW.{c}" for c in columns)})'
        for columns in _keys(table)
    )
    # The rowid is -1 in a BEFORE trigger where the statement named none; hence nobody may really use it.
    when = {
        "update": "BEFORE UPDATE",
        "delete": "BEFORE DELETE",
        "insert": f'BEFORE INSERT ON "{name}" WHEN {taken}',
        "rowid": f'AFTER INSERT ON "{name}" WHEN NEW.rowid < 0',
    }
    return {
        f"{_PREFIX}{name}_{verb}": f'CREATE TRIGGER "{_PREFIX}{name}_{verb}" '
        + (moment if " ON " in moment else f'{moment} ON "{name}"')
        + f" BEGIN {refuse}; END"
        for verb, moment in when.items()
    }


def _keys(table: Table) -> list[list[str]]:
    """The columns of everything that must be unique, quoted: by one of them a REPLACE finds its victim."""
    found = [["rowid"], [f'"{column.name}"' for column in table.primary_key.columns]]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            found.append([f'"{column.name}"' for column in constraint.columns])
    for index in table.indexes:
        if index.unique:
            found.append([f'"{column.name}"' for column in index.columns])
    return sorted(found)
