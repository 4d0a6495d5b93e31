"""The earlier week that a pack is compared with."""

from __future__ import annotations

from datetime import timedelta

from app.domain.weeks import Week
from app.params import Param, Query
from app.store.live import Live, View
from app.store.weeks import first_week

AGAINST = Param(
    "against",
    {"type": "string", "pattern": r"^\d{4}-W\d{2}$"},
    "Tell the change since the end of this ISO week · 与该周末相比",
)


def read_against(query: Query, source: Live, view: View) -> Week | None:
    """The week asked for, if any: before that of `view`, and not before the ledger's first."""
    latest = Week.of(view.week.monday - timedelta(days=7))
    week = query.week(latest, AGAINST.name)
    if week is None:
        return None
    with source.database.read() as connection:
        first = first_week(connection)
    if first is None:
        query.fault(
            AGAINST.name,
            str(week),
            None,
            "台账还没有计划和上报，不能与以前的周相比；请去掉 against。",
            "The ledger has no plan and no report yet, so nothing to compare with; leave out against.",
        )
    elif week < first:
        query.fault(
            AGAINST.name,
            str(week),
            {"format": "YYYY-Www", "minimum": str(first), "maximum": str(latest)},
            f"against 不能早于台账的第一周 {first}；可用 {first} 到 {latest}。",
            f"against is not before the ledger's first week {first}; it can be {first} to {latest}.",
        )
    return week
