"""A bad line: an HTTP/1.1 proxy before the real server that loses, cuts, doubles and delays as it is told.

with fault_proxy(server.url) as line:
    line.on("PATCH", "/api/photo-uploads/", [Fault("cut_body", at=700)])      # the next such request
    line.on("POST", "/api/inspections$", [Fault("twice")], "a")               # the next with X-Line: a
    page.goto(f"{line.url}/m")

It knows as little of HTTP as it can: heads are passed on as they came, but for hop-by-hop headers.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

KEY = "x-line"
MOST_HEAD = 65_536
PORTAL = b"<!doctype html><title>Wi-Fi</title><form>Please accept the terms</form>"
TYPES = {".js": "text/javascript", ".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Fault:
    """What happens to one request.

    | kind | what |
    |---|---|
    | pass | nothing |
    | refuse | the connection is closed; nothing is delivered |
    | cut_body | the first `at` bytes of the body are delivered, then the line is dead |
    | cut_answer | delivered; the client gets the first `at` bytes of the answer, then the line is dead |
    | late | the line is dead at once, but what was sent is delivered after `seconds` |
    | before, after | 500 instead of delivering; delivered, and 500 instead of the answer |
    | busy | 429 with Retry-After `at`, not delivered |
    | slow | delivered after `seconds`, and answered after `seconds` |
    | twice | delivered twice, one after the other; the client gets the second answer |
    | both | delivered twice at the same time; the client gets the first answer |
    | portal, redirect, odd | 200 with a portal's page; 302 to it; 200 with JSON that is not the server's |
    | stranger | 404 with a page of something between |
    | signed_out, forbidden | 401, 403 as the server says it, not delivered |
    """

    kind: str = "pass"
    at: int = 0
    seconds: float = 0.0


@dataclass
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    head: bytes
    body: bytes


@dataclass
class _Rule:
    method: str
    path: re.Pattern[str]
    faults: deque[Fault]


@dataclass(frozen=True)
class Seen:
    """One request that came: its line's name, what happened to it, and the server's status (0: none)."""

    line: str
    method: str
    path: str
    fault: str
    status: int


@dataclass
class FaultProxy:
    """`url` is its address. `files`: what it serves itself, by address; `/x/` is a whole folder."""

    upstream: str
    files: dict[str, Path] = field(default_factory=dict)
    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    _rules: dict[str, list[_Rule]] = field(default_factory=dict)
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    NO_BODY: ClassVar[frozenset[int]] = frozenset({204, 304})

    def on(self, method: str, path: str, faults: Sequence[Fault], line: str = "") -> None:
        """What happens to the next requests of a method whose path matches (a regular expression, from its
        start) and that carry `X-Line: line`, one after the other; then all pass."""
        self._rules.setdefault(line, []).append(_Rule(method, re.compile(path), deque(faults)))

    def heal(self) -> None:
        """From now on everything passes."""
        self._rules.clear()

    def _fault_for(self, request: _Request) -> Fault:
        for rule in self._rules.get(request.headers.get(KEY, ""), []):
            if rule.faults and rule.method == request.method and rule.path.match(request.path):
                return rule.faults.popleft()
        return Fault()

    async def client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of a browser."""
        try:
            while request := await _read_request(reader):
                if not await self._serve(request, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            pass  # the browser went away, or the proxy ends
        finally:
            with contextlib.suppress(OSError):
                writer.transport.abort() if writer.transport.is_closing() else writer.close()

    async def _serve(self, request: _Request, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection may go on."""
        own = self._file(request)
        if own is not None:
            writer.write(own)
            await writer.drain()
            return True
        fault = self._fault_for(request)
        status, answer, goes_on = await self._meet(fault, request, writer)
        line = request.headers.get(KEY, "")
        self.seen.append(Seen(line, request.method, request.path, fault.kind, status))
        if answer:
            writer.write(answer)
            await writer.drain()
        if not goes_on:
            writer.close()
        return goes_on

    async def _meet(
        self, fault: Fault, request: _Request, writer: asyncio.StreamWriter
    ) -> tuple[int, bytes, bool]:
        """(the server's status or 0, what the client gets, whether the line lives on)."""
        kind = fault.kind
        if kind in ANSWERS:
            return 0, ANSWERS[kind](fault), True
        if kind == "refuse":
            return 0, b"", False
        if kind == "cut_body":
            await self._deliver(request, cut=fault.at)
            return 0, b"", False
        if kind == "late":
            task = asyncio.get_running_loop().create_task(self._deliver_late(request, fault.seconds))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return 0, b"", False
        await asyncio.sleep(fault.seconds)
        if kind == "both":
            first, _ = await asyncio.gather(self._deliver(request), self._deliver(request))
            return _status(first), first, True
        if kind == "twice":
            await self._deliver(request)
        answer = await self._deliver(request, stream=None if kind == "cut_answer" else writer)
        await asyncio.sleep(fault.seconds)
        if kind == "cut_answer":
            return _status(answer), answer[: fault.at], False
        if kind == "after":
            return _status(answer), _answer(500, "text/html", b"<h1>Internal Server Error</h1>"), True
        return _status(answer), answer, bool(answer)

    async def _deliver_late(self, request: _Request, seconds: float) -> None:
        await asyncio.sleep(seconds)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await self._deliver(request)

    async def _deliver(
        self, request: _Request, cut: int | None = None, stream: asyncio.StreamWriter | None = None
    ) -> bytes:
        """The server's whole answer; with `cut` only so much of the body is sent and no answer awaited.

        An answer without end (server-sent events) goes to `stream` as it comes, and b"" is returned.
        """
        parts = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=MOST_HEAD)
        try:
            writer.write(request.head)
            writer.write(request.body if cut is None else request.body[:cut])
            await writer.drain()
            if cut is not None:
                return b""
            head = await reader.readuntil(b"\r\n\r\n")
            status, headers = _status(head), _headers(head)
            if headers.get("content-type", "").startswith("text/event-stream") and stream:
                stream.write(head)
                while more := await reader.read(4096):
                    stream.write(more)
                    await stream.drain()
                return b""
            if request.method == "HEAD" or status in self.NO_BODY:
                return _kept_open(head)
            return _kept_open(head, await reader.read())  # the server closes: it was asked to
        finally:
            writer.close()

    def _file(self, request: _Request) -> bytes | None:
        path = request.path.partition("?")[0]
        for prefix, place in self.files.items():
            file = place / path.removeprefix(prefix) if prefix.endswith("/") else place
            if request.method == "GET" and (
                path.startswith(prefix) if prefix.endswith("/") else path == prefix
            ):
                return _answer(200, TYPES[file.suffix], file.read_bytes(), "cache-control: max-age=600\r\n")
        return None


def _answer(status: int, kind: str, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def _problem(status: int, kind: str) -> bytes:
    body = f'{{"type":"/problems/{kind}","title":"{kind}","status":{status}}}'
    return _answer(status, "application/problem+json", body.encode())


ANSWERS = {
    "before": lambda _: _answer(500, "text/html", b"<h1>Internal Server Error</h1>"),
    "busy": lambda fault: _answer(429, "text/plain", b"busy", f"retry-after: {fault.at}\r\n"),
    "portal": lambda _: _answer(200, "text/html", PORTAL),
    "redirect": lambda _: _answer(302, "text/html", PORTAL, "location: /portal\r\n"),
    "odd": lambda _: _answer(200, "application/json", b'{"ok":true,"id":"1","state":"complete"}'),
    "stranger": lambda _: _answer(404, "text/html", PORTAL),
    "signed_out": lambda _: _problem(401, "not-signed-in"),
    "forbidden": lambda _: _problem(403, "forbidden"),
}


async def _read_request(reader: asyncio.StreamReader) -> _Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    method, path, _ = head.decode("latin-1").split(" ", 2)
    headers = _headers(head)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    # one upstream connection a request: what is late or doubled is then nobody else's
    sent = re.sub(rb"(?im)^connection:.*\r\n", b"", head[:-2]) + b"connection: close\r\n\r\n"
    return _Request(method, path, headers, sent, body)


def _headers(head: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name}


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def _kept_open(head: bytes, body: bytes = b"") -> bytes:
    """The answer without the server's `connection: close`: the browser's connection is another one."""
    return re.sub(rb"(?im)^connection:.*\r\n", b"", head) + body


@contextmanager
def fault_proxy(upstream: str, files: dict[str, Path] | None = None, port: int = 0) -> Iterator[FaultProxy]:
    """A proxy on 127.0.0.1 in a thread of its own, ended with the block."""
    proxy = FaultProxy(upstream, files or {})
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def serve() -> None:
        listening = await asyncio.start_server(proxy.client, "127.0.0.1", port, limit=MOST_HEAD)
        proxy.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        ready.set()
        await asyncio.Event().wait()

    def run() -> None:
        asyncio.set_event_loop(loop)
        task = loop.create_task(serve())
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        left = asyncio.gather(*asyncio.all_tasks(loop), return_exceptions=True)
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(left)

    thread = threading.Thread(target=run, name="fault-proxy", daemon=True)
    thread.start()
    assert ready.wait(10), "the fault proxy did not start"
    try:
        yield proxy
    finally:

        def end() -> None:
            for task in asyncio.all_tasks(loop):
                task.cancel()

        loop.call_soon_threadsafe(end)
        thread.join(10)
        if not loop.is_running():
            loop.close()
