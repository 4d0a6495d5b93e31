"""The first tables: zone, ledger, sites and what is derived from them.

Revision: 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.store.geometry import ShapelyGeometry
from app.store.moments import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CODE = sa.String(16).with_variant(postgresql.VARCHAR(16, collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def gist(table: str) -> None:
    """A spatial index where the database has such a thing."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(f"ix_{table}_geom_gist", table, ["geom"], postgresql_using="gist")


def upgrade() -> None:
    op.create_table(
        "kind",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("ord", sa.Integer(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("geometry", sa.JSON(), nullable=False),
        sa.Column("measure", sa.String(length=8), nullable=False),
        sa.Column("pictogram", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_kind")),
    )
    op.create_table(
        "programme",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_programme")),
    )
    op.create_table(
        "published_site",
        sa.Column("code", CODE, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("town_code", CODE, nullable=False),
        sa.Column("lead_unit", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_zh", sa.Text(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("minx", sa.Float(), nullable=False),
        sa.Column("miny", sa.Float(), nullable=False),
        sa.Column("maxx", sa.Float(), nullable=False),
        sa.Column("maxy", sa.Float(), nullable=False),
        sa.Column("geom", ShapelyGeometry(), nullable=False),
        sa.Column("geometry_text", sa.Text(), nullable=False),
        sa.Column("common_text", sa.Text(), nullable=False),
        sa.Column("tail_zh", sa.Text(), nullable=False),
        sa.Column("tail_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_published_site")),
    )
    gist("published_site")
    op.create_table(
        "road",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("class", sa.String(length=16), nullable=False),
        sa.Column("position", sa.String(length=16), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("remark_en", sa.Text(), nullable=True),
        sa.Column("geom", ShapelyGeometry(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_road")),
    )
    gist("road")
    op.create_table(
        "town",
        sa.Column("code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("geom", ShapelyGeometry("POLYGON"), nullable=False),
        sa.Column("position", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_town")),
    )
    gist("town")
    op.create_table(
        "unit",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("geom", ShapelyGeometry("POLYGON"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("published_for", sa.Date(), nullable=True),
        sa.Column("data_digest", sa.String(length=64), nullable=True),
        sa.Column("sample_today", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )
    gist("zone")
    op.create_table(
        "item",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["year"], ["programme.year"], name=op.f("fk_item_year_programme")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_item")),
    )
    op.create_table(
        "village",
        sa.Column("code", CODE, nullable=False),
        sa.Column("town_code", CODE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("in_2023", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("fk_village_town_code_town")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_village")),
    )
    op.create_table(
        "item_unit",
        sa.Column("item_no", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("ord", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_code", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_item_unit_item_no_item")),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_item_unit_unit_code_unit")),
        sa.PrimaryKeyConstraint("item_no", "role", "ord", name=op.f("pk_item_unit")),
    )
    op.create_table(
        "task",
        sa.Column("item_no", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("on_map", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("note_en", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_task_item_no_item")),
        sa.PrimaryKeyConstraint("item_no", "no", name=op.f("pk_task")),
    )
    op.create_table(
        "site",
        sa.Column("code", CODE, nullable=False),
        sa.Column("item_no", sa.Integer(), nullable=False),
        sa.Column("task_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("town_code", CODE, nullable=False),
        sa.Column("lead_unit", sa.String(length=32), nullable=False),
        sa.Column("road", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("remark_en", sa.Text(), nullable=True),
        sa.Column("position", sa.String(length=16), nullable=False),
        sa.Column("geom", ShapelyGeometry(), nullable=False),
        sa.Column("geom_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("item_no NOT IN (5, 6, 7, 13)", name=op.f("ck_site_no_private_places")),
        sa.ForeignKeyConstraint(
            ["item_no", "task_no"], ["task.item_no", "task.no"], name=op.f("fk_site_item_no_task_no_task")
        ),
        sa.ForeignKeyConstraint(["kind"], ["kind.code"], name=op.f("fk_site_kind_kind")),
        sa.ForeignKeyConstraint(["lead_unit"], ["unit.code"], name=op.f("fk_site_lead_unit_unit")),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("fk_site_town_code_town")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_site")),
    )
    gist("site")
    op.create_table(
        "target",
        sa.Column("item_no", sa.Integer(), nullable=False),
        sa.Column("task_no", sa.Integer(), nullable=False),
        sa.Column("ord", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("comparator", sa.String(length=16), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("unit_en", sa.Text(), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("part_of", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_no", "task_no"], ["task.item_no", "task.no"], name=op.f("fk_target_item_no_task_no_task")
        ),
        sa.PrimaryKeyConstraint("item_no", "task_no", "ord", name=op.f("pk_target")),
    )
    op.create_table(
        "acceptance",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("site_code", CODE, nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_acceptance_site_code_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
    )
    op.create_index(op.f("ix_acceptance_site_code"), "acceptance", ["site_code"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("site_code", CODE, nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("milestones", sa.JSON(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint('"end" >= start', name=op.f("ck_plan_in_order")),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_plan_site_code_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_site_code"), "plan", ["site_code"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site_code", CODE, nullable=False),
        sa.Column("week_monday", sa.Date(), nullable=False),
        sa.Column("percent", sa.Float(), nullable=False),
        sa.Column("suspended_reason", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("percent >= 0 AND percent <= 100", name=op.f("ck_report_percent")),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_report_site_code_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_site_code"), "report", ["site_code"], unique=False)
    op.create_index(op.f("ix_report_week_monday"), "report", ["week_monday"], unique=False)
    op.create_table(
        "site_version",
        sa.Column("site_code", CODE, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("geom", ShapelyGeometry(), nullable=False),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_site_version_site_code_site")),
        sa.PrimaryKeyConstraint("site_code", "version", name=op.f("pk_site_version")),
    )
    gist("site_version")
    op.create_table(
        "town_count",
        sa.Column("item_no", sa.Integer(), nullable=False),
        sa.Column("task_no", sa.Integer(), nullable=False),
        sa.Column("target_ord", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("town_code", CODE, nullable=False),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_no", "task_no", "target_ord"],
            ["target.item_no", "target.task_no", "target.ord"],
            name=op.f("fk_town_count_item_no_task_no_target_ord_target"),
        ),
        sa.ForeignKeyConstraint(["town_code"], ["town.code"], name=op.f("fk_town_count_town_code_town")),
        sa.PrimaryKeyConstraint("item_no", "task_no", "target_ord", "town_code", name=op.f("pk_town_count")),
    )
