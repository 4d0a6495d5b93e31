"""Signing in and out: attempts counted first, passwords compared after, a fresh token for every session."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Row

from app.auth import passwords, tokens
from app.domain.accounts import normal_name
from app.errors import NotSignedIn, TooMany
from app.store import accounts, attempts, sessions
from app.store.database import Database


def check_password(database: Database, name: str, password: str, address: str, moment: datetime) -> Row:
    """The account that this name and password open.

    Errors: TooMany with the seconds to wait; NotSignedIn, the same for a wrong name, a wrong password and a
    disabled account, and after the same time.
    """
    name = normal_name(name)
    with database.write() as connection:
        wait = attempts.begin(connection, name, address, moment)
    if wait:
        raise _too_many(wait)
    with database.read() as connection:
        row = accounts.by_name(connection, name)
    right, newer = passwords.verify(password, row.password_hash if row else None)
    if not right or row is None or row.disabled_at is not None:
        raise NotSignedIn("账号名或密码不对。", "The name or the password is wrong.")
    with database.write() as connection:
        attempts.succeeded(connection, name, address)
        if newer:
            accounts.renew_hash(connection, row.id, row.password_hash, newer)
    return row


def begin_session(
    database: Database, account_id: int, address: str, moment: datetime, old: str | None
) -> str:
    """A new session's token; the session that this browser had before ends (its token may be known)."""
    token = tokens.new_token()
    with database.write() as connection:
        if old:
            sessions.end(connection, tokens.kept(old))
        sessions.start(connection, tokens.kept(token), account_id, address, moment)
    return token


def end_session(database: Database, token: str) -> None:
    """Sign out."""
    with database.write() as connection:
        sessions.end(connection, tokens.kept(token))


def _too_many(wait: timedelta) -> TooMany:
    seconds = ceil(wait.total_seconds())
    if seconds < 120:
        told = (f"{seconds} 秒", f"{seconds} seconds")
    else:
        told = (f"{ceil(seconds / 60)} 分钟", f"{ceil(seconds / 60)} minutes")
    return TooMany(
        f"登录失败次数过多，请 {told[0]}后再试。忘记密码请联系管理员。",
        f"Too many failed attempts; try again in {told[1]}. "
        "If you forgot the password, ask the administrator.",
        seconds,
    )
