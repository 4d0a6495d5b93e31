"""A box of coordinates; the order of its sides is stated here and nowhere else."""

from __future__ import annotations

from typing import NamedTuple


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
