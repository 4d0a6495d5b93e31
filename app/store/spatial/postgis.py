"""The engine that leaves the work to PostGIS: for zones larger than memory should hold, and as a
second opinion on the memory engine.

Pages are put together by PostgreSQL from the texts kept in ``published_site``. Distances follow the
project's one definition (segments straight in lon/lat, geodesic metres): the GiST index gives a
superset of the nearest sites with a proven bound, :mod:`geo.nearest` ranks it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from app.store.database import Database
from app.store.spatial.protocol import Filters, Near, Page, Piece, feature, head, joined, near
from geo.around import box_around, box_geometry
from geo.crs import WGS84
from geo.nearest import nearest_on
from geo.types import Box

_MATCH = {
    "statuses": "status",
    "items": "item_no",
    "towns": "town_code",
    "units": "lead_unit",
    "kinds": "kind",
    "codes": "code",
}


class PostgisReads:
    """SQL over one schema's ``published_site``; every call reads the newest committed version."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = f'"{database.schema}".published_site'

    def page(
        self, box: Box | None, filters: Filters, limit: int, after: str | None, lang: str, crs: str
    ) -> Page:
        """See the protocol."""
        where, values = _where(filters)
        if box is not None:
            where += " AND ST_Intersects(geom, ST_GeomFromWKB(%(box)s, 4326))"
            values["box"] = shapely.to_wkb(box_geometry(box))
        values |= {"after": after or "", "limit": limit}
        if crs == WGS84:
            return self._ready_page(where, values, lang)
        return self._built_page(where, values, limit, lang, crs)

    def nearby(
        self,
        lon: float,
        lat: float,
        radius_m: float | None,
        limit: int,
        filters: Filters,
        lang: str,
        crs: str,
    ) -> list[Near]:
        """See the protocol.

        Any `limit` sites bound the distance of the last one wanted; the box that holds every point
        within that distance then holds every site that may be among them.
        """
        where, values = _where(filters)
        values |= {"lon": lon, "lat": lat, "limit": limit}
        bound = radius_m
        guesses = self._rows(
            f"SELECT ST_AsBinary(geom) FROM {self._table} WHERE {where} "
            "ORDER BY geom <-> ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) LIMIT %(limit)s",
            values,
            binary=True,
        )
        if len(guesses) == limit:
            farthest = float(nearest_on(_geoms([row[0] for row in guesses]), lon, lat)[0].max())
            bound = farthest if bound is None else min(bound, farthest)
        return self._ranked(lon, lat, bound, filters, lang, crs)[:limit]

    def at(
        self, lon: float, lat: float, tolerance_m: float, filters: Filters, lang: str, crs: str
    ) -> list[Near]:
        """See the protocol."""
        return self._ranked(lon, lat, tolerance_m, filters, lang, crs)

    def _ranked(
        self, lon: float, lat: float, bound_m: float | None, filters: Filters, lang: str, crs: str
    ) -> list[Near]:
        """Every site within `bound_m` (None: every site), nearest first, ties in order of code."""
        where, values = _where(filters)
        if bound_m is not None:
            where += " AND geom && ST_MakeEnvelope(%(minx)s, %(miny)s, %(maxx)s, %(maxy)s, 4326)"
            values |= box_around(lon, lat, bound_m)._asdict()
        rows = self._rows(
            f"SELECT code, ST_AsBinary(geom), geometry_text, common_text, tail_{lang} "
            f"FROM {self._table} WHERE {where} ORDER BY code",
            values,
            binary=True,
        )
        if not rows:
            return []
        geoms = _geoms([row[1] for row in rows])
        distances, bearings, lons, lats = nearest_on(geoms, lon, lat)
        order = np.argsort(distances, kind="stable")
        if bound_m is not None:
            order = order[distances[order] <= bound_m]
        return [
            near(_piece(rows[i], geoms[i]), (distances[i], bearings[i], lons[i], lats[i]), crs)
            for i in order.tolist()
        ]

    def _ready_page(self, where: str, values: dict[str, Any], lang: str) -> Page:
        (row,) = self._rows(page_sql(self._table, where, lang), values)
        matched, remaining, returned = map(int, row[:3])
        if not returned:
            return Page(matched, 0, b"", None, None, False)
        features, *bounds, last = row[3:]
        return Page(
            matched, returned, features, Box(*map(float, bounds)), last.decode(), remaining > returned
        )

    def _built_page(self, where: str, values: dict[str, Any], limit: int, lang: str, crs: str) -> Page:
        matched = int(self._rows(f"SELECT count(*) FROM {self._table} WHERE {where}", values)[0][0])
        rows = self._rows(
            f"SELECT code, ST_AsBinary(geom), geometry_text, common_text, tail_{lang} FROM {self._table} "
            f"WHERE {where} AND code > %(after)s ORDER BY code LIMIT %(limit)s + 1",
            values,
            binary=True,
        )
        chosen = rows[:limit]
        if not chosen:
            return Page(matched, 0, b"", None, None, False)
        geoms = _geoms([row[1] for row in chosen])
        bounds = shapely.bounds(geoms)
        box = Box(*bounds[:, :2].min(axis=0).tolist(), *bounds[:, 2:].max(axis=0).tolist())
        features = joined(feature(_piece(row, geom), crs) for row, geom in zip(chosen, geoms, strict=True))
        return Page(matched, len(chosen), features, box, chosen[-1][0].decode(), len(rows) > limit)

    def _rows(self, sql: str, values: dict[str, Any], binary: bool = False) -> list[tuple]:
        """Columns as bytes; see :class:`app.store.statements.Statements`."""
        return self._database.statements.rows(sql, values, binary)


def page_sql(table: str, where: str, lang: str) -> str:
    """The statement of a page: count of all that match, and one page's features as joined JSON."""
    return f"""
WITH matched AS MATERIALIZED (SELECT code FROM {table} WHERE {where}),
chosen AS (SELECT code FROM matched WHERE code > %(after)s ORDER BY code LIMIT %(limit)s)
SELECT (SELECT count(*) FROM matched), (SELECT count(*) FROM matched WHERE code > %(after)s), count(*),
       string_agg('{{"type":"Feature","id":"' || code || '","geometry":' || geometry_text ||
           ',"properties":{{' || common_text || ',' || tail_{lang} || '}}}}', ',' ORDER BY code),
       min(minx), min(miny), max(maxx), max(maxy), max(code)
FROM {table} JOIN chosen USING (code)"""


def _where(filters: Filters) -> tuple[str, dict[str, Any]]:
    """The filters as a condition with named parameters, and their values."""
    parts, values = ["true"], {}
    for name, column in _MATCH.items():
        wanted = getattr(filters, name)
        if wanted:
            parts.append(f"{column} = ANY(%({name})s)")
            values[name] = sorted(wanted)
    for index, word in enumerate(filters.words):
        parts.append(f"position(%(word{index})s in search) > 0")
        values[f"word{index}"] = word
    return " AND ".join(parts), values


def _geoms(wkbs: list[bytes]) -> np.ndarray:
    return shapely.from_wkb(np.array(wkbs, dtype=object))


def _piece(row: tuple, geom: shapely.Geometry) -> Piece:
    code, _, geometry, common, tail = row
    code = code.decode()
    return Piece(code, geom, head(code, geometry.decode(), common.decode()), tail)
