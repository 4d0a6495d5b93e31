"""What no service area reaches: the largest such areas, a spot in each, and the site nearest to it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.ground import objects
from geo.nearest import NearestIndex
from geo.service import Service, only_areas

SMALLEST_M2 = 10_000.0
"""Gaps smaller than a hectare are not told one by one."""

NARROWEST_M = 10.0
"""Nor are strips narrower than this on average: twice the area by the length of the outline (half the width
of a long strip on either side of its middle line, so strips of up to 10 m)."""

# How exactly the middle of a gap is looked for.
_MIDDLE_M = 5.0

# Borders that are no farther apart than this are one.
_GRID_M = 1e-8


class Gap(NamedTuple):
    """An area that is not covered (WGS 84), and the spot inside that is farthest from its edge.

    `room_m` is that spot's distance from the edge (to some metres), `towns` the square kilometres of the gap
    in each town that has some. `nearest` is the index of the site nearest to the spot, `distance_m` its
    geodesic distance; None where there is no site at all.
    """

    area: BaseGeometry
    km2: float
    lon: float
    lat: float
    room_m: float
    towns: dict[str, float]
    nearest: int | None
    distance_m: float | None


class Gaps(NamedTuple):
    """The largest gaps, largest first, and what they leave out.

    `more` gaps of `more_km2` were left out by the limit, `slivers` of `sliver_km2` for being too small or too
    narrow. All three together are the ground that is not covered.
    """

    largest: tuple[Gap, ...]
    more: int
    more_km2: float
    slivers: int
    sliver_km2: float


def gaps(
    service: Service,
    sites: NearestIndex,
    limit: int = 10,
    smallest_m2: float = SMALLEST_M2,
    narrowest_m: float = NARROWEST_M,
) -> Gaps:
    """The largest areas of the zone outside a service area, by area, then from west to east.

    A gap ends where the zone ends, not where a town does. `sites` are those whose distance is told: usually
    those that the service area is made of.
    """
    ground = service.ground
    # Where the zone ends, the two share a border but for their last digits: without the grid, a strip of no
    # width would be left between them and make one gap of two.
    open_ground = only_areas(shapely.difference(ground.zone, service.area, grid_size=_GRID_M))
    parts = shapely.get_parts(objects([open_ground]))
    parts = parts[~shapely.is_empty(parts)]
    area = shapely.area(parts)
    told = (area >= smallest_m2) & (2.0 * area >= narrowest_m * shapely.length(parts))
    bounds = shapely.bounds(parts)
    order = np.lexsort((bounds[:, 1], bounds[:, 0], -np.round(area, 3)))
    order = order[told[order]]
    chosen, rest = order[:limit], order[limit:]
    return Gaps(
        tuple(_gap(service, sites, part) for part in parts[chosen]),
        len(rest),
        float(area[rest].sum()) / 1e6,
        int((~told).sum()),
        float(area[~told].sum()) / 1e6,
    )


def _gap(service: Service, sites: NearestIndex, part: BaseGeometry) -> Gap:
    ground = service.ground
    spot, room = _middle(part)
    lon, lat = (float(value) for value in shapely.get_coordinates(ground.plane.to_wgs84(spot))[0])
    hits = sites.query(lon, lat, 1)
    found = len(hits.indices) > 0
    return Gap(
        area=ground.plane.to_wgs84(part),
        km2=float(part.area) / 1e6,
        lon=lon,
        lat=lat,
        room_m=room,
        towns=_by_town(ground.codes, shapely.area(shapely.intersection(part, ground.shapes))),
        nearest=int(hits.indices[0]) if found else None,
        distance_m=float(hits.distances[0]) if found else None,
    )


def _by_town(codes: tuple[str, ...], square_metres: NDArray[np.float64]) -> dict[str, float]:
    """Square kilometres by town; less than a square metre is rounding along the border."""
    return {code: float(m2) / 1e6 for code, m2 in zip(codes, square_metres, strict=True) if m2 >= 1.0}


def _middle(part: BaseGeometry) -> tuple[BaseGeometry, float]:
    """The middle of the largest circle in a plane polygon, and its radius."""
    radius = shapely.maximum_inscribed_circle(part, tolerance=_MIDDLE_M)
    spot = shapely.get_point(radius, 0)
    if not part.contains(spot):  # a strip narrower than what is looked for
        spot = shapely.point_on_surface(part)
    return spot, float(shapely.distance(spot, part.boundary))
