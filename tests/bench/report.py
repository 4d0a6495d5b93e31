"""The figures as plain text, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.bench import plan
from tests.bench.results import Results

GAP = "  "
WORKLOADS = {plan.NEARBY: f"nearby {plan.NEAREST}", plan.PAGE_100: "page 100", plan.PAGE_1000: "page 1,000"}
COMPARISON = (
    "PostGIS 引擎 1,000 要素页与 pgbench 同一 SQL 之比，每秒页数，交替测量 · the PostGIS engine's page 1,000 "
    "against\nthe same SQL in pgbench, pages per second, rounds taking turns"
)


def report(results: Results, seconds: float) -> str:
    """The whole report."""
    parts = ["", "本机 · machine"]
    parts += aligned([[f"  {name}", value] for name, value in results.machine.items()], left=2)
    if results.rows:
        parts += ["", _title(seconds), *_rows(results)]
    if results.comparisons:
        parts += ["", COMPARISON, *_comparisons(results)]
    if targets := results.targets():
        parts += ["", "目标 · targets"]
        parts += [f"  {'✓' if target.met else '✗'} {target.zh} · {target.en}" for target in targets]
    parts += [f"  ! {warning}" for warning in results.warnings]
    return "\n".join(parts) + "\n"


def aligned(rows: Sequence[Sequence[str]], left: int) -> list[str]:
    """Columns of equal width, the first `left` flush left, the others flush right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(GAP.join(cells).rstrip())
    return lines


def _title(seconds: float) -> str:
    return (
        f"{plan.CLIENTS} 个持续连接的客户端，每项 {seconds:g} 秒，时间为毫秒 · "
        f"{plan.CLIENTS} keep-alive clients, {seconds:g} s each after {plan.WARM_UP_S:g} s of warm-up, "
        "latencies in ms"
    )


def _rows(results: Results) -> list[str]:
    heads = [["", "", ""], ["  sites", "engine", "start s"]]
    for title in WORKLOADS.values():
        heads[0] += [title, "", ""]
        heads[1] += ["req/s", "p50", "p99"]
    body = [
        [f"  {row.sites:,}", row.engine.label, f"{row.start_s:.2f}", *_loads(row.loads)]
        for row in results.rows
    ]
    return aligned([*heads, *body], left=2)


def _loads(loads) -> Iterator[str]:
    for name in WORKLOADS:
        load = loads.get(name)
        yield from (f"{load.per_second:.0f}", f"{load.p50_ms:.1f}", f"{load.p99_ms:.1f}") if load else "---"


def _comparisons(results: Results) -> list[str]:
    rows = [["  sites", "HTTP", "pgbench", "ratio"]]
    for found in results.comparisons:
        told = [" ".join(f"{rate:.0f}" for rate in rates) for rates in (found.http, found.pgbench)]
        rows.append([f"  {found.sites:,}", *told, f"{found.ratio:.2f}"])
    return aligned(rows, left=1)
