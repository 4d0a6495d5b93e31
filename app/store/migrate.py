"""Bring a database to the newest tables (Alembic), on both engines."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Create or change the tables to the newest revision; on PostgreSQL also the schema and PostGIS.

    Errors: the database's own, when the role may create neither the schema nor the extension.
    """
    with database.write() as connection:
        if database.is_postgres:
            _ensure(connection, "pg_extension", "extname", "postgis", "CREATE EXTENSION postgis")
            _ensure(
                connection, "pg_namespace", "nspname", database.schema, f'CREATE SCHEMA "{database.schema}"'
            )
        config = _config()
        config.attributes.update(connection=connection, schema=database.schema)
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """True when the tables are there and at the newest revision."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"version_table_schema": database.schema})
        return context.get_current_revision() == head


def _ensure(connection: Connection, catalogue: str, column: str, name: str | None, create: str) -> None:
    """Create what is missing; what an administrator made beforehand needs no further privilege."""
    found = connection.execute(
        text(f"SELECT 1 FROM {catalogue} WHERE {column} = :name"), {"name": name}
    ).scalar()
    if not found:
        connection.execute(text(create))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
