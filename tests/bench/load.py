"""One measurement: the clients' process against a running server."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench import plan
from tests.bench.client import BenchError

ROOT = Path(__file__).resolve().parent.parent.parent
SPARE_S = 60


@dataclass(frozen=True)
class Load:
    """Answers per second, latencies in milliseconds, the clients' share of one core, answers measured."""

    per_second: float
    p50_ms: float
    p99_ms: float
    client_cpu: float
    answers: int


def measure(server: str, requests: Sequence[tuple[str, int]], seconds: float) -> Load:
    """Put load on a server. `requests`: addresses and the lengths of their bodies. Raises BenchError."""
    place = urlsplit(server)
    order = {
        "host": place.hostname,
        "port": place.port,
        "clients": plan.CLIENTS,
        "warm_up": plan.WARM_UP_S,
        "seconds": seconds,
        "most": plan.MOST_REQUESTS,
        "seed": plan.SEED,
        "requests": requests,
    }
    words = [sys.executable, "-m", "tests.bench.client"]
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            input=json.dumps(order),
            capture_output=True,
            text=True,
            check=False,
            timeout=plan.WARM_UP_S + seconds + SPARE_S,
        )
    except subprocess.TimeoutExpired as error:
        raise BenchError("the clients did not end") from error
    if done.returncode:
        raise BenchError(done.stderr.strip() or f"the clients ended with {done.returncode}")
    return summary(json.loads(done.stdout))


def summary(result: dict) -> Load:
    """A client's result in figures; raises BenchError when nothing was answered."""
    latencies = sorted(result["latencies"])
    if not latencies:
        raise BenchError("nothing was answered within the measured time")
    return Load(
        per_second=len(latencies) / result["elapsed"],
        p50_ms=percentile(latencies, 50) * 1e3,
        p99_ms=percentile(latencies, 99) * 1e3,
        client_cpu=result["cpu"],
        answers=len(latencies),
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
