"""Alembic's entry: runs on the connection that :mod:`app.store.migrate` hands in."""

from alembic import context
from sqlalchemy import text

from app.store.tables import metadata

connection = context.config.attributes["connection"]
schema = context.config.attributes["schema"]
if schema is not None:
    # Migrations name no schema; the zone's own comes first and PostGIS is found wherever it lives.
    postgis = connection.execute(
        text(
            "SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace "
            "WHERE extname = 'postgis'"
        )
    ).scalar_one()
    connection.execute(text(f'SET LOCAL search_path TO "{schema}", "{postgis}"'))
    connection.dialect.default_schema_name = schema

context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table_schema=schema,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
