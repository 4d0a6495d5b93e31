"""`python -m app` without the imports: forked off a process that has made them.

They take a second and more of a core, and the tests start dozens of servers and commands. The child does what
`python -m app COMMAND` does, with an environment of its own and nothing of the application set up before.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
STOPPED_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class Forked:
    """As much of `subprocess.Popen` as tests of servers need."""

    def __init__(self, warm: Warm, pid: int) -> None:
        self.pid, self.returncode = pid, None
        self._warm, self._ended = warm, os.pidfd_open(pid)

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code when it has ended. Errors: subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("python -m app", timeout or 0)
            os.close(self._ended)
            self.returncode = self._warm.ask({"ended": self.pid})
        return self.returncode

    def send_signal(self, number: int) -> None:
        """To the process, unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._ended, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Warm:
    """The process that has imported everything and waits for orders, a line of JSON each."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self, command: Sequence[str], env: Mapping[str, str], log: Path, errors: Path | None = None
    ) -> Forked:
        """`python -m app COMMAND` with this environment and no other, its output in `log`."""
        order = {"command": list(command), "env": dict(env), "out": [str(log), str(errors or log)]}
        return Forked(self, self.ask(order))

    def run(
        self, command: Sequence[str], env: Mapping[str, str], timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """The same until it has ended, with what it wrote."""
        with tempfile.TemporaryDirectory(prefix="minsheng-run-") as folder:
            out, errors = Path(folder, "out"), Path(folder, "errors")
            started = self.start(command, env, out, errors)
            try:
                code = started.wait(timeout)
            finally:
                started.kill()
            return subprocess.CompletedProcess(
                command, code, out.read_text("utf-8"), errors.read_text("utf-8")
            )

    def ask(self, order: Mapping[str, object]) -> int:
        """An order and its answer."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def stop(self) -> None:
        """End it, and with it what is left of its children."""
        with contextlib.suppress(OSError):
            assert self._process.stdin
            self._process.stdin.close()
        self._process.wait()


@cache
def warm() -> Warm:
    """The one of this process, started when first needed."""
    made = Warm()
    atexit.register(made.stop)
    return made


def _child(command: Sequence[str], env: Mapping[str, str], out: Sequence[str]) -> NoReturn:
    ctypes.CDLL(None).prctl(STOPPED_WITH_PARENT, signal.SIGTERM)
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, path in enumerate(out, start=1):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
        os.environ.clear()
        os.environ.update(env)
        sys.argv[1:] = command

        from app.cli.main import main

        main()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def serve_orders(orders: IO[str], answers: IO[str]) -> None:
    """Fork a child for each order, or tell the exit code of one that has ended, until there are no more."""
    import geopandas  # noqa: F401
    import uvicorn
    import uvicorn.lifespan.on
    import uvicorn.loops.auto
    import uvicorn.protocols.http.auto
    import uvicorn.protocols.websockets.auto  # noqa: F401

    import app.cli.main
    import app.main  # noqa: F401

    for line in orders:
        order = json.loads(line)
        if "ended" in order:
            answer = os.waitstatus_to_exitcode(os.waitpid(order["ended"], 0)[1])
        else:
            answer = os.fork()
            if not answer:
                _child(order["command"], order["env"], order["out"])
        answers.write(f"{answer}\n")
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for pytest, which then ends this
    serve_orders(sys.stdin, sys.stdout)
