"""The tables of one zone. On PostgreSQL they live in the zone's own schema (``schema_translate_map``).

`plan`, `report`, `acceptance` and `site_version` only ever grow. `published_site` is derived from
all others by :mod:`app.store.publish`: one row per site with its status, ready-made GeoJSON text
and a geometry with a GiST index, so that QGIS can colour it by status.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)
from sqlalchemy.dialects import postgresql

from app.store.geometry import ShapelyGeometry
from app.store.moments import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Codes are compared byte by byte on both engines, so that pages come in the same order.
Code = String(16).with_variant(postgresql.VARCHAR(16, collation="C"), "postgresql")
Serial = BigInteger().with_variant(Integer(), "sqlite")


def _names() -> list[Column]:
    return [Column("name", Text, nullable=False), Column("name_en", Text, nullable=False)]


def _titles() -> list[Column]:
    return [Column("title", Text, nullable=False), Column("title_en", Text, nullable=False)]


def _gist(column: Column) -> None:
    """Give a geometry column its GiST index (PostgreSQL only); an Index attaches itself to the table."""
    index = Index(f"ix_{column.table.name}_{column.name}_gist", column, postgresql_using="gist")
    index.ddl_if(dialect="postgresql")


zone = Table(
    "zone",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_zone"), primary_key=True, autoincrement=False),
    *_names(),
    Column("geom", ShapelyGeometry("POLYGON"), nullable=False),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("published_for", Date),
    Column("data_digest", String(64)),
    Column("sample_today", Date),
)
town = Table(
    "town",
    metadata,
    Column("code", Code, primary_key=True),
    *_names(),
    Column("geom", ShapelyGeometry("POLYGON"), nullable=False),
    Column("position", String(16), nullable=False),
)
village = Table(
    "village",
    metadata,
    Column("code", Code, primary_key=True),
    Column("town_code", Code, ForeignKey("town.code"), nullable=False),
    Column("name", Text, nullable=False),
    Column("aliases", JSON, nullable=False),
    Column("in_2023", Boolean, nullable=False),
)
road = Table(
    "road",
    metadata,
    Column("code", String(32), primary_key=True),
    *_names(),
    Column("class", String(16), nullable=False),
    Column("position", String(16), nullable=False),
    Column("remark", Text),
    Column("remark_en", Text),
    Column("geom", ShapelyGeometry(), nullable=False),
)
unit = Table("unit", metadata, Column("code", String(32), primary_key=True), *_names())
kind = Table(
    "kind",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("ord", Integer, nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("geometry", JSON, nullable=False),
    Column("measure", String(8), nullable=False),
    Column("pictogram", String(32), nullable=False),
)
programme = Table(
    "programme", metadata, Column("year", Integer, primary_key=True, autoincrement=False), *_titles()
)
item = Table(
    "item",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("year", Integer, ForeignKey("programme.year"), nullable=False),
    *_titles(),
)
item_unit = Table(
    "item_unit",
    metadata,
    Column("item_no", Integer, ForeignKey("item.no"), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("ord", Integer, primary_key=True, autoincrement=False),
    Column("unit_code", String(32), ForeignKey("unit.code"), nullable=False),
)
task = Table(
    "task",
    metadata,
    Column("item_no", Integer, ForeignKey("item.no"), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    *_titles(),
    Column("on_map", String(16), nullable=False),
    Column("note", Text),
    Column("note_en", Text),
)
target = Table(
    "target",
    metadata,
    Column("item_no", Integer, primary_key=True),
    Column("task_no", Integer, primary_key=True),
    Column("ord", Integer, primary_key=True, autoincrement=False),
    *_titles(),
    Column("comparator", String(16), nullable=False),
    Column("quantity", Float),
    Column("unit", Text),
    Column("unit_en", Text),
    Column("kinds", JSON, nullable=False),
    Column("part_of", Text),
    ForeignKeyConstraint(["item_no", "task_no"], ["task.item_no", "task.no"]),
)
town_count = Table(
    "town_count",
    metadata,
    Column("item_no", Integer, primary_key=True),
    Column("task_no", Integer, primary_key=True),
    Column("target_ord", Integer, primary_key=True, autoincrement=False),
    Column("town_code", Code, ForeignKey("town.code"), primary_key=True),
    Column("quantity", Float, nullable=False),
    Column("sample", Boolean, nullable=False, server_default=false()),
    ForeignKeyConstraint(
        ["item_no", "task_no", "target_ord"], ["target.item_no", "target.task_no", "target.ord"]
    ),
)
site = Table(
    "site",
    metadata,
    Column("code", Code, primary_key=True),
    Column("item_no", Integer, nullable=False),
    Column("task_no", Integer, nullable=False),
    Column("kind", String(32), ForeignKey("kind.code"), nullable=False),
    *_titles(),
    Column("town_code", Code, ForeignKey("town.code"), nullable=False),
    Column("lead_unit", String(32), ForeignKey("unit.code"), nullable=False),
    Column("road", Text),
    Column("remark", Text),
    Column("remark_en", Text),
    Column("position", String(16), nullable=False),
    Column("geom", ShapelyGeometry(), nullable=False),
    Column("geom_version", Integer, nullable=False, server_default="1"),
    Column("updated_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["item_no", "task_no"], ["task.item_no", "task.no"]),
    # The last of several guards: homes and persons have no place here (app/domain/privacy.py).
    CheckConstraint("item_no NOT IN (5, 6, 7, 13)", name="no_private_places"),
)
site_version = Table(
    "site_version",
    metadata,
    Column("site_code", Code, ForeignKey("site.code"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("position", String(16), nullable=False),
    Column("source", Text, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("geom", ShapelyGeometry(), nullable=False),
)
plan = Table(
    "plan",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("site_code", Code, ForeignKey("site.code"), nullable=False, index=True),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("milestones", JSON, nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("sample", Boolean, nullable=False, server_default=false()),
    CheckConstraint('"end" >= start', name="in_order"),
)
report = Table(
    "report",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site_code", Code, ForeignKey("site.code"), nullable=False, index=True),
    Column("week_monday", Date, nullable=False, index=True),
    Column("percent", Float, nullable=False),
    Column("suspended_reason", Text),
    Column("text", Text),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("sample", Boolean, nullable=False, server_default=false()),
    CheckConstraint("percent >= 0 AND percent <= 100", name="percent"),
)
acceptance = Table(
    "acceptance",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("site_code", Code, ForeignKey("site.code"), nullable=False, index=True),
    Column("accepted_on", Date, nullable=False),
    Column("accepted_by", Text, nullable=False),
    Column("sample", Boolean, nullable=False, server_default=false()),
)
published_site = Table(
    "published_site",
    metadata,
    Column("code", Code, primary_key=True),
    Column("title", Text, nullable=False),
    Column("item_no", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("town_code", Code, nullable=False),
    Column("lead_unit", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("status_zh", Text, nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("search", Text, nullable=False),
    Column("minx", Float, nullable=False),
    Column("miny", Float, nullable=False),
    Column("maxx", Float, nullable=False),
    Column("maxy", Float, nullable=False),
    Column("geom", ShapelyGeometry(), nullable=False),
    Column("geometry_text", Text, nullable=False),
    Column("common_text", Text, nullable=False),
    Column("tail_zh", Text, nullable=False),
    Column("tail_en", Text, nullable=False),
)

for _table in (zone, town, road, site, site_version, published_site):
    _gist(_table.c.geom)
