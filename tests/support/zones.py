"""Prepared zones: a Database with tables and the project's data, as a command would make it.

Making one takes a third of a second, with the demonstration two, copying one next to nothing, and most tests
want one of their own. So the first of a process is kept as a template: a folder with an SQLite file, or a
database named after the code and data that made it.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

from app.settings import ROOT, Settings
from app.store.database import Database
from app.store.demo import put_demo
from app.store.live import Live
from app.store.load import load
from app.store.migrate import upgrade
from tests.support.databases import Storage, postgis_address, server_url

LOCK = 20230715
"""Held while the template is made; several test processes may come at once."""
USUAL = ("schema_name", "app_role", "tolerance")
"""Settings that the templates were made with; with others a zone is made from nothing."""


def settings_for(storage: Storage, **more: object) -> Settings:
    """Settings of a service on this storage, as if the environment held nothing else."""
    return Settings(database_url=storage.url, data=storage.data, **more)  # type: ignore[arg-type]


@contextmanager
def prepared(storage: Storage, demo: bool = False, **more: object) -> Iterator[tuple[Database, Settings]]:
    """Tables and shipped data in place, statuses not published yet; with `demo` the demonstration's rows
    too, published for its day as after a first start."""
    fill(storage, demo, **more)
    settings = settings_for(storage, **more)
    database = Database(settings)
    try:
        yield database, settings
    finally:
        database.close()


def fill(storage: Storage, demo: bool = False, **more: object) -> None:
    """Put into a storage what :func:`prepared` promises, by copying where that gives the same."""
    usual = all(name not in more for name in USUAL)
    if not usual or not storage.is_untouched:
        _make(settings_for(storage, **more), demo)
        return
    kept = _template_folder(demo)
    if storage.engine == "postgis":
        storage.create(_template_database(demo))
    ignored = shutil.ignore_patterns("*.sqlite*") if storage.engine == "postgis" else None
    shutil.copytree(kept, storage.data, ignore=ignored, dirs_exist_ok=True)


def _make(settings: Settings, demo: bool) -> None:
    database = Database(settings)
    try:
        upgrade(database)
        with database.write() as connection:
            load(connection, None, settings.tolerance, step=lambda _: None)
            if demo:
                put_demo(connection)
        if demo:
            Live(database, settings)
    finally:
        database.close()


@cache
def _template_folder(demo: bool) -> Path:
    """An SQLite database and the files beside it, of this process."""
    folder = Path(tempfile.mkdtemp(prefix="minsheng-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _make(settings_for(Storage("sqlite", f"sqlite:///{folder / 'minsheng.sqlite'}", folder)), demo)
    return folder


@cache
def _template_database(demo: bool) -> str:
    """Its name on the tests' server."""
    name = f"minsheng_test_{_fingerprint()}{'_demo' if demo else ''}"
    with psycopg.connect(server_url(), dbname="postgres", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate"
        if connection.execute(found, [name]).fetchone():
            return name
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        with tempfile.TemporaryDirectory() as folder:
            made = Storage("postgis", postgis_address(name), Path(folder), there=False)
            _make(settings_for(made), demo)
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
