"""Failed sign-ins, kept in the database so that every process of the service counts the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from app.auth.backoff import FORGOTTEN_AFTER, FREE_BY_ADDRESS, FREE_BY_NAME, counted, wait_after
from app.store import tables as t

_LONGEST_NAME = 64


def _keys(name: str, address: str) -> list[tuple[str, int]]:
    """The two counters of an attempt, and how many failures each has free."""
    by_name = f"name:{name[:_LONGEST_NAME]}|{address[:64]}"
    return [(by_name, FREE_BY_NAME), (f"address:{address[:64]}", FREE_BY_ADDRESS)]


def begin(connection: Connection, name: str, address: str, now: datetime) -> timedelta:
    """Ask for an attempt. A wait longer than zero refuses it.

    An attempt that is let in counts as failed until :func:`succeeded` takes it back: so many guesses sent at
    the same moment, to several processes, get no further than the same guesses one after the other.
    """
    keys = _keys(name, address)
    a = t.attempt.c
    rows = {
        row.key: row for row in connection.execute(select(t.attempt).where(a.key.in_([k for k, _ in keys])))
    }
    waits = [row.until - now for row in rows.values() if row.until is not None and row.until > now]
    if waits:
        return max(waits)
    for key, free in keys:
        row = rows.get(key)
        failures = 1 + (counted(row.failures, row.last_at, now) if row else 0)
        wait = wait_after(failures, free)
        values = {"failures": failures, "last_at": now, "until": now + wait if wait else None}
        if row:
            connection.execute(update(t.attempt).where(a.key == key).values(values))
        else:
            connection.execute(insert(t.attempt).values(values | {"key": key}))
    connection.execute(delete(t.attempt).where(a.last_at < now - FORGOTTEN_AFTER))
    return timedelta(0)


def succeeded(connection: Connection, name: str, address: str) -> None:
    """Take back an attempt that was right: the name's count is cleared, the address gets its one back."""
    (by_name, _), (by_address, _) = _keys(name, address)
    a = t.attempt.c
    connection.execute(delete(t.attempt).where(a.key == by_name))
    connection.execute(
        update(t.attempt)
        .where(a.key == by_address, a.failures > 0)
        .values(failures=a.failures - 1, until=None)
    )
