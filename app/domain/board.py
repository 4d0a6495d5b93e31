"""The supervision command's board (督查台): what asks for attention, and the next milestone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.domain.blockages import Blockage
from app.domain.directives import Directive
from app.domain.privacy import is_withheld
from app.domain.progress import Plan
from app.domain.roles import UNIT_ROLES, About, Action, Actor, Role, may
from app.domain.status import StatusCode


class Concern(StrEnum):
    """What a row may ask for, in the order of the figures at the top."""

    MISSING = "missing"  # 未报: the due week has no report
    LAGGING = "lagging"
    OVERDUE = "overdue"
    SUSPENDED = "suspended"
    TO_ACCEPT = "to_accept"  # 待验收: completed, not accepted yet
    BLOCKED = "blocked"  # an open blockage
    DIRECTED = "directed"  # an overdue directive


PROBLEMS = frozenset(Concern) - {Concern.TO_ACCEPT}
"""All but what only waits for acceptance."""

_OF_STATUS = {
    StatusCode.LAGGING: Concern.LAGGING,
    StatusCode.OVERDUE: Concern.OVERDUE,
    StatusCode.SUSPENDED: Concern.SUSPENDED,
    StatusCode.COMPLETED: Concern.TO_ACCEPT,
}


class Milestone(NamedTuple):
    """The next day on which the plan asks for something: percent (0–100) by then, and days until then."""

    day: date
    percent: float
    days: int


def concerns(
    status: StatusCode | None,
    missing: bool,
    blockages: Collection[Blockage],
    directives: Collection[Directive],
    today: date,
) -> frozenset[Concern]:
    """What a subject asks for; `status` None for a task that is not reported itself."""
    found = {_OF_STATUS[status]} if status in _OF_STATUS else set()
    if missing:
        found.add(Concern.MISSING)
    if any(one.undone for one in blockages):
        found.add(Concern.BLOCKED)
    if any(one.overdue(today) for one in directives):
        found.add(Concern.DIRECTED)
    return frozenset(found)


def next_milestone(plan: Plan | None, today: date) -> Milestone | None:
    """The first milestone of today or later, the planned end as the last; None without a plan or after it."""
    if plan is None:
        return None
    for day, percent in (*plan.milestones, (plan.end, 100.0)):
        if day >= today:
            return Milestone(day, percent, (day - today).days)
    return None


def may_read_words(actor: Actor | None, about: About) -> bool:
    """Whether somebody may read what was written about a subject: blockages, directives, findings.

    Where homes and persons are concerned, viewers and units that have no part in the item may not.
    """
    if not may(actor, Action.READ, about):
        return False
    if not is_withheld(about.item_no):
        return True
    assert actor is not None
    if actor.role in UNIT_ROLES:
        return actor.unit in about.lead_units | about.supporting_units
    return actor.role is not Role.VIEWER
