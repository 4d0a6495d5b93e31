"""Server-sent events: open pages hear of every new version the moment this process has it.

One :class:`Events` per process holds the newest state and a seat for every open stream. A stream that
cannot keep up is told the newest state only: an event says what is, so none is needed twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.domain.weeks import Week
from app.errors import TooMany, Unavailable
from app.store.live import View

HEARTBEAT_SECONDS = 15.0
STUCK_SECONDS = 30.0
"""A client that takes nothing for so long is given up."""
RETRY_MS = 1_000
"""After so long a browser opens a stream again that was cut."""
AGAIN_SECONDS = 30
MOST_STREAMS = 800
"""In one process: below the 1,024 open files that systems commonly allow."""
MOST_PER_ADDRESS = 200
"""A whole office may come from one address."""


@dataclass(frozen=True)
class State:
    """What an event says."""

    version: int
    as_of: date
    week: Week

    @classmethod
    def of(cls, view: View) -> State:
        """The state of a view."""
        return cls(view.version, view.as_of, view.week)

    @property
    def frame(self) -> bytes:
        """The event as it goes over the line (WHATWG HTML, 9.2)."""
        data = {"version": self.version, "as_of": self.as_of.isoformat(), "week": str(self.week)}
        return b"id: %d\ndata: %b\n\n" % (self.version, orjson.dumps(data))


@dataclass(eq=False)
class Seat:
    """One open stream's place; `wake` is set when there is something to do."""

    address: str
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    gone: bool = False


class Events:
    """The newest state and who waits for the next one. All but :meth:`close` belong to the event loop."""

    def __init__(self, state: State, most: int = MOST_STREAMS, per_address: int = MOST_PER_ADDRESS) -> None:
        self.state = state
        self.closed = False
        self._most, self._per_address = most, per_address
        self._seats: set[Seat] = set()
        self._addresses: Counter[str] = Counter()
        self._loop = asyncio.get_running_loop()

    def tell(self, view: View) -> None:
        """Wake every stream when the view is another one than before."""
        state = State.of(view)
        if state != self.state:
            self.state = state
            self._wake_all()

    @contextlib.contextmanager
    def seat(self, address: str) -> Iterator[Seat]:
        """A place for one stream. Errors: TooMany for the address, Unavailable when all are taken."""
        if self.closed or len(self._seats) >= self._most:
            raise Unavailable(
                "实时更新的连接已满，请稍后再试；页面仍可手动刷新。",
                "All places for live updates are taken; try again later. Pages can still be reloaded.",
            )
        if self._addresses[address] >= self._per_address:
            raise TooMany(
                f"同一地址最多同时打开 {self._per_address} 个实时更新连接，请关闭一些页面。",
                f"One address may keep {self._per_address} live updates open at a time; close some pages.",
                AGAIN_SECONDS,
            )
        seat = Seat(address)
        self._seats.add(seat)
        self._addresses[address] += 1
        try:
            yield seat
        finally:
            self._seats.discard(seat)
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    def __len__(self) -> int:
        return len(self._seats)

    def close(self) -> None:
        """End all streams; may be called from a signal handler or another thread."""
        self.closed = True
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._wake_all)

    def _wake_all(self) -> None:
        for seat in self._seats:
            seat.wake.set()


class EventStream(Response):
    """The answer that goes on until one side ends it.

    `address` is counted, `known` the version that the client has already (Last-Event-ID), and `allowed` is
    asked before anything is sent: once it says no (the session has ended), the stream ends.
    """

    media_type = "text/event-stream"
    charset = "utf-8"

    def __init__(
        self, events: Events, address: str, known: int | None, allowed: Callable[[], Awaitable[bool]]
    ) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._events, self._address, self._known, self._allowed = events, address, known, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a seat, answer, and stay."""
        with self._events.seat(self._address) as seat:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            watching = asyncio.create_task(_until_gone(receive, seat))
            try:
                with contextlib.suppress(TimeoutError):  # a client that is stuck
                    await self._tell(seat, send)
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
            if not seat.gone:
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, seat: Seat, send: Send) -> None:
        known = self._known
        due = b"retry: %d\n\n" % RETRY_MS
        while True:
            if self._events.closed or seat.gone or not await self._allowed():
                return
            state = self._events.state
            if state.version != known:
                due += state.frame
                known = state.version
            async with asyncio.timeout(STUCK_SECONDS):
                await send({"type": "http.response.body", "body": due or b":\n\n", "more_body": True})
            due = b""
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await seat.wake.wait()
            seat.wake.clear()


async def _until_gone(receive: Receive, seat: Seat) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    seat.gone = True
    seat.wake.set()


@contextlib.contextmanager
def closed_by_signals(events: Events) -> Iterator[None]:
    """End the streams when the process is told to stop: a server waits for open answers before it shuts
    the application down, and these would stay open. The server's own handlers are called after."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: Any) -> None:
        events.close()
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    chained = [number for number, handler in before.items() if callable(handler)]
    for number in chained:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in chained:
            signal.signal(number, before[number])
