"""The course of a run: databases, servers and workloads, one after the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

from tests.bench import answers, load, plan
from tests.bench.pgbench import Pgbench
from tests.bench.progress import Steps
from tests.bench.questions import Question, questions
from tests.bench.report import WORKLOADS
from tests.bench.results import Comparison, Results, Row
from tests.bench.zone import Zone, generated
from tests.support.server import Server, running_server

ROUNDS = 2
Asked = dict[str, list[Question]]


class Bench:
    """`sizes` and `engines` to measure, `seconds` for each workload; `results` grows as figures come in."""

    def __init__(
        self, sizes: Sequence[int], engines: Sequence[plan.Engine], seconds: float, results: Results
    ) -> None:
        self._sizes, self._engines, self._seconds, self._results = sizes, engines, seconds, results
        self._databases = list(dict.fromkeys(engine.database for engine in engines))
        steps = len(self._databases) + len(engines) * (1 + len(WORKLOADS))
        steps += sum(engine.spatial == "postgis" for engine in engines)
        self._steps = Steps(steps * len(sizes))

    def run(self) -> None:
        """Measures everything, smallest zones first. Raises BenchError at the first wrong answer."""
        for size in self._sizes:
            asked: Asked = {}
            for database in self._databases:
                with ExitStack() as stack:
                    with self._steps.step(f"{size:,}: generating and publishing on {database}") as told:
                        begin = time.perf_counter()
                        zone = stack.enter_context(generated(database, size))
                        told.append(f"{time.perf_counter() - begin:.0f} s")
                    asked = asked or questions(zone.codes, zone.geoms)
                    for engine in self._engines:
                        if engine.database == database:
                            self._measure_engine(zone, engine, asked)

    def _measure_engine(self, zone: Zone, engine: plan.Engine, asked: Asked) -> None:
        size = len(zone.codes)
        title = f"{size:,}, {engine.label}"
        with ExitStack() as stack:
            with self._steps.step(f"{title}: starting the server") as told:
                begin = time.perf_counter()
                settings = {**zone.env, "MINSHENG_SPATIAL": engine.spatial}
                server = stack.enter_context(running_server(("serve",), settings, from_nothing=True))
                row = Row(size, engine, time.perf_counter() - begin)
                told.append(f"{row.start_s:.2f} s")
            self._results.rows.append(row)
            answers.ready(server.url, engine.spatial, size)
            for name, head in WORKLOADS.items():
                with self._steps.step(f"{title}: {head}") as told:
                    bodies = answers.bodies(server.url, asked[name])
                    found = load.measure(server.url, _requests(asked[name], bodies), self._seconds)
                    row.loads[name] = found
                    told.append(f"{found.per_second:.0f}/s, p99 {found.p99_ms:.1f} ms")
            if engine.spatial == "postgis":
                with self._steps.step(f"{title}: the same SQL in pgbench") as told:
                    compared = self._compare(server, zone, asked[plan.PAGE_1000])
                    self._results.comparisons.append(compared)
                    told.append(f"ratio {compared.ratio:.2f}")

    def _compare(self, server: Server, zone: Zone, pages: list[Question]) -> Comparison:
        """Rounds that take turns, so that a machine that grows slower does so for both."""
        bodies = answers.bodies(server.url, pages)
        pgbench = Pgbench(zone.storage, pages, bodies)
        compared = Comparison(len(zone.codes), [], [])
        for _ in range(ROUNDS):
            compared.pgbench.append(pgbench.per_second(self._seconds))
            found = load.measure(server.url, _requests(pages, bodies), self._seconds)
            compared.http.append(found.per_second)
        return compared


def _requests(asked: Sequence[Question], bodies: Sequence[bytes]) -> list[tuple[str, int]]:
    return [(question.address, len(body)) for question, body in zip(asked, bodies, strict=True)]
