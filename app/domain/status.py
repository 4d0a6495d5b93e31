"""What state a site is in, and why. Computed, never typed in.

The rules, first match wins:

==============  =========================================================================
accepted        accepted on or before the day asked for
completed       100 % reported, and not sent back since
suspended       the newest report declares a stop
unscheduled     no plan
overdue         the planned end has passed (the day itself still counts as in time)
not_started     the planned start is in the future and nothing is reported
lagging         sent back, below plan by more than the tolerance, or the due week has no report
on_track        everything else
==============  =========================================================================

A declared stop stands before "overdue" because it names the cause; the sentence still says that
the planned end has passed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain.progress import Plan, planned_percent
from app.domain.weeks import Week, due_week

DEFAULT_TOLERANCE = 5.0
"""Percentage points a site may lie below its plan before it counts as lagging."""


class StatusCode(StrEnum):
    """The eight states, in the order of the legend."""

    UNSCHEDULED = "unscheduled"
    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    LAGGING = "lagging"
    OVERDUE = "overdue"
    COMPLETED = "completed"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class Report:
    """The newest ledger row of a site: percent built (0–100) and, for a declared stop, its reason."""

    week: Week
    percent: float
    suspended_reason: str | None = None


@dataclass(frozen=True)
class Acceptance:
    """A site's acceptance: the day and who accepted."""

    day: date
    by: str


@dataclass(frozen=True)
class SentBack:
    """What was reported complete was not accepted, and nothing newer has been reported."""

    day: date
    by: str
    reason: str


@dataclass(frozen=True)
class Status:
    """A state with the rule that gave it and the rule's inputs (a sentence is made from both)."""

    code: StatusCode
    rule: str
    inputs: dict[str, Any] = field(default_factory=dict)


def site_status(
    today: date,
    plan: Plan | None = None,
    report: Report | None = None,
    acceptance: Acceptance | None = None,
    tolerance: float = DEFAULT_TOLERANCE,
    sent_back: SentBack | None = None,
) -> Status:
    """Apply the table above for the day `today`; `report` and the verdicts must not lie after it."""
    reported = report.percent if report else None
    planned = planned_percent(plan, today) if plan else None
    inputs: dict[str, Any] = {
        "today": today,
        "start": plan.start if plan else None,
        "end": plan.end if plan else None,
        "planned_percent": planned,
        "reported_percent": reported,
        "report_week": report.week if report else None,
        "tolerance": tolerance,
    }

    def state(code: StatusCode, rule: str, **more: Any) -> Status:
        return Status(code, rule, {**inputs, **more})

    if acceptance and acceptance.day <= today:
        return state(StatusCode.ACCEPTED, "accepted", accepted_on=acceptance.day, accepted_by=acceptance.by)
    if report and report.percent >= 100:
        if sent_back is None:
            return state(StatusCode.COMPLETED, "completed")
        late = plan is not None and today > plan.end
        return state(
            StatusCode.OVERDUE if late else StatusCode.LAGGING,
            "sent_back_past_end" if late else "sent_back",
            sent_back_on=sent_back.day,
            sent_back_by=sent_back.by,
            reason=sent_back.reason,
        )
    if report and report.suspended_reason:
        late = plan is not None and today > plan.end
        rule = "suspended_past_end" if late else "suspended"
        return state(StatusCode.SUSPENDED, rule, reason=report.suspended_reason)
    if plan is None:
        return state(StatusCode.UNSCHEDULED, "no_plan" if report is None else "no_plan_but_reported")
    if today > plan.end:
        rule = "past_end" if report else "past_end_unreported"
        return state(StatusCode.OVERDUE, rule, days=(today - plan.end).days)
    if today < plan.start:
        if not reported:
            return state(StatusCode.NOT_STARTED, "before_start", days=(plan.start - today).days)
        return state(StatusCode.ON_TRACK, "ahead_of_start")
    return _underway(today, plan, report, planned or 0.0, tolerance, state)


def missing_report(today: date, plan: Plan | None, report: Report | None) -> bool:
    """Whether the due week has no report (未报) although the planned start has passed."""
    due = due_week(today)
    # on a first day that is a Sunday the week is due, but nobody can have a week to report yet
    begun = plan is not None and plan.start <= due.sunday and plan.start < today
    return begun and (report is None or report.week < due)


def _underway(
    today: date,
    plan: Plan,
    report: Report | None,
    planned: float,
    tolerance: float,
    state: Callable[..., Status],
) -> Status:
    """Between planned start and end: compare with the curve and with the week that is due."""
    due = due_week(today)
    missing = missing_report(today, plan, report)
    gap = round(planned - (report.percent if report else 0.0), 1)
    behind = gap > tolerance
    if behind and missing:
        rule = "behind_and_missing" if report else "never_reported"
        return state(StatusCode.LAGGING, rule, gap=gap, due_week=due)
    if behind:
        return state(StatusCode.LAGGING, "behind_plan" if report else "never_reported", gap=gap, due_week=due)
    if missing:
        return state(
            StatusCode.LAGGING, "missing_report" if report else "never_reported", due_week=due, gap=gap
        )
    if report is None:
        return state(StatusCode.ON_TRACK, "just_started", due_week=due, due_after=Week.of(plan.start))
    return state(StatusCode.ON_TRACK, "on_plan", gap=gap)
