"""A real server and real connections: parts that break off in the middle, and a server that is killed."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from app.auth.tokens import csrf_of
from tests.routes.uploading import (
    PART,
    TUS,
    UPLOADS,
    announced,
    begin,
    check_in,
    jpeg,
    noisy,
    send,
    sha,
)
from tests.support.databases import Storage, storage
from tests.support.people import browser_cookie
from tests.support.server import Server, running_server


class Phone(requests.Session):
    """Signed in at a server that may be started again on the same storage."""

    def __init__(self, place: Storage) -> None:
        super().__init__()
        self.url = ""
        self.token = browser_cookie(place, "inspector", "http://127.0.0.1/")["value"]
        self.headers["x-csrf-token"] = csrf_of(self.token)
        self.headers["cookie"] = f"minsheng_session={self.token}"

    def request(self, method, url, content=None, data=None, timeout=30, **more):
        """As httpx has it, so that the helpers serve both."""
        return super().request(method, self.url + url, data=content or data, timeout=timeout, **more)

    def open(self, address: str, begins: int, length: int) -> socket.socket:
        """A connection on which a PATCH has been begun."""
        parts = urlsplit(self.url)
        connection = socket.create_connection((parts.hostname, parts.port), timeout=30)
        headers = TUS | {
            "host": parts.netloc,
            "cookie": f"minsheng_session={self.token}",
            "x-csrf-token": csrf_of(self.token),
            "content-type": PART,
            "content-length": str(length),
            "upload-offset": str(begins),
        }
        lines = [f"PATCH {address} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return connection

    def offset(self, address: str) -> int:
        """How far the server is."""
        answer = self.head(address, headers=TUS)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Storage]:
    with storage("sqlite", tmp_path_factory.mktemp("cut")) as made:
        yield made


@pytest.fixture(scope="module")
def photo() -> bytes:
    """Longer than what the server flushes at once."""
    raw = noisy(2000, 1500)
    assert len(raw) > 1_500_000
    return raw


def kill(server: Server) -> None:
    server.process.kill()
    server.process.wait()


def until(phone: Phone, address: str, offset: int) -> int:
    """Wait until the server has this much (it hears of a broken connection in its own time)."""
    for _ in range(200):
        if (there := phone.offset(address)) >= offset:
            return there
        time.sleep(0.02)
    return phone.offset(address)


def test_parts_that_break_off_and_a_server_that_is_killed(place, photo):
    with running_server((), place.env) as server:
        phone = Phone(place)
        phone.url = server.url
        visit, ident = check_in(phone), str(uuid.uuid4())
        address = begin(phone, photo, visit, ident)
        connection = phone.open(address, 0, len(photo))
        connection.sendall(photo[:300_001])
        connection.close()  # as when the signal is gone in the middle of a part
        assert until(phone, address, 300_001) == 300_001
        # a connection that is half dead: the telephone asks again, and goes on where it is told
        silent = phone.open(address, 300_001, len(photo) - 300_001)
        silent.sendall(photo[300_001:400_000])
        assert until(phone, address, 400_000) == 400_000
        assert b" 409 " in silent.recv(100)
        silent.close()
        assert send(phone, address, photo[400_000:500_000], 400_000).status_code == 204
        killed = phone.open(address, 500_000, len(photo) - 500_000)
        killed.sendall(photo[500_000:-1])
        flushed = place.data / "incoming" / ident / f"{500_000:010d}"
        for _ in range(500):  # the server flushes each megabyte
            if flushed.exists():
                break
            time.sleep(0.02)
        kill(server)
        killed.close()
    with running_server((), place.env) as server:
        phone.url = server.url
        offset = phone.offset(address)
        assert 500_000 + 1024 * 1024 <= offset < len(photo)
        assert phone.post(UPLOADS, headers=announced(photo, visit, ident)).status_code == 200
        assert send(phone, address, photo[offset:], offset).status_code == 204
        kill(server)  # at once: what was acknowledged is there
    with running_server((), place.env) as server:
        phone.url = server.url
        told = phone.get(address).json()
        assert (told["state"], told["sha256"]) == ("complete", sha(photo))
        assert phone.get(told["photo"]["photo"]).headers["content-type"] == "image/jpeg"
        rest = begin(phone, photo, check_in(phone))
        # a chunked body without a length, and more of it than was announced
        over = phone.patch(
            rest,
            content=iter([photo, b"more"]),
            headers=TUS | {"upload-offset": "0", "content-type": PART},
        )
        assert over.status_code == 413 and phone.get(rest).json()["state"] == "complete"
        assert not list((place.data / "incoming").iterdir())
        # what one upload takes of memory does not grow with the photo
        heavy = jpeg() + os.urandom(20 * 1024 * 1024)  # a picture, and much behind it
        address = begin(phone, heavy, visit)
        before = memory(server)
        assert send(phone, address, heavy[:-1], 0).status_code == 204
        assert memory(server) - before < 8 * 1024 * 1024
        assert send(phone, address, heavy[-1:], len(heavy) - 1).status_code == 204


def memory(server: Server) -> int:
    """The most that the server's process has held, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    found = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(found.split()[1]) * 1024
