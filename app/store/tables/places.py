"""Sites with the versions of their geometry, the subjects of the ledger, and what readers are shown.

`site_version` only ever grows. `published_site` is derived from all other tables by
:mod:`app.store.publish`: one row per site with its status, ready-made GeoJSON text and a geometry with a
GiST index, so that QGIS can colour it by status.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    Text,
)

from app.store.geometry import ShapelyGeometry
from app.store.moments import UtcDateTime
from app.store.tables.base import Code, Serial, gist, metadata, titles

site = Table(
    "site",
    metadata,
    Column("code", Code, primary_key=True),
    Column("item_no", Integer, nullable=False),
    Column("task_no", Integer, nullable=False),
    Column("kind", String(32), ForeignKey("kind.code"), nullable=False),
    *titles(),
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
    Column("change_id", Serial, ForeignKey("change.id")),
    Column("geom", ShapelyGeometry(), nullable=False),
)
# What is planned, reported on and accepted: a site (20-1-01), or a task (20-1) with its own targets. A
# task whose targets are all made up by sites is not reported itself; its plan holds for its sites.
subject = Table(
    "subject",
    metadata,
    Column("code", Code, primary_key=True),
    Column("item_no", Integer, nullable=False),
    Column("task_no", Integer, nullable=False),
    Column("site_code", Code, ForeignKey("site.code"), unique=True),
    Column("reported", Boolean, nullable=False),
    ForeignKeyConstraint(["item_no", "task_no"], ["task.item_no", "task.no"]),
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

for _table in (site, site_version, published_site):
    gist(_table.c.geom)
