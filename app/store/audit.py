"""The audit read back: who changed what, when and from where. Rows of ``change``, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from app.domain.accounts import normal_name
from app.domain.weeks import Week
from app.store import tables as t
from app.store.asof import AsOf
from app.store.moments import ZONE_TIME


@dataclass(frozen=True)
class AuditFilter:
    """What to show; None is everything. `before`: rows older than this change's id."""

    subject: str | None = None
    person: str | None = None
    action: str | None = None
    week: Week | None = None
    before: int | None = None


_c, _a = t.change.c, t.account.c


def read_changes(connection: Connection, asked: AuditFilter, limit: int) -> tuple[list[Row], bool]:
    """Up to `limit` changes, each with its account's name, and whether there are older ones."""
    query = select(t.change, _a.name.label("account")).join_from(t.change, t.account, isouter=True)
    query = query.where(*_conditions(asked)).order_by(_c.id.desc()).limit(limit + 1)
    rows = list(connection.execute(query))
    return rows[:limit], len(rows) > limit


def known_actions(connection: Connection) -> list[str]:
    """The actions that occur."""
    return list(connection.execute(select(_c.action).distinct().order_by(_c.action)).scalars())


def _conditions(asked: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.subject:
        code = asked.subject
        inside = [_c.subject_code == code, _c.subject_code.startswith(f"{code}-", autoescape=True)]
        if code.isascii() and code.isdigit() and len(code) < 5:
            inside += [_c.item_no == int(code), _c.subject_code.startswith(f"{int(code):02d}-")]
        found.append(or_(*inside))
    if asked.person:
        found.append(or_(_a.name == normal_name(asked.person), _c.by.contains(asked.person, autoescape=True)))
    if asked.action:
        found.append(_c.action == asked.action)
    if asked.week:
        ended = AsOf.week(asked.week).before
        assert ended is not None
        began = datetime.combine(asked.week.monday, time.min, ZONE_TIME)
        found += [_c.entered_at >= began, _c.entered_at < ended]
    if asked.before:
        found.append(_c.id < asked.before)
    return found
