"""Where every site stands on a given day: its newest plan, report and acceptance known by then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from app.domain.progress import Plan
from app.domain.status import Acceptance, Report, Status, site_status
from app.domain.weeks import Week
from app.store import tables as t


@dataclass(frozen=True)
class Standing:
    """A site's status on a day; `sample` when any input of it is demonstration data."""

    status: Status
    sample: bool


def standings(
    connection: Connection, day: date, tolerance: float, codes: Collection[str] | None = None
) -> dict[str, Standing]:
    """The standing of each site in `codes` (None: of every site) as known on `day`."""
    wanted = select(t.site.c.code)
    if codes is not None:
        wanted = wanted.where(t.site.c.code.in_(codes))
    plans = _newest(connection, t.plan, t.plan.c.entered_on <= day, [t.plan.c.entered_on, t.plan.c.id], codes)
    reports = _newest(
        connection,
        t.report,
        t.report.c.week_monday <= day,
        [t.report.c.week_monday, t.report.c.entered_at, t.report.c.id],
        codes,
    )
    accepted = _newest(
        connection,
        t.acceptance,
        t.acceptance.c.accepted_on <= day,
        [t.acceptance.c.accepted_on, t.acceptance.c.id],
        codes,
    )
    found = {}
    for code in connection.execute(wanted).scalars():
        plan, report, acceptance = plans.get(code), reports.get(code), accepted.get(code)
        status = site_status(day, _plan(plan), _report(report), _acceptance(acceptance), tolerance)
        found[code] = Standing(
            status, any(row is not None and row.sample for row in (plan, report, acceptance))
        )
    return found


def _newest(
    connection: Connection,
    table: Table,
    known: ColumnElement[bool],
    order: list,
    codes: Collection[str] | None,
) -> dict[str, Any]:
    """The last row per site by `order` among those that are `known`."""
    rank = func.row_number().over(
        partition_by=table.c.site_code, order_by=[column.desc() for column in order]
    )
    ranked = select(table, rank.label("rank")).where(known)
    if codes is not None:
        ranked = ranked.where(table.c.site_code.in_(codes))
    newest = ranked.subquery()
    return {row.site_code: row for row in connection.execute(select(newest).where(newest.c.rank == 1))}


def _plan(row: Any) -> Plan | None:
    if row is None:
        return None
    milestones = tuple((date.fromisoformat(day), float(percent)) for day, percent in row.milestones)
    return Plan(row.start, row.end, milestones)


def _report(row: Any) -> Report | None:
    return None if row is None else Report(Week.of(row.week_monday), row.percent, row.suspended_reason)


def _acceptance(row: Any) -> Acceptance | None:
    return None if row is None else Acceptance(row.accepted_on, row.accepted_by)
