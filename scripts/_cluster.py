"""One throwaway PostgreSQL with PostGIS: made in a temporary folder, started, stopped, removed.

The distribution's own cluster is never touched. This one listens on a Unix socket in its folder and on a free
port of 127.0.0.1, and asks for a random password. PostgreSQL refuses to be root: started by root it runs as
the user `postgres`. Only the standard library is used.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

USER = "minsheng"
START_SECONDS = 60
PORT_ATTEMPTS = 5
# Tests: nothing survives the run, so nothing has to reach the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "max_connections": "200",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
}
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 2 << 30
"""So much has to be free there: a run of the tests takes a quarter of it."""
# Bench: what a small server of the administrator's would have.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "512MB",
    "effective_cache_size": "4GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "100",
}


class PgError(Exception):
    """No usable PostgreSQL, or it did not start; the text tells what to do."""


def ask(*command: str) -> str:
    """What a command prints, nothing when it fails."""
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


def find_binaries() -> Path:
    """The programs of the newest PostgreSQL with PostGIS: Debian's places first, then what pg_config says."""
    places = [
        (int(folder.parent.name), folder, Path("/usr/share/postgresql") / folder.parent.name)
        for folder in Path("/usr/lib/postgresql").glob("*/bin")
        if folder.parent.name.isdecimal()
    ]
    found = [(folder, share) for _, folder, share in sorted(places, reverse=True)]
    if config := shutil.which("pg_config"):
        found.append((Path(ask(config, "--bindir")), Path(ask(config, "--sharedir"))))
    for folder, share in found:
        if (folder / "initdb").exists() and (share / "extension/postgis.control").exists():
            return folder
    raise PgError(
        "没有带 PostGIS 的 PostgreSQL，请运行 scripts/test（会自动安装） · PostgreSQL with PostGIS is not "
        "installed: scripts/test installs it, or apt-get install postgresql-15-postgis-3 (Debian 12)"
    )


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def account() -> tuple[int, int] | None:
    """User and group to run PostgreSQL as; None where the person's own will do."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError as error:
        raise PgError(
            "started by root, PostgreSQL needs the user postgres, which Debian's package makes"
        ) from error
    return entry.pw_uid, entry.pw_gid


def place_for(durable: bool) -> str | None:
    """The folder to make a cluster's in; None for the usual one of temporary files.

    A database is some five hundred files, and the tests make hundreds of databases: in memory that takes a
    hundredth of a second each, on a disk that has been in use for long up to a quarter.
    """
    if not durable and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        return str(MEMORY)
    # Root's own TMPDIR may be closed to the user postgres; /tmp is open to all.
    return "/tmp" if os.geteuid() == 0 else None


def end_with_parent() -> None:
    """In the child, before it becomes PostgreSQL: SIGQUIT (stop at once) when the parent is killed. Linux."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)


class Cluster:
    """One cluster in one temporary folder."""

    def __init__(self, folder: Path, pid: int = 0, port: int = 0, password: str = "") -> None:
        self.folder = folder
        self.pid = pid
        self.port = port
        self.password = password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{USER}:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def log_text(self) -> str:
        """The end of the log, enough to see why something failed."""
        return self.log.read_text("utf-8", "replace")[-2000:]

    @classmethod
    def start(cls, durable: bool = False, stays: bool = False) -> Cluster:
        """Makes and starts a cluster; raises PgError with the end of the log when it does not come up."""
        binaries, who = find_binaries(), account()
        folder = Path(tempfile.mkdtemp(prefix="minsheng-pg-", dir=place_for(durable)))
        cluster = cls(folder, password=secrets.token_urlsafe(16))
        try:
            if who:
                os.chown(folder, *who)
            cluster._initialise(binaries, who)
            for _ in range(PORT_ATTEMPTS):
                cluster.port = free_port()
                if cluster._serve(binaries, who, DURABLE if durable else FAST, stays):
                    return cluster
            raise PgError("no free port for PostgreSQL on 127.0.0.1")
        except BaseException:
            cluster.stop()
            raise

    def _spawn(
        self, command: list[str], who: tuple[int, int] | None, out: BinaryIO, ends_with_us: bool
    ) -> subprocess.Popen[bytes]:
        """Starts a program of PostgreSQL as the right user, without the person's own PG… settings."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={key: value for key, value in os.environ.items() if not key.startswith("PG")},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            user=who[0] if who else None,
            group=who[1] if who else None,
            extra_groups=[] if who else None,
            start_new_session=True,  # Ctrl-C is for the command that uses the cluster
            preexec_fn=end_with_parent if ends_with_us else None,  # noqa: PLW1509 (no threads here)
        )

    def _initialise(self, binaries: Path, who: tuple[int, int] | None) -> None:
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.password + "\n")
        if who:
            os.chown(secret, *who)
        command = [
            str(binaries / "initdb"),
            "-D",
            str(self.folder / "data"),
            "-U",
            USER,
            "--pwfile",
            str(secret),
        ]
        command += ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        with self.log.open("wb") as out:
            code = self._spawn(command, who, out, ends_with_us=True).wait()
        secret.unlink()
        if code:
            raise PgError(f"initdb failed:\n{self.log_text()}")

    def _serve(
        self, binaries: Path, who: tuple[int, int] | None, settings: dict[str, str], stays: bool
    ) -> bool:
        """Starts the server and waits until it answers; False when another process took the port first."""
        command = [str(binaries / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("wb") as out:
            self._process = self._spawn(command, who, out, ends_with_us=not stays)
        self.pid = self._process.pid
        ready = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                if "Address already in use" in self.log_text():
                    return False
                raise PgError(f"PostgreSQL did not start:\n{self.log_text()}")
            if subprocess.run(ready, check=False).returncode == 0:
                return True
            time.sleep(0.05)
        raise PgError(f"PostgreSQL gave no answer for {START_SECONDS} s:\n{self.log_text()}")

    def is_running(self) -> bool:
        """Whether the process is there and is this cluster's: a process number may be given out again."""
        if self._process is not None:
            return self._process.poll() is None
        try:
            line = Path(f"/proc/{self.pid}/cmdline").read_bytes()
        except OSError:
            return False
        return str(self.folder / "data").encode() in line

    def stop(self) -> None:
        """Ends the server (gently, then at once) and removes the folder. Does nothing the second time."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            deadline = time.monotonic() + 10
            if self.is_running():
                os.kill(self.pid, number)
            while self.is_running() and time.monotonic() < deadline:
                time.sleep(0.02)
        shutil.rmtree(self.folder, ignore_errors=True)
