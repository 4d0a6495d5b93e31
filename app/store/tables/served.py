"""What is to be served: villages, communities, buildings and built-up land, by layer and code.

A layer is replaced as a whole by :mod:`app.store.served.importing`, or filled from ``data/``.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text
from sqlalchemy.dialects import postgresql

from app.domain.reached import Layer
from app.store.geometry import ShapelyGeometry
from app.store.moments import UtcDateTime
from app.store.tables.base import Code, Serial, gist, metadata

LONGEST_CODE = 64
# As `Code`, but longer: codes of buildings have 28 characters and more.
_LongCode = String(LONGEST_CODE).with_variant(postgresql.VARCHAR(LONGEST_CODE, collation="C"), "postgresql")
_LAYERS = ", ".join(f"'{layer.value}'" for layer in Layer)

served_place = Table(
    "served_place",
    metadata,
    Column(
        "layer", String(16), CheckConstraint(f"layer IN ({_LAYERS})", name="known_layer"), primary_key=True
    ),
    Column("code", _LongCode, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("town_code", Code, ForeignKey("town.code"), nullable=False),
    # None is unknown, which is not nobody
    Column("inhabitants", Integer, CheckConstraint("inhabitants >= 0", name="people")),
    Column("inhabitants_as_of", Text),
    Column("position", String(16), nullable=False),
    Column("source", Text, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("change_id", Serial, ForeignKey("change.id")),
    Column("geom", ShapelyGeometry(), nullable=False),
    # The last of several guards: who lives in one house is nobody's business (decision 021).
    CheckConstraint("layer <> 'building' OR inhabitants IS NULL", name="no_private_people"),
)
gist(served_place.c.geom)
