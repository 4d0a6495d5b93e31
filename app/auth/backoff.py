"""How long to wait after failed sign-ins. Pure: counts in, seconds out."""

from __future__ import annotations

from datetime import datetime, timedelta

FREE_BY_NAME = 5
"""Failures for one name from one address before there is a wait."""
FREE_BY_ADDRESS = 30
"""Failures from one address, whatever the names: an office may share one."""
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
"""Without a further failure; longer than the longest wait."""


def wait_after(failures: int, free: int) -> timedelta:
    """The wait that begins with this many failures: 15 s, then doubled each time, at most 15 minutes."""
    if failures < free:
        return timedelta(0)
    doublings = min(failures - free, 16)  # far beyond the longest wait already
    return min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def counted(failures: int, last_at: datetime, now: datetime) -> int:
    """Failures that still count at `now`."""
    return 0 if now - last_at > FORGOTTEN_AFTER else failures
