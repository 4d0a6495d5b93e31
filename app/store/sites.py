"""One site, whole: its task, units and targets, where it stands and by which rule."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from app.domain.weeks import Week
from app.i18n import show
from app.store import tables as t
from app.store.asof import AsOf
from app.store.geometries import drawn
from app.store.ledger import read_targets, read_units
from app.store.standing import standings


def read_details(
    connection: Connection, code: str, as_of: AsOf, tolerance: float, lang: str
) -> dict[str, Any]:
    """The properties that a single site has beyond those in a list, as known then."""
    row = connection.execute(
        select(t.site, t.task.c.title.label("task_title"), t.task.c.title_en.label("task_title_en"))
        .join(t.task, (t.task.c.item_no == t.site.c.item_no) & (t.task.c.no == t.site.c.task_no))
        .where(t.site.c.code == code)
    ).one()
    standing = standings(connection, as_of, tolerance, [code])[code]
    shown = connection.execute(drawn(as_of, [code])).first()
    inputs = {name: _plain(value) for name, value in standing.status.inputs.items()}
    return {
        "task_title": row.task_title,
        "task_title_en": row.task_title_en,
        "geometry_version": shown.geom_version if shown is not None else row.geom_version,
        "supporting_units": read_units(connection, row.item_no, "supporting"),
        "targets": read_targets(connection, row.item_no, row.task_no, lang),
        "rule": {"name": standing.status.rule, **inputs},
        "links": {
            "page": f"/sites/{code}",
            "item": f"/items/{row.item_no}",
            "qr": f"/sites/{code}/qr.svg",
        },
    }


def _plain(value: Any) -> Any:
    """A rule's input as JSON: dates and weeks as text, numbers as they are."""
    if isinstance(value, Week):
        return str(value)
    return show("en", value) if isinstance(value, date) else value
