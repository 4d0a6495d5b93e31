"""Towns with known answers: two squares of 10 km side by side, and discs counted by hand."""

from __future__ import annotations

import math

import shapely
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
LON, LAT = 116.42, 35.40


def at(east_m: float, north_m: float, lon: float = LON, lat: float = LAT) -> tuple[float, float]:
    """The position so many metres from a place: first along its meridian, then at right angles to it."""
    x, y, _ = GEOD.fwd(lon, lat, 0.0, north_m)
    x, y, _ = GEOD.fwd(x, y, 90.0, east_m)
    return x, y


def point(east_m: float, north_m: float) -> shapely.Point:
    return shapely.Point(at(east_m, north_m))


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([at(*place) for place in places])


def square(west_m: float, south_m: float, east_m: float, north_m: float) -> shapely.Polygon:
    """A rectangle in metres; its area is right to a millionth within some kilometres of the centre."""
    corners = [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m)]
    return shapely.Polygon([at(*corner) for corner in corners])


WEST, EAST = square(-10e3, -5e3, 0.0, 5e3), square(0.0, -5e3, 10e3, 5e3)
TOWNS = {"west": WEST, "east": EAST}


def disc_km2(radius_m: float) -> float:
    return math.pi * radius_m**2 / 1e6


def lens_km2(radius_m: float, apart_m: float) -> float:
    """What two equal discs share."""
    half = math.acos(apart_m / 2.0 / radius_m)
    return (2.0 * radius_m**2 * half - apart_m / 2.0 * math.sqrt(4.0 * radius_m**2 - apart_m**2)) / 1e6


def segment_km2(radius_m: float, off_m: float) -> float:
    """What a straight line, so far from the centre, cuts off a disc."""
    return (radius_m**2 * math.acos(off_m / radius_m) - off_m * math.sqrt(radius_m**2 - off_m**2)) / 1e6
