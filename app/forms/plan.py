"""The plan form: what it starts with, and the plan that was typed into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.domain.figurecheck import parse_number
from app.domain.given import text_given
from app.errors import BadParameter, Fault
from app.forms.report import LONGEST_REASON, figure_text
from app.store.filings import Planning
from app.store.plans import HEAVIEST, MOST_MILESTONES, PlanForm

BLANK_ROWS = 2
"""Empty milestones at the end of the form; without scripts one saves and gets more."""


def starting_plan(planning: Planning) -> dict[str, str]:
    """The form's fields for the plan as it is; for a site without one of its own, its task's dates."""
    row = planning.current or planning.inherited
    if row is None:
        return {"weight": "1"}
    values = {"start": row.start.isoformat(), "end": row.end.isoformat(), "weight": "1"}
    for number, (day, percent) in enumerate(row.milestones):
        values |= {f"milestones.{number}.day": day, f"milestones.{number}.percent": figure_text(percent)}
    if planning.current is not None:
        values["weight"] = figure_text(row.weight)
        values |= {
            f"weights.{ordinal}": figure_text(weight) for ordinal, weight in row.target_weights.items()
        }
    return values


def milestone_rows(values: Mapping[str, str]) -> list[int]:
    """The numbers of the milestones' rows: those that are filled in, and some blank ones."""
    filled = [
        number
        for number in range(MOST_MILESTONES + BLANK_ROWS)
        if any(values.get(f"milestones.{number}.{part}", "").strip() for part in ("day", "percent"))
    ]
    last = max(filled, default=-1)
    return [*filled, *range(last + 1, last + 1 + BLANK_ROWS)]


def read_plan(planning: Planning, values: Mapping[str, str]) -> PlanForm:
    """The plan that the form is. Errors: BadParameter with every fault in how it is written."""
    subject, faults = planning.subject, []

    def day(name: str, zh: str, en: str) -> date | None:
        text = values.get(name, "").strip()
        try:
            return date.fromisoformat(text) if len(text) == 10 else _no_day()
        except ValueError:
            told = (
                f"{zh}应写作 2023-07-14 这样的日期。",
                f"{en} is a date such as 2023-07-14.",
            )
            faults.append(Fault(name, text[:40], "YYYY-MM-DD", *told))
            return None

    def weight(name: str, zh: str, en: str) -> float:
        text = values.get(name, "").strip() or "1"
        number = parse_number(text)
        if number is None or not 0 < number <= HEAVIEST:
            told = f"{zh}应为大于 0 的数，例如 1 或 2.5。", f"{en} is a number above 0, such as 1 or 2.5."
            faults.append(Fault(name, text[:40], {"exclusiveMinimum": 0, "maximum": HEAVIEST}, *told))
            return 1.0
        return float(number)

    start, end = day("start", "开工日期", "The start"), day("end", "完工日期", "The end")
    milestones: list[tuple[date, float]] = []
    for number in milestone_rows(values):
        field = f"milestones.{number}"
        typed = values.get(f"{field}.percent", "").strip()
        if not typed and not values.get(f"{field}.day", "").strip():
            continue
        at = day(f"{field}.day", "节点日期", "A milestone's day")
        percent = parse_number(typed.rstrip("%％ "))
        if percent is None or not 0 <= percent <= 100:
            told = (
                f"节点的计划完成应为 0 到 100 的数，不能是“{typed[:40]}”。",
                f"A milestone's percentage is a number from 0 to 100, not “{typed[:40]}”.",
            )
            faults.append(Fault(f"{field}.percent", typed[:40], {"minimum": 0, "maximum": 100}, *told))
        elif at is not None:
            milestones.append((at, float(percent)))
    weights = {
        str(target.ord): weight(f"weights.{target.ord}", f"“{target.title}”的权重", "A target's weight")
        for target in ([] if subject.site else subject.targets)
    }
    share = weight("weight", "权重", "The weight")
    reason = _reason(values, faults)
    if faults or start is None or end is None:
        raise BadParameter(*faults)
    uneven = {ordinal: one for ordinal, one in weights.items() if one != 1}
    return PlanForm(subject.code, start, end, tuple(milestones), share, weights if uneven else {}, reason)


def plan_values(row: Any) -> dict[str, Any]:
    """A plan as the comparison of two versions shows it; `row` is a stored plan or a form."""
    pairs = ((str(day), float(percent)) for day, percent in row.milestones)
    return {
        "start": str(row.start),
        "end": str(row.end),
        "milestones": sorted(pairs),
        "weight": float(row.weight),
        "target_weights": {key: float(value) for key, value in row.target_weights.items()},
    }


def _reason(values: Mapping[str, str], faults: list[Fault]) -> str | None:
    if not values.get("reason", "").strip():
        if values.get("again"):  # a form opened before there was a plan knows of none: the store tells
            told = "请填写调整理由。", "Give the reason for the change."
            faults.append(Fault("reason", "", "required", *told))
        return None
    try:
        return text_given(values.get("reason"), "reason", LONGEST_REASON)
    except BadParameter as error:
        faults += error.faults
        return None


def _no_day() -> date:
    raise ValueError
