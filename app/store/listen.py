"""How a process hears that another one wrote: LISTEN and NOTIFY of PostgreSQL, a look at the file of SQLite.

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
    """One connection that hears of new versions. It has no thread: its owner watches `fileno`.

    Needs a connection of its own for as long as it lives; a pooler between us and PostgreSQL that shares
    connections between transactions does not hand messages on (the slow look at the version then finds them).
    """

    def __init__(self, database: Database) -> None:
        """Open the connection and listen. Raises OperationalError of psycopg or SQLAlchemy."""
        assert database.schema is not None
        self._connection = _own_connection(database)
        try:
            self._connection.autocommit = True
            self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(database.schema)))
        except BaseException:
            self._connection.close()
            raise

    @property
    def fileno(self) -> int:
        """Becomes readable when there is something to hear, or when the connection is lost."""
        return self._connection.fileno()

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


class FileWatch:
    """One connection to an SQLite file that can tell, in microseconds, whether any other has written.

    SQLite's manual, "PRAGMA data_version".
    """

    def __init__(self, database: Database) -> None:
        self._connection = _own_connection(database)
        self._seen = self._version()

    def changed(self) -> bool:
        """Whether another connection committed since the last call. sqlite3.Error when the file is away."""
        before, self._seen = self._seen, self._version()
        return before != self._seen

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def _version(self) -> int:
        return self._connection.execute("PRAGMA data_version").fetchone()[0]


def _own_connection(database: Database) -> Any:
    """A driver's connection outside the pool, made by the engine so that it is set up like all others."""
    proxied = database.engine.raw_connection()
    connection = proxied.driver_connection
    proxied.detach()
    return connection
