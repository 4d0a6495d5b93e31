"""Geodesic distance to a geometry found the slow way: by looking everywhere along it, with pyproj alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
SAMPLES = 200
ROUNDS = 7


def distance_m(geom: shapely.Geometry, lon: float, lat: float) -> float:
    """The least geodesic distance in metres to any point of any lon/lat-straight segment; 0 in a polygon."""
    if shapely.get_dimensions(geom) == 2 and shapely.covers(geom, shapely.Point(lon, lat)):
        return 0.0
    return min(_to_path(xy, lon, lat) for xy in _paths(geom))


def to_segment(a: np.ndarray, b: np.ndarray, lon: float, lat: float) -> float:
    """The same to one segment: sample it, then look again around the best sample, ever more finely."""
    low, high, best = 0.0, 1.0, np.inf
    for _ in range(ROUNDS):
        share = np.linspace(low, high, SAMPLES)
        xy = a + (b - a) * share[:, None]
        distances = GEOD.inv(np.full(SAMPLES, lon), np.full(SAMPLES, lat), xy[:, 0], xy[:, 1])[2]
        at = int(distances.argmin())
        best = min(best, float(distances[at]))
        width = 1.5 * (high - low) / (SAMPLES - 1)
        low, high = max(0.0, share[at] - width), min(1.0, share[at] + width)
    return best


def _to_path(xy: np.ndarray, lon: float, lat: float) -> float:
    if len(xy) == 1:
        xy = np.repeat(xy, 2, axis=0)
    return min(to_segment(a, b, lon, lat) for a, b in pairwise(xy))


def _paths(geom: shapely.Geometry) -> list[np.ndarray]:
    if hasattr(geom, "geoms"):
        return [path for part in geom.geoms for path in _paths(part)]
    if geom.geom_type == "Polygon":
        return [shapely.get_coordinates(ring) for ring in (geom.exterior, *geom.interiors)]
    return [shapely.get_coordinates(geom)] if not geom.is_empty else []
