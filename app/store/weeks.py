"""The weeks that the ledger can be read as of."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from app.domain.weeks import Week
from app.store import tables as t
from app.store.moments import day_of


def first_week(connection: Connection) -> Week | None:
    """The week of the first plan, report or acceptance; None when there is none yet."""
    firsts = [
        connection.execute(select(func.min(table.c.entered_at))).scalar()
        for table in (t.plan, t.report, t.acceptance)
    ]
    known = [moment for moment in firsts if moment is not None]
    return Week.of(day_of(min(known))) if known else None
