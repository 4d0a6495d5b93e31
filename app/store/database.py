"""Connections: SQLite in WAL mode or PostgreSQL through psycopg 3, read and write transactions.

The service's own connections may not change the tables, nor rewrite the ledger (decision 009): on PostgreSQL
they work as the application role. Only :meth:`Database.owning` works as the login itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import make_url

from app.settings import Settings
from app.store import grants, triggers
from app.store.statements import Statements


def first_line(error: Exception) -> str:
    """What the database said, in one line, without the statement and its values."""
    words = str(getattr(error, "orig", None) or error).strip().splitlines()
    return words[0] if words else type(error).__name__


class Database:
    """One zone's database: its tables are in `schema` on PostgreSQL, in the file on SQLite.

    `app_role` is the PostgreSQL role that connections work as (None on SQLite).
    """

    def __init__(self, settings: Settings) -> None:
        self.url = make_url(settings.url)
        self.is_postgres = self.url.get_backend_name() == "postgresql"
        self.schema = settings.schema_name if self.is_postgres else None
        self.app_role = settings.app_role if self.is_postgres else None
        self.engine = self._postgres() if self.is_postgres else self._sqlite()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection in one read transaction (a consistent view); nothing is committed."""
        with self.engine.connect() as connection:
            if self.is_postgres:
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in one write transaction: committed whole at the end, or not at all.

        Writers are let in one at a time, so that two of them never see the same old version.
        """
        with _write(self.engine, self.schema) as connection:
            yield connection

    @contextmanager
    def owning(self) -> Iterator[Connection]:
        """A write transaction as the login itself and not as the application role: to make or change tables.

        Connections made before are given back at the end, so that later ones meet the tables and role as
        they are then.
        """
        engine = self._postgres(owner=True) if self.is_postgres else self._sqlite(owner=True)
        try:
            with _write(engine, self.schema) as connection:
                yield connection
        finally:
            engine.dispose()
            self.close()

    def close(self) -> None:
        """Give back every connection."""
        if self.is_postgres:
            self.statements.close()
        self.engine.dispose()

    @cached_property
    def statements(self) -> Statements:
        """For statements that only read, each a transaction of its own (PostgreSQL)."""
        return Statements(self._own_connection)

    def _own_connection(self) -> Any:
        """A psycopg connection outside the pool, in autocommit mode."""
        proxied = self.engine.raw_connection()
        connection: Any = proxied.driver_connection
        proxied.detach()
        connection.autocommit = True
        connection.execute("SET client_encoding TO 'UTF8'")  # whatever the database's own is
        return connection

    def _postgres(self, owner: bool = False) -> Engine:
        if owner:
            engine = create_engine(self.url, poolclass=NullPool)
        else:
            engine = create_engine(self.url, pool_size=8, max_overflow=8, pool_pre_ping=True)

            @event.listens_for(engine, "connect")
            def _on_connect(connection: Any, _record: Any) -> None:
                grants.become(connection, self.app_role or "")

        return engine.execution_options(schema_translate_map={None: self.schema})

    def _sqlite(self, owner: bool = False) -> Engine:
        path = self.url.database
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url, connect_args={"timeout": 30, "check_same_thread": False})

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # transactions are begun below, not by the driver
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")  # an acknowledged write survives a power cut
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA busy_timeout=30000")
            cursor.close()
            if not owner:
                triggers.confine(connection)

        @event.listens_for(engine, "begin")
        def _on_begin(connection: Connection) -> None:
            write = connection.get_execution_options().get("minsheng_write")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

        return engine


@contextmanager
def _write(engine: Engine, schema: str | None) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection = connection.execution_options(minsheng_write=True)
        with connection.begin():
            if schema is not None:
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(hashtext(:schema))"), {"schema": schema}
                )
            yield connection
