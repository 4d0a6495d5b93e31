"""What a telephone may find at the server's address: a newer version, silence, a failure, another's page."""

from __future__ import annotations

import contextlib
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.support.server import END_SECONDS, READY_SECONDS, ROOT, clean_environment


def changed_copy(folder: Path, additions: Mapping[str, str]) -> Path:
    """A copy of the application whose static files (path below the static folder) have text added."""
    shutil.copytree(ROOT / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    for room in ("geo", "maps", "data"):
        (folder / room).symlink_to(ROOT / room)
    for path, text in additions.items():
        file = folder / "app/static" / path
        file.write_text(file.read_text("utf-8") + text, "utf-8")
    return folder


@contextlib.contextmanager
def served_from(root: Path, port: int, env: Mapping[str, str]) -> Iterator[str]:
    """The application that lies in a folder, on a port; its address."""
    settings = {**clean_environment(), "MINSHENG_HOST": "127.0.0.1", "PORT": str(port), **env}
    with (root / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"], cwd=root, env=settings, stdout=log, stderr=log
        )
    try:
        _wait(f"http://127.0.0.1:{port}/readyz", process, root / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(END_SECONDS)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text("utf-8", "replace")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8", "replace"))


@contextlib.contextmanager
def silent(port: int) -> Iterator[None]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", port)):
        yield


@contextlib.contextmanager
def answering(port: int, status: int, body: str) -> Iterator[list[str]]:
    """Answers everything with one status and one HTML page; the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with _Quick(("127.0.0.1", port), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield asked
        server.shutdown()


class _Quick(ThreadingHTTPServer, socketserver.ThreadingMixIn):
    daemon_threads = True
    block_on_close = False
