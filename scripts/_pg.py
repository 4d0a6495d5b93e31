"""A throwaway PostgreSQL with PostGIS, for tests, the bench and developers. From the project's folder:

python -m scripts._pg start [--durable]           starts one that stays, prints its URL
python -m scripts._pg stop | url                  ends it and removes its files | prints its URL
python -m scripts._pg run [--durable] -- COMMAND  runs COMMAND with MINSHENG_TEST_PG_URL set to a cluster
                                                  of its own, gone when the command ends, whatever ends it
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from scripts._cluster import Cluster, PgError, find_binaries, free_port

__all__ = ["Cluster", "PgError", "find_binaries", "free_port", "run", "start", "stop", "url"]

STATE = Path(__file__).resolve().parent.parent / ".cache" / "pg.json"
URL_VARIABLE = "MINSHENG_TEST_PG_URL"


def saved() -> Cluster | None:
    """The cluster that `start` left running, if it still runs."""
    try:
        state = json.loads(STATE.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    cluster = Cluster(Path(state["folder"]), state["pid"], state["port"], state["password"])
    return cluster if cluster.is_running() else None


def start(durable: bool) -> int:
    cluster = saved()
    if cluster is None:
        cluster = Cluster.start(durable, stays=True)
        STATE.parent.mkdir(exist_ok=True)
        STATE.touch(mode=0o600)
        STATE.write_text(
            json.dumps(
                {
                    "folder": str(cluster.folder),
                    "pid": cluster.pid,
                    "port": cluster.port,
                    "password": cluster.password,
                }
            )
        )
    print(cluster.url)
    return 0


def stop() -> int:
    if cluster := saved():
        cluster.stop()
    STATE.unlink(missing_ok=True)
    return 0


def url() -> int:
    cluster = saved()
    if cluster is None:
        print(
            "没有运行中的测试数据库：scripts/pg start · No test database is running: scripts/pg start",
            file=sys.stderr,
        )
        return 1
    print(cluster.url)
    return 0


def run(command: Sequence[str], durable: bool) -> int:
    """Runs a command with a cluster of its own; returns its exit code (128 + n when signal n ended it)."""
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if child is None:
            raise SystemExit(128 + number)
        # A terminal's Ctrl-C has reached the command as well; a second one would break its tidying up.
        if number != signal.SIGINT:
            child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, pass_on)
    cluster = Cluster.start(durable)
    try:
        environment = {**os.environ, URL_VARIABLE: cluster.url, "MINSHENG_PG_BIN": str(find_binaries())}
        child = subprocess.Popen(command, env=environment)
        code = child.wait()
    finally:
        cluster.stop()
    return code if code >= 0 else 128 - code


def main(arguments: list[str]) -> int:
    # The command's own options are no business of the parser.
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(description="A throwaway PostgreSQL with PostGIS")
    parser.add_argument("action", choices=("start", "stop", "url", "run"))
    parser.add_argument("--durable", action="store_true", help="settings of a real server (for the bench)")
    options = parser.parse_args(arguments[:cut])
    command = arguments[cut + 1 :]
    if (options.action == "run") is not bool(command):
        parser.error("run takes a command after --, the others take none")
    try:
        if options.action == "run":
            return run(command, options.durable)
        return {"start": lambda: start(options.durable), "stop": stop, "url": url}[options.action]()
    except PgError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
