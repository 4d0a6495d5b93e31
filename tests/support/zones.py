"""Prepared zones: a Database with tables and the project's data, as a command would make it.

Making one takes a third of a second, copying one a twentieth, and most tests want one of their own. So the
first of a process is kept as a template: a file, or a database named after the code and data that made it.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from app.settings import ROOT, Settings
from app.store.database import Database
from app.store.load import load
from app.store.migrate import upgrade
from tests.support.databases import Storage

LOCK = 20230715
"""Held while the template is made; several test processes may come at once."""
USUAL = ("schema_name", "app_role")
"""Settings that the template was made with; with others a zone is made from nothing."""


def settings_for(storage: Storage, **more: object) -> Settings:
    """Settings of a service on this storage, as if the environment held nothing else."""
    return Settings(database_url=storage.url, data=storage.data, **more)  # type: ignore[arg-type]


@contextmanager
def prepared(storage: Storage, **more: object) -> Iterator[tuple[Database, Settings]]:
    """Tables and shipped data in place; statuses not published yet."""
    settings = settings_for(storage, **more)
    if all(getattr(settings, name) == Settings.model_fields[name].default for name in USUAL):
        (_copy_file if storage.engine == "sqlite" else _copy_database)(storage)
    else:
        _make(settings)
    database = Database(settings)
    try:
        yield database, settings
    finally:
        database.close()


def _make(settings: Settings) -> None:
    database = Database(settings)
    try:
        upgrade(database)
        with database.write() as connection:
            load(connection, None, settings.tolerance, step=lambda _: None)
    finally:
        database.close()


def _copy_file(storage: Storage) -> None:
    target = Path(make_url(storage.url).database or "")
    if target.exists():
        _make(settings_for(storage))
    else:
        shutil.copyfile(_template_file(), target)


@cache
def _template_file() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="minsheng-template-"))
    path = folder / "minsheng.sqlite"
    _make(settings_for(Storage("sqlite", f"sqlite:///{path}", folder)))
    return path


def _copy_database(storage: Storage) -> None:
    url = storage.url.replace("postgresql+psycopg://", "postgresql://", 1)
    name = url.rpartition("/")[2]
    with psycopg.connect(url) as connection:
        used = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'minsheng'").fetchone()
    if used:
        _make(settings_for(storage))
        return
    template = _template_database(url.rpartition("/")[0])
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")


@cache
def _template_database(server: str) -> str:
    """Its name on the server at this address."""
    name = f"minsheng_test_{_fingerprint()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate"
        if connection.execute(found, [name]).fetchone():
            return name
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        with psycopg.connect(f"{server}/{name}", autocommit=True) as fresh:
            fresh.execute("CREATE EXTENSION postgis")
        made = f"{server}/{name}".replace("postgresql://", "postgresql+psycopg://", 1)
        with tempfile.TemporaryDirectory() as folder:
            _make(settings_for(Storage("postgis", made, Path(folder))))
        connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false")
    return name


@cache
def _fingerprint() -> str:
    """Of all code and data that could make another template."""
    total = hashlib.sha256()
    for folder in (ROOT / "app", ROOT / "geo", ROOT / "data"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".toml", ".geojson", ".csv"}:
                total.update(path.read_bytes())
    return total.hexdigest()[:12]
