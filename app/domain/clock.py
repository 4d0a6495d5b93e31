"""When somebody was there, whatever the telephone's clock says. Pure.

A telephone that was off for months, or whose owner set it by hand, tells its reports' times wrongly, and they
must arrive all the same. Only the difference between two readings of one clock is trusted: how long before
sending a report it was made. The server's clock at receipt, less that, is when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

SLACK = timedelta(seconds=120)
"""So far apart two clocks may be and both be right: the network and a queue take their time, too."""
EARLIEST = timedelta(days=366)
"""A telephone without signal may send late, not a year late."""

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""What a telephone's clock says is kept within these; clocks that lost their time begin at the first."""


@dataclass(frozen=True)
class Told:
    """`made_at` by the ledger's clock; `device_at` what the telephone's said then; `off_s` how many seconds
    the ledger's was ahead of it at receipt (None: not known); `moved`: `made_at` had to be put into what is
    possible."""

    made_at: datetime
    device_at: datetime
    off_s: float | None = None
    moved: bool = False

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """What presence notes of it."""
        return [{"code": "clock", "off_s": self.off_s}] if self.moved else []


def told_by(made_at: datetime, sent_at: datetime | None, now: datetime) -> Told:
    """The moment of a report, from the telephone's clock when it was made and when it was sent, and the
    ledger's clock at receipt. All aware.

    Without `sent_at` the telephone's clock is taken as it is. With it any clock will do: the result lies
    within the 366 days before `now`.
    """
    device_at = within_reason(made_at)
    if sent_at is None:
        return Told(made_at, device_at)
    off = now - sent_at
    age = now - made_at if abs(off) <= SLACK else sent_at - made_at
    possible = min(max(age, timedelta()), EARLIEST)
    # with the clocks alike, "in a minute's time" is no contradiction
    moved = abs(possible - age) > SLACK
    return Told(now - possible, device_at, round(off.total_seconds(), 3), moved)


def within_reason(moment: datetime) -> datetime:
    """What a telephone's clock says, in UTC, from 1970 to 2100: both databases can keep and show it."""
    return min(max(moment, _FIRST), _LAST).astimezone(UTC)
