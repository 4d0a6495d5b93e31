"""The real server in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts._cluster import free_port
from tests.support.warm import Forked, warm

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 180  # at the most: one that cannot start ends, and is not waited for
END_SECONDS = 10
# What a developer has set for a server of his own must not reach the tests'.
OWN_SETTINGS = ("MINSHENG_", "DATABASE_URL", "PORT")


@dataclass(frozen=True)
class Server:
    """`url` is its address without a slash at the end."""

    url: str
    process: subprocess.Popen[bytes] | Forked
    log_file: Path

    @property
    def log(self) -> str:
        """All it has written so far."""
        return self.log_file.read_text("utf-8", "replace")


def clean_environment() -> dict[str, str]:
    """The environment without settings of this project."""
    return {key: value for key, value in os.environ.items() if not key.startswith(OWN_SETTINGS)}


@contextmanager
def running_server(
    command: Sequence[str], env: Mapping[str, str], from_nothing: bool = False
) -> Iterator[Server]:
    """Runs `python -m app COMMAND` (none: `serve --prepare`) and waits for /readyz; ends it by its process.

    On a free port unless `env` has a PORT. The process is forked off one that has imported everything, or,
    `from_nothing`, started as a person would.

    Raises AssertionError with the server's words when it ends early or is not ready in three minutes.
    """
    port = int(env.get("PORT") or free_port())
    environment = {**clean_environment(), "MINSHENG_HOST": "127.0.0.1", "PORT": str(port), **env}
    words = command or ("serve", "--prepare")
    with tempfile.TemporaryDirectory(prefix="minsheng-server-") as folder:
        log_file = Path(folder) / "log"
        process = (_started if from_nothing else warm().start)(words, environment, log_file)
        server = Server(f"http://127.0.0.1:{port}", process, log_file)
        try:
            _wait_until_ready(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _started(command: Sequence[str], env: Mapping[str, str], log_file: Path) -> subprocess.Popen[bytes]:
    with log_file.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "app", *command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        assert server.process.poll() is None, f"the server ended by itself:\n{server.log}"
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"the server was not ready within {READY_SECONDS} s:\n{server.log}")
