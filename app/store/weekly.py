"""What a unit has to file for a week, and what it has filed: the rows of its template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.figurecheck import MOST_TIMES, WHOLES
from app.domain.figures import is_counted, own_targets
from app.domain.progress import planned_percent
from app.domain.roles import Action, Actor, may
from app.domain.weeks import Week
from app.sheets.weekly import TemplateRow, Values, section_text
from app.store import tables as t
from app.store.ledger import target_text
from app.store.standing import newest_first, plan_of
from app.store.subjects import Subject, read_subjects
from app.store.writing import subject_versions

ALL_PERCENT = 100.0
SPLIT_BY_TOWN = frozenset({"town", "withheld"})


@dataclass(frozen=True)
class Filed:
    """What a subject has for a week (rows of ``report``, None where there is none) and its version."""

    this: Any
    last: Any
    plan: Any
    accepted: bool
    version: int


@dataclass(frozen=True)
class UnitWeek:
    """A unit's subjects that can be reported for a week, in order of code, with what is filed of each."""

    week: Week
    subjects: dict[str, Subject]
    filed: dict[str, Filed]
    towns: dict[str, dict[str, str]]


def read_unit_week(connection: Connection, actor: Actor, week: Week) -> UnitWeek:
    """Everything that `actor` may report for `week`."""
    subjects = {
        code: subject
        for code, subject in read_subjects(connection).items()
        if subject.reported and may(actor, Action.REPORT, subject.about())
    }
    towns = {
        row.code: {"zh": row.name, "en": row.name_en}
        for row in connection.execute(
            select(t.town.c.code, t.town.c.name, t.town.c.name_en).order_by(t.town.c.code)
        )
    }
    codes = {*subjects, *(subject.task_code for subject in subjects.values())}
    this = _newest(connection, t.report, codes, t.report.c.week_monday == week.monday)
    last = _newest(connection, t.report, codes, t.report.c.week_monday < week.monday, t.report.c.week_monday)
    plans = _newest(connection, t.plan, codes)
    verdicts = _newest(connection, t.acceptance, codes)
    versions = subject_versions(connection, list(subjects))
    filed = {
        code: Filed(
            this=this.get(code),
            last=last.get(code),
            plan=plans.get(code) or plans.get(subject.task_code),
            accepted=code in verdicts and verdicts[code].accepted,
            version=versions.get(code, 0),
        )
        for code, subject in subjects.items()
    }
    return UnitWeek(week, subjects, filed, towns)


def template_rows(known: UnitWeek, day: date, lang: str) -> list[TemplateRow]:
    """The rows of a template: one for every figure that can still be filed, planned as of `day`."""
    day = min(day, known.week.sunday)
    return [
        row
        for code, subject in known.subjects.items()
        if not known.filed[code].accepted
        for row in _rows(subject, known.filed[code], day, lang)
    ]


def values_of(subject: Subject, report: Any) -> dict[int | None, Values]:
    """What a report says, row by row of the template: by the ordinal of the target, None for a site."""
    ordinals: Iterable[int | None] = [None] if subject.site else own_targets(subject.targets)
    if report is None:
        return {ordinal: Values() for ordinal in ordinals}
    words = {"stop": report.suspended_reason or "", "text": report.text or ""}
    if subject.site:
        return {None: Values(report.percent, sections=section_text(report.sections), **words)}
    found: dict[int | None, Values] = {}
    for ordinal in ordinals:
        figure: Mapping[str, Any] = (report.figures or {}).get(str(ordinal)) or {}
        number = figure.get("quantity", figure.get("percent"))
        found[ordinal] = Values(number, towns=figure.get("towns") or {}, **(words if not found else {}))
    return found


def _rows(subject: Subject, filed: Filed, day: date, lang: str) -> Iterable[TemplateRow]:
    plan = plan_of(filed.plan)
    planned = planned_percent(plan, day) if plan else None
    this, last = values_of(subject, filed.this), values_of(subject, filed.last)
    targets = {target.ord: target for target in subject.targets}
    title = (subject.title_en if lang == "en" else None) or subject.title
    for number, (ordinal, values) in enumerate(this.items()):
        target = targets[ordinal] if ordinal is not None else None
        counted = target is not None and is_counted(target)
        unit = (target.unit_en if lang == "en" else target.unit) if target is not None and counted else None
        yield TemplateRow(
            code=subject.code,
            ordinal=ordinal,
            title=title,
            target=_target(subject, target, lang),
            unit=unit or "%",
            planned=planned,
            last=last[ordinal].value,
            values=values,
            version=filed.version,
            most=(target.quantity or 0) * MOST_TIMES if target is not None and counted else ALL_PERCENT,
            whole=counted and target is not None and (target.unit or "") in WHOLES,
            line=subject.is_line,
            by_town=counted and subject.on_map in SPLIT_BY_TOWN,
            first=number == 0,
        )


def _target(subject: Subject, target: Any, lang: str) -> str:
    """A row's target as a phrase; for a site those of its task that its kind makes up."""
    if target is None:
        made = [one for one in subject.targets if subject.kind in one.kinds]
        return ("; " if lang == "en" else "；").join(_phrase(one, lang) for one in made)
    return _phrase(target, lang)


def _phrase(target: Any, lang: str) -> str:
    title, text = (target.title_en if lang == "en" else target.title), target_text(target, lang)
    return title if text == title else f"{title}: {text}" if lang == "en" else f"{title}：{text}"


def _newest(
    connection: Connection, table: Any, codes: set[str], where: Any = None, order: Any = None
) -> dict[str, Any]:
    """The newest row per subject among some."""
    by = [order.desc()] if order is not None else []
    rank = func.row_number().over(partition_by=table.c.subject_code, order_by=[*by, *newest_first(table)])
    ranked = select(table, rank.label("rank"))
    if where is not None:
        ranked = ranked.where(where)
    if len(codes) <= 500:
        ranked = ranked.where(table.c.subject_code.in_(codes))
    newest = ranked.subquery()
    rows = connection.execute(select(newest).where(newest.c.rank == 1))
    return {row.subject_code: row for row in rows if row.subject_code in codes}
