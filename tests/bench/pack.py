"""`python -m tests.bench.pack`: the meeting's pack of 2,858 sites, from a running server and by command.

Each file is asked of a server that has made none yet, then again; with and without an earlier week to
compare with. The command tells the memory that all of it takes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import httpx2

from tests.bench.machine import busy, facts
from tests.bench.zone import Zone, generated
from tests.support.generated import DAY
from tests.support.people import browser_cookie
from tests.support.server import running_server

SITES = 2_858
MADE_S = 10.0
FILES = ("/pack.pdf", "/pack.xlsx", "/pack-slides.zip")


def main() -> int:
    """Prints the figures."""
    if warning := busy():
        print(f"! {warning}", file=sys.stderr)
    print(", ".join(f"{name}: {value}" for name, value in facts(None).items()))
    with generated("sqlite", SITES) as zone:
        with running_server(("serve",), zone.env, from_nothing=True) as server:
            cookie = browser_cookie(zone.storage, "supervision", server.url)
            cookies = {cookie["name"]: cookie["value"]}
            with httpx2.Client(base_url=server.url, timeout=300, cookies=cookies) as client:
                for against in ("", f"against={_earlier()}"):
                    for path in FILES:
                        _made(client, f"{path}?{against}" if against else path, "first time")
                        _made(client, f"{path}?{against}" if against else path, "again")
        _command(zone)
    return 0


def _earlier() -> str:
    """A week before the generated zone's day."""
    year, week, _ = DAY.isocalendar()
    return f"{year}-W{week - 4:02d}"


def _made(client: httpx2.Client, path: str, when: str) -> None:
    began = time.perf_counter()
    size = len(client.get(path).raise_for_status().content)
    spent = time.perf_counter() - began
    verdict = "✓" if spent < MADE_S else "✗"
    print(f"{path} {when}: {spent:.2f} s, {size / 1e6:.2f} MB {verdict} (target {MADE_S:g})", flush=True)


def _command(zone: Zone) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "pack", folder],
            env={**os.environ, **zone.env},
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit("the command failed")
        spent, most = time.perf_counter() - began, usage.ru_maxrss / 1024  # Linux tells kilobytes
        print(f"python -m app pack, all files: {spent:.2f} s, at most {most:.0f} MB of memory", flush=True)


if __name__ == "__main__":
    sys.exit(main())
