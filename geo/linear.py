"""Measures along lines: metres from the start to places on a line, and back (linear referencing).

Lines are LineStrings and MultiLineStrings in WGS 84 degrees, longitude first. A segment is straight in
lon/lat, as `geo.nearest` has it (RFC 7946 §3.1.1); metres are counted along it on the ellipsoid: the
integral of its speed in the meridian and along the parallel. Against `geo.measure.length_m`, whose edges
are geodesics, a street in segments of 3 km differs by 0.01 mm and a segment of 50 km by some centimetres.

The parts of a MultiLineString follow each other in their order; the way from one to the next counts
nothing, so that the end of one and the start of the next have the same measure. Measures are exact to
micrometres for segments of up to some degrees.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.distance import nearest_on
from geo.errors import BadCoordinates, BadGeometry, GeoError
from geo.pieces import E2, MAJOR

Array = NDArray[np.float64]

RESOLUTION_M = 0.001
"""A measure may lie this far outside the line, as a rounded one does; no section is shorter."""

# Closer to a vertex than this is at the vertex: cutting leaves no sliver.
_AT_VERTEX_M = 1e-6
_NEWTON_STEPS = 4
# Nodes and weights of Gauss and Legendre on 0 … 1. A segment's speed is so smooth that a few would do.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_NODES, _WEIGHTS = (_NODES + 1.0) / 2.0, _WEIGHTS / 2.0


class LonLat(NamedTuple):
    """A position in WGS 84 degrees, longitude first (RFC 7946 §3.1.1)."""

    lon: float
    lat: float


class Located(NamedTuple):
    """A place on a line: metres from the line's start, and geodesic metres from there to what was asked."""

    metres: float
    off_m: float


class _Course(NamedTuple):
    """S segments of some extent in order: start and extent (S, 2) in degrees, metres at start and end (S),
    and the part of the geometry that each belongs to (S)."""

    origin: Array
    step: Array
    begin: Array
    end: Array
    part: NDArray[np.intp]


def length(line: BaseGeometry) -> float:
    """Metres along a line, all its parts together.

    Raises BadGeometry when it is no line or has no extent, BadCoordinates when a vertex is not in degrees.
    """
    return float(_course(line).end[-1])


def lengths(lines: NDArray[np.object_]) -> Array:
    """Metres along each of many lines at once, equal to `length` of each but for rounding in the last digits.

    Raises what `length` raises of the first line that is none.
    """
    kind = shapely.get_type_id(lines)
    xy = shapely.get_coordinates(lines)
    sound = np.isin(kind, (1, 5)).all() and bool((np.abs(xy) <= (360.0, 90.0)).all())
    parts, owner = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    together = np.flatnonzero(part[1:] == part[:-1])
    metres = np.zeros(len(together))
    if sound:
        origin = xy[together]
        metres = _metres(origin, xy[together + 1] - origin, np.ones(len(together)))
    found = np.bincount(owner[part[together]], metres, len(lines)).astype(np.float64)
    if not sound or (found == 0.0).any():
        return np.array([length(one) for one in lines])
    return found


def locate(line: BaseGeometry, lon: float, lat: float) -> Located:
    """The place on a line that is nearest to a position, the first such place where there are several.

    Raises what `length` raises, and BadCoordinates for a position off the globe.
    """
    course = _course(line)
    ends = np.stack([course.origin, course.origin + course.step], axis=1)
    near = nearest_on(shapely.linestrings(ends), lon, lat)
    at = int(np.argmin(near.distance_m))
    # Along the larger extent the share is found most exactly.
    axis = int(np.argmax(np.abs(course.step[at])))
    share = (float((near.lon, near.lat)[axis][at]) - course.origin[at, axis]) / course.step[at, axis]
    within = float(_metres(course.origin[at], course.step[at], min(max(share, 0.0), 1.0)))
    metres = min(float(course.begin[at]) + within, float(course.end[at]))
    return Located(metres, float(near.distance_m[at]))


def position(line: BaseGeometry, metres: float) -> LonLat:
    """The position so many metres along a line. Where one part ends and the next begins, the end.

    Raises what `length` raises, and GeoError for a measure that is not on the line.
    """
    course = _course(line)
    measure = _on_line(course, metres, "metres")
    segment = int(np.searchsorted(course.end[:-1], measure))  # at a vertex the earlier one
    return LonLat(*_place(course, segment, measure))


