"""The ledger: rows that are written once and never changed or deleted (see ``APPEND_ONLY``).

Every row belongs to a `change`, which says who made it, when, from where, and what was before and after.
`entered_at` is the ledger's clock: the moment from which a row is known. What a past week showed is
computed from the rows entered before that week was over.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    true,
)

from app.store.moments import UtcDateTime
from app.store.tables.base import Code, Nullable, Serial, Uuid, entered, metadata


def _serial() -> Column:
    return Column("id", Serial, primary_key=True)


def _uuid() -> Column:
    return Column("id", Uuid, primary_key=True)


def _change() -> Column:
    return Column("change_id", Serial, ForeignKey("change.id"), index=True)


def _subject(nullable: bool = False) -> Column:
    return Column("subject_code", Code, ForeignKey("subject.code"), nullable=nullable, index=True)


# The audit. `at` is the clock on the wall; `request_id` the client's UUID, under which a repeated request
# is recognised, `request_digest` the SHA-256 of what it asked for.
change = Table(
    "change",
    metadata,
    _serial(),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("account_id", Serial, ForeignKey("account.id")),
    Column("by", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("address", Text),
    Column("action", String(32), nullable=False, index=True),
    Column("subject_code", Code, ForeignKey("subject.code"), index=True),
    Column("item_no", Integer, ForeignKey("item.no")),
    Column("request_id", Uuid, unique=True),
    Column("request_digest", String(64)),
    Column("before", Nullable),
    Column("after", Nullable),
    *entered(),
)
# `subject_code` is a site, a reported task, or a task whose sites have no plan of their own. `weight` is
# this subject's share of its task; `target_weights` that of the task's own targets: {"0": 2.0}.
plan = Table(
    "plan",
    metadata,
    _serial(),
    _change(),
    _subject(),
    Column("start", Date, nullable=False),
    Column("end", Date, nullable=False),
    Column("milestones", JSON, nullable=False),
    Column("weight", Float, nullable=False, server_default="1"),
    Column("target_weights", JSON, nullable=False, server_default="{}"),
    Column("reason", Text),
    *entered(),
    CheckConstraint('"end" >= start', name="in_order"),
    CheckConstraint("weight > 0", name="weight"),
)
# `percent` always; for a task also its `figures`: {"0": {"quantity": 120, "towns": {code: n}} or
# {"percent": 40}}; for a line also the `sections` built, [[from_m, to_m], ...] on `geom_version`.
# A later row for the same week `corrects` the one before it, with a `reason`.
report = Table(
    "report",
    metadata,
    _uuid(),
    _change(),
    _subject(),
    Column("week_monday", Date, nullable=False, index=True),
    Column("percent", Float, nullable=False),
    Column("figures", Nullable),
    Column("sections", Nullable),
    Column("geom_version", Integer),
    Column("suspended_reason", Text),
    Column("text", Text),
    Column("corrects", Uuid, ForeignKey("report.id"), unique=True),
    Column("reason", Text),
    *entered(),
    CheckConstraint("percent >= 0 AND percent <= 100", name="percent"),
)
# Acceptance, or with accepted = false what was completed is sent back, with reasons.
acceptance = Table(
    "acceptance",
    metadata,
    _serial(),
    _change(),
    _subject(),
    Column("accepted", Boolean, nullable=False, server_default=true()),
    Column("accepted_on", Date, nullable=False),
    Column("accepted_by", Text, nullable=False),
    Column("reason", Text),
    *entered(),
)
blockage = Table(
    "blockage", metadata, _uuid(), _change(), _subject(), Column("title", Text, nullable=False), *entered()
)
# action: open | assign | answer | escalate | close | reopen. The newest step holds owner, level and due day.
blockage_step = Table(
    "blockage_step",
    metadata,
    _serial(),
    _change(),
    Column("blockage_id", Uuid, ForeignKey("blockage.id"), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("owner_unit", String(32), ForeignKey("unit.code"), nullable=False),
    Column("level", Integer, nullable=False),
    Column("due", Date),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    *entered(),
    CheckConstraint("level BETWEEN 1 AND 3", name="level"),
)
# A directive concerns an item, and a subject of it where named.
directive = Table(
    "directive",
    metadata,
    _uuid(),
    _change(),
    _subject(nullable=True),
    Column("item_no", Integer, ForeignKey("item.no"), nullable=False),
    Column("unit_code", String(32), ForeignKey("unit.code"), nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    *entered(),
)
# action: give | progress | done | confirm | reopen | extend. The newest step holds the due day.
directive_step = Table(
    "directive_step",
    metadata,
    _serial(),
    _change(),
    Column("directive_id", Uuid, ForeignKey("directive.id"), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("due", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    *entered(),
)
# `made_at` is when somebody was there by the ledger's clock, `entered_at` when it reached us. `device_at`
# is what the telephone's own clock said then, `clock_off_s` how far the server's was ahead of it at
# receipt. `lon`, `lat`, `accuracy_m`, `position_source` ("device", or "pin": put by hand) and
# `position_at` are where somebody stood; `presence` and `presence_facts` what that says
# (app.domain.presence), judged once, at receipt. `photos_expected`: ids of the photos that are to follow.
# `seen_version`: of the subject, as the client knew.
inspection = Table(
    "inspection",
    metadata,
    _uuid(),
    _change(),
    _subject(),
    Column("made_at", UtcDateTime, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("finding", Text, nullable=False),
    Column("sections", Nullable),
    Column("geom_version", Integer),
    Column("lon", Float),
    Column("lat", Float),
    Column("accuracy_m", Float),
    Column("position_source", String(8)),
    Column("position_at", UtcDateTime),
    Column("device_at", UtcDateTime),
    Column("clock_off_s", Float),
    Column("presence", String(16)),
    Column("presence_facts", Nullable),
    Column("photos_expected", Nullable),
    Column("seen_version", Serial),
    Column("via", String(8)),
    Column("by", Text, nullable=False),
    *entered(),
)
# An inspection after somebody mended it: the whole of what may be mended, as it stands since.
# `base_change` is the version that the person had seen, `changed` the names of the fields changed.
inspection_revision = Table(
    "inspection_revision",
    metadata,
    _uuid(),
    _change(),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), nullable=False, index=True),
    Column("base_change", Serial, nullable=False),
    Column("changed", JSON, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("finding", Text, nullable=False),
    Column("sections", Nullable),
    Column("geom_version", Integer),
    Column("by", Text, nullable=False),
    *entered(),
)
# A field of an inspection that two people changed, each without knowing of the other: `kept` stands until
# supervision has decided, `other` is what came later.
dispute = Table(
    "dispute",
    metadata,
    _uuid(),
    _change(),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), nullable=False, index=True),
    Column("field", String(16), nullable=False),
    Column("base", Nullable),
    Column("kept", Nullable),
    Column("kept_by", Text, nullable=False),
    Column("other", Nullable),
    Column("other_by", Text, nullable=False),
    *entered(),
)
# chosen: kept | other.
dispute_decision = Table(
    "dispute_decision",
    metadata,
    _serial(),
    _change(),
    Column("dispute_id", Uuid, ForeignKey("dispute.id"), nullable=False, unique=True),
    Column("chosen", String(8), nullable=False),
    Column("text", Text),
    Column("by", Text, nullable=False),
    *entered(),
)
# The picture itself is kept by its SHA-256 (app.store.blobs). `sent_sha256` is that of the bytes that
# arrived, `original_sha256` what the telephone says of the file before it was made smaller. Where and
# when it was taken: `exif` as read from the file; `lon` … `device_at` as the telephone knew it. `verdict`
# and `verdict_facts` are judged once, at receipt.
photo = Table(
    "photo",
    metadata,
    _uuid(),
    _change(),
    Column("sha256", String(64), nullable=False, index=True),
    Column("report_id", Uuid, ForeignKey("report.id"), index=True),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), index=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sent_sha256", String(64), index=True),
    Column("original_sha256", String(64), index=True),
    Column("exif", Nullable),
    Column("lon", Float),
    Column("lat", Float),
    Column("accuracy_m", Float),
    Column("position_source", String(8)),
    Column("position_at", UtcDateTime),
    Column("device_at", UtcDateTime),
    Column("verdict", String(16)),
    Column("verdict_facts", Nullable),
    *entered(),
)

APPEND_ONLY = (
    "site_version",
    "change",
    "plan",
    "report",
    "acceptance",
    "blockage",
    "blockage_step",
    "directive",
    "directive_step",
    "inspection",
    "inspection_revision",
    "dispute",
    "dispute_decision",
    "photo",
)
"""Tables whose rows nobody may update or delete; enforced in the database (decision 009)."""
