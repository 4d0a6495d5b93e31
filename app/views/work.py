"""What a unit has to do this week, from the ledger as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.roles import Action, Actor, may
from app.domain.status import StatusCode
from app.domain.weeks import Week
from app.store.book import Book, Line


class Duty(StrEnum):
    """What a subject asks of its lead unit in a week."""

    SENT_BACK = "sent_back"  # reported complete, not accepted: something newer has to be reported
    DUE = "due"
    FILED = "filed"
    LATER = "later"  # its planned start is still to come
    COMPLETED = "completed"
    ACCEPTED = "accepted"


OPEN = frozenset({Duty.SENT_BACK, Duty.DUE})
"""What has to be filed still."""


@dataclass(frozen=True)
class Task:
    """A line of the ledger and what it asks for."""

    line: Line
    duty: Duty


def duty_of(status: StatusCode, rule: str, reported: Week | None, week: Week) -> Duty:
    """What a subject in this state asks for in `week`; `reported` is the week of its newest report."""
    if rule.startswith("sent_back"):
        return Duty.SENT_BACK
    if status is StatusCode.ACCEPTED:
        return Duty.ACCEPTED
    if reported is not None and reported >= week:
        return Duty.FILED
    if status is StatusCode.COMPLETED:
        return Duty.COMPLETED
    return Duty.LATER if status is StatusCode.NOT_STARTED else Duty.DUE


def work_of(book: Book, actor: Actor, week: Week) -> list[Task]:
    """The subjects that `actor` reports on, in order of code."""
    return [
        Task(line, duty_of(line.status.code, line.status.rule, reported_week(line), week))
        for line in book.reported
        if may(actor, Action.REPORT, line.subject.about())
    ]


def reported_week(line: Line) -> Week | None:
    """The week of a line's newest report."""
    return Week.of(line.report.week_monday) if line.report is not None else None


def open_after(tasks: list[Task], code: str) -> list[Line]:
    """What is still to be filed, beginning after `code` and going round; `code` itself is left out."""
    waiting = [task.line for task in tasks if task.duty in OPEN and task.line.code != code]
    return [line for line in waiting if line.code > code] + [line for line in waiting if line.code < code]
