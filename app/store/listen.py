"""How one process tells the others that the zone has a new version: LISTEN and NOTIFY of PostgreSQL.

The channel has the name of the zone's schema, the message is the version. PostgreSQL hands the message on
when the writing transaction commits, and not at all when it is rolled back.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import pq, sql
from sqlalchemy import Connection, Text, cast, func, select

from app.store import tables as t
from app.store.database import Database


def announce(connection: Connection) -> None:
    """Tell who listens which version the zone has now; belongs into the transaction that raised it.

    Does nothing on SQLite, where others look at the file.
    """
    if connection.dialect.name == "postgresql":
        schema = connection.get_execution_options()["schema_translate_map"][None]
        connection.execute(select(func.pg_notify(schema, cast(t.zone.c.version, Text))))


class Listener:
    """One connection that hears of new versions. Without a thread: whoever owns it watches `fileno`."""

    def __init__(self, database: Database) -> None:
        """Open the connection and listen. Raises psycopg's or SQLAlchemy's OperationalError."""
        assert database.schema is not None
        self._connection = _own_connection(database)
        try:
            self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(database.schema)))
        except BaseException:
            self._connection.close()
            raise

    @property
    def fileno(self) -> int:
        """Becomes readable when there is something to hear, or when the connection is lost."""
        return self._connection.fileno()

    @property
    def process(self) -> int:
        """The number of PostgreSQL's process at the other end."""
        return self._connection.info.backend_pid

    def heard(self) -> list[int]:
        """The versions announced since the last call; does not wait. OperationalError when it is cut off."""
        link = self._connection.pgconn
        link.consume_input()
        versions = []
        while message := link.notifies():
            if message.extra.isdigit():
                versions.append(int(message.extra))
        if link.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError("the listening connection is lost")
        return versions

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def _own_connection(database: Database) -> Any:
    """A psycopg connection of its own, made by the engine (so that it has the same role), in autocommit."""
    proxied = database.engine.raw_connection()
    connection: Any = proxied.driver_connection
    proxied.detach()
    connection.autocommit = True
    connection.execute("SET client_encoding TO 'UTF8'")
    return connection
