"""Reporting weeks: Monday to Sunday, ISO 8601 numbers, and the ten-day periods (旬) of a month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Week:
    """An ISO 8601 week, for example ``2023-W28``. Orders by time."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Week:
        """The week that `day` lies in; 2024-01-01 is in 2024-W01, 2023-01-01 in 2022-W52."""
        iso = day.isocalendar()
        return cls(iso.year, iso.week)

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read ``2023-W28``; ValueError when the form is wrong or the year has no such week."""
        match = _WEEK.fullmatch(text.strip())
        if not match:
            raise ValueError(f"not an ISO week: {text!r}")
        week = cls(int(match[1]), int(match[2]))
        date.fromisocalendar(week.year, week.number, 1)  # refuses weeks that the year does not have
        return week

    @property
    def monday(self) -> date:
        """First day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        """Last day."""
        return self.monday + timedelta(days=6)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def due_week(today: date) -> Week:
    """The newest week whose report can be asked for on `today`.

    A week's report is due when the week ends: on Sunday it is this week's, from Monday to
    Saturday still last week's.
    """
    return Week.of(today - timedelta(days=6))
