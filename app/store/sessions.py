"""Sessions: who is signed in. Kept by the SHA-256 of their token; looked up once per request at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from app.domain.roles import Actor, Role
from app.store import tables as t

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
"""How stale the note of the last visit may grow before it is written again."""


@dataclass(frozen=True)
class Session:
    """A live session and whose it is. `must_change`: the password has to be replaced first."""

    token_hash: str
    actor: Actor
    must_change: bool
    seen_at: datetime


_a, _s = t.account.c, t.session.c
_FIND = (
    select(
        _s.seen_at,
        _s.expires_at,
        _a.id,
        _a.name,
        _a.display,
        _a.role,
        _a.unit_code,
        _a.towns,
        _a["items"],
        _a.must_change,
    )
    .join_from(t.session, t.account)
    .where(_s.token_hash == bindparam("token_hash"), _a.disabled_at.is_(None))
)


def start(
    connection: Connection, token_hash: str, account_id: int, address: str | None, now: datetime
) -> None:
    """Begin a session; those of anybody that are over go at the same time."""
    end_expired(connection, now)
    row = {"token_hash": token_hash, "account_id": account_id, "address": address}
    moments = {"created_at": now, "seen_at": now, "expires_at": now + LONGEST}
    connection.execute(insert(t.session).values(row | moments))


def find(connection: Connection, token_hash: str, now: datetime, address: str | None) -> Session | None:
    """The live session with this hash; None when it is over, or its account is disabled."""
    row = connection.execute(_FIND, {"token_hash": token_hash}).first()
    if row is None or now >= min(row.expires_at, row.seen_at + IDLE):
        return None
    return Session(token_hash, actor_of_row(row, address), row.must_change, row.seen_at)


def actor_of_row(row: Row, address: str | None) -> Actor:
    """An account's row as somebody at work."""
    return Actor(
        account_id=row.id,
        name=row.name,
        display=row.display,
        role=Role(row.role),
        unit=row.unit_code,
        towns=frozenset(row.towns),
        items=frozenset(row._mapping["items"]),
        address=address,
    )


def saw(connection: Connection, token_hash: str, now: datetime) -> None:
    """Note a visit."""
    connection.execute(update(t.session).where(_s.token_hash == token_hash).values(seen_at=now))


def of_account(connection: Connection, account_id: int, now: datetime) -> list[Row]:
    """An account's live sessions, the most recently used first."""
    query = select(t.session).where(_s.account_id == account_id, _s.expires_at > now, _s.seen_at > now - IDLE)
    return list(connection.execute(query.order_by(_s.seen_at.desc(), _s.created_at.desc())))


def end(connection: Connection, token_hash: str) -> None:
    """End one session."""
    connection.execute(delete(t.session).where(_s.token_hash == token_hash))


def end_all(connection: Connection, account_id: int, but: str | None = None) -> int:
    """End an account's sessions, except the one with the hash `but`; how many ended."""
    condition = _s.account_id == account_id
    if but is not None:
        condition &= _s.token_hash != but
    return connection.execute(delete(t.session).where(condition)).rowcount


def end_expired(connection: Connection, now: datetime) -> None:
    """Forget what is over."""
    connection.execute(delete(t.session).where((_s.expires_at <= now) | (_s.seen_at <= now - IDLE)))
