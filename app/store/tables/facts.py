"""What the programme is about: zone, towns, villages, units, items with tasks and targets, kinds of site.

Renewed from ``data/`` when it changes.
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
    Integer,
    String,
    Table,
    Text,
    false,
)

from app.store.geometry import ShapelyGeometry
from app.store.tables.base import Code, gist, metadata, names, titles

zone = Table(
    "zone",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_zone"), primary_key=True, autoincrement=False),
    *names(),
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
    *names(),
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
    *names(),
    Column("class", String(16), nullable=False),
    Column("position", String(16), nullable=False),
    Column("remark", Text),
    Column("remark_en", Text),
    Column("geom", ShapelyGeometry(), nullable=False),
)
unit = Table("unit", metadata, Column("code", String(32), primary_key=True), *names())
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
    "programme", metadata, Column("year", Integer, primary_key=True, autoincrement=False), *titles()
)
item = Table(
    "item",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("year", Integer, ForeignKey("programme.year"), nullable=False),
    *titles(),
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
    *titles(),
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
    *titles(),
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
for _table in (zone, town, road):
    gist(_table.c.geom)
