"""A desk to write the ledger at: actors of every role and a clock that a test sets."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from app.domain.roles import Actor, Role
from app.domain.weeks import Week
from app.store.acceptances import VerdictForm, give_verdict
from app.store.asof import AsOf
from app.store.book import Book, read_book
from app.store.database import Database
from app.store.moments import ZONE_TIME
from app.store.plans import PlanForm, set_plan
from app.store.reports import ReportForm, file_report
from app.store.writing import Asked, Writer

T = TypeVar("T")
TOLERANCE = 5.0

ROADS = Actor(None, "roads", "区城乡建设和交通局", Role.LEAD_UNIT, "jianshe")
HEALTH = Actor(None, "health", "市卫健委经开区管理办公室", Role.LEAD_UNIT, "weijian")
SOCIAL = Actor(None, "social", "区社会事业中心", Role.LEAD_UNIT, "shehui")
COMMAND = Actor(None, "command", "督查考核指挥部", Role.SUPERVISION)
LEADER = Actor(None, "leader", "分管领导", Role.LEADER, items=frozenset({20}))


def asked(body: Any = None, match: int | None = None, id: str | None = None) -> Asked:
    """A request with a UUID of its own."""
    return Asked.of(id or str(uuid.uuid4()), body, match)


@dataclass
class Desk:
    """Writes at `moment` (10:00 in the zone on `day` unless set); publishes like the service does."""

    database: Database
    day: date = date(2023, 7, 12)
    hour: time = field(default=time(10))

    @property
    def moment(self) -> datetime:
        """The ledger's clock."""
        return datetime.combine(self.day, self.hour, ZONE_TIME)

    @property
    def week(self) -> Week:
        """The week of the day."""
        return Week.of(self.day)

    def pass_days(self, days: int) -> None:
        """Let the clock run."""
        self.day += timedelta(days=days)

    def write(self, actor: Actor, action: Callable[[Writer], T]) -> T:
        """One write transaction."""
        with self.database.write() as connection:
            writer = Writer(connection, actor, self.moment, self.day, TOLERANCE)
            result = action(writer)
            writer.finish()
        return result

    def report(self, actor: Actor, subject: str, week: Week | None = None, **more: Any) -> dict[str, Any]:
        """File a report; `match` and `id` go with the request, the rest into the form."""
        request = asked(more, more.pop("match", None), more.pop("id", None))
        form = ReportForm(subject, week or self.week, **more)
        return self.write(actor, lambda writer: file_report(writer, form, request))

    def plan(self, actor: Actor, subject: str, start: date, end: date, **more: Any) -> dict[str, Any]:
        """Plan a subject."""
        request = asked(more, more.pop("match", None), more.pop("id", None))
        form = PlanForm(subject, start, end, **more)
        return self.write(actor, lambda writer: set_plan(writer, form, request))

    def verdict(self, actor: Actor, subject: str, accepted: bool, **more: Any) -> dict[str, Any]:
        """Accept or send back."""
        request = asked(more, more.pop("match", self.version(subject)), more.pop("id", None))
        form = VerdictForm(subject, accepted, **more)
        return self.write(actor, lambda writer: give_verdict(writer, form, request))

    def version(self, subject: str) -> int:
        """The subject's version."""
        return self.book().lines[subject].version

    def book(self, as_of: AsOf | None = None) -> Book:
        """The ledger as of a moment, today when none is given."""
        with self.database.read() as connection:
            return read_book(connection, as_of or AsOf(self.day), TOLERANCE)
