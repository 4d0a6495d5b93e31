"""As of when the ledger is read: the day the rules go by, and which rows were known then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Table, true

from app.domain.weeks import Week
from app.store.moments import ZONE_TIME


@dataclass(frozen=True)
class AsOf:
    """`day` for the rules; rows entered at or after `before` were not known yet (None: all are)."""

    day: date
    before: datetime | None = None

    @classmethod
    def end_of(cls, day: date) -> AsOf:
        """What was known when `day` ended in the zone (Asia/Shanghai)."""
        return cls(day, datetime.combine(day + timedelta(days=1), time.min, ZONE_TIME))

    @classmethod
    def week(cls, week: Week) -> AsOf:
        """What was known when the week's Sunday ended."""
        return cls.end_of(week.sunday)

    def known(self, table: Table) -> ColumnElement[bool]:
        """The condition on a ledger table's rows."""
        return true() if self.before is None else table.c.entered_at < self.before
