"""Roles and logins of a test's own on the shared PostgreSQL server; gone with all they were granted."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from psycopg import sql

from tests.support.databases import Storage


def address(place: Storage) -> str:
    """libpq's address of a PostgreSQL storage, as its owner and superuser."""
    return place.url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextmanager
def role(place: Storage, options: str = "NOLOGIN", of: str | None = None) -> Iterator[str]:
    """The name of a new role with `options`, a member of the role `of`."""
    name = f"test_role_{secrets.token_hex(6)}"
    with psycopg.connect(address(place), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} ").format(sql.Identifier(name)) + sql.SQL(options))
        if of is not None:
            admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(of), sql.Identifier(name)))
    try:
        yield name
    finally:
        forget(place, name)


@contextmanager
def login(place: Storage, options: str = "", of: str | None = None) -> Iterator[Storage]:
    """The same storage, reached with a new login instead of the superuser."""
    password = secrets.token_hex(8)
    with role(place, f"LOGIN PASSWORD '{password}' {options}", of) as name:
        host = place.url.rsplit("@", 1)[1]
        yield replace(place, address=f"postgresql+psycopg://{name}:{password}@{host}")


def name_of(place: Storage) -> str:
    """The login's name in a storage's address."""
    return place.url.split("://", 1)[1].split(":", 1)[0]


def forget(place: Storage, name: str) -> None:
    """Drop a role with its tables and privileges in this database, if there is such a role."""
    with psycopg.connect(address(place), autocommit=True) as admin:
        if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
            admin.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
