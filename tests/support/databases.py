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


@dataclass(frozen=True)
class Storage:
    """Where one service keeps its things: `engine` is "sqlite" or "postgis", `url` SQLAlchemy's address of an
    empty database (with PostGIS, without tables), `data` an empty folder."""

    engine: str
    url: str
    data: Path

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
def postgis_database() -> Iterator[str]:
    """SQLAlchemy's address of a new database with PostGIS; dropped afterwards, open connections or not."""
    url = server_url()
    _ensure_template(url)
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    try:
        yield url.replace("postgresql://", "postgresql+psycopg://", 1).rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def storage(engine: str, folder: Path) -> Iterator[Storage]:
    """An empty database of one kind, with `folder` for its files."""
    if engine == "sqlite":
        yield Storage(engine, f"sqlite:///{folder / 'minsheng.sqlite'}", folder)
    elif engine == "postgis":
        with postgis_database() as url:
            yield Storage(engine, url, folder)
    else:
        raise ValueError(f"engine must be one of {ENGINES}: {engine!r}")
