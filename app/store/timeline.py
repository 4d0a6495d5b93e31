"""The timelines of sites, tasks and items: everything in the ledger about them that was known by then."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, or_, select

from app.domain.timeline import Event, Kind, newest_first, report_events
from app.store import tables as t
from app.store.asof import AsOf
from app.store.moments import day_of


def read_timeline(
    connection: Connection, as_of: AsOf, codes: Collection[str], item: int | None = None
) -> list[Event]:
    """Events of the subjects in `codes`, newest first; with `item` also directives about it as a whole."""
    codes = list(codes)
    events: list[Event] = []
    for read in (_drawn, _planned, _reported, _judged, _blocked, _inspected, _mended):
        events += read(connection, as_of, codes)
    events += _directed(connection, as_of, codes, item)
    return newest_first(events)


def read_reports(connection: Connection, as_of: AsOf, code: str) -> list[Any]:
    """A subject's reports as they came, the corrected ones too."""
    return _rows(connection, t.report, as_of, [code])


def _rows(connection: Connection, table: Any, as_of: AsOf, codes: Collection[str]) -> list[Any]:
    """Ledger rows of these subjects known then, as they came, each with `by`: who wrote it."""
    names = [table] if "by" in table.c else [table, t.change.c.by]
    query = (
        select(*names)
        .join(t.change, t.change.c.id == table.c.change_id, isouter=True)
        .where(as_of.known(table), table.c.subject_code.in_(codes))
        .order_by(table.c.subject_code, table.c.change_id, table.c.entered_at, table.c.id)
    )
    return list(connection.execute(query))


def _drawn(connection: Connection, as_of: AsOf, codes: Collection[str]) -> Iterator[Event]:
    version = t.site_version
    columns = [version.c[name] for name in ("site_code", "version", "position", "source", "entered_at")]
    query = select(*columns, version.c.change_id).where(as_of.known(version), version.c.site_code.in_(codes))
    for row in connection.execute(query):
        if day_of(row.entered_at) > as_of.day:
            continue  # the programme's own sites may have been loaded after the day that is looked at
        values = {"position": row.position, "version": row.version, "source": row.source}
        kind = Kind.DRAWN if row.version == 1 else Kind.REDRAWN
        yield Event(kind, row.entered_at, row.change_id or 0, row.site_code, False, values)


def _planned(connection: Connection, as_of: AsOf, codes: Collection[str]) -> Iterator[Event]:
    for code, rows in groupby(_rows(connection, t.plan, as_of, codes), lambda row: row.subject_code):
        for n, row in enumerate(rows):
            kind = Kind.REPLANNED if n else Kind.PLANNED
            values = {"start": row.start, "end": row.end}
            yield _event(kind, row, code, values, row.reason)


def _reported(connection: Connection, as_of: AsOf, codes: Collection[str]) -> Iterator[Event]:
    rows = [row for row in _rows(connection, t.report, as_of, codes) if row.week_monday <= as_of.day]
    for _, own in groupby(rows, lambda row: row.subject_code):
        yield from report_events(list(own))


def _judged(connection: Connection, as_of: AsOf, codes: Collection[str]) -> Iterator[Event]:
    for row in _rows(connection, t.acceptance, as_of, codes):
        if row.accepted_on > as_of.day:
            continue
        kind = Kind.ACCEPTED if row.accepted else Kind.SENT_BACK
        yield _event(kind, row, row.subject_code, {"who": row.accepted_by}, row.reason, open_words=True)


def _blocked(connection: Connection, as_of: AsOf, codes: Collection[str]) -> Iterator[Event]:
    step = t.blockage_step
    query = (
        select(step, t.blockage.c.subject_code, t.blockage.c.title)
        .join(t.blockage, t.blockage.c.id == step.c.blockage_id)
        .where(as_of.known(step), t.blockage.c.subject_code.in_(codes))
    )
    for row in connection.execute(query):
        values = {
            "id": row.blockage_id,
            "title": row.title,
            "unit": row.owner_unit,
            "level": row.level,
            "due": row.due,
        }
        yield _event(Kind(f"blockage_{row.action}"), row, row.subject_code, values, row.text)


def _directed(
    connection: Connection, as_of: AsOf, codes: Collection[str], item: int | None
) -> Iterator[Event]:
    step = t.directive_step
    about = t.directive.c.subject_code.in_(codes)
    if item is not None:
        about = or_(about, (t.directive.c.item_no == item) & t.directive.c.subject_code.is_(None))
    query = (
        select(step, t.directive.c.subject_code, t.directive.c.unit_code)
        .join(t.directive, t.directive.c.id == step.c.directive_id)
        .where(as_of.known(step), about)
    )
    for row in connection.execute(query):
        values = {"id": row.directive_id, "unit": row.unit_code, "due": row.due}
        yield _event(Kind(f"directive_{row.action}"), row, row.subject_code, values, row.text)


def _inspected(connection: Connection, as_of: AsOf, codes: Collection[str]) -> Iterator[Event]:
    for row in _rows(connection, t.inspection, as_of, codes):
        seen = sum(to - start for start, to in row.sections or [])
        values = {
            "id": row.id,
            "verdict": row.verdict,
            "presence": row.presence,
            "built_m": seen or None,
            "made_at": row.made_at,
        }
        yield _event(Kind.INSPECTED, row, row.subject_code, values, row.finding or None)


def _mended(connection: Connection, as_of: AsOf, codes: Collection[str]) -> Iterator[Event]:
    """Each mending by itself: the inspection stays in the timeline as it was sent."""
    revision = t.inspection_revision
    query = (
        select(revision, t.inspection.c.subject_code)
        .join(t.inspection, t.inspection.c.id == revision.c.inspection_id)
        .where(as_of.known(revision), t.inspection.c.subject_code.in_(codes))
        .order_by(revision.c.change_id)
    )
    for row in connection.execute(query):
        changed = set(row.changed)
        seen = sum(to - start for start, to in row.sections or [])
        values = {
            "id": row.inspection_id,
            "changed": row.changed,
            "verdict": row.verdict,
            "built_m": seen or None,
        }
        words = row.finding if "finding" in changed else None
        yield _event(Kind.MENDED, row, row.subject_code, values, words or None)


def _event(
    kind: Kind,
    row: Any,
    code: str | None,
    values: dict[str, Any],
    words: str | None,
    open_words: bool = False,
) -> Event:
    return Event(
        kind, row.entered_at, row.change_id or 0, code, row.sample, values, words, row.by, open_words
    )
