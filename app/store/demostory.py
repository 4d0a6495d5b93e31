"""Tells the story of a demonstration file: every entry becomes a write of somebody, at its moment."""

from __future__ import annotations

import math
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import shapely
from sqlalchemy import Connection, select

from app.domain import blockages, directives
from app.domain.roles import Actor, Role
from app.domain.status import DEFAULT_TOLERANCE
from app.domain.weeks import Week
from app.store import tables as t
from app.store.acceptances import VerdictForm, give_verdict
from app.store.asof import AsOf
from app.store.blockages import NewBlockage, open_blockage, step_blockage
from app.store.checkin import read_checkin
from app.store.demofigures import faced, split, weekly_figures
from app.store.directives import NewDirective, give_directive, step_directive
from app.store.inspections import NewInspection, record_inspection
from app.store.moments import ZONE_TIME
from app.store.plans import PlanForm, newest_plan, set_plan
from app.store.reports import ReportForm, Reports
from app.store.revisions import Revision, revise
from app.store.subjects import Subject, read_subjects
from app.store.writing import Asked, Writer
from geo.linear import length

_NAMES = uuid.UUID("5f2a4f0e-8f5a-4b5e-9a38-6a8d2b1c2023")
MARK = "（演示）"
PEOPLE = {
    "supervision": ("督查考核指挥部", Role.SUPERVISION),
    "leader": ("分管领导", Role.LEADER),
    "inspector": ("督查员", Role.INSPECTOR),
    "duty": ("督查值班员", Role.SUPERVISION),
}
METRES_A_DEGREE = 111_000.0
"""Of latitude; the demonstration's positions need no better."""
PLANNED_ON = (1, 16)
"""Month and day on which the units hand in their plans."""

Event = tuple[datetime, Callable[[Writer], None]]


