"""The ledger of work: subjects, an audit behind every row, accounts. What 0001 held is kept.

A plan, report or acceptance belonged to a site and now belongs to a subject, a site or a task; the day a
plan was entered becomes that day's midnight in the zone.

Revision: 0002, after 0001.
"""

from collections import defaultdict
from datetime import date, datetime, time

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from sqlalchemy.dialects import postgresql

from app.store.moments import ZONE_TIME, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODE = sa.String(16).with_variant(postgresql.VARCHAR(16, collation="C"), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _people()
    _subject_and_change()
    _fill_subjects()
    _plan()
    _report()
    _acceptance()
    with op.batch_alter_table("site_version") as batch:
        _change_of(batch, "site_version")


def _people() -> None:
    op.create_table(
        "attempt",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt")),
    )
    op.create_table(
        "account",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("unit_code", sa.String(length=32)),
        sa.Column("towns", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("must_change", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=op.f("fk_account_unit_code_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", SERIAL, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"])
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", SERIAL, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("week_monday", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON()),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )


def _subject_and_change() -> None:
    op.create_table(
        "subject",
        sa.Column("code", CODE, nullable=False),
        sa.Column("item_no", sa.Integer(), nullable=False),
        sa.Column("task_no", sa.Integer(), nullable=False),
        sa.Column("site_code", CODE),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_no", "task_no"], ["task.item_no", "task.no"], name=op.f("fk_subject_item_no_task_no_task")
        ),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_subject_site_code_site")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_subject")),
        sa.UniqueConstraint("site_code", name=op.f("uq_subject_site_code")),
    )
    op.create_table(
        "change",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("account_id", SERIAL),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject_code", CODE),
        sa.Column("item_no", sa.Integer()),
        sa.Column("request_id", sa.String(length=36)),
        sa.Column("request_digest", sa.String(length=64)),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_change_account_id_account")),
        sa.ForeignKeyConstraint(["item_no"], ["item.no"], name=op.f("fk_change_item_no_item")),
        sa.ForeignKeyConstraint(
            ["subject_code"], ["subject.code"], name=op.f("fk_change_subject_code_subject")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("request_id", name=op.f("uq_change_request_id")),
    )
    op.create_index(op.f("ix_change_action"), "change", ["action"])
    op.create_index(op.f("ix_change_at"), "change", ["at"])
    op.create_index(op.f("ix_change_entered_at"), "change", ["entered_at"])
    op.create_index(op.f("ix_change_subject_code"), "change", ["subject_code"])


def _fill_subjects() -> None:
    """One for every site and every task. A task is reported itself when it has a target of its own: one that
    no kind of site makes up and that is not the total of others."""
    connection = op.get_bind()
    subject = sa.table(
        "subject",
        sa.column("code", CODE),
        sa.column("item_no", sa.Integer),
        sa.column("task_no", sa.Integer),
        sa.column("site_code", CODE),
        sa.column("reported", sa.Boolean),
    )
    target = sa.table(
        "target",
        sa.column("item_no", sa.Integer),
        sa.column("task_no", sa.Integer),
        sa.column("title", sa.Text),
        sa.column("kinds", sa.JSON),
        sa.column("part_of", sa.Text),
    )
    targets = defaultdict(list)
    for row in connection.execute(sa.select(target)):
        targets[row.item_no, row.task_no].append(row)
    tasks = []
    for item_no, task_no in connection.execute(sa.text("SELECT item_no, no FROM task")).all():
        own = targets[item_no, task_no]
        totals = {row.part_of for row in own}
        reported = any(not row.kinds and row.title not in totals for row in own)
        tasks.append(
            {"code": f"{item_no:02d}-{task_no}", "item_no": item_no, "task_no": task_no, "reported": reported}
        )
    if tasks:
        connection.execute(subject.insert(), tasks)
    sites = sa.text("SELECT code, item_no, task_no FROM site")
    rows = [
        {"code": code, "item_no": item_no, "task_no": task_no, "site_code": code, "reported": True}
        for code, item_no, task_no in connection.execute(sites)
    ]
    if rows:
        connection.execute(subject.insert(), rows)


def _plan() -> None:
    _rename("plan")
    with op.batch_alter_table("plan") as batch:
        _subject_and_change_of(batch, "plan")
        batch.add_column(sa.Column("weight", sa.Float(), server_default="1", nullable=False))
        batch.add_column(sa.Column("target_weights", sa.JSON(), server_default="{}", nullable=False))
        batch.add_column(sa.Column("reason", sa.Text()))
        batch.add_column(sa.Column("entered_at", UtcDateTime()))
        batch.create_check_constraint(op.f("ck_plan_weight"), "weight > 0")
    _midnights("plan", "entered_on")
    with op.batch_alter_table("plan") as batch:
        batch.alter_column("entered_at", existing_type=UtcDateTime(), nullable=False)
        batch.drop_column("entered_on")
    _indexes("plan")


def _report() -> None:
    _rename("report")
    with op.batch_alter_table("report") as batch:
        _subject_and_change_of(batch, "report")
        batch.add_column(sa.Column("figures", sa.JSON()))
        batch.add_column(sa.Column("sections", sa.JSON()))
        batch.add_column(sa.Column("geom_version", sa.Integer()))
        batch.add_column(sa.Column("corrects", sa.String(length=36)))
        batch.add_column(sa.Column("reason", sa.Text()))
        batch.create_foreign_key(op.f("fk_report_corrects_report"), "report", ["corrects"], ["id"])
        batch.create_unique_constraint(op.f("uq_report_corrects"), ["corrects"])
    _indexes("report")


def _acceptance() -> None:
    _rename("acceptance")
    with op.batch_alter_table("acceptance") as batch:
        _subject_and_change_of(batch, "acceptance")
        batch.add_column(sa.Column("accepted", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch.add_column(sa.Column("reason", sa.Text()))
        batch.add_column(sa.Column("entered_at", UtcDateTime()))
    _midnights("acceptance", "accepted_on")
    with op.batch_alter_table("acceptance") as batch:
        batch.alter_column("entered_at", existing_type=UtcDateTime(), nullable=False)
    _indexes("acceptance")


def _rename(table: str) -> None:
    """What belonged to a site belongs to the subject of the same code."""
    with op.batch_alter_table(table) as batch:
        batch.drop_index(op.f(f"ix_{table}_site_code"))
        batch.drop_constraint(op.f(f"fk_{table}_site_code_site"), type_="foreignkey")
        batch.alter_column(
            "site_code", new_column_name="subject_code", existing_type=CODE, existing_nullable=False
        )


def _subject_and_change_of(batch: BatchOperations, table: str) -> None:
    batch.create_foreign_key(op.f(f"fk_{table}_subject_code_subject"), "subject", ["subject_code"], ["code"])
    _change_of(batch, table)


def _change_of(batch: BatchOperations, table: str) -> None:
    """Rows from before have no change behind them."""
    batch.add_column(sa.Column("change_id", SERIAL))
    batch.create_foreign_key(op.f(f"fk_{table}_change_id_change"), "change", ["change_id"], ["id"])


def _indexes(table: str) -> None:
    for column in ("subject_code", "change_id", "entered_at"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _midnights(table: str, day: str) -> None:
    """`entered_at` is the midnight (Asia/Shanghai) that began the day."""
    connection = op.get_bind()
    rows = sa.table(table, sa.column(day, sa.Date), sa.column("entered_at", UtcDateTime()))
    days: list[date] = list(connection.execute(sa.select(rows.c[day]).distinct()).scalars())
    for one in days:
        midnight = datetime.combine(one, time.min, ZONE_TIME)
        connection.execute(rows.update().where(rows.c[day] == one).values(entered_at=midnight))
