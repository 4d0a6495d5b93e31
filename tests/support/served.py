"""Places to be served, made up: villages of the list, buildings, communities and built-up land."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, insert, select

from app.domain.reached import Layer
from app.store import tables as t
from geo.geojson import normalise

MOMENT = datetime(2023, 7, 1, tzinfo=UTC)
DEG_LON, DEG_LAT = 1 / 90_800, 1 / 110_950
"""About a metre, in degrees, at 35.4° N."""


def towns(connection: Connection) -> dict[str, shapely.Geometry]:
    """The towns by code."""
    return dict(connection.execute(select(t.town.c.code, t.town.c.geom).order_by(t.town.c.code)).all())


def put_places(
    connection: Connection, buildings: int = 0, communities: int = 0, built_up: int = 0, seed: int = 11
) -> None:
    """All villages of the list of 2023 as points with inhabitants, and so many others as polygons.

    Every other community has inhabitants; land is round and overlaps; much of it reaches beyond its town.
    """
    rng = np.random.default_rng(seed)
    grounds = towns(connection)
    villages = connection.execute(
        select(t.village.c.code, t.village.c.name, t.village.c.town_code).where(t.village.c.in_2023)
    ).all()
    by_town = {code: iter(spots(rng, ground, 200)) for code, ground in grounds.items()}
    rows = [
        _row(Layer.VILLAGE, one.code, one.town_code, next(by_town[one.town_code]), one.name)
        | {"inhabitants": int(rng.integers(300, 3000)), "inhabitants_as_of": "2020-11-01"}
        for one in villages
    ]
    for layer, count, low, high in (
        (Layer.BUILDING, buildings, 8, 30),
        (Layer.COMMUNITY, communities, 100, 400),
        (Layer.BUILT_UP, built_up, 300, 900),
    ):
        rows += _polygons(rng, layer, grounds, count, low, high)
    for start in range(0, len(rows), 5_000):
        connection.execute(insert(t.served_place), rows[start : start + 5_000])


def spots(rng: np.random.Generator, ground: shapely.Geometry, count: int) -> list[shapely.Point]:
    """Points in a town."""
    west, south, east, north = ground.bounds
    found: list[shapely.Point] = []
    while len(found) < count:
        points = shapely.points(rng.uniform(west, east, count), rng.uniform(south, north, count))
        found += list(points[shapely.contains(ground, points)])
    return [normalise(point) for point in found[:count]]


def _polygons(
    rng: np.random.Generator, layer: Layer, grounds: dict[str, Any], count: int, low: int, high: int
) -> list[dict[str, Any]]:
    """Turned rectangles, and discs for land, `low` to `high` metres across."""
    share = -(-count // max(len(grounds), 1))
    found = []
    for town, ground in grounds.items():
        for number, spot in enumerate(spots(rng, ground, share)):
            wide, deep = rng.uniform(low, high, 2) / 2
            angle = rng.uniform(0, np.pi) + np.array([0, 1, 2, 3]) * np.pi / 2
            if layer is Layer.BUILT_UP:
                angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
            x = spot.x + np.cos(angle) * wide * DEG_LON
            y = spot.y + np.sin(angle) * deep * DEG_LAT
            geom = normalise(shapely.Polygon(np.column_stack([x, y])))
            row = _row(layer, f"{layer.value[:2]}-{town[-3:]}-{number}", town, geom, "")
            if layer is Layer.COMMUNITY and number % 2:
                row["inhabitants"] = int(rng.integers(200, 5000))
            found.append(row)
    return found[:count]


def _row(layer: Layer, code: str, town: str, geom: shapely.Geometry, name: str) -> dict[str, Any]:
    return {
        "layer": layer.value,
        "code": code,
        "name": name,
        "name_en": name,
        "town_code": town,
        "inhabitants": None,
        "inhabitants_as_of": None,
        "position": "surveyed",
        "source": "generated",
        "entered_at": MOMENT,
        "geom": geom,
    }