class Story:
    """A demonstration and the database that it is told to."""

    def __init__(self, connection: Connection, demo: dict[str, Any]) -> None:
        self.connection, self.demo = connection, demo
        self.subjects = read_subjects(connection)
        self.units = {row.code: row.name for row in connection.execute(select(t.unit))}
        self.versions: dict[str, int] = {}  # of inspections as they were first sent
        self.towns = list(connection.execute(select(t.town.c.code).order_by(t.town.c.code)).scalars())

    def tell(self) -> None:
        """Write everything, in order of time."""
        for moment, write in sorted(self._events(), key=lambda event: event[0]):
            writer = Writer(
                self.connection, self._person("supervision"), moment, moment.date(), DEFAULT_TOLERANCE, True
            )
            write(writer)

    def _events(self) -> Iterator[Event]:
        rows = [*self.demo["site"], *self.demo["task"]]
        year = self.demo["today"].year
        for n, row in enumerate(rows):
            yield _at(date(year, *PLANNED_ON), 9, n), partial(self._plan, row, None)
        for row in self.demo["replan"]:
            yield _at(row["on"], 10), partial(self._plan, row, row["reason"])
        weeks: defaultdict[Week, list[ReportForm]] = defaultdict(list)
        for row in rows:
            for form in self._reports(row):
                weeks[form.week].append(form)
        for week, forms in weeks.items():
            # Fridays; the demonstration's own week is reported a day before it is looked at.
            day = min(week.monday + timedelta(days=4), self.demo["today"] - timedelta(days=1))
            yield _at(day, 9), partial(self._week, forms)
        for row in self.demo["correction"]:
            yield _at(row["on"], 15), partial(self._correct, row)
        for row in self.demo["verdict"]:
            yield _at(row["on"], 16), partial(self._judge, row)
        for row in self.demo["inspection"]:
            yield _clock(row, "14:30"), partial(self._inspect, row)
            for n, step in enumerate(row.get("mend", [])):
                yield _clock(row | step), partial(self._mend, row, n)
        for noun, write in (("blockage", self._blockage), ("directive", self._directive)):
            for row in self.demo[noun]:
                for n, step in enumerate(row["steps"]):
                    yield _at(step["on"], 11, n), partial(write, row, n)

    def _plan(self, row: dict[str, Any], reason: str | None, writer: Writer) -> None:
        subject = self.subjects[row.get("code") or row["subject"]]
        writer.actor = self._unit(subject.lead_unit, subject)
        before = newest_plan(writer, subject.code)
        weights = before.target_weights if before is not None else row.get("target_weights", {})
        form = PlanForm(
            subject.code,
            before.start if before is not None else row["start"],
            row["end"],
            tuple((date.fromisoformat(day), percent) for day, percent in row.get("milestones", [])),
            target_weights=weights,
            reason=reason,
        )
        match = writer.version(subject.code) if before is not None else None
        set_plan(writer, form, _asked(f"plan/{subject.code}/{writer.day}", match))

    def _reports(self, row: dict[str, Any]) -> Iterator[ReportForm]:
        """The weekly reports of a site or a task."""
        subject = self.subjects[row["code"]]
        stopped, texts = row.get("stopped", {}), row.get("texts", {})
        figures = weekly_figures(row.get("figures", {}), row.get("skipped", []))
        measured: Iterator[tuple[Week, dict[str, Any]]] = (
            (week, {"figures": split(some, row.get("towns", {}), self.towns)}) for week, some in figures
        )
        if subject.site:
            first = Week.parse(row["first"]) if "first" in row else None
            measured = (
                (Week.of(first.monday + timedelta(weeks=n)), self._measure(row, subject, percent))
                for n, percent in enumerate(row.get("weekly", []))
                if first is not None and percent >= 0
            )
        for week, measure in measured:
            key = str(week)
            yield ReportForm(
                subject.code, week, suspended_reason=stopped.get(key), text=texts.get(key), **measure
            )

    def _measure(self, row: dict[str, Any], subject: Subject, percent: float) -> dict[str, Any]:
        """How far a site is: metres built from its working faces, where it has such."""
        if "faces" not in row:
            return {"percent": percent}
        return {"sections": faced(row["faces"], percent, length(subject.geom))}

    def _week(self, forms: list[ReportForm], writer: Writer) -> None:
        """File a week's reports, unit by unit in the course of the morning."""
        by_unit: defaultdict[str, list[ReportForm]] = defaultdict(list)
        for form in forms:
            by_unit[self.subjects[form.subject].lead_unit].append(form)
        reports = Reports(writer, [self.subjects[form.subject] for form in forms])
        for unit, own in sorted(by_unit.items()):
            writer.actor = self._unit(unit, self.subjects[own[0].subject])
            writer.moment += timedelta(minutes=11)
            reports.file_all([(form, _asked(f"{form.subject}/{form.week}")) for form in own])

    def _correct(self, row: dict[str, Any], writer: Writer) -> None:
        subject = self.subjects[row["subject"]]
        writer.actor = self._unit(subject.lead_unit, subject)
        entry = next(one for one in (*self.demo["site"], *self.demo["task"]) if one["code"] == subject.code)
        measure = (
            self._measure(entry, subject, row["percent"])
            if subject.site
            else {"figures": split(row["figures"], entry.get("towns", {}), self.towns)}
        )
        reports = Reports(writer, [subject])
        form = ReportForm(subject.code, Week.parse(row["week"]), reason=row["reason"], **measure)
        match = writer.version(subject.code)
        reports.file_all([(form, _asked(f"{subject.code}/{row['week']}/correction", match))])

    def _judge(self, row: dict[str, Any], writer: Writer) -> None:
        form = VerdictForm(row["subject"], row["accepted"], row.get("reason"))
        match = writer.version(row["subject"])
        give_verdict(writer, form, _asked(f"verdict/{row['subject']}/{row['on']}", match))

    def _inspect(self, row: dict[str, Any], writer: Writer) -> None:
        subject = self.subjects[row["subject"]]
        writer.actor = self._person("inspector")
        asked = _asked(f"inspection/{subject.code}/{row['on']}")
        ahead = timedelta(seconds=row.get("clock", 0))
        made_at = writer.moment - timedelta(minutes=row.get("late", 0)) + ahead
        from_phone = row.get("via") == "phone"
        form = NewInspection(
            str(asked.id),
            subject.code,
            made_at,
            row["verdict"],
            row["finding"],
            sections=f"0-{row['built'] * length(subject.geom):.0f}" if "built" in row else None,
            sent_at=writer.moment + ahead if from_phone else None,
            via=row.get("via"),
            **_position(row.get("position"), subject, made_at),
        )
        self.versions[form.id] = record_inspection(writer, form, asked)["version"]

    def _mend(self, row: dict[str, Any], n: int, writer: Writer) -> None:
        """Mend an inspection, upon its newest version or upon what was first sent."""
        step = row["mend"][n]
        ident = _uuid(f"inspection/{row['subject']}/{row['on']}")
        writer.actor = self._person(step["by"])
        newest = read_checkin(writer.connection, ident, AsOf(writer.day)).version
        changes = {name: step[name] for name in ("verdict", "finding") if name in step}
        number = _uuid(f"{ident}/mend/{n}")
        form = Revision(number, ident, self.versions[ident] if step.get("first") else newest, changes)
        revise(writer, form, Asked.of(number, step))

    def _blockage(self, row: dict[str, Any], n: int, writer: Writer) -> None:
        subject, step = self.subjects[row["subject"]], row["steps"][n]
        ident = _uuid(f"blockage/{subject.code}/{row['title']}")
        writer.actor = self._by(step["by"], subject)
        if n == 0:
            form = NewBlockage(ident, subject.code, row["title"], step["text"], step["unit"], step["due"])
            open_blockage(writer, form, Asked.of(ident, step))
            return
        version = _version(writer, t.blockage_step, t.blockage_step.c.blockage_id == ident)
        taken = blockages.Form(step["action"], step["text"], step.get("unit"), step.get("due"))
        step_blockage(writer, ident, taken, _asked(f"{ident}/{n}", version))

    def _directive(self, row: dict[str, Any], n: int, writer: Writer) -> None:
        step, code = row["steps"][n], row.get("subject")
        about = self.subjects[code] if code else self._of_item(row["item"])
        ident = _uuid(f"directive/{row['item']}/{row['steps'][0]['on']}")
        writer.actor = self._by(step["by"], about)
        if n == 0:
            form = NewDirective(ident, row["item"], row["unit"], step["due"], step["text"], code)
            give_directive(writer, form, Asked.of(ident, step))
            return
        version = _version(writer, t.directive_step, t.directive_step.c.directive_id == ident)
        taken = directives.Form(step["action"], step["text"], step.get("due"))
        step_directive(writer, ident, taken, _asked(f"{ident}/{n}", version))

    def _of_item(self, item: int) -> Subject:
        return next(one for one in self.subjects.values() if one.item_no == item and not one.site)

    def _by(self, who: str, subject: Subject) -> Actor:
        return self._person(who) if who in PEOPLE else self._unit(who, subject)

    def _person(self, who: str) -> Actor:
        display, role = PEOPLE[who]
        return Actor(None, f"demo-{who}", display + MARK, role)

    def _unit(self, unit: str, subject: Subject) -> Actor:
        leads = unit == subject.lead_unit or unit in subject.lead_units
        role = Role.LEAD_UNIT if leads else Role.SUPPORTING_UNIT
        return Actor(None, f"demo-{unit}", self.units[unit] + MARK, role, unit)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE_TIME)


