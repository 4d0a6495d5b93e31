"""Who signs in: accounts, sessions, failed attempts; what is under way: Excel uploads, photos in parts."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Integer, String, Table, Text, false

from app.store.moments import UtcDateTime
from app.store.tables.base import Nullable, Serial, Uuid, metadata

# `role` is one of app.domain.roles.Role. `towns`: codes the account is confined to, empty for none;
# `items`: a leader's portfolio (分管领域), empty for all.
account = Table(
    "account",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("display", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("unit_code", String(32), ForeignKey("unit.code")),
    Column("towns", JSON, nullable=False),
    Column("items", JSON, nullable=False),
    Column("password_hash", Text),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)
# The cookie holds a random token; only its SHA-256 is kept.
session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", Serial, ForeignKey("account.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("address", Text),
)
# Failed sign-ins by key ("name:<name>|<address>" or "address:<address>"), for the back-off.
attempt = Table(
    "attempt",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
)
upload = Table(
    "upload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Serial, ForeignKey("account.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("week_monday", Date, nullable=False),
    Column("state", String(16), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("rows", Nullable),
)
# A photo that arrives in parts; the parts lie under MINSHENG_DATA/incoming by its id until all are there.
# `about` is what the client says of it. `photo_id` once it has been kept, `refused` (a problem document)
# when it cannot be.
photo_upload = Table(
    "photo_upload",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Serial, ForeignKey("account.id"), nullable=False),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), nullable=False, index=True),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("about", Nullable),
    Column("created_at", UtcDateTime, nullable=False),
    Column("photo_id", Uuid, ForeignKey("photo.id")),
    Column("refused", Nullable),
)
