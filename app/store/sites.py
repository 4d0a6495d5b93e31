"""One site, whole: its task, units, targets, and what has happened to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from app.domain.weeks import Week
from app.i18n import show, translate
from app.store import tables as t
from app.store.asof import AsOf
from app.store.ledger import read_targets, read_units
from app.store.moments import day_of
from app.store.standing import standings


def read_details(connection: Connection, code: str, day: date, tolerance: float, lang: str) -> dict[str, Any]:
    """The properties that a single site has beyond those in a list, as known on `day`."""
    row = connection.execute(
        select(t.site, t.task.c.title.label("task_title"), t.task.c.title_en.label("task_title_en"))
        .join(t.task, (t.task.c.item_no == t.site.c.item_no) & (t.task.c.no == t.site.c.task_no))
        .where(t.site.c.code == code)
    ).one()
    standing = standings(connection, AsOf(day), tolerance, [code])[code]
    inputs = {name: _plain(value) for name, value in standing.status.inputs.items()}
    return {
        "task_title": row.task_title,
        "task_title_en": row.task_title_en,
        "geometry_version": row.geom_version,
        "supporting_units": read_units(connection, row.item_no, "supporting"),
        "targets": read_targets(connection, row.item_no, row.task_no, lang),
        "rule": {"name": standing.status.rule, **inputs},
        "history": read_history(connection, code, day, lang),
        "links": {
            "page": f"/sites/{code}",
            "item": f"/items/{row.item_no}",
            "qr": f"/sites/{code}/qr.svg",
        },
    }


def read_history(connection: Connection, code: str, day: date, lang: str) -> list[dict[str, Any]]:
    """What happened to the site up to `day`, newest first: ``{at, event, text, sample}``."""
    events: list[tuple[str, str, str, bool]] = []

    def add(at: date, event: str, sample: bool, **values: Any) -> None:
        if at <= day:
            events.append((at.isoformat(), event, translate(lang, f"history.{event}", **values), sample))

    def rows(table: Any) -> Any:
        return connection.execute(select(table).where(table.c.site_code == code))

    for row in rows(t.site_version):
        event = "drawn" if row.version == 1 else "redrawn"
        position = translate(lang, f"position.{row.position}")
        add(day_of(row.entered_at), event, False, position=position, version=row.version, source=row.source)
    for row in rows(t.plan):
        add(row.entered_on, "planned", row.sample, start=row.start, end=row.end)
    for row in rows(t.report):
        week = Week.of(row.week_monday)
        event = "stopped" if row.suspended_reason else "reported"
        at = min(day_of(row.entered_at), week.sunday)
        add(at, event, row.sample, week=week, percent=row.percent, reason=row.suspended_reason)
    for row in rows(t.acceptance):
        add(row.accepted_on, "accepted", row.sample, by=row.accepted_by)
    events.sort(reverse=True)
    return [{"at": at, "event": event, "text": text, "sample": sample} for at, event, text, sample in events]


def _plain(value: Any) -> Any:
    """A rule's input as JSON: dates and weeks as text, numbers as they are."""
    if isinstance(value, Week):
        return str(value)
    return show("en", value) if isinstance(value, date) else value