def _clock(row: dict[str, Any], usual: str = "") -> datetime:
    """When something is entered: the day `on`, the time `at`."""
    return datetime.combine(row["on"], time.fromisoformat(row.get("at", usual)), ZONE_TIME)


def _position(place: dict[str, Any] | None, subject: Subject, at: datetime) -> dict[str, Any]:
    """Where somebody stood, told from the site's geometry: so far along a line, and metres east and north."""
    if place is None or subject.geom is None:
        return {}
    if subject.is_line:
        longest = max(shapely.get_parts(subject.geom), key=lambda part: part.length)
        point = longest.interpolate(place.get("along", 0.5), normalized=True)
    else:
        point = subject.geom.representative_point()
    east, north = place.get("off", (0, 0))
    return {
        "lon": round(point.x + east / (METRES_A_DEGREE * math.cos(math.radians(point.y))), 6),
        "lat": round(point.y + north / METRES_A_DEGREE, 6),
        "accuracy_m": place.get("accuracy_m"),
        "position_source": place.get("source", "device"),
        "position_at": at,
    }


def _uuid(name: str) -> str:
    return str(uuid.uuid5(_NAMES, name))


def _asked(name: str, match: int | None = None) -> Asked:
    return Asked.of(_uuid(name), name, match)


def _version(writer: Writer, table: Any, where: Any) -> int:
    """The version of a blockage or directive: its newest entry in the audit."""
    query = select(table.c.change_id).where(where).order_by(table.c.change_id.desc()).limit(1)
    return writer.connection.execute(query).scalar_one()
