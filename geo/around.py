"""Lon/lat boxes: around a point by a distance in metres, and as geometries."""

from __future__ import annotations

import math

import shapely
from shapely.geometry.base import BaseGeometry

from geo.types import Box

_SMALLEST_RADIUS_M = 6_335_439.0
"""Least radius of curvature of the WGS 84 ellipsoid (the meridian's at the equator)."""


def box_around(lon: float, lat: float, distance_m: float) -> Box:
    """The box; a superset, never smaller than needed: radii are taken at their least.

    Near a pole or across the antimeridian the box widens to all longitudes.
    """
    angle = distance_m / _SMALLEST_RADIUS_M * (1 + 1e-9) + 1e-12
    dlat = math.degrees(angle)
    south, north = max(-90.0, lat - dlat), min(90.0, lat + dlat)
    parallel = math.cos(math.radians(max(abs(south), abs(north))))
    if angle >= math.pi / 2 or math.sin(angle) >= parallel:
        return Box(-180.0, south, 180.0, north)
    dlon = math.degrees(math.asin(math.sin(angle) / parallel))
    if lon - dlon < -180 or lon + dlon > 180:
        return Box(-180.0, south, 180.0, north)
    return Box(lon - dlon, south, lon + dlon, north)


def box_geometry(box: Box) -> BaseGeometry:
    """The box as a valid geometry: a polygon, or the line or point that a box without width or height is."""
    if box.minx == box.maxx and box.miny == box.maxy:
        return shapely.Point(box.minx, box.miny)
    if box.minx == box.maxx or box.miny == box.maxy:
        return shapely.LineString([(box.minx, box.miny), (box.maxx, box.maxy)])
    return shapely.box(*box)
