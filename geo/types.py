"""Named coordinates and boxes; the order is stated here and nowhere else."""

from __future__ import annotations

from typing import NamedTuple


class LonLat(NamedTuple):
    """A position in WGS 84 degrees, longitude first (RFC 7946 §3.1.1)."""

    lon: float
    lat: float


class Box(NamedTuple):
    """A lon/lat box in WGS 84 degrees: west, south, east, north (RFC 7946 §5).

    West may exceed east: the box then crosses the antimeridian (RFC 7946 §5.2).
    """

    minx: float
    miny: float
    maxx: float
    maxy: float

    def contains(self, lon: float, lat: float) -> bool:
        """Whether a position lies in the box or on its edge."""
        if not self.miny <= lat <= self.maxy:
            return False
        if self.minx <= self.maxx:
            return self.minx <= lon <= self.maxx
        return lon >= self.minx or lon <= self.maxx


WORLD = Box(-180.0, -90.0, 180.0, 90.0)
