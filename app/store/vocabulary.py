"""The zone's own words, by code: items, towns, units, kinds. What filters may be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.store import tables as t


@dataclass(frozen=True)
class Vocabulary:
    """Rows by code (items by number), in the order they are shown."""

    programme: dict[str, Any]
    zone: dict[str, str]
    items: dict[int, dict[str, Any]]
    towns: dict[str, dict[str, Any]]
    units: dict[str, dict[str, Any]]
    kinds: dict[str, dict[str, Any]]

    def spellings(self, noun: str) -> dict[str, Any]:
        """Accepted spellings → code: the code itself, and its Chinese or English name."""
        rows = getattr(self, noun)
        names = ("zh", "en") if noun == "kinds" else ("name", "name_en")
        found = {row[name]: code for name in reversed(names) for code, row in rows.items() if name in row}
        return found | {str(code): code for code in rows}


def read_vocabulary(connection: Connection) -> Vocabulary:
    """Read it whole; a few dozen rows."""

    def rows(query: Any, key: str) -> dict[Any, dict[str, Any]]:
        return {row[key]: _plain(row) for row in connection.execute(query).mappings()}

    programme = connection.execute(select(t.programme).order_by(t.programme.c.year.desc())).mappings().first()
    zone = connection.execute(select(t.zone.c.name, t.zone.c.name_en)).mappings().one()
    towns = select(t.town.c.code, t.town.c.name, t.town.c.name_en, t.town.c.position).order_by(t.town.c.code)
    return Vocabulary(
        programme=_plain(programme or {"year": 0, "title": "", "title_en": ""}),
        zone=_plain(zone),
        items=rows(select(t.item).order_by(t.item.c.no), "no"),
        towns=rows(towns, "code"),
        units=rows(select(t.unit).order_by(t.unit.c.code), "code"),
        kinds=rows(select(t.kind).order_by(t.kind.c.ord), "code"),
    )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A dict with keys of plain str (SQLAlchemy's are a subclass that JSON writers refuse)."""
    return {str(name): value for name, value in row.items()}
