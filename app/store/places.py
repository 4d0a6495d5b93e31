"""The ground of the map: zone, towns with what they have, context roads."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import orjson
from sqlalchemy import Connection, select

from app.store import tables as t
from geo.geojson import geometry_text
from geo.measure import area_m2


def read_towns(connection: Connection, statuses: dict[str, str]) -> dict[str, Any]:
    """FeatureCollection of the towns: area, villages, sites by status, items counted per town."""
    sites: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in connection.execute(select(t.site.c.code, t.site.c.town_code)):
        sites[row.town_code][statuses[row.code]] += 1
    villages = Counter(connection.execute(select(t.village.c.town_code).where(t.village.c.in_2023)).scalars())
    by_town: defaultdict[str, list[int]] = defaultdict(list)
    for task in connection.execute(select(t.task).order_by(t.task.c.item_no, t.task.c.no)):
        if task.item_no not in by_town[task.on_map]:
            by_town[task.on_map].append(task.item_no)
    features = []
    for row in connection.execute(select(t.town).order_by(t.town.c.code)):
        properties = {
            "code": row.code,
            "name": row.name,
            "name_en": row.name_en,
            "area_km2": round(area_m2(row.geom) / 1e6, 2),
            "position": row.position,
            "villages": villages[row.code],
            "sites": dict(sorted(sites[row.code].items())),
            "items_per_town": by_town["town"],
            "items_withheld": by_town["withheld"],
        }
        features.append(_feature(row.code, row.geom, properties))
    return {"type": "FeatureCollection", "features": features}


def read_ground(connection: Connection) -> dict[str, Any]:
    """FeatureCollection of the zone's outline (``layer: zone``) and the context roads (``layer: road``)."""
    zone = connection.execute(select(t.zone)).one()
    features = [_feature("zone", zone.geom, {"layer": "zone", "name": zone.name, "name_en": zone.name_en})]
    names = ("name", "name_en", "class", "position", "remark", "remark_en")
    for row in connection.execute(select(t.road).order_by(t.road.c.code)).mappings():
        properties = {"layer": "road", **{name: row[name] for name in names}}
        features.append(_feature(f"road/{row['code']}", row["geom"], properties))
    return {"type": "FeatureCollection", "features": features}


def _feature(id: str, geom: Any, properties: dict[str, Any]) -> dict[str, Any]:
    geometry = orjson.loads(geometry_text(geom, 7))
    return {"type": "Feature", "id": id, "geometry": geometry, "properties": properties}
