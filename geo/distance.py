"""Geodesic distance from a position to the pieces of geometries: how it is found, and why it is right.

1. Bounds. Between two positions on the ellipsoid let c be the straight distance through the Earth and s the
   geodesic one. A curve that bends at least and at most like circles of radius R and r has 2R asin(c/2R) ≤
   s ≤ 2r asin(c/2r) (Schur's comparison of arcs, up to half a turn), with r = b²/a and R = a²/b. Stretching
   the ellipsoid to the unit sphere (x/a, y/a, z/b) changes lengths by factors between 1/a and 1/b, so that
   2b asin(c/2a) ≤ s ≤ 2a asin(c/2b). At 5 km these bounds are 3 µm apart, at 50 km 3 mm, at 1,000 km 23 m.
   What they rule out cannot be the nearest; nothing else is ruled out.
2. Feet. On each piece left over, Newton steps minimise c to the curve itself. The foot is off by
   micrometres nearby (along the curve, so that the distance is not), because c and s are least at the same
   place but for terms of the order s³/R² · 0.7 %.
3. Distance and bearing to the foot are pyproj's geodesic ones.

Error of the distance: below 1 µm up to 50 km, 0.1 mm up to 1,000 km, 1 cm up to 15,000 km; tens of metres
near the antipode. Distances are rounded to a micrometre, so that equal geometries tie wherever they stand
in an array.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.errors import BadCoordinates
from geo.measure import GEOD, compass
from geo.pieces import E2, MAJOR, MINOR, Pieces, cut, earth_centred, members

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

# Smallest and largest radius of curvature of the ellipsoid, metres. The largest is raised by 0.1 % because
# a geodesic also winds a little (its torsion is at most 0.34 % of its curvature), which straightens it by
# some 1e-5.
_TIGHTEST = MINOR * MINOR / MAJOR
_FLATTEST = MAJOR * MAJOR / MINOR * 1.001
# Earth-centred coordinates are exact to nanometres.
_ROUNDING_M = 1e-6
_NEWTON_STEPS = 2


class Nearest(NamedTuple):
    """Per geometry: distance in metres, bearing in [0, 360) degrees, nearest position on it (degrees)."""

    distance_m: Array
    bearing_deg: Array
    lon: Array
    lat: Array


def nearest_on(geoms: NDArray[np.object_], lon: float, lat: float) -> Nearest:
    """Distance, bearing and nearest position for each of N geometries (WGS 84), as four arrays of length N.

    A polygon that contains the position, or an areal geometry that it touches, is at 0 m, bearing 0,
    nearest position the one asked from. An empty or missing geometry answers NaN throughout. Raises
    BadCoordinates when the position is not on the globe or a vertex is not in degrees.
    """
    check_position(lon, lat)
    array = np.atleast_1d(np.asarray(geoms, dtype=object))
    answer = Nearest(*(np.full(len(array), np.nan) for _ in range(4)))
    pieces = cut(array)
    inside = (shapely.get_dimensions(array) == 2) & shapely.intersects(array, shapely.Point(lon, lat))
    outside = np.flatnonzero((np.diff(pieces.first) > 0) & ~inside)
    away = to_curves(pieces, outside, lon, lat)
    for column, here, there in zip(answer, (0.0, 0.0, lon, lat), away, strict=True):
        column[inside] = here
        column[outside] = there
    return answer


def to_curves(pieces: Pieces, chosen: Indices, lon: float, lat: float, keep: int | None = None) -> Nearest:
    """The nearest positions on the points, lines and rings of the chosen geometries, which all have some.

    With `keep`, geometries that cannot be among the `keep` nearest may answer NaN: that saves their exact
    distance.
    """
    answer = Nearest(*(np.full(len(chosen), np.nan) for _ in range(4)))
    if not len(chosen):
        return answer
    index, begin = members(pieces.first, chosen)
    count = np.diff(np.append(begin, len(index)))
    place = earth_centred(lon, lat)

    # Nearest point of every chord, and with it bounds of the distance to every piece.
    chord, chord2 = pieces.chord[index], pieces.chord2[index]
    gap = place - pieces.start[index]
    share = np.einsum("ij,ij->i", gap, chord) / np.where(chord2 > 0.0, chord2, 1.0)
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    gap -= share[:, None] * chord
    straight = np.sqrt(np.einsum("ij,ij->i", gap, gap))
    stray = pieces.stray[index]
    upper = np.minimum.reduceat(straight + stray, begin)
    limit = reach(upper)
    if keep is not None and keep < len(chosen):
        limit = np.minimum(limit, reach(np.partition(upper, keep - 1)[keep - 1]))
    left = np.flatnonzero(straight - stray <= np.repeat(limit, count))

    index, share = index[left], share[left]
    group = np.repeat(np.arange(len(chosen)), count)[left]
    foot = pieces.lonlat[index] + _feet(pieces, index, share, lon, lat)[:, None] * pieces.step[index]
    distance, bearing = inverse(lon, lat, foot)

    best = np.lexsort((distance, group))
    group = group[best]
    first = np.append(True, group[1:] != group[:-1])
    group, best = group[first], best[first]
    for column, value in zip(answer, (distance, bearing, foot[:, 0], foot[:, 1]), strict=True):
        column[group] = value[best]
    return answer


def longest(straight: ArrayLike) -> Array:
    """An upper bound of the geodesic distance, from the straight one (metres, number or array)."""
    straight = np.asarray(straight, dtype=np.float64)
    sphere = 2.0 * MAJOR * np.arcsin(np.minimum(straight / (2.0 * MINOR), 1.0))
    arc = 2.0 * _TIGHTEST * np.arcsin(np.minimum(straight / (2.0 * _TIGHTEST), 1.0))
    # The comparison of arcs ends at half a turn; beyond 12,000 km the sphere's bound stands alone.
    return np.where(straight < 1.2e7, np.minimum(sphere, arc), sphere)


def reach(straight: ArrayLike) -> Array:
    """The largest straight distance that a position can have while its geodesic distance is no longer than
    that of some position at the given straight distance (metres, number or array)."""
    geodesic = longest(straight)
    sphere = 2.0 * MAJOR * np.sin(np.minimum(geodesic / (2.0 * MINOR), np.pi / 2.0))
    arc = 2.0 * _FLATTEST * np.sin(geodesic / (2.0 * _FLATTEST))
    return np.minimum(sphere, arc) + _ROUNDING_M


def inverse(lon: float, lat: float, points: Array) -> tuple[Array, Array]:
    """Geodesic distance (metres, to a micrometre) and bearing from one position to (N, 2) others."""
    n = len(points)
    azimuth, _, distance = GEOD.inv(np.full(n, lon), np.full(n, lat), points[:, 0], points[:, 1])
    distance = np.round(distance, 6)
    return distance, np.where(distance > 0.0, compass(azimuth), 0.0)


def check_position(lon: float, lat: float) -> None:
    """Raise BadCoordinates unless the numbers are a longitude and a latitude."""
    for name, value, bound in (("lon", lon, 180), ("lat", lat, 90)):
        if not abs(value) <= bound:
            word = "经度" if name == "lon" else "纬度"
            english = "longitude" if name == "lon" else "latitude"
            raise BadCoordinates(
                f"{word}应在 −{bound} 与 {bound} 之间，得到 {value}。",
                f"The {english} is between −{bound} and {bound}, not {value}.",
                parameter=name,
                value=value,
            )


def _feet(pieces: Pieces, index: Indices, share: Array, lon: float, lat: float) -> Array:
    """How far along each piece (0 to 1) its nearest point is: Newton steps from the chord's."""
    curved = np.flatnonzero(pieces.chord2[index] > 0.0)
    if not len(curved):
        return share
    rows = index[curved]
    # Turned about the axis so that the position has longitude 0: fewer terms, same distances.
    lam0, phi0 = np.radians(pieces.lonlat[rows] - (lon, 0.0)).T
    dlam, dphi = np.radians(pieces.step[rows]).T
    px, _, pz = earth_centred(0.0, lat)
    t = share[curved]
    for _ in range(_NEWTON_STEPS):
        lam, phi = lam0 + t * dlam, phi0 + t * dphi
        sin_l, cos_l, sin_p, cos_p = np.sin(lam), np.cos(lam), np.sin(phi), np.cos(phi)
        w2 = 1.0 - E2 * sin_p * sin_p
        normal = MAJOR / np.sqrt(w2)  # radius of curvature in the prime vertical
        axis = normal * cos_p  # distance from the Earth's axis
        ex, ey, ez = axis * cos_l - px, axis * sin_l, normal * (1.0 - E2) * sin_p - pz
        # Speed along the piece: `out` away from the axis, `east`, `up` along the axis.
        north = normal * (1.0 - E2) / w2 * dphi
        out, east, up = -sin_p * north, axis * dlam, cos_p * north
        slope = ex * (out * cos_l - east * sin_l) + ey * (out * sin_l + east * cos_l) + ez * up
        # Acceleration, the change of the meridian's radius left out: it only steers the step.
        inward = -(east * dlam + cos_p * north * dphi)
        aside = 2.0 * out * dlam
        bend = ex * (inward * cos_l - aside * sin_l) + ey * (inward * sin_l + aside * cos_l)
        bend -= ez * sin_p * north * dphi
        speed2 = out * out + east * east + up * up
        convex = speed2 + bend
        hollow = convex <= 0.05 * speed2
        t = np.minimum(np.maximum(t - slope / np.where(hollow, np.inf, convex), 0.0), 1.0)
    if hollow.any():
        # Only thousands of kilometres away: no least point inside the piece, so one of its ends is it.
        gap = earth_centred(lon, lat) - pieces.start[rows]
        back = gap - pieces.chord[rows]
        ends = np.einsum("ij,ij->i", gap, gap) > np.einsum("ij,ij->i", back, back)
        t = np.where(hollow, ends, t)
    feet = share.copy()
    feet[curved] = t
    return feet
