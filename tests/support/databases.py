"""Empty databases of both kinds for tests: an SQLite file, or a PostgreSQL database with PostGIS."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from scripts._pg import URL_VARIABLE

ENGINES = ("sqlite", "postgis")
TEMPLATE = "minsheng_test_template"


@dataclass
class Storage:
    """Where one service keeps its things: `engine` is "sqlite" or "postgis", `data` an empty folder.

    `address` is SQLAlchemy's. A PostgreSQL database is made when somebody asks for its :attr:`url`, empty but
    for PostGIS, unless :meth:`create` has made it before as a copy of another.
    """

    engine: str
    address: str
    data: Path
    there: bool = True

    @property
    def url(self) -> str:
        """SQLAlchemy's address of a database that is there."""
        if not self.there:
            _ensure_template(server_url())
            self.create(TEMPLATE)
        return self.address

    def create(self, template: str) -> None:
        """Make the PostgreSQL database as a copy of `template`."""
        with psycopg.connect(server_url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.name} TEMPLATE {template} STRATEGY file_copy")
        self.there = True

    @property
    def name(self) -> str:
        """The PostgreSQL database's."""
        return self.address.rpartition("/")[2]

    @property
    def is_untouched(self) -> bool:
        """Nobody has asked for its database yet, so that a copy may take its place."""
        if self.engine == "postgis":
            return not self.there
        return not Path(self.address.removeprefix("sqlite:///")).exists()

    @property
    def env(self) -> Mapping[str, str]:
        """The same as environment variables of a server or command."""
        return {"DATABASE_URL": self.url, "MINSHENG_DATA": str(self.data)}


FreshDatabase = Callable[[str], Storage]


def server_url() -> str:
    """The PostgreSQL that scripts/test started, as a libpq address; fails the test when there is none."""
    url = os.environ.get(URL_VARIABLE)
    if not url:
        pytest.fail(
            f'{URL_VARIABLE} is not set: run scripts/test, or: export {URL_VARIABLE}="$(scripts/pg start)"',
            pytrace=False,
        )
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def postgis_address(name: str) -> str:
    """SQLAlchemy's address of the database `name` on the tests' server."""
    server = server_url().replace("postgresql://", "postgresql+psycopg://", 1)
    return f"{server.rpartition('/')[0]}/{name}"


def _ensure_template(url: str) -> None:
    """Creating the extension takes half a second; copying a database that has it takes a twentieth."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(20230714)")  # several test processes may come at once
        found = "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate"
        if connection.execute(found, [TEMPLATE]).fetchone():
            return
        connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 ENCODING 'UTF8'")
        with psycopg.connect(url, dbname=TEMPLATE, autocommit=True) as fresh:
            fresh.execute("CREATE EXTENSION postgis")
        connection.execute(f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true")


@contextmanager
def postgis_storage(folder: Path) -> Iterator[Storage]:
    """A new database with PostGIS; dropped afterwards, open connections or not."""
    made = Storage("postgis", postgis_address(f"test_{secrets.token_hex(6)}"), folder, there=False)
    try:
        yield made
    finally:
        if made.there:
            with psycopg.connect(server_url(), autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {made.name} WITH (FORCE)")


@contextmanager
def storage(engine: str, folder: Path) -> Iterator[Storage]:
    """An empty database of one kind, with `folder` for its files."""
    if engine == "sqlite":
        yield Storage(engine, f"sqlite:///{folder / 'minsheng.sqlite'}", folder)
    elif engine == "postgis":
        with postgis_storage(folder) as made:
            yield made
    else:
        raise ValueError(f"engine must be one of {ENGINES}: {engine!r}")
