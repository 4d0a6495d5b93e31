"""The zone's database: tables, migrations, and one module per noun. SQLite and PostgreSQL/PostGIS."""
