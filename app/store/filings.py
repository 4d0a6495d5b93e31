"""What stands before somebody who reports on a subject or plans it: the rows so far, and who wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Table, select

from app.domain.built import Built, built
from app.domain.progress import Plan, planned_percent
from app.domain.weeks import Week
from app.store import tables as t
from app.store.asof import AsOf
from app.store.photos import photos_of
from app.store.standing import Standing, newest_first, plan_of, standings
from app.store.subjects import Subject, read_subject
from app.store.writing import subject_versions
from geo.linear import length


@dataclass(frozen=True)
class Filing:
    """A subject in a week: `rows` are the week's reports, newest first, each with `by` (who filed it);
    `previous` the newest report of an earlier week; `version` is for If-Match."""

    subject: Subject
    week: Week
    standing: Standing
    version: int
    rows: tuple[Any, ...]
    previous: Any
    photos: dict[str, list[dict[str, Any]]]
    towns: tuple[Any, ...]

    @property
    def current(self) -> Any:
        """The week's report as it counts; None when there is none."""
        return self.rows[0] if self.rows else None

    @property
    def plan(self) -> Plan | None:
        """The plan it is measured by."""
        return plan_of(self.standing.plan)

    @property
    def planned(self) -> float | None:
        """Percent that the plan asks for on the week's Sunday; None without a plan."""
        return planned_percent(self.plan, self.week.sunday) if self.plan else None

    @property
    def weights(self) -> dict[str, float]:
        """Weights of the task's own targets by ordinal, of its own plan."""
        row = self.standing.plan
        return dict(row.target_weights) if row is not None and row.subject_code == self.subject.code else {}

    @cached_property
    def length_m(self) -> float | None:
        """Metres along a line; None for anything else."""
        return length(self.subject.geom) if self.subject.is_line else None

    def built_of(self, row: Any) -> Built | None:
        """What a report says is built of the present geometry; None where it does not say."""
        if row is None or not row.sections or self.length_m is None:
            return None
        return built(row.sections, self.length_m) if row.geom_version == self.subject.geom_version else None


@dataclass(frozen=True)
class Planning:
    """A subject and its plans: `rows` newest first, each with `by`; `inherited` is its task's plan, by which
    a site without one of its own is measured."""

    subject: Subject
    version: int
    rows: tuple[Any, ...]
    inherited: Any

    @property
    def current(self) -> Any:
        """Its own plan as it counts; None when there is none."""
        return self.rows[0] if self.rows else None


def read_filing(connection: Connection, code: str, week: Week, as_of: AsOf, tolerance: float) -> Filing:
    """What there is about a subject and a week. Errors: NotFound."""
    subject = read_subject(connection, code)
    rows = _written(connection, t.report, code, t.report.c.week_monday == week.monday)
    earlier = t.report.c.week_monday < week.monday
    before = _written(connection, t.report, code, earlier, [t.report.c.week_monday.desc()], 1)
    return Filing(
        subject=subject,
        week=week,
        standing=standings(connection, as_of, tolerance, [code])[code],
        version=subject_versions(connection, [code]).get(code, 0),
        rows=rows,
        previous=before[0] if before else None,
        photos=photos_of(connection, [row.id for row in rows]),
        towns=tuple(connection.execute(select(t.town.c.code, t.town.c.name, t.town.c.name_en))),
    )


def read_planning(connection: Connection, code: str) -> Planning:
    """The plans of a subject. Errors: NotFound."""
    subject = read_subject(connection, code)
    task = _written(connection, t.plan, subject.task_code, limit=1) if subject.site else ()
    return Planning(
        subject,
        subject_versions(connection, [code]).get(code, 0),
        _written(connection, t.plan, code),
        task[0] if task else None,
    )


def _written(
    connection: Connection,
    table: Table,
    code: str,
    where: Any = None,
    order: list[Any] | None = None,
    limit: int = 200,
) -> tuple[Any, ...]:
    """Rows of a subject, newest first, with the name of who wrote each."""
    query = (
        select(table, t.change.c.by)
        .join(t.change, t.change.c.id == table.c.change_id, isouter=True)
        .where(table.c.subject_code == code)
        .order_by(*(order or []), *newest_first(table))
        .limit(limit)
    )
    return tuple(connection.execute(query if where is None else query.where(where)))
