"""A client of /api/events: reads the stream in a thread and hands out what came, with the time it came at."""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from app.auth.tokens import SESSION, csrf_of


@dataclass
class Heard:
    """One event: its id, its data, and when it came (monotonic seconds)."""

    id: int
    data: dict[str, Any]
    at: float


@dataclass
class Stream:
    """An open stream. `ended` is set when the server has closed it, `whole` when it did so in good order."""

    status: int
    headers: Mapping[str, str]
    events: queue.Queue[Heard] = field(default_factory=queue.Queue)
    comments: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    whole: bool = False

    def next(self, seconds: float = 10.0) -> Heard:
        """The next event; queue.Empty when none comes in time."""
        return self.events.get(timeout=seconds)

    def until(self, version: int, seconds: float = 10.0) -> Heard:
        """The first event of at least this version."""
        deadline = time.monotonic() + seconds
        while True:
            heard = self.next(max(0.0, deadline - time.monotonic()))
            if heard.data["version"] >= version:
                return heard


@contextmanager
def stream(url: str, headers: Mapping[str, str] | None = None, path: str = "/api/events") -> Iterator[Stream]:
    """Open a stream of the server at `url`."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request("GET", path, headers={"accept": "text/event-stream", **(headers or {})})
    answer = connection.getresponse()
    made = Stream(answer.status, {name.lower(): value for name, value in answer.getheaders()})
    reader = threading.Thread(target=_read, args=(answer, made), daemon=True)
    reader.start()
    try:
        yield made
    finally:
        with contextlib.suppress(OSError, AttributeError):
            if connection.sock is not None:
                connection.sock.shutdown(2)
        connection.close()
        reader.join(5)


def _read(answer: http.client.HTTPResponse, made: Stream) -> None:
    number, data = 0, None
    try:
        for raw in iter(answer.readline, b""):
            line = raw.decode().rstrip("\n")
            if line.startswith(":"):
                made.comments.append(line)
            elif line.startswith("id:"):
                number = int(line[3:])
            elif line.startswith("data:"):
                data = json.loads(line[5:])
            elif not line and data is not None:
                made.events.put(Heard(number, data, time.monotonic()))
                data = None
        made.whole = answer.isclosed()
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        pass
    made.ended.set()


def report_over_http(url: str, cookie: Mapping[str, Any], subject: str, week: str, percent: float) -> int:
    """File a report with a cookie of tests.support.people.browser_cookie; the status of the answer."""
    body = {"id": str(uuid.uuid4()), "subject": subject, "week": week, "percent": percent}
    request = urllib.request.Request(
        f"{url}/api/reports",
        data=json.dumps(body).encode(),
        headers={
            "content-type": "application/json",
            "cookie": f"{SESSION}={cookie['value']}",
            "x-csrf-token": csrf_of(cookie["value"]),
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status
