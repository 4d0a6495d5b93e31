"""What the telephone keeps of the ledger beside what it draws: the sections of lines seen last."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from app.store import tables as t
from app.store.asof import AsOf

_NAMES = ("id", "sections", "geom_version", "made_at", "by")


def all_latest_sections(connection: Connection, as_of: AsOf) -> dict[str, dict[str, Any]]:
    """By subject, the sections seen built last: what `app.store.inspections.latest_sections` says of one."""
    own, mended = t.inspection.c, t.inspection_revision.c
    columns = [own[name] for name in (*_NAMES, "subject_code")]
    query = select(*columns).where(as_of.known(t.inspection)).order_by(own.made_at, own.change_id)
    found = {row["id"]: dict(row) for row in connection.execute(query).mappings()}
    changed = select(mended.inspection_id, mended.sections, mended.geom_version).order_by(mended.change_id)
    for row in connection.execute(changed.where(as_of.known(t.inspection_revision))):
        if row.inspection_id in found:
            found[row.inspection_id] |= {"sections": row.sections, "geom_version": row.geom_version}
    return {
        row["subject_code"]: {name: row[name] for name in _NAMES} for row in found.values() if row["sections"]
    }


def sample_day(connection: Connection) -> date | None:
    """The day on which the demonstration stands still; None where time goes on."""
    return connection.execute(select(t.zone.c.sample_today)).scalar_one()
