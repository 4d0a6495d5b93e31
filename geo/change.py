"""Two states of a service compared (two dates, or today and everything finished): kept, gained, lost."""

from __future__ import annotations

from typing import NamedTuple

import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import GeoError
from geo.ground import objects
from geo.service import Service, only_areas

# Pieces smaller than this are what rounding leaves along borders that both states share.
_CRUMB_M2 = 1.0


class Row(NamedTuple):
    """Square kilometres of a town, or of the zone (`code` None): covered in both states, gained, lost."""

    code: str | None
    both_km2: float
    gained_km2: float
    lost_km2: float


class Change(NamedTuple):
    """Rows per town and for the zone, and the areas themselves (WGS 84), for a map."""

    towns: tuple[Row, ...]
    zone: Row
    both: BaseGeometry
    gained: BaseGeometry
    lost: BaseGeometry


def change(before: Service, after: Service) -> Change:
    """What became of the cover of the same towns.

    Both and lost make up the cover before, both and gained the cover after (to a few square metres). Raises
    GeoError when the two were counted on different towns.
    """
    ground = before.ground
    if ground is not after.ground:
        raise GeoError(
            "前后两个状态应使用同一份镇界。", "Both states must be counted on the same towns, prepared once."
        )
    areas = [
        _without_crumbs(area)
        for area in (
            shapely.intersection(before.area, after.area),
            shapely.difference(after.area, before.area),
            shapely.difference(before.area, after.area),
        )
    ]
    columns = [shapely.area(shapely.intersection(area, ground.shapes)) / 1e6 for area in areas]
    rows = [Row(code, *(float(m2) for m2 in row)) for code, *row in zip(ground.codes, *columns, strict=True)]
    zone = Row(None, *(float(area.area) / 1e6 for area in areas))
    return Change(tuple(rows), zone, *(ground.plane.to_wgs84(area) for area in areas))


def _without_crumbs(geom: BaseGeometry) -> BaseGeometry:
    parts: NDArray = shapely.get_parts(objects([only_areas(geom)]))
    kept = parts[shapely.area(parts) >= _CRUMB_M2]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(list(kept))
