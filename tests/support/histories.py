"""Random histories of the ledger: plans, reports, corrections, verdicts, redrawn lines, supervision.

`histories` draws them, `play` writes one, each act at its moment.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from hypothesis import strategies as st
from sqlalchemy import Connection

from app.domain.weeks import Week
from app.errors import AppError
from app.store.moments import ZONE_TIME
from tests.support.acts import LINES, NEW_LINES, PLANNED, SITES, TASKS, Act, take

FIRST = Week(2023, 49)
"""Histories begin here, so that they reach over the end of the year (2023-W52, 2024-W01)."""
LAST_SECOND = 7 * 24 * 3600 - 1

Weeks = list[list[Act]]

_KINDS: dict[str, tuple[str, ...]] = {
    "plan": PLANNED,
    "report": (*SITES, *TASKS),
    "correct": (*SITES, *TASKS),
    "finish": (*SITES, *TASKS),
    "verdict": SITES,
    "redraw": (*LINES, *NEW_LINES),
    "block": SITES,
    "follow": SITES,
    "direct": SITES,
    "pursue": SITES,
    "inspect": SITES,
    "mend": SITES,
}
_WORDS = (None, None, "", "等待迁改", "雨")
_EDGES = (0, 1, LAST_SECOND - 1, LAST_SECOND)


def histories() -> st.SearchStrategy[Weeks]:
    """Weeks of up to seven acts each; some weeks nobody does anything.

    Half of them are Hypothesis's own, which shrink; the other half are as mixed as a random number
    generator makes them, which Hypothesis's hardly are.
    """
    acts = st.one_of(
        st.builds(
            Act,
            st.just(kind),
            st.sampled_from(subjects),
            st.sampled_from(_EDGES) | st.integers(0, LAST_SECOND),
            st.integers(0, 11),
            st.integers(0, 11),
            st.sampled_from(_WORDS),
        )
        for kind, subjects in _KINDS.items()
    )
    busy = st.lists(acts, min_size=3, max_size=8)
    own = st.lists(st.one_of(busy, busy, st.just([])), min_size=4, max_size=7)
    return own | st.integers(0, 2**32).map(mixed)


def mixed(seed: int) -> Weeks:
    """Seven weeks, the same for the same seed."""
    draw = random.Random(seed)

    def act() -> Act:
        kind = draw.choice(
            [*_KINDS, "report", "report", "correct", "finish", "verdict", "redraw", "inspect", "mend", "mend"]
        )
        second = draw.choice([draw.choice(_EDGES), *(draw.randrange(LAST_SECOND) for _ in range(3))])
        subject = draw.choice(_KINDS[kind])
        return Act(kind, subject, second, draw.randrange(12), draw.randrange(12), draw.choice(_WORDS))

    return [[act() for _ in range(draw.choice([0, 5, 8, 10]))] for _ in range(7)]


def play(connection: Connection, weeks: Weeks, done: Counter[str]) -> Iterator[Week]:
    """Write a history; yields each week when it is over. `done` counts what was done and what was refused."""
    for number, acts in enumerate(weeks):
        week = Week.of(FIRST.monday + timedelta(days=7 * number))
        play_week(connection, week, acts, done)
        yield week


def play_week(connection: Connection, week: Week, acts: list[Act], done: Counter[str]) -> None:
    """Write what is done in one week."""
    for act in sorted(acts, key=lambda act: act.second):
        moment = datetime.combine(week.monday, time.min, ZONE_TIME) + timedelta(seconds=act.second)
        try:
            with connection.begin_nested():
                done[take(connection, act, moment, moment.date())] += 1
        except AppError:
            done["refused"] += 1
