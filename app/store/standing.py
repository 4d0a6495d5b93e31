"""Where every subject of the ledger stands: its newest plan, report and verdict known by then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from app.domain.codes import task_code
from app.domain.progress import Plan
from app.domain.status import Acceptance, Report, SentBack, Status, site_status
from app.domain.weeks import Week
from app.store import tables as t
from app.store.asof import AsOf


@dataclass(frozen=True)
class Standing:
    """A subject's status and the rows of the ledger that gave it (None where there is none).

    `plan` is the subject's own, else its task's; `sample` when any of them is demonstration data.
    """

    status: Status
    plan: Any
    report: Any
    verdict: Any

    @property
    def sample(self) -> bool:
        """Whether any input is demonstration data."""
        return any(row is not None and row.sample for row in (self.plan, self.report, self.verdict))


def standings(
    connection: Connection, as_of: AsOf, tolerance: float, codes: Collection[str] | None = None
) -> dict[str, Standing]:
    """The standing of each subject in `codes` (None: of every one), in order of code."""
    subjects = select(t.subject.c.code, t.subject.c.item_no, t.subject.c.task_no).order_by(t.subject.c.code)
    if codes is not None:
        subjects = subjects.where(t.subject.c.code.in_(codes))
    wanted = connection.execute(subjects).all()
    tasks = {row.code: task_code(row.item_no, row.task_no) for row in wanted}
    with_tasks = None if codes is None else {*tasks, *tasks.values()}
    own = None if codes is None else list(tasks)
    plans = _newest(connection, t.plan, as_of.known(t.plan), [], with_tasks)
    reported = as_of.known(t.report) & (t.report.c.week_monday <= as_of.day)
    reports = _newest(connection, t.report, reported, [t.report.c.week_monday], own)
    judged = as_of.known(t.acceptance) & (t.acceptance.c.accepted_on <= as_of.day)
    verdicts = _newest(connection, t.acceptance, judged, [], own)
    found = {}
    for code, task in tasks.items():
        plan, report, verdict = plans.get(code) or plans.get(task), reports.get(code), verdicts.get(code)
        status = site_status(
            as_of.day,
            plan_of(plan),
            report_of(report),
            _acceptance(verdict),
            tolerance,
            _sent_back(verdict, report),
        )
        found[code] = Standing(status, plan, report, verdict)
    return found


def newest_first(table: Table) -> list[ColumnElement]:
    """The order in which rows of the ledger came, newest first; rows without a change came before all."""
    return [func.coalesce(table.c.change_id, 0).desc(), table.c.entered_at.desc(), table.c.id.desc()]


def plan_of(row: Any) -> Plan | None:
    """A row of ``plan`` as the rules take it."""
    if row is None:
        return None
    milestones = tuple((date.fromisoformat(day), float(percent)) for day, percent in row.milestones)
    return Plan(row.start, row.end, milestones)


def report_of(row: Any) -> Report | None:
    """A row of ``report`` as the rules take it."""
    return None if row is None else Report(Week.of(row.week_monday), row.percent, row.suspended_reason)


def _acceptance(row: Any) -> Acceptance | None:
    return Acceptance(row.accepted_on, row.accepted_by) if row is not None and row.accepted else None


def _sent_back(verdict: Any, report: Any) -> SentBack | None:
    """A refusal holds until something newer is reported."""
    if verdict is None or verdict.accepted or report is None:
        return None
    if _came(report) > _came(verdict):
        return None
    return SentBack(verdict.accepted_on, verdict.accepted_by, verdict.reason or "")


def _came(row: Any) -> tuple[int, Any]:
    return (row.change_id or 0, row.entered_at)


def _newest(
    connection: Connection,
    table: Table,
    known: ColumnElement[bool],
    order: list[ColumnElement],
    codes: Collection[str] | None,
) -> dict[str, Any]:
    """The last row per subject among those that are `known`: by `order`, then as they came."""
    newest_last = [*(column.desc() for column in order), *newest_first(table)]
    rank = func.row_number().over(partition_by=table.c.subject_code, order_by=newest_last)
    ranked = select(table, rank.label("rank")).where(known)
    if codes is not None:
        ranked = ranked.where(table.c.subject_code.in_(codes))
    newest = ranked.subquery()
    return {row.subject_code: row for row in connection.execute(select(newest).where(newest.c.rank == 1))}
