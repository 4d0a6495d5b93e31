"""Prepared zones: a Database with tables and the project's data, as a command would make it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import Settings
from app.store.database import Database
from app.store.load import load
from app.store.migrate import upgrade
from tests.support.databases import Storage


def settings_for(storage: Storage, **more: object) -> Settings:
    """Settings of a service on this storage, as if the environment held nothing else."""
    return Settings(database_url=storage.url, data=storage.data, **more)  # type: ignore[arg-type]


@contextmanager
def prepared(storage: Storage, **more: object) -> Iterator[tuple[Database, Settings]]:
    """Tables and shipped data in place; statuses not published yet."""
    settings = settings_for(storage, **more)
    database = Database(settings)
    upgrade(database)
    with database.write() as connection:
        load(connection, None, settings.tolerance, step=lambda _: None)
    try:
        yield database, settings
    finally:
        database.close()
