"""What all tables share: metadata, column types and the names of constraints and indexes."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, MetaData, String, Text, false
from sqlalchemy.dialects import postgresql

from app.store.moments import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Codes are compared byte by byte on both engines, so that pages come in the same order.
Code = String(16).with_variant(postgresql.VARCHAR(16, collation="C"), "postgresql")
Serial = BigInteger().with_variant(Integer(), "sqlite")
Uuid = String(36)
Nullable = JSON(none_as_null=True)


def names() -> list[Column]:
    """A name in Chinese and English."""
    return [Column("name", Text, nullable=False), Column("name_en", Text, nullable=False)]


def titles() -> list[Column]:
    """A title in Chinese and English."""
    return [Column("title", Text, nullable=False), Column("title_en", Text, nullable=False)]


def entered() -> list[Column]:
    """When a row became known (the ledger's clock), and whether it is demonstration data."""
    return [
        Column("entered_at", UtcDateTime, nullable=False, index=True),
        Column("sample", Boolean, nullable=False, server_default=false()),
    ]


def gist(column: Column) -> None:
    """Give a geometry column its GiST index (PostgreSQL only); an Index attaches itself to the table."""
    index = Index(f"ix_{column.table.name}_{column.name}_gist", column, postgresql_using="gist")
    index.ddl_if(dialect="postgresql")
