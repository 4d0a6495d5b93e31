"""Lon/lat boxes: as geometries, and such that hold every position within a geodesic distance of a centre.

Northward a degree is shortest at the equator, where the meridian's radius of curvature is b²/a. Eastward:
stretching the ellipsoid to the unit sphere of reduced latitudes keeps longitudes and makes no way longer
than its length / b, so the circle there is no wider than that.
"""

from __future__ import annotations

import math

import shapely
from shapely.geometry.base import BaseGeometry

from geo.pieces import MAJOR, MINOR
from geo.types import Box

# Degrees added against rounding: a tenth of a millimetre.
_SLACK_DEG = 1e-9


def box_around(lon: float, lat: float, distance_m: float) -> Box:
    """One box: never too small, hardly larger than needed. Across the antimeridian it spans all
    longitudes."""
    boxes = boxes_around(lon, lat, distance_m)
    return boxes[0] if len(boxes) == 1 else Box(-180.0, boxes[0].miny, 180.0, boxes[0].maxy)


def boxes_around(lon: float, lat: float, distance_m: float) -> list[Box]:
    """One box, or two within ±180° where the circle crosses the antimeridian."""
    north = math.degrees(distance_m / (MINOR * MINOR / MAJOR)) + _SLACK_DEG
    bottom, top = max(lat - north, -90.0), min(lat + north, 90.0)
    angle = distance_m / MINOR
    reduced = math.atan(MINOR / MAJOR * math.tan(math.radians(lat)))
    if angle + abs(reduced) >= math.pi / 2.0 - 1e-9:  # a pole lies inside
        return [Box(-180.0, bottom, 180.0, top)]
    east = math.degrees(math.asin(math.sin(angle) / math.cos(reduced))) + _SLACK_DEG
    if lon - east < -180.0:
        return [Box(lon - east + 360.0, bottom, 180.0, top), Box(-180.0, bottom, lon + east, top)]
    if lon + east > 180.0:
        return [Box(lon - east, bottom, 180.0, top), Box(-180.0, bottom, lon + east - 360.0, top)]
    return [Box(lon - east, bottom, lon + east, top)]


def box_geometry(box: Box) -> BaseGeometry:
    """The box as a valid geometry: a polygon, or the line or point that a box without width or height is."""
    if box[:2] == box[2:]:
        return shapely.Point(box[:2])
    if box.minx == box.maxx or box.miny == box.maxy:
        return shapely.LineString([box[:2], box[2:]])
    return shapely.box(*box)
