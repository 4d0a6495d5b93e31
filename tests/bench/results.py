"""What a run found, and whether it meets the targets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from tests.bench import plan
from tests.bench.load import Load


@dataclass
class Row:
    """One server: `loads` by workload, `start_s` from its start to the first /readyz that is 200."""

    sites: int
    engine: plan.Engine
    start_s: float
    loads: dict[str, Load] = field(default_factory=dict)


@dataclass
class Comparison:
    """Pages of 1,000 features per second: `http` from our service, `pgbench` for the same SQL alone."""

    sites: int
    http: list[float]
    pgbench: list[float]

    @property
    def ratio(self) -> float:
        """HTTP's share, over all rounds."""
        return (sum(self.http) / len(self.http)) / (sum(self.pgbench) / len(self.pgbench))


@dataclass
class Target:
    """`met`, and the words for it."""

    met: bool
    zh: str
    en: str


@dataclass
class Results:
    """Everything, in the order measured."""

    machine: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def targets(self) -> list[Target]:
        """The targets that this run has figures for."""
        return [*self._nearby(), *self._ratio()]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "machine": self.machine,
            "clients": plan.CLIENTS,
            "warnings": self.warnings,
            "rows": [asdict(row) | {"engine": row.engine.name} for row in self.rows],
            "pgbench": [asdict(found) | {"ratio": found.ratio} for found in self.comparisons],
            "targets": [asdict(target) for target in self.targets()],
        }

    def _nearby(self) -> list[Target]:
        found = []
        for row in self.rows:
            if row.sites == plan.NEARBY_SITES and row.engine.spatial == "memory" and plan.NEARBY in row.loads:
                p99 = row.loads[plan.NEARBY].p99_ms
                limit = f"{plan.NEARBY_P99_MS:g} ms"
                found.append(
                    Target(
                        p99 < plan.NEARBY_P99_MS,
                        f"{row.sites:,} 个点位，附近查询 p99 小于 {limit}（{row.engine.name}）：{p99:.1f} ms",
                        f"nearby p99 under {limit} at {row.sites:,} sites ({row.engine.name}): {p99:.1f} ms",
                    )
                )
        return found

    def _ratio(self) -> list[Target]:
        return [
            Target(
                found.ratio >= plan.RATIO,
                f"{found.sites:,} 个点位，1,000 要素页达到 pgbench 的 {plan.RATIO:g}：{found.ratio:.3f}",
                f"page 1,000 at {plan.RATIO:g} or more of pgbench, {found.sites:,} sites: {found.ratio:.3f}",
            )
            for found in self.comparisons
        ]
