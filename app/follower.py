"""Keeps this process in step with what others write: hears of it, takes it over, tells the open pages.

On PostgreSQL a listening connection wakes it, on SQLite a look at the file four times a second. A slow
look at the version goes on beside both: it finds what was missed, and notices the new day at midnight.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable

import anyio
import anyio.to_thread
import psycopg
import sqlalchemy.exc

from app.events import Events
from app.store.database import first_line
from app.store.listen import FileWatch, Listener
from app.store.live import Live

log = logging.getLogger("minsheng")

LOOK_SECONDS = 0.25
"""Between two looks at an SQLite file."""
NET_SECONDS = 5.0
"""Between two looks at the version, whatever was heard; also the pause while the database is away."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 10.0
"""Seconds before a lost listening connection is opened again; the pause doubles with every failure."""

LOST = (sqlalchemy.exc.OperationalError, psycopg.OperationalError, sqlite3.Error, OSError)


class Follower:
    """Follows the database of `live` and tells `events`. :meth:`run` is a task of the event loop."""

    def __init__(self, live: Live, events: Events) -> None:
        self._live, self._events = live, events
        self._wake = asyncio.Event()
        self._heard: int | None = None  # newest version announced; None right after listening began
        self._doubtful: int | None = None  # version that the slow look found before it was announced
        self._cut: asyncio.Future[None] | None = None
        # threads of its own: requests that wait for a lock must not keep it from looking
        self._threads = anyio.CapacityLimiter(2)

    async def run(self) -> None:
        """Follow until cancelled; while the database is away the last view goes on being served."""
        watch = self._listen if self._live.database.is_postgres else self._look
        watching = asyncio.create_task(self._without_end(watch))
        try:
            await self._without_end(self._follow)
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

    async def _follow(self) -> None:
        while True:
            await self._take_over()
            woken = True
            try:
                async with asyncio.timeout(NET_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                woken = False
            self._wake.clear()
            if not woken:
                self._doubt_listener()

    async def _take_over(self) -> None:
        try:
            view = await anyio.to_thread.run_sync(self._live.refresh, limiter=self._threads)
        except LOST as error:
            kept = self._live.view.version
            log.error("cannot follow the database, still serving version %s: %s", kept, first_line(error))
            return
        if self._heard is None:
            self._heard = view.version
        self._events.tell(view)

    def _doubt_listener(self) -> None:
        """A version that nobody announced, at two looks in a row: the connection is deaf (its other end is
        gone without a word), so a new one is opened."""
        version = self._live.view.version
        if self._cut is None or self._heard == version:
            self._doubtful = None
        elif self._doubtful != version:
            self._doubtful = version
        elif not self._cut.done():
            log.warning("version %s was not announced; listening anew", version)
            self._cut.set_result(None)

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                listener = await anyio.to_thread.run_sync(
                    Listener, self._live.database, limiter=self._threads
                )
            except LOST as error:
                log.info("cannot listen to the database, next try in %g s: %s", pause, first_line(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            self._heard = self._doubtful = None
            self._wake.set()  # for what was written while nobody listened
            try:
                await self._until_cut(listener)
            finally:
                listener.close()

    async def _until_cut(self, listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        self._cut = cut = loop.create_future()
        descriptor = listener.fileno

        def readable() -> None:
            try:
                versions = listener.heard()
            except LOST as error:
                log.warning("the listening connection is lost: %s", first_line(error))
                loop.remove_reader(descriptor)
                if not cut.done():
                    cut.set_result(None)
                return
            if versions:
                self._heard = versions[-1]
                self._wake.set()

        loop.add_reader(descriptor, readable)
        try:
            readable()  # what came before the loop began to watch
            await cut
        finally:
            self._cut = None
            loop.remove_reader(descriptor)

    async def _look(self) -> None:
        watch = await anyio.to_thread.run_sync(FileWatch, self._live.database, limiter=self._threads)
        self._wake.set()
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                if await anyio.to_thread.run_sync(watch.changed, limiter=self._threads):
                    self._wake.set()
        finally:
            watch.close()

    async def _without_end(self, work: Callable[[], Awaitable[None]]) -> None:
        """What fails unexpectedly is logged and begun again: following must not end in silence."""
        while True:
            try:
                await work()
            except LOST as error:
                log.error("cannot follow the database: %s", first_line(error))
            except Exception:
                log.exception("cannot follow the database; still serving version %s", self._live.view.version)
            await asyncio.sleep(NET_SECONDS)
