"""`python -m tests.bench`: measures the real server on generated zones. scripts/bench gives it a database."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import TypeVar

from tests.bench import plan
from tests.bench.client import BenchError
from tests.bench.machine import busy, facts
from tests.bench.report import report
from tests.bench.results import Results
from tests.bench.run import Bench
from tests.support.databases import URL_VARIABLE

T = TypeVar("T")


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=…", description="测量启动时间与接口速度 · measures start-up and the API's speed"
    )
    names = ",".join(engine.name for engine in plan.ENGINES)
    parser.add_argument(
        "--sizes",
        type=_readable(plan.read_sizes),
        default=plan.DEFAULT_SIZES,
        metavar="1k,10k,100k",
        help="点位数 · numbers of sites",
    )
    parser.add_argument(
        "--engines",
        type=_readable(plan.read_engines),
        default=plan.ENGINES,
        metavar=names,
        help="读取方式 · ways of reading",
    )
    parser.add_argument(
        "--seconds",
        type=_readable(_seconds),
        default=plan.SECONDS,
        help=f"每项测量的秒数 · seconds for each measurement ({plan.SECONDS:g})",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="结果另存为 JSON · also write them as JSON")
    return parser.parse_args(words)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 1 <= seconds <= 600:
        raise ValueError("1 to 600 seconds")
    return seconds


def _readable(read: Callable[[str], T]) -> Callable[[str], T]:
    """A reader whose words argparse passes on."""

    def told(text: str) -> T:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return told


def _stop(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)  # so that servers and databases are tidied away


def main() -> int:
    """Exit code 1 when something could not be measured or was answered wrongly; figures do not change it."""
    options = arguments()
    address = os.environ.get(URL_VARIABLE)
    needs_postgres = any(engine.database == "postgis" for engine in options.engines)
    if needs_postgres and not address:
        print(f"{URL_VARIABLE} is not set: run scripts/bench, which starts a database", file=sys.stderr)
        return 1
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    cluster = address.replace("+psycopg", "", 1) if needs_postgres and address else None
    results = Results(facts(cluster))
    if warning := busy():
        results.warnings.append(warning)
        print(f"! {warning}", file=sys.stderr)
    code = 0
    try:
        Bench(options.sizes, options.engines, options.seconds, results).run()
    except (BenchError, AssertionError) as error:  # the latter from a server that does not start
        print(f"✗ {error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print("✗ 已中断 · interrupted", file=sys.stderr)
        code = 130
    print(report(results, options.seconds))
    if options.json:
        options.json.write_text(json.dumps(results.plain(), ensure_ascii=False, indent=2) + "\n", "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
