"""Whether the session that opened a long answer, such as a stream of events, still goes on."""

from __future__ import annotations

from datetime import datetime

import anyio.to_thread
import psycopg
import sqlalchemy.exc
from fastapi import Request

from app.auth.identify import clock
from app.store import sessions
from app.store.database import Database
from app.store.sessions import Session


async def goes_on(request: Request) -> bool:
    """Whether who opened this may still read; where reading needs a session, it may have ended since.

    Asking is no visit: an open page alone does not keep a session alive.
    """
    if request.app.state.settings.public:
        return True
    session = request.state.session
    if session is None:
        return False
    return await anyio.to_thread.run_sync(_is_live, request.app.state.live.database, session, clock(request))


def _is_live(database: Database, session: Session, moment: datetime) -> bool:
    try:
        with database.read() as connection:
            return sessions.find(connection, session.token_hash, moment, None) is not None
    except (sqlalchemy.exc.OperationalError, psycopg.OperationalError):
        return True  # nothing can be read while the database is away
