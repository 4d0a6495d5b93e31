"""One request at a time for each thing, within this process; a newer one asks the older to come to an end.

A telephone that has lost its connection asks again long before this side notices that the old one is dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class Busy(Exception):
    """The older request has not come to an end in time."""


@dataclass
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    stop: asyncio.Event | None = None
    waiting: int = 0


class Turns:
    """Who is at work on what. `patience_s`: how long a newer request waits."""

    def __init__(self, patience_s: float = 30) -> None:
        self.patience_s = patience_s
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def take(self, key: str) -> AsyncIterator[asyncio.Event]:
        """Wait for one's turn; the event is set when somebody else is waiting for it. Errors: Busy."""
        line = self._lines.setdefault(key, _Line())
        line.waiting += 1
        try:
            if line.stop is not None:
                line.stop.set()
            try:
                async with asyncio.timeout(self.patience_s):
                    await line.lock.acquire()
            except TimeoutError:
                raise Busy from None
            line.stop = stop = asyncio.Event()
            if line.waiting > 1:
                stop.set()
            try:
                yield stop
            finally:
                line.stop = None
                line.lock.release()
        finally:
            line.waiting -= 1
            if not line.waiting:
                self._lines.pop(key, None)
