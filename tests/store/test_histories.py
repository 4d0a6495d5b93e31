"""What a past week showed is what is computed for it later: random histories, replayed week by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from sqlalchemy import Connection, select

from app.domain.weeks import Week
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blockages import blockages_of
from app.store.board import read_board
from app.store.book import read_book
from app.store.database import Database
from app.store.directives import directives_of
from app.store.inspections import inspections_of
from app.store.ledger import read_items
from app.store.publish import publish, published_rows
from app.store.timeline import read_timeline
from tests.support.acts import SITES, TOLERANCE
from tests.support.histories import FIRST, Weeks, histories, mixed, play, play_week
from tests.support.people import signed_in, staffed
from tests.support.zones import prepared

EXAMPLES = {"sqlite": 12, "postgresql": 8}  # beside the two that are always replayed
WORTH = {
    *("plan", "report", "sections", "finish", "late report", "late correction", "accepted", "sent back"),
    *("redrawn", "carried", "new site", "blockage step", "directive step", "inspection", "refused"),
    *("mended", "disputed", "decided"),
}
"""What must have happened in the histories, or replaying them would prove little."""


class _Undo(Exception):
    """Ends a history; the next one begins with an empty ledger."""


@pytest.fixture(scope="module")
def zone(both_engines_module) -> Iterator[Database]:
    with prepared(both_engines_module) as (database, _):
        yield database


def shown(connection: Connection, week: Week) -> dict[str, Any]:
    """What readers saw when the week ended, with all that was known at that moment."""
    publish(connection, week.sunday, TOLERANCE)  # as the service does for every new day
    rows = connection.execute(select(t.published_site).order_by(t.published_site.c.code)).mappings()
    return {"rows": [dict(row) for row in rows]} | ledger(connection, AsOf(week.sunday))


def computed(connection: Connection, week: Week) -> dict[str, Any]:
    """The same of a past week, computed from the rows entered before its end."""
    as_of = AsOf.week(week)
    return {"rows": list(published_rows(connection, as_of, TOLERANCE))} | ledger(connection, as_of)


def ledger(connection: Connection, as_of: AsOf) -> dict[str, Any]:
    """Every line of the ledger, all roll-ups, the ledger's page, the board and all timelines."""
    book = read_book(connection, as_of, TOLERANCE)
    lines = {}
    for code, line in book.lines.items():
        status = line.status
        ids = [row.id if row is not None else None for row in (line.plan_row, line.report, line.verdict)]
        figures = (line.percent, line.built_m, line.length_m, line.missing, line.sample)
        lines[code] = (status.code, status.rule, status.inputs, line.subject.geom_version, *ids, *figures)
    counts = Counter(line.status.code for line in book.lines.values())
    board = read_board(connection, book)
    lit = [(row.code, sorted(row.concerns), row.planned, row.gap, row.last_week) for row in board.rows]
    return {
        "lines": lines,
        "counts": counts,
        "tasks": book.tasks,
        "items": book.items,
        "page": read_items(connection, book, "zh"),
        "board": (lit, board.counts(board.rows), board.oldest(board.rows)),
        "blockages": blockages_of(connection, as_of),
        "directives": directives_of(connection, as_of),
        "inspections": inspections_of(connection, as_of),
        "timelines": read_timeline(connection, as_of, list(lines)),
    }


def test_a_past_week_shows_what_it_showed(zone, capsys):
    done: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES[zone.url.get_backend_name()])
    @given(histories())
    @example(mixed(117))  # these two hold everything that a history is worth replaying for
    @example(mixed(118))
    def replay(weeks: Weeks) -> None:
        with suppress(_Undo), zone.write() as connection:
            then = {week: shown(connection, week) for week in play(connection, weeks, done)}
            for week, seen in then.items():
                now = computed(connection, week)
                for part, value in seen.items():
                    assert now[part] == value, f"{part} of {week}"
            done["histories"] += 1
            done["weeks"] += len(then)
            raise _Undo

    replay()
    with capsys.disabled():
        acts = ", ".join(f"{name} {done[name]}" for name in sorted(WORTH))
        print(f"\n  {zone.url.get_backend_name()}: {done['histories']} histories, {done['weeks']} weeks")
        print(f"  {acts}")
    assert {name for name, times in done.items() if times} >= WORTH


ADDRESSES = (
    "/api/sites?limit=1000",
    "/api/sites?limit=1000&status=lagging&lang=en",
    *(f"/api/sites/{code}" for code in SITES),
    "/api/nearby?lon=116.4&lat=35.38&limit=5",
    "/api/items",
    "/api/items/20?lang=en",
    "/api/towns",
    "/api/board",
)


def without_versions(answer: Any) -> Any:
    """An answer without the counters of the database and for If-Match, which go on."""
    if isinstance(answer, dict):
        return {name: without_versions(value) for name, value in answer.items() if name != "version"}
    return [without_versions(value) for value in answer] if isinstance(answer, list) else answer


def test_the_service_answers_of_a_past_week_what_it_answered(both_engines):
    done: Counter[str] = Counter()
    with staffed(both_engines, today=FIRST.monday) as client:
        person, live = signed_in(client, "supervision"), client.app.state.live

        def answers(week: Week | None = None) -> dict[str, Any]:
            found = {}
            for address in ADDRESSES:
                sign = "&" if "?" in address else "?"
                answer = person.get(address + (f"{sign}week={week}" if week else ""))
                assert answer.status_code == 200, (address, answer.text)
                found[address] = without_versions(answer.json())
            return found

        then = {}
        for number, acts in enumerate(mixed(117)):
            week = Week.of(FIRST.monday + timedelta(days=7 * number))
            live.settings = live.settings.model_copy(update={"today": week.sunday})
            live.refresh()
            with live.database.write() as connection:
                play_week(connection, week, acts, done)
                publish(connection, week.sunday, TOLERANCE)
            live.refresh()
            then[week] = answers()
        for week, seen in list(then.items())[:-1]:
            now = answers(week)
            for address in ADDRESSES:
                assert now[address] == seen[address], (address, week)
