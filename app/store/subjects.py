"""What is planned, reported on and accepted: sites, and tasks with targets of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, insert, select, update

from app.domain.codes import task_code
from app.domain.privacy import is_withheld
from app.domain.roles import About
from app.errors import NotFound
from app.store import tables as t
from app.store.asof import AsOf
from app.store.geometries import drawn


@dataclass(frozen=True)
class Subject:
    """The facts of one subject. `site`: its kind, town and geometry are set (else None), and `targets` are
    those of its task; for a task all its `targets`. `reported`: figures are filed for it every week."""

    code: str
    item_no: int
    task_no: int
    site: bool
    reported: bool
    title: str
    title_en: str
    lead_unit: str
    lead_units: tuple[str, ...]
    supporting_units: tuple[str, ...]
    on_map: str
    targets: tuple[Any, ...]
    kind: str | None = None
    measure: str | None = None
    town_code: str | None = None
    position: str | None = None
    geom: BaseGeometry | None = None
    geom_version: int | None = None

    @property
    def task_code(self) -> str:
        """The code of its task; its own when it is one."""
        return task_code(self.item_no, self.task_no)

    @property
    def withheld(self) -> bool:
        """Whether it concerns homes and persons (items 5, 6, 7, 13)."""
        return is_withheld(self.item_no)

    @property
    def is_line(self) -> bool:
        """Whether progress may be told as metres built."""
        return self.site and self.measure == "length"

    def about(self, asked_unit: str | None = None) -> About:
        """What a permission is asked about."""
        units = frozenset(self.lead_units), frozenset(self.supporting_units)
        return About(self.item_no, *units, self.town_code, asked_unit)


def read_subjects(
    connection: Connection, as_of: AsOf | None = None, codes: Collection[str] | None = None
) -> dict[str, Subject]:
    """Subjects in order of code (None: all); sites with their geometry as of then (None: the present)."""
    some = None if codes is None or len(codes) > 500 else list(codes)
    units = _units(connection)
    targets: defaultdict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in connection.execute(
        select(t.target).order_by(t.target.c.item_no, t.target.c.task_no, t.target.c.ord)
    ):
        targets[row.item_no, row.task_no].append(row)
    tasks = {(row.item_no, row.no): row for row in connection.execute(select(t.task))}
    sites = _sites(connection, as_of, some)
    query = select(t.subject).order_by(t.subject.c.code)
    if some is not None:
        query = query.where(t.subject.c.code.in_(some))
    found = {}
    for row in connection.execute(query):
        site = sites.get(row.site_code) if row.site_code else None
        if row.site_code and site is None:
            continue  # not drawn yet as of then
        key = (row.item_no, row.task_no)
        named = site or tasks[key]
        leads = units[row.item_no, "lead"]
        found[row.code] = Subject(
            code=row.code,
            item_no=row.item_no,
            task_no=row.task_no,
            site=site is not None,
            reported=row.reported,
            title=named.title,
            title_en=named.title_en,
            lead_unit=site.lead_unit if site else (leads[0] if leads else ""),
            lead_units=leads,
            supporting_units=units[row.item_no, "supporting"],
            on_map=tasks[key].on_map,
            targets=tuple(targets[key]),
            kind=site.kind if site else None,
            measure=site.measure if site else None,
            town_code=site.town_code if site else None,
            position=site.position if site else None,
            geom=site.geom if site else None,
            geom_version=site.geom_version if site else None,
        )
    return found


def read_subject(connection: Connection, code: str) -> Subject:
    """One subject. Errors: NotFound."""
    found = read_subjects(connection, codes=[code]).get(code)
    if found is None:
        raise NotFound(
            f"台账中没有 {code[:20]}；编号形如 20-1-01（点位）或 20-1（子任务）。",
            f"The ledger has no {code[:20]}; codes look like 20-1-01 (a site) or 20-1 (a task).",
        )
    return found


def renew_subjects(connection: Connection) -> None:
    """Make a subject of every task and site that has none, and renew which tasks are reported."""
    own: dict[tuple[int, int], bool] = {}
    rows = connection.execute(select(t.target)).all()
    totals = {(row.item_no, row.task_no, row.part_of) for row in rows if row.part_of}
    for row in rows:
        key = (row.item_no, row.task_no)
        is_own = not row.kinds and (*key, row.title) not in totals
        own[key] = own.get(key, False) or is_own
    known = {row.code: row for row in connection.execute(select(t.subject))}
    fresh = []
    for row in connection.execute(select(t.task.c.item_no, t.task.c.no)):
        code, reported = task_code(row.item_no, row.no), own.get((row.item_no, row.no), False)
        if code not in known:
            fresh.append(_subject_row(code, row.item_no, row.no, None, reported))
        elif known[code].reported != reported:
            connection.execute(update(t.subject).where(t.subject.c.code == code).values(reported=reported))
    for row in connection.execute(select(t.site.c.code, t.site.c.item_no, t.site.c.task_no)):
        if row.code not in known:
            fresh.append(_subject_row(row.code, row.item_no, row.task_no, row.code, True))
    if fresh:
        connection.execute(insert(t.subject), fresh)


def _subject_row(code: str, item: int, task: int, site: str | None, reported: bool) -> dict[str, Any]:
    return {"code": code, "item_no": item, "task_no": task, "site_code": site, "reported": reported}


def _units(connection: Connection) -> defaultdict[tuple[int, str], tuple[str, ...]]:
    columns = (t.item_unit.c.item_no, t.item_unit.c.role, t.item_unit.c.unit_code)
    found: defaultdict[tuple[int, str], tuple[str, ...]] = defaultdict(tuple)
    for row in connection.execute(select(*columns).order_by(*columns[:2], t.item_unit.c.ord)):
        found[row.item_no, row.role] += (row.unit_code,)
    return found


def _sites(connection: Connection, as_of: AsOf | None, codes: Collection[str] | None) -> dict[str, Any]:
    shown = drawn(as_of, codes).subquery()
    query = (
        select(
            t.site.c.code,
            t.site.c.title,
            t.site.c.title_en,
            t.site.c.kind,
            t.site.c.town_code,
            t.site.c.lead_unit,
            t.kind.c.measure,
            shown.c.geom,
            shown.c.position,
            shown.c.geom_version,
        )
        .join(shown, shown.c.code == t.site.c.code)
        .join(t.kind, t.kind.c.code == t.site.c.kind)
    )
    return {row.code: row for row in connection.execute(query)}
