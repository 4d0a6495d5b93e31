"""Plans of sites and tasks: start, end, milestones and weights. A new plan stands beside the old ones."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from app.domain.progress import Plan
from app.domain.roles import Action, require
from app.errors import BadParameter, Fault
from app.store import tables as t
from app.store.reports import receipt
from app.store.standing import newest_first
from app.store.subjects import read_subject
from app.store.writing import Asked, Writer, expect, plain

MOST_MILESTONES = 50
HEAVIEST = 1_000_000
YEARS_AROUND = 10
"""A plan lies within so many years of today: 0001 or 9999 is a slip of the hand."""


@dataclass(frozen=True)
class PlanForm:
    """A plan as it is handed in. `milestones`: (day, percent), in any order. `weight` is the subject's share
    of its task, `target_weights` those of a task's own targets by ordinal ("0")."""

    subject: str
    start: date
    end: date
    milestones: tuple[tuple[date, float], ...] = ()
    weight: float = 1.0
    target_weights: dict[str, float] = field(default_factory=dict)
    reason: str | None = None


def set_plan(writer: Writer, form: PlanForm, asked: Asked) -> dict[str, Any]:
    """Plan a subject, or plan it anew with a reason; the receipt is the plan as stored.

    Errors: BadParameter, Forbidden, NotFound; NeedsMatch and Changed when there is a plan already.
    """
    known = writer.repeated(asked)
    if known is not None:
        return receipt(known)
    subject = read_subject(writer.connection, form.subject)
    require(writer.actor, Action.PLAN, subject.about())
    _check_years(form, writer.day.year)
    row = _row(form, {str(target.ord) for target in subject.targets} if not subject.site else set())
    before = newest_plan(writer, form.subject)
    before_members = plan_members(before) if before is not None else None
    expect(asked, writer.version(form.subject), row, lambda: before_members, needed=before is not None)
    if before is not None and not form.reason:
        raise BadParameter(
            Fault(
                "reason",
                None,
                "required",
                "调整已有计划须填写理由（reason）。",
                "Changing a plan needs a reason.",
            )
        )
    after = plan_members(row | {"reason": form.reason if before is not None else None})
    number = writer.record(
        "plan", subject=form.subject, item=subject.item_no, asked=asked, before=before_members, after=after
    )
    row |= {"reason": after["reason"]} | writer.row(number)
    writer.connection.execute(insert(t.plan).values(row))
    if not subject.site:  # sites without a plan of their own go by their task's
        same = (t.subject.c.item_no == subject.item_no) & (t.subject.c.task_no == subject.task_no)
        writer.touch(writer.connection.execute(select(t.subject.c.code).where(same)).scalars())
    return after | {"change": number}


def newest_plan(writer: Writer, code: str) -> Any | None:
    """The subject's own newest plan; None when it has none."""
    query = select(t.plan).where(t.plan.c.subject_code == code).order_by(*newest_first(t.plan)).limit(1)
    return writer.connection.execute(query).first()


def plan_members(row: Any) -> dict[str, Any]:
    """A plan as a JSON object."""
    names = ("start", "end", "milestones", "weight", "target_weights", "reason")
    value = row if isinstance(row, dict) else row._mapping
    return plain({"subject": value["subject_code"]} | {name: value[name] for name in names})


def _row(form: PlanForm, ordinals: set[str]) -> dict[str, Any]:
    """The columns of a plan. Errors: BadParameter with every fault."""
    faults = []
    if form.end < form.start:
        faults.append(
            Fault(
                "end",
                str(form.end),
                {"minimum": str(form.start)},
                f"完成日期 {form.end} 早于开工日期 {form.start}，请核对。",
                f"The end {form.end} is before the start {form.start}; please check.",
            )
        )
    milestones = sorted(form.milestones)
    if not faults:
        faults += _milestone_faults(form, milestones)
    if not 0 < form.weight <= HEAVIEST:
        faults.append(_weight_fault("weight", form.weight))
    for ordinal, weight in form.target_weights.items():
        if ordinal not in ordinals or not (math.isfinite(weight) and 0 < weight <= HEAVIEST):
            faults.append(_weight_fault(f"target_weights.{ordinal}"[:50], weight))
    if faults:
        raise BadParameter(*faults)
    return {
        "subject_code": form.subject,
        "start": form.start,
        "end": form.end,
        "milestones": [[day.isoformat(), percent] for day, percent in milestones],
        "weight": form.weight,
        "target_weights": dict(form.target_weights),
    }


def _check_years(form: PlanForm, year: int) -> None:
    first, last = date(year - YEARS_AROUND, 1, 1), date(year + YEARS_AROUND, 12, 31)
    faults = [
        Fault(
            name,
            str(day),
            {"minimum": str(first), "maximum": str(last)},
            f"{name} 应在 {first} 至 {last} 之间，请核对年份。",
            f"{name} must lie between {first} and {last}; please check the year.",
        )
        for name, day in (("start", form.start), ("end", form.end))
        if not first <= day <= last
    ]
    if faults:
        raise BadParameter(*faults)


def _milestone_faults(form: PlanForm, milestones: list[tuple[date, float]]) -> list[Fault]:
    days = [day for day, _ in milestones]
    if len(milestones) > MOST_MILESTONES or len(set(days)) < len(days):
        return [
            Fault(
                "milestones",
                len(milestones),
                {"maxItems": MOST_MILESTONES},
                f"里程碑最多 {MOST_MILESTONES} 个，日期不能重复。",
                f"At most {MOST_MILESTONES} milestones, each on a day of its own.",
            )
        ]
    try:
        Plan(form.start, form.end, tuple(milestones))
        in_bounds = all(0 <= percent <= 100 for _, percent in milestones)
    except ValueError:
        in_bounds = False
    if in_bounds:
        return []
    return [
        Fault(
            "milestones",
            None,
            {"from": str(form.start), "to": str(form.end)},
            f"里程碑须在 {form.start} 至 {form.end} 之间，百分比为 0 至 100 且不随日期下降。",
            f"Milestones lie between {form.start} and {form.end}, from 0 to 100 percent, and never fall.",
        )
    ]


def _weight_fault(name: str, value: Any) -> Fault:
    return Fault(
        name,
        value,
        {"exclusiveMinimum": 0, "maximum": HEAVIEST},
        f"{name} 应为大于 0、不超过 {HEAVIEST} 的数，并对应本任务的目标。",
        f"{name} must be above 0, at most {HEAVIEST}, and belong to a target of this task.",
    )
