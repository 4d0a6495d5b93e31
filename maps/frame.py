"""The frame of a still map: which part of the earth is on it, and where a position comes to lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

METRES_A_DEGREE = 110_950.0
"""Of latitude at 35° N, rounded; only used for how much is shown, never for a length that is printed."""
ECCENTRICITY_2 = 0.00669437999014
"""Square of the first eccentricity of WGS 84."""
TOLERANCE = 0.35
"""Corners that change a path by less than this many units are left out."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`bounds` (west, south, east, north in degrees) on a drawing of `width` × `height`, y downwards."""

    bounds: tuple[float, float, float, float]
    width: float
    height: float
    squeeze: float
    """A degree of longitude at the middle latitude, as a part of a degree of latitude there."""

    @classmethod
    def around(
        cls,
        shapes: Sequence[BaseGeometry],
        width: float,
        height: float,
        least_m: float,
        margin: float = 0.16,
    ) -> Frame:
        """The frame of this shape in whose middle `shapes` lie, `margin` of each side left free."""
        west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
        lon, lat = (west + east) / 2, (south + north) / 2
        squeeze = degree_ratio(lat)
        free = 1 - 2 * margin
        across = max(
            (east - west) * squeeze / free, (north - south) / free * width / height, least_m / METRES_A_DEGREE
        )
        half_lon, half_lat = across / squeeze / 2, across * height / width / 2
        return cls((lon - half_lon, lat - half_lat, lon + half_lon, lat + half_lat), width, height, squeeze)

    @property
    def units_a_degree(self) -> float:
        """Drawing units of a degree of latitude."""
        return self.height / (self.bounds[3] - self.bounds[1])

    def box(self, beyond: float = 0.0) -> BaseGeometry:
        """What is shown as a polygon in degrees, enlarged by `beyond` units on every side."""
        dy = beyond / self.units_a_degree
        dx = dy / self.squeeze
        west, south, east, north = self.bounds
        return shapely.box(west - dx, south - dy, east + dx, north + dy)

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a position lies."""
        scale = self.units_a_degree
        return (lon - self.bounds[0]) * self.squeeze * scale, (self.bounds[3] - lat) * scale

    def inside(self, x: float, y: float, room: float) -> bool:
        """Whether a square of `room` units to every side is wholly on the drawing."""
        return room <= x <= self.width - room and room <= y <= self.height - room

    def place(self, geometry: BaseGeometry) -> BaseGeometry:
        """The geometry in drawing units, without the corners that nobody can see."""
        scale = np.array([self.squeeze, -1.0]) * self.units_a_degree
        moved = shapely.transform(geometry, lambda c: (c - (self.bounds[0], self.bounds[3])) * scale)
        return shapely.simplify(moved, TOLERANCE)

    def path(self, geometry: BaseGeometry) -> str:
        """The geometry's lines and rings as SVG path data (fill rule evenodd); points have none."""
        return "".join(_strokes(self.place(geometry)))


def degree_ratio(lat: float) -> float:
    """How long a degree of longitude is against one of latitude, on the ellipsoid at `lat` degrees.

    The cosine alone would be 0.4 % too short at 35°: the radius of curvature is larger east–west (N) than
    north–south (M), and N / M = (1 − e² sin² φ) / (1 − e²).
    """
    phi = radians(lat)
    return cos(phi) * (1 - ECCENTRICITY_2 * sin(phi) ** 2) / (1 - ECCENTRICITY_2)


def _strokes(geometry: BaseGeometry) -> Iterable[str]:
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield _stroke(ring.coords[:-1]) + "Z"
        elif part.geom_type == "LineString":
            yield _stroke(part.coords)
        elif part.geom_type != "Point":
            yield from _strokes(part)


def _stroke(positions: Iterable[Sequence[float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in positions)
