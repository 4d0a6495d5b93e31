"""The phone: check-ins with position and clock, mended and disputed ones, photos in parts with their verdict.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from app.store.moments import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
POSITION = (
    ("lon", sa.Float()),
    ("lat", sa.Float()),
    ("accuracy_m", sa.Float()),
)
SEEN = (
    ("position_source", sa.String(length=8)),
    ("position_at", UtcDateTime()),
    ("device_at", UtcDateTime()),
)


def _json() -> sa.JSON:
    return sa.JSON(none_as_null=True)


def _entered() -> list[sa.Column]:
    return [
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False),
    ]


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def upgrade() -> None:
    for name, kind in (
        *SEEN,
        ("clock_off_s", sa.Float()),
        ("presence", sa.String(length=16)),
        ("presence_facts", _json()),
        ("photos_expected", _json()),
        ("seen_version", SERIAL),
        ("via", sa.String(length=8)),
    ):
        op.add_column("inspection", sa.Column(name, kind))
    for name, kind in (
        ("sent_sha256", sa.String(length=64)),
        ("original_sha256", sa.String(length=64)),
        ("exif", _json()),
        *POSITION,
        *SEEN,
        ("verdict", sa.String(length=16)),
        ("verdict_facts", _json()),
    ):
        op.add_column("photo", sa.Column(name, kind))
    _index("photo", "sha256", "sent_sha256", "original_sha256")
    op.create_table(
        "inspection_revision",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("inspection_id", sa.String(length=36), nullable=False),
        sa.Column("base_change", SERIAL, nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("sections", _json()),
        sa.Column("geom_version", sa.Integer()),
        sa.Column("by", sa.Text(), nullable=False),
        *_entered(),
        _of("inspection_revision", "change_id", "change"),
        _of("inspection_revision", "inspection_id", "inspection"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_revision")),
    )
    _index("inspection_revision", "change_id", "entered_at", "inspection_id")
    op.create_table(
        "dispute",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("inspection_id", sa.String(length=36), nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("base", _json()),
        sa.Column("kept", _json()),
        sa.Column("kept_by", sa.Text(), nullable=False),
        sa.Column("other", _json()),
        sa.Column("other_by", sa.Text(), nullable=False),
        *_entered(),
        _of("dispute", "change_id", "change"),
        _of("dispute", "inspection_id", "inspection"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    _index("dispute", "change_id", "entered_at", "inspection_id")
    op.create_table(
        "dispute_decision",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("change_id", SERIAL),
        sa.Column("dispute_id", sa.String(length=36), nullable=False),
        sa.Column("chosen", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("by", sa.Text(), nullable=False),
        *_entered(),
        _of("dispute_decision", "change_id", "change"),
        _of("dispute_decision", "dispute_id", "dispute"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_decision")),
        sa.UniqueConstraint("dispute_id", name=op.f("uq_dispute_decision_dispute_id")),
    )
    _index("dispute_decision", "change_id", "entered_at")
    op.create_table(
        "photo_upload",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", SERIAL, nullable=False),
        sa.Column("inspection_id", sa.String(length=36), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("about", _json()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("photo_id", sa.String(length=36)),
        sa.Column("refused", _json()),
        _of("photo_upload", "account_id", "account"),
        _of("photo_upload", "inspection_id", "inspection"),
        _of("photo_upload", "photo_id", "photo"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_upload")),
    )
    _index("photo_upload", "inspection_id")
