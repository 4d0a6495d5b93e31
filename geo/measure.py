"""Lengths, areas and bearings on the WGS 84 ellipsoid (Karney's geodesics, through pyproj).

Edges count as geodesics, as PostGIS counts them for `geography`. Against edges that are straight in lon/lat
the length of a 3 km street differs by 0.01 mm and the area of a town by about 0.02 %.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.errors import BadGeometry

GEOD = Geod(ellps="WGS84")


def length_m(geom: BaseGeometry) -> float:
    """Geodesic length in metres: of lines their length, of polygons their whole outline, of points 0.

    Multi geometries and collections are summed; an empty geometry measures 0. Raises BadGeometry for None.
    """
    return float(sum(GEOD.geometry_length(part) for part in _parts(geom)))


def area_m2(geom: BaseGeometry) -> float:
    """Geodesic area in square metres, holes subtracted, whichever way the rings run; of points and lines 0.

    Multi geometries and collections are summed; an empty geometry measures 0. Raises BadGeometry for None.
    """
    polygons = [part for part in _parts(geom) if shapely.get_dimensions(part) == 2]
    # A ring's direction is the sign of its area: with outlines one way and holes the other, holes subtract.
    oriented = shapely.orient_polygons(polygons)
    return float(sum(abs(GEOD.geometry_area_perimeter(polygon)[0]) for polygon in oriented))


def bearing_deg(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Direction of the geodesic at its start, from position 1 to position 2: degrees in [0, 360), north 0,
    east 90.

    Between equal positions there is no direction; 0 is given.
    """
    azimuth, _, distance = GEOD.inv(lon1, lat1, lon2, lat2)
    return compass(azimuth) if distance > 0.0 else 0.0


def compass(azimuth: Any) -> Any:
    """Azimuths in (-180, 180], numbers or arrays, as bearings in [0, 360)."""
    turned = np.mod(azimuth, 360.0)
    # A tiny negative azimuth rounds up to 360 itself.
    turned = np.where(turned >= 360.0, 0.0, turned)
    return float(turned) if np.ndim(azimuth) == 0 else turned


def _parts(geom: BaseGeometry) -> list[BaseGeometry]:
    if geom is None:
        raise BadGeometry("没有图形。", "There is no geometry.")
    parts = shapely.get_parts(np.array([shapely.force_2d(geom)], dtype=object))
    while (shapely.get_type_id(parts) >= 4).any():
        parts = shapely.get_parts(parts)
    return [part for part in parts if not part.is_empty]
