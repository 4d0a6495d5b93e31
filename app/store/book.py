"""The whole ledger at one moment: every subject with its status, rolled up to targets, tasks and items.

Pages, exports, meeting sheets and reviews all read this, so that the same figures stand everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from app.domain.built import built
from app.domain.codes import task_code
from app.domain.figures import SitePart, TaskFigures, item_rollup, task_rollup
from app.domain.progress import Plan
from app.domain.status import Status, missing_report
from app.domain.targets import ItemProgress
from app.store import tables as t
from app.store.asof import AsOf
from app.store.standing import Standing, plan_of, report_of, standings
from app.store.subjects import Subject, read_subjects
from app.store.writing import subject_versions
from geo.linear import length


@dataclass(frozen=True)
class Line:
    """One row of the ledger: the facts of a subject and where it stands. `version` is for If-Match.

    `plan_row`, `report` and `verdict` are rows of the ledger, None where there is none; the plan may be
    that of its task.
    """

    subject: Subject
    standing: Standing
    version: int
    as_of: AsOf

    @property
    def code(self) -> str:
        """The subject's code."""
        return self.subject.code

    @property
    def status(self) -> Status:
        """State, rule and inputs."""
        return self.standing.status

    @property
    def plan(self) -> Plan | None:
        """The plan it is measured by."""
        return plan_of(self.standing.plan)

    @property
    def plan_row(self) -> Any:
        """The newest plan as entered."""
        return self.standing.plan

    @property
    def report(self) -> Any:
        """The newest report."""
        return self.standing.report

    @property
    def verdict(self) -> Any:
        """The newest acceptance or refusal."""
        return self.standing.verdict

    @property
    def sample(self) -> bool:
        """Whether any of it is demonstration data."""
        return self.standing.sample

    @property
    def percent(self) -> float:
        """Reported percent, 0 when nothing is reported."""
        return self.report.percent if self.report is not None else 0.0

    @property
    def missing(self) -> bool:
        """Whether the due week's report is missing (未报) and still expected."""
        open_states = ("on_track", "lagging", "overdue", "suspended")
        if self.status.code not in open_states:
            return False
        return missing_report(self.as_of.day, self.plan, report_of(self.report))

    @cached_property
    def length_m(self) -> float | None:
        """Metres along a line, None for anything else."""
        return length(self.subject.geom) if self.subject.is_line and self.subject.geom is not None else None

    @property
    def built_m(self) -> float | None:
        """Metres built, where they were reported as sections of the present geometry."""
        report = self.report
        if report is None or not report.sections or report.geom_version != self.subject.geom_version:
            return None
        return None if self.length_m is None else built(report.sections, self.length_m).metres


@dataclass(frozen=True)
class Book:
    """The ledger as of a moment: lines by code, roll-ups by (item, task) and by item."""

    as_of: AsOf
    lines: dict[str, Line]
    tasks: dict[tuple[int, int], ItemProgress]
    items: dict[int, ItemProgress]

    @cached_property
    def reported(self) -> list[Line]:
        """The lines that are filed every week."""
        return [line for line in self.lines.values() if line.subject.reported]


def read_book(connection: Connection, as_of: AsOf, tolerance: float) -> Book:
    """Read and roll up everything."""
    return _book(connection, as_of, tolerance, None)


def read_siteless(connection: Connection, as_of: AsOf, tolerance: float) -> Book:
    """The tasks that have no place on the map, and nothing else: quick however many sites there are. An item
    is rolled up of these tasks alone."""
    placeless = select(t.task.c.item_no, t.task.c.no).where(t.task.c.on_map != "located")
    codes = [task_code(row.item_no, row.no) for row in connection.execute(placeless)]
    return _book(connection, as_of, tolerance, codes)


def _book(connection: Connection, as_of: AsOf, tolerance: float, codes: list[str] | None) -> Book:
    versions = subject_versions(connection, codes)
    standing = standings(connection, as_of, tolerance, codes)
    lines = {
        code: Line(subject, standing[code], versions.get(code, 0), as_of)
        for code, subject in read_subjects(connection, as_of, codes).items()
        if code in standing
    }
    back = {
        (line.subject.item_no, line.subject.task_no)
        for line in lines.values()
        if line.status.rule in ("sent_back", "sent_back_past_end")
    }
    sites: defaultdict[tuple[int, int], list[SitePart]] = defaultdict(list)
    for line in lines.values():
        if line.subject.site:
            sites[line.subject.item_no, line.subject.task_no].append(_share(line))
    tasks, shares = {}, defaultdict(list)
    for line in lines.values():
        if not line.subject.site:
            key = (line.subject.item_no, line.subject.task_no)
            share = _task(line, sites[key])
            shares[line.subject.item_no].append(share)
            if share.targets:
                tasks[key] = _unless(task_rollup(share), key in back)
    items = {
        no: _unless(item_rollup(some), no in {item for item, _ in back})
        for no, some in shares.items()
        if any(one.targets for one in some)
    }
    return Book(as_of, lines, tasks, items)


def _unless(rolled: ItemProgress, sent_back: bool) -> ItemProgress:
    """What was sent back is not complete, though 100 % are reported."""
    return replace(rolled, percent=min(rolled.percent, 99.9), complete=False) if sent_back else rolled


def _share(line: Line) -> SitePart:
    own = line.plan_row is not None and line.plan_row.subject_code == line.code
    return SitePart(
        code=line.code,
        kind=line.subject.kind or "",
        percent=line.percent if line.report is not None else None,
        built_m=line.built_m,
        length_m=line.length_m,
        position=line.subject.position or "illustrative",
        weight=line.plan_row.weight if own else None,
    )


def _task(line: Line, sites: list[SitePart]) -> TaskFigures:
    own = line.plan_row
    return TaskFigures(
        targets=line.subject.targets,
        figures=line.report.figures if line.report is not None else None,
        sites=tuple(sites),
        target_weights=own.target_weights if own is not None else {},
        weight=own.weight if own is not None else 1.0,
    )
