"""How much of a plan should be done on a given day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True)
class Plan:
    """A site's planned start and end, with milestones (day, percent) between them in order of day."""

    start: date
    end: date
    milestones: tuple[tuple[date, float], ...] = ()

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"plan ends {self.end} before it starts {self.start}")
        days = [self.start, *(day for day, _ in self.milestones), self.end]
        percents = [0.0, *(percent for _, percent in self.milestones), 100.0]
        if days != sorted(days) or percents != sorted(percents):
            raise ValueError("milestones must lie between start and end and never fall")


def planned_percent(plan: Plan, today: date) -> float:
    """Planned progress in percent (0–100) when `today` begins, to one decimal.

    0 on the day of the planned start, 100 on the planned end, straight between milestones. A plan
    of a single day asks for nothing on that day and for everything after it.
    """
    if today <= plan.start:
        return 0.0
    if today >= plan.end:
        return 100.0
    curve = [(plan.start, 0.0), *plan.milestones, (plan.end, 100.0)]
    for (before, low), (after, high) in pairwise(curve):
        if before <= today < after:
            share = (today - before).days / (after - before).days
            return round(low + (high - low) * share, 1)
    return 100.0
