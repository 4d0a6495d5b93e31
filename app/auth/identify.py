"""Who sends a request: one look at the cookie, and one at the database when there is a cookie."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

import anyio.to_thread
from fastapi import Request

from app.auth import tokens
from app.auth.origin import address_of
from app.auth.privacy import PERSONAL
from app.store import sessions
from app.store.database import Database
from app.store.moments import now
from app.store.sessions import Session

log = logging.getLogger("minsheng")
LONGEST_TOKEN = 100
_noting: dict[str, asyncio.Task] = {}


async def identify(request: Request) -> Session | None:
    """The live session of a request. Anonymous requests cost nothing; others one look-up, once."""
    state = request.state
    if not hasattr(state, "session"):
        token = tokens.read_cookie(request, tokens.SESSION)
        state.session = await _find(request, token) if token and len(token) <= LONGEST_TOKEN else None
        state.token = token if state.session else None
        state.actor = state.session.actor if state.session else None
        setattr(state, PERSONAL, state.session is not None)
    return state.session


def clock(request: Request) -> datetime:
    """The clock on the wall, which tests may set."""
    return getattr(request.app.state, "clock", now)()


async def _find(request: Request, token: str) -> Session | None:
    database: Database = request.app.state.live.database
    moment, address = clock(request), address_of(request)
    found = await anyio.to_thread.run_sync(_look_up, database, tokens.kept(token), moment, address)
    stale = found is not None and moment - found.seen_at >= sessions.SEEN_EVERY
    if found is not None and stale and found.token_hash not in _noting:
        # the answer does not wait for it: another transaction may be writing for a while
        noting = anyio.to_thread.run_sync(_saw, database, found.token_hash, moment)
        task = _noting[found.token_hash] = asyncio.create_task(noting)
        task.add_done_callback(lambda _: _noting.pop(found.token_hash, None))
    return found


def _look_up(database: Database, token_hash: str, moment: datetime, address: str) -> Session | None:
    with database.read() as connection:
        return sessions.find(connection, token_hash, moment, address)


def _saw(database: Database, token_hash: str, moment: datetime) -> None:
    try:
        with database.write() as connection:
            sessions.saw(connection, token_hash, moment)
    except Exception:
        log.exception("cannot note a visit")
