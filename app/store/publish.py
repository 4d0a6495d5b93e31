"""Make what readers see: one ready row per site, derived from the ledger and the geometry.

Both spatial engines and both databases read these rows, so they cannot disagree about a status
or a coordinate. The rows belong to a day (``zone.published_for``): a status can change at midnight.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

import numpy as np
import orjson
import shapely
from sqlalchemy import Connection, delete, insert, select, update

from app.i18n import LANGUAGES, translate
from app.store import tables as t
from app.store.asof import AsOf
from app.store.geometries import COLUMNS, drawn
from app.store.listen import announce
from app.store.standing import Standing, standings
from geo.geojson import geometry_text
from geo.linear import length
from geo.measure import area_m2, length_m

BATCH = 5_000


def publish(
    connection: Connection, day: date, tolerance: float, codes: Collection[str] | None = None
) -> None:
    """Renew the published rows of `codes` (None: all) for `day` and raise the zone's version.

    Belongs into the transaction that changed something. With `codes` the other rows must already
    be those of `day`; otherwise all are renewed.
    """
    published_for = connection.execute(select(t.zone.c.published_for)).scalar_one()
    if codes is not None and published_for == day:
        _replace(connection, day, tolerance, codes)
    else:
        connection.execute(delete(t.published_site))
        _insert(connection, published_rows(connection, AsOf(day), tolerance))
    connection.execute(update(t.zone).values(version=t.zone.c.version + 1, published_for=day))
    announce(connection)


def published_rows(
    connection: Connection, as_of: AsOf, tolerance: float, codes: Collection[str] | None = None
) -> Iterator[dict[str, Any]]:
    """The rows as of then, in order of code, without saving them (used for past weeks)."""
    standing = standings(connection, as_of, tolerance, codes)
    measures = dict(connection.execute(select(t.kind.c.code, t.kind.c.measure)).all())
    for row in connection.execute(_sites(as_of, codes)):
        yield published_row(row, standing[row.code], measures[row.kind])


def published_row(row: Any, standing: Standing, measure: str) -> dict[str, Any]:
    """One published row: filter columns, search text, GeoJSON geometry and properties as text."""
    status = standing.status
    properties = {
        "code": row.code,
        "title": row.title,
        "title_en": row.title_en,
        "item": row.item_no,
        "item_title": row.item_title,
        "item_title_en": row.item_title_en,
        "task": row.task_no,
        "kind": row.kind,
        "town": row.town_name,
        "town_en": row.town_name_en,
        "town_code": row.town_code,
        "lead_unit": row.unit_name,
        "lead_unit_en": row.unit_name_en,
        "lead_unit_code": row.lead_unit,
        "road": row.road,
        "remark": row.remark,
        "remark_en": row.remark_en,
        "status": status.code.value,
        "planned_percent": status.inputs["planned_percent"],
        "reported_percent": status.inputs["reported_percent"],
        "position": row.position,
        **_measured(row.geom, measure),
        **built_members(row, standing.report),
        "updated_at": row.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sample": standing.sample,
    }
    minx, miny, maxx, maxy = row.geom.bounds
    return {
        "code": row.code,
        "title": row.title,
        "item_no": row.item_no,
        "kind": row.kind,
        "town_code": row.town_code,
        "lead_unit": row.lead_unit,
        "status": status.code.value,
        "status_zh": translate("zh", f"status.{status.code}"),
        "sample": standing.sample,
        "search": search_text(_searchable(row)),
        "minx": minx,
        "miny": miny,
        "maxx": maxx,
        "maxy": maxy,
        "geom": row.geom,
        "geometry_text": geometry_text(row.geom, 7),
        "common_text": orjson.dumps(properties)[1:-1].decode(),
        **{f"tail_{lang}": _tail(lang, row, standing) for lang in LANGUAGES},
    }


def search_text(parts: Iterable[str]) -> str:
    """Text as it is searched: compatibility forms folded (full-width letters), case ignored."""
    return unicodedata.normalize("NFKC", "\n".join(part for part in parts if part)).casefold()


def search_words(text: str) -> tuple[str, ...]:
    """The words of a search, folded as the searched text is."""
    return tuple(dict.fromkeys(search_text([text]).split()))


def _tail(lang: str, row: Any, standing: Standing) -> str:
    """The properties that depend on the language."""
    status = standing.status
    return orjson.dumps(
        {
            "status_label": translate(lang, f"status.{status.code}"),
            "why": translate(lang, f"why.{status.rule}", **status.inputs),
            "kind_label": row.kind_zh if lang == "zh" else row.kind_en,
            "position_label": translate(lang, f"position.{row.position}"),
        }
    )[1:-1].decode()


def _measured(geom: shapely.Geometry, measure: str) -> dict[str, float]:
    if measure == "length":
        return {"length_m": round(length_m(geom), 1)}
    if measure == "area":
        return {"area_m2": round(area_m2(geom), 1)}
    return {}


def built_members(row: Any, report: Any) -> dict[str, Any]:
    """Metres built of a line, and where: as shares of its length, so that they fit in every CRS."""
    if report is None or not report.sections or report.geom_version != row.geom_version:
        return {}
    whole = length(row.geom)
    shares = [[round(min(at / whole, 1.0), 7) for at in section] for section in report.sections]
    return {"built_m": round(sum(to - start for start, to in report.sections), 1), "built": shares}


def _searchable(row: Any) -> list[str]:
    return [
        row.code,
        row.title,
        row.title_en,
        row.road,
        row.item_title,
        row.item_title_en,
        row.unit_name,
        row.unit_name_en,
        row.town_name,
        row.town_name_en,
        row.kind_zh,
        row.kind_en,
    ]


def _sites(as_of: AsOf, codes: Collection[str] | None):
    shown = drawn(as_of, codes).subquery()
    told = [column for column in t.site.c if column.name not in COLUMNS]
    return (
        select(
            *told,
            *(shown.c[name] for name in COLUMNS),
            t.item.c.title.label("item_title"),
            t.item.c.title_en.label("item_title_en"),
            t.town.c.name.label("town_name"),
            t.town.c.name_en.label("town_name_en"),
            t.unit.c.name.label("unit_name"),
            t.unit.c.name_en.label("unit_name_en"),
            t.kind.c.zh.label("kind_zh"),
            t.kind.c.en.label("kind_en"),
        )
        .join(shown, shown.c.code == t.site.c.code)
        .join(t.item, t.item.c.no == t.site.c.item_no)
        .join(t.town, t.town.c.code == t.site.c.town_code)
        .join(t.unit, t.unit.c.code == t.site.c.lead_unit)
        .join(t.kind, t.kind.c.code == t.site.c.kind)
        .order_by(t.site.c.code)
    )


def _replace(connection: Connection, day: date, tolerance: float, codes: Collection[str]) -> None:
    for part in np.array_split(sorted(codes), max(1, -(-len(codes) // 500))):
        some = [str(code) for code in part]
        connection.execute(delete(t.published_site).where(t.published_site.c.code.in_(some)))
        _insert(connection, published_rows(connection, AsOf(day), tolerance, some))


def _insert(connection: Connection, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            connection.execute(insert(t.published_site), batch)
            batch = []
    if batch:
        connection.execute(insert(t.published_site), batch)
