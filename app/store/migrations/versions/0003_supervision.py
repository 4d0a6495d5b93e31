"""Supervision: blockages, directives, inspections, photos.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.store.moments import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE = sa.String(16).with_variant(postgresql.VARCHAR(16, collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blockage",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("subject_code", CODE, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_blockage_change_id_change")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["subject.code"], name=op.f("fk_blockage_subject_code_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blockage")),
    )
    op.create_index(op.f("ix_blockage_change_id"), "blockage", ["change_id"])
    op.create_index(op.f("ix_blockage_entered_at"), "blockage", ["entered_at"])
    op.create_index(op.f("ix_blockage_subject_code"), "blockage", ["subject_code"])
    op.create_table(
        "directive",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("subject_code", CODE),
        sa.Column("item_no", sa.Integer(), nullable=False),
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_directive_change_id_change")),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_directive_item_no_item")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["subject.code"], name=op.f("fk_directive_subject_code_subject")
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_directive_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive")),
    )
    op.create_index(op.f("ix_directive_change_id"), "directive", ["change_id"])
    op.create_index(op.f("ix_directive_entered_at"), "directive", ["entered_at"])
    op.create_index(op.f("ix_directive_subject_code"), "directive", ["subject_code"])
    op.create_table(
        "inspection",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("subject_code", CODE, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("sections", sa.JSON()),
        sa.Column("geom_version", sa.Integer()),
        sa.Column("lon", sa.Float()),
        sa.Column("lat", sa.Float()),
        sa.Column("accuracy_m", sa.Float()),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_inspection_change_id_change")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["subject.code"], name=op.f("fk_inspection_subject_code_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    op.create_index(op.f("ix_inspection_change_id"), "inspection", ["change_id"])
    op.create_index(op.f("ix_inspection_entered_at"), "inspection", ["entered_at"])
    op.create_index(op.f("ix_inspection_subject_code"), "inspection", ["subject_code"])
    op.create_table(
        "blockage_step",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("blockage_id", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("owner_unit", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_blockage_step_level")),
        sa.ForeignKeyConstraint(
            ["blockage_id"], ["blockage.id"], name=op.f("fk_blockage_step_blockage_id_blockage")
        ),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_blockage_step_change_id_change")),
        sa.ForeignKeyConstraint(["owner_unit"], ["unit.code"], name=op.f("fk_blockage_step_owner_unit_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blockage_step")),
    )
    op.create_index(op.f("ix_blockage_step_blockage_id"), "blockage_step", ["blockage_id"])
    op.create_index(op.f("ix_blockage_step_change_id"), "blockage_step", ["change_id"])
    op.create_index(op.f("ix_blockage_step_entered_at"), "blockage_step", ["entered_at"])
    op.create_table(
        "directive_step",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("directive_id", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_directive_step_change_id_change")
        ),
        sa.ForeignKeyConstraint(
            ["directive_id"], ["directive.id"], name=op.f("fk_directive_step_directive_id_directive")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directive_step")),
    )
    op.create_index(op.f("ix_directive_step_change_id"), "directive_step", ["change_id"])
    op.create_index(op.f("ix_directive_step_directive_id"), "directive_step", ["directive_id"])
    op.create_index(op.f("ix_directive_step_entered_at"), "directive_step", ["entered_at"])
    op.create_table(
        "photo",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.String(length=36)),
        sa.Column("inspection_id", sa.String(length=36)),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_photo_change_id_change")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_photo_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_photo_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index(op.f("ix_photo_change_id"), "photo", ["change_id"])
    op.create_index(op.f("ix_photo_entered_at"), "photo", ["entered_at"])
    op.create_index(op.f("ix_photo_inspection_id"), "photo", ["inspection_id"])
    op.create_index(op.f("ix_photo_report_id"), "photo", ["report_id"])
