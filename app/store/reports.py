"""Weekly reports and corrections: one row per subject and week, a later row corrects the one before it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select

from app.domain.built import built, parse_sections
from app.domain.figures import check_figures, report_percent
from app.domain.roles import Action, require
from app.domain.weeks import Week
from app.errors import BadParameter, Fault, Refused
from app.store import tables as t
from app.store.standing import newest_first
from app.store.subjects import Subject, read_subject, read_subjects
from app.store.writing import Asked, Writer, expect, plain
from geo.linear import length


@dataclass(frozen=True)
class ReportForm:
    """What a unit reports for a week. Exactly one of `percent` (a site), `figures` (a task's own targets)
    and `sections` (metres built of a line: pairs, or text such as ``0-1200; K1+500-K1+800``).

    `reason` says why, for a correction.
    """

    subject: str
    week: Week
    percent: float | None = None
    figures: dict[str, Any] | None = None
    sections: list[Any] | str | None = None
    suspended_reason: str | None = None
    text: str | None = None
    reason: str | None = None


def file_report(writer: Writer, form: ReportForm, asked: Asked) -> dict[str, Any]:
    """File one report, or correct the one that the week has; the receipt is the row as stored.

    Errors: BadParameter, Refused (accepted already), Forbidden, NotFound; NeedsMatch and Changed when the
    week has a report already and `asked` does not know its version.
    """
    known = writer.repeated(asked)
    if known is not None:
        return receipt(known)
    subject = read_subject(writer.connection, form.subject)
    return Reports(writer, [subject]).file_all([(form, asked)])[0]


class Reports:
    """Files reports of several subjects with a few statements, however many they are."""

    def __init__(self, writer: Writer, subjects: Collection[Subject]) -> None:
        self.writer = writer
        self.subjects = {subject.code: subject for subject in subjects}
        codes = list(self.subjects)
        self.versions = writer.versions(codes)
        self.towns = list(writer.connection.execute(select(t.town.c.code)).scalars())
        self.verdicts = self._newest(t.acceptance, codes)
        self.weights = {code: row.target_weights for code, row in self._newest(t.plan, codes).items()}
        self.of_week: dict[Week, dict[str, Any]] = {}

    @classmethod
    def of_all(cls, writer: Writer) -> Reports:
        """Ready for every subject of the ledger."""
        return cls(writer, read_subjects(writer.connection).values())

    def file_all(self, asked: list[tuple[ReportForm, Asked]]) -> list[dict[str, Any]]:
        """File all or, with an error, none; receipts in the same order. At most one per subject and week."""
        made = [self._row(form, request) for form, request in asked]
        changes = [
            self.writer.change(
                "correction" if before is not None else "report",
                row["subject_code"],
                self.subjects[row["subject_code"]].item_no,
                request,
                report_members(before) if before is not None else None,
                report_members(row | {"entered_at": self.writer.moment}),
            )
            for (row, before), (_, request) in zip(made, asked, strict=True)
        ]
        numbers = self.writer.record_all(changes)
        rows = [row | self.writer.row(number) for (row, _), number in zip(made, numbers, strict=True)]
        if rows:
            self.writer.connection.execute(insert(t.report), rows)
        for row in rows:
            self.versions[row["subject_code"]] = row["change_id"]
        self.of_week.clear()
        return [change["after"] | {"change": number} for change, number in zip(changes, numbers, strict=True)]

    def previous(self, code: str, week: Week) -> Any | None:
        """The report that a week already has: the row that a new one would correct."""
        if week not in self.of_week:
            newest = self._newest(t.report, list(self.subjects), t.report.c.week_monday == week.monday)
            self.of_week[week] = newest
        return self.of_week[week].get(code)

    def _row(self, form: ReportForm, asked: Asked) -> tuple[dict[str, Any], Any | None]:
        """The columns of a report, and the row that it corrects."""
        subject = self.subjects[form.subject]
        require(self.writer.actor, Action.REPORT, subject.about())
        self._check_week(form)
        self._check_open(subject)
        measure = self._measure(form, subject)
        before = self.previous(subject.code, form.week)
        yours = plain(asdict(form) | {"week": str(form.week)} | measure)
        current = self.versions.get(subject.code, 0)
        expect(asked, current, yours, lambda: self._theirs(subject.code, before), needed=before is not None)
        if before is not None and not form.reason:
            raise BadParameter(
                Fault(
                    "reason",
                    None,
                    "required",
                    f"{form.week} 已有周报，更正须填写理由（reason）。",
                    f"{form.week} has a report already; a correction needs a reason.",
                )
            )
        row = {
            "id": asked.id or str(uuid.uuid4()),
            "subject_code": subject.code,
            "week_monday": form.week.monday,
            "suspended_reason": form.suspended_reason,
            "text": form.text,
            "corrects": before.id if before is not None else None,
            "reason": form.reason if before is not None else None,
            **measure,
        }
        return row, before

    def _check_week(self, form: ReportForm) -> None:
        latest = Week.of(self.writer.day)
        year = self.writer.connection.execute(select(func.min(t.programme.c.year))).scalar() or 0
        if not Week(year, 1) <= form.week <= latest:
            raise BadParameter(
                Fault(
                    "week",
                    str(form.week),
                    {"minimum": str(Week(year, 1)), "maximum": str(latest)},
                    f"只能填报 {Week(year, 1)} 至 {latest} 的周。",
                    f"Weeks from {Week(year, 1)} to {latest} can be reported.",
                )
            )

    def _check_open(self, subject: Subject) -> None:
        if not subject.reported:
            raise Refused(
                f"{subject.code} 的目标全部由点位完成，请按点位填报。",
                f"All targets of {subject.code} are made up by its sites; report on the sites.",
            )
        verdict = self.verdicts.get(subject.code)
        if verdict is not None and verdict.accepted:
            raise Refused(
                f"{subject.code} 已于 {verdict.accepted_on} 验收，不再填报。",
                f"{subject.code} was accepted on {verdict.accepted_on}; it is reported no more.",
            )

    def _measure(self, form: ReportForm, subject: Subject) -> dict[str, Any]:
        """The columns that say how far it is. Errors: BadParameter."""
        given = [name for name in ("percent", "figures", "sections") if getattr(form, name) is not None]
        allowed = (
            ["figures"] if not subject.site else ["percent", "sections"] if subject.is_line else ["percent"]
        )
        if len(given) != 1 or given[0] not in allowed:
            raise BadParameter(
                Fault(
                    given[-1] if given else allowed[0],
                    None,
                    allowed,
                    f"{subject.code} 请填写 {' 或 '.join(allowed)}（只填一种）。",
                    f"For {subject.code} give {' or '.join(allowed)}, one of them.",
                )
            )
        empty: dict[str, Any] = {"figures": None, "sections": None, "geom_version": None}
        if form.figures is not None:
            figures = check_figures(subject.targets, form.figures, self.towns, "figures")
            weights = self.weights.get(subject.code) or {}
            return empty | {"figures": figures, "percent": report_percent(subject.targets, figures, weights)}
        if form.sections is not None:
            sections = form.sections
            pairs = (
                parse_sections(sections, "sections") if isinstance(sections, str) else read_pairs(sections)
            )
            done = built(pairs, length(subject.geom), "sections")
            kept = [list(section) for section in done.intervals]
            return empty | {"percent": done.percent, "sections": kept, "geom_version": subject.geom_version}
        percent = float(form.percent or 0)
        if not 0 <= percent <= 100:
            raise BadParameter(
                Fault(
                    "percent",
                    form.percent,
                    {"minimum": 0, "maximum": 100},
                    "percent 应为 0 到 100 之间的数。",
                    "percent must be a number from 0 to 100.",
                )
            )
        return empty | {"percent": round(percent, 1)}

    def _theirs(self, code: str, before: Any | None) -> Any:
        """What is there now, for the second of two people: the week's report, else the newest change."""
        number = before.change_id if before is not None else self.versions.get(code, 0)
        row = self.writer.connection.execute(select(t.change).where(t.change.c.id == number)).first()
        known = {"action": row.action, "by": row.by, "at": row.at} if row else {}
        if before is not None:
            return known | report_members(before)
        return known | (row.after or {} if row else {})

    def _newest(self, table: Any, codes: list[str], where: Any = None) -> dict[str, Any]:
        rank = func.row_number().over(partition_by=table.c.subject_code, order_by=newest_first(table))
        ranked = select(table, rank.label("rank"))
        if where is not None:
            ranked = ranked.where(where)
        if len(codes) <= 500:
            ranked = ranked.where(table.c.subject_code.in_(codes))
        newest = ranked.subquery()
        rows = self.writer.connection.execute(select(newest).where(newest.c.rank == 1))
        return {row.subject_code: row for row in rows}


def read_pairs(sections: list[Any]) -> list[tuple[float, float]]:
    """Sections sent as ``[[from_m, to_m], …]``. Errors: BadParameter."""
    try:
        pairs = [(float(start), float(to)) for start, to in sections]
    except (TypeError, ValueError, OverflowError):
        pairs = None
    if pairs is None or len(pairs) > 500 or any(isinstance(one, bool) for pair in sections for one in pair):
        raise BadParameter(
            Fault(
                "sections",
                None,
                [[0, 1200], [1500, 1800]],
                "sections 应为区段列表，单位米，例如 [[0, 1200], [1500, 1800]]。",
                "sections takes pairs of metres, such as [[0, 1200], [1500, 1800]].",
            )
        )
    return pairs


def report_members(row: Any) -> dict[str, Any]:
    """A stored report as a JSON object, with who filed it left to the audit."""
    names = ("id", "percent", "figures", "sections", "geom_version", "suspended_reason", "text", "reason")
    value = row if isinstance(row, dict) else row._mapping
    week = {"subject": value["subject_code"], "week": str(Week.of(value["week_monday"]))}
    members = {name: value[name] for name in (*names, "corrects", "entered_at")}
    return plain(week | members)


def receipt(change: Any) -> dict[str, Any]:
    """What a write answered, also when it is asked again."""
    return (change.after or {}) | {"change": change.id}
