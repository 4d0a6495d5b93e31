"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import date
from pathlib import Path

import psycopg
import shapely

BUSY = 0.5  # runnable processes per processor


def facts(postgres: str | None) -> dict[str, str]:
    """Names and values to print; `postgres` is libpq's address of the cluster, None when none is measured."""
    found = {
        "date": date.today().isoformat(),  # noqa: DTZ011 (the machine's own day)
        "processors": f"{processors()} × {_processor()}",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "GEOS": ".".join(map(str, shapely.geos_version)),
        "SQLite": sqlite3.sqlite_version,
    }
    return found | (_postgres(postgres) if postgres else {})


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def busy() -> str:
    """A warning when others use the machine; nothing when it is quiet."""
    load = os.getloadavg()[0]
    if load <= BUSY * processors():
        return ""
    return f"本机正忙（负载 {load:.1f}），结果会偏慢 · the machine is busy (load {load:.1f}), figures suffer"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _postgres(address: str) -> dict[str, str]:
    settings = ("server_version", "shared_buffers", "work_mem", "random_page_cost", "jit", "fsync")
    available = "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"
    with psycopg.connect(address) as connection:
        values = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in settings}
        postgis = connection.execute(available).fetchone()[0]
    version = values.pop("server_version").split(" ")[0]
    told = ", ".join(f"{name} {value}" for name, value in values.items())
    return {"PostgreSQL": f"{version} ({told})", "PostGIS": postgis}
