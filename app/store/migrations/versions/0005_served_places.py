"""What is to be served: villages, communities, buildings and built-up land.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.store.geometry import ShapelyGeometry
from app.store.moments import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _code(length: int) -> sa.types.TypeEngine:
    return sa.String(length).with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "served_place",
        sa.Column("layer", sa.String(length=16), nullable=False),
        sa.Column("code", _code(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("town_code", _code(16), nullable=False),
        sa.Column("inhabitants", sa.Integer()),
        sa.Column("inhabitants_as_of", sa.Text()),
        sa.Column("position", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("geom", ShapelyGeometry(), nullable=False),
        sa.CheckConstraint(
            "layer IN ('village', 'community', 'building', 'built_up')",
            name=op.f("ck_served_place_known_layer"),
        ),
        sa.CheckConstraint("inhabitants >= 0", name=op.f("ck_served_place_people")),
        sa.CheckConstraint(
            "layer <> 'building' OR inhabitants IS NULL", name=op.f("ck_served_place_no_private_people")
        ),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("fk_served_place_town_code_town")),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_served_place_change_id_change")),
        sa.PrimaryKeyConstraint("layer", "code", name=op.f("pk_served_place")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_served_place_geom_gist", "served_place", ["geom"], postgresql_using="gist")