def cut(line: BaseGeometry, from_m: float, to_m: float) -> BaseGeometry:
    """The section of a line between two measures, in its direction, with all vertices in between.

    A LineString, or a MultiLineString where the section runs through several parts. Raises what `length`
    raises, and GeoError when a measure is not on the line or the section is shorter than a millimetre.
    """
    course = _course(line)
    low, high = _on_line(course, from_m, "from_m"), _on_line(course, to_m, "to_m")
    if high - low < RESOLUTION_M * 0.999:
        raise GeoError(
            f"区段的终点应在起点之后：得到 {from_m} 至 {to_m} 米。",
            f"A section ends after it starts, not {from_m} to {to_m} m.",
            parameter="to_m",
            value=to_m,
        )
    sections = []
    for part in np.unique(course.part):
        mine = np.flatnonzero(course.part == part)
        start, end = max(low, course.begin[mine[0]]), min(high, course.end[mine[-1]])
        if end - start <= _AT_VERTEX_M:
            continue
        # The vertices strictly between lie where the segments after the first one begin.
        first, last = mine[np.searchsorted(course.end[mine], [start + _AT_VERTEX_M, end - _AT_VERTEX_M])]
        ends = _place(course, first, start), _place(course, last, end)
        vertices = course.origin[first + 1 : last + 1]
        sections.append(shapely.LineString(np.concatenate([ends[:1], vertices, ends[1:]])))
    return sections[0] if len(sections) == 1 else shapely.MultiLineString(sections)


def _course(line: BaseGeometry) -> _Course:
    if line is None or line.geom_type not in ("LineString", "MultiLineString"):
        name = "None" if line is None else line.geom_type
        raise BadGeometry(
            f"只有线可以量里程，得到 {name}。", f"Only a line has measures along it, not {name}.", value=name
        )
    xy, part = shapely.get_coordinates(shapely.get_parts(line), return_index=True)
    proper = (np.abs(xy) <= (360.0, 90.0)).all(axis=1)  # false for NaN
    if not proper.all():
        wrong = xy[~proper][0].tolist()
        raise BadCoordinates(
            f"不是经纬度：{wrong}。", f"Not a longitude and latitude in degrees: {wrong}.", value=wrong
        )
    step = np.diff(xy, axis=0)
    kept = np.flatnonzero((part[1:] == part[:-1]) & (step != 0.0).any(axis=1))
    if not len(kept):
        raise BadGeometry("这条线没有长度。", "The line has no extent.")
    origin, step = xy[kept], step[kept]
    end = np.cumsum(_metres(origin, step, np.ones(len(kept))))
    return _Course(origin, step, np.append(0.0, end[:-1]), end, part[kept])


def _speed(origin: Array, step: Array, share: Array | float) -> Array:
    """Metres per unit of share at shares of the way along segments; the last axis of both is lon lat."""
    phi = np.radians(origin[..., 1] + share * step[..., 1])
    w2 = 1.0 - E2 * np.sin(phi) ** 2
    prime_vertical = MAJOR / np.sqrt(w2)
    meridian = prime_vertical * (1.0 - E2) / w2
    east, north = np.radians(step[..., 0]) * np.cos(phi), np.radians(step[..., 1])
    return np.hypot(prime_vertical * east, meridian * north)


def _metres(origin: Array, step: Array, share: Array | float) -> Array:
    """Metres from the start of segments to a share (0 to 1) of the way along each."""
    nodes = np.asarray(share)[..., None] * _NODES
    return share * (_speed(origin[..., None, :], step[..., None, :], nodes) @ _WEIGHTS)


def _place(course: _Course, segment: int, metres: float) -> tuple[float, float]:
    """Longitude and latitude of a measure on its segment."""
    origin, step = course.origin[segment], course.step[segment]
    extent = float(course.end[segment] - course.begin[segment])
    wanted = min(max(metres - float(course.begin[segment]), 0.0), extent)
    if extent - wanted <= _AT_VERTEX_M:
        return float(origin[0] + step[0]), float(origin[1] + step[1])
    if wanted <= _AT_VERTEX_M:
        return float(origin[0]), float(origin[1])
    share = wanted / extent
    for _ in range(_NEWTON_STEPS):
        miss = wanted - float(_metres(origin, step, share))
        share = min(max(share + miss / float(_speed(origin, step, share)), 0.0), 1.0)
    return float(origin[0] + share * step[0]), float(origin[1] + share * step[1])


def _on_line(course: _Course, metres: float, parameter: str) -> float:
    """The measure itself, or the end that it overshoots by no more than rounding does."""
    whole = float(course.end[-1])
    if not -RESOLUTION_M <= metres <= whole + RESOLUTION_M:  # also false for NaN
        raise GeoError(
            f"里程应在 0 与 {whole:.3f} 米之间，得到 {metres}。",
            f"A measure on this line is between 0 and {whole:.3f} m, not {metres}.",
            parameter=parameter,
            value=metres,
        )
    return min(max(float(metres), 0.0), whole)
