"""Places handed over for import, judged and saved without a file."""

from __future__ import annotations

from typing import Any

import shapely
from sqlalchemy import select

from app.domain.reached import Layer
from app.domain.roles import Actor, Role
from app.store import tables as t
from app.store.database import Database
from app.store.live import Live
from app.store.served.importing import Judgement, judge, save
from app.store.served.rows import Fields, place_rows
from geo.reading import Row

TUANLI, MAJI = "370829104", "370829108"
HEDONG, OTHER_HEDONG, GONE = "370829104274", "370829108243", "370829104200"
IN_TUANLI, IN_MAJI, NOWHERE = (
    shapely.Point(116.42, 35.42),
    shapely.Point(116.41, 35.35),
    shapely.Point(116.9, 35.4),
)
HOUSE = shapely.box(116.42, 35.42, 116.4202, 35.4201)
CROSSED = shapely.Polygon([(116.42, 35.42), (116.43, 35.43), (116.43, 35.42), (116.42, 35.43)])
SOMEBODY = Actor(None, "test", "测试", Role.ADMINISTRATOR)

Given = tuple[dict[str, Any], shapely.Geometry | None]


def rows(*given: Given) -> list[Row]:
    return [Row(number, values, geom) for number, (values, geom) in enumerate(given, start=1)]


def judged(database: Database, layer: Layer, *given: Given, fields: Fields = Fields()) -> Judgement:
    with database.read() as connection:
        return judge(connection, place_rows(rows(*given), layer, fields), layer)


def saved(live: Live, layer: Layer, *given: Given, gone: Any = None, source: str = "x.geojson") -> int:
    handed = place_rows(rows(*given), layer, Fields())
    with live.database.write() as connection:
        writer = live.writer(connection, SOMEBODY)
        number = save(writer, judge(connection, handed, layer), source, gone)
        writer.finish()
    return number


def table(database: Database) -> dict[tuple[str, str], Any]:
    with database.read() as connection:
        return {(row.layer, row.code): row for row in connection.execute(select(t.served_place))}
