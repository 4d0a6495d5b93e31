"""Nearest geometries by exact geodesic distance to the geometry itself, never to its centroid.

A segment is straight in lon/lat: that is the definition of RFC 7946 §3.1.1 and holds here for every engine.
A geodesic between the same ends would run elsewhere, 0.12 m beside the middle of a 3 km street at 35° N and
34 m beside one of 50 km. `geo.distance` says how distances are found and how exact they are.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.around import box_geometry, boxes_around
from geo.distance import Nearest, check_position, inverse, longest, nearest_on, reach, to_curves
from geo.errors import BadCoordinates, GeoError
from geo.pieces import MAJOR, MINOR, cut, earth_centred
from geo.types import Box

__all__ = ["Hits", "Nearest", "NearestIndex", "nearest_on"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Geometries = NDArray[np.object_]

# Up to this many geometries it is quicker to bound the distance to each than to search the tree.
_FEW = 4096
# Having gone through this many in vain (a mask that allows few), bounding all that is allowed is quicker.
_MANY = 16384
_HALF_WORLD = math.pi * MAJOR


class Hits(NamedTuple):
    """What a query found, nearest first: indices, metres, degrees in [0, 360), (n, 2) nearest lon lat."""

    indices: Indices
    distances: Array
    bearings: Array
    points: Array


class NearestIndex:
    """N geometries (WGS 84, within ±180° of longitude), built once, for exact spatial questions.

    Immutable, and safe to ask from several threads. Empty and missing geometries keep their index and are
    never found. `tree` is the shapely STRtree over the same array, for questions of one's own.
    """

    def __init__(self, geoms: Geometries) -> None:
        """Raises BadCoordinates when a vertex is no longitude and latitude in degrees."""
        self.geoms: Geometries = np.array(geoms, dtype=object, ndmin=1)
        self.tree = shapely.STRtree(self.geoms)
        self._pieces = cut(self.geoms)
        self._extent = shapely.bounds(self.geoms)
        self._found = np.diff(self._pieces.first) > 0
        self._areal = shapely.get_dimensions(self.geoms) == 2
        self._centre, self._radius = self._balls()
        self._total = int(np.count_nonzero(self._found))
        self._bounds = Box(*shapely.total_bounds(self.geoms)) if self._total else None

    def __len__(self) -> int:
        return len(self.geoms)

    def query(
        self,
        lon: float,
        lat: float,
        k: int,
        radius_m: float | None = None,
        mask: NDArray[np.bool_] | None = None,
    ) -> Hits:
        """The k geometries nearest to a position by geodesic distance, equal distances by index.

        `radius_m` limits the distance (inclusive; 0 finds what covers the position), `mask` (N booleans)
        the geometries asked for. Fewer than k are found when there are no more. Raises BadCoordinates for a
        position off the globe, GeoError for a negative k, a negative radius or a mask of another length.
        """
        check_position(lon, lat)
        limit = self._check(k, radius_m, mask)
        wanted = self._found if mask is None else mask & self._found
        total = self._total if mask is None else int(np.count_nonzero(wanted))
        k = min(k, total)
        if k == 0:
            return Hits(np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0), np.zeros((0, 2)))

        inside = self._covering(lon, lat, wanted)
        if len(inside) >= k:
            limit = 0.0  # points and lines right here are as near, and may come first by index
        place = earth_centred(lon, lat)
        near = self._candidates(place, lon, lat, k, limit, wanted, total)
        if len(inside):
            near = near[~np.isin(near, inside)]
        near = near[self._within(place, near, k, limit)]
        if len(near) > max(_FEW, k):
            near = self._from_afar(lon, lat, near, k)
        away = to_curves(self._pieces, near, lon, lat, keep=k)
        return _merged(inside, near, away, lon, lat, k, limit)

    def at(self, lon: float, lat: float, tolerance_m: float) -> Indices:
        """Indices of all geometries that cover the position or lie within the tolerance (geodesic metres),
        by distance, then index. Errors as `query`."""
        return self.query(lon, lat, len(self.geoms), tolerance_m).indices

    def intersecting(self, box: Box) -> Indices:
        """Sorted indices of the geometries that share a point with a lon/lat box, its edges included.

        Exact on lon/lat, where segments and the box's edges are straight. A box whose west exceeds its east
        crosses the antimeridian (RFC 7946 §5.2). Raises BadCoordinates for NaN or south above north.
        """
        if not (box.miny <= box.maxy and math.isfinite(sum(box))):
            raise BadCoordinates(
                f"范围应为 西,南,东,北，且南不大于北，得到 {tuple(box)}。",
                f"A box is west, south, east, north with south not above north, not {tuple(box)}.",
                parameter="bbox",
                value=list(box),
            )
        if box.minx > box.maxx:
            west = self.intersecting(Box(box.minx, box.miny, 180.0, box.maxy))
            return np.union1d(west, self.intersecting(Box(-180.0, box.miny, box.maxx, box.maxy)))
        rectangle = box_geometry(box)
        found = np.sort(self.tree.query(rectangle))
        # What lies in the box as a whole surely meets it; GEOS need only look at the others.
        low, high = self._extent[found, :2], self._extent[found, 2:]
        meets = ((low >= box[:2]) & (high <= box[2:])).all(axis=1)
        shapely.prepare(rectangle)
        meets[~meets] = shapely.intersects(rectangle, self.geoms[found[~meets]])
        return found[meets]

    def _check(self, k: int, radius_m: float | None, mask: NDArray[np.bool_] | None) -> float:
        if k < 0:
            raise GeoError(
                f"数量不能为负：{k}。", f"A count cannot be negative: {k}.", parameter="limit", value=k
            )
        if radius_m is not None and not radius_m >= 0.0:
            raise GeoError(
                f"半径应为不小于 0 的米数，得到 {radius_m}。",
                f"A radius is a number of metres, 0 or more, not {radius_m}.",
                parameter="radius",
                value=radius_m,
            )
        if mask is not None and mask.shape != self.geoms.shape:
            raise GeoError(
                f"掩码长度应为 {len(self.geoms)}，得到 {mask.shape}。",
                f"The mask has {len(self.geoms)} booleans, not shape {mask.shape}.",
                parameter="mask",
            )
        return math.inf if radius_m is None else float(radius_m)

    def _balls(self) -> tuple[Array, Array]:
        """For each geometry a ball (Earth-centred metres) that holds its points, lines and rings."""
        centre = np.zeros((len(self.geoms), 3))
        radius = np.zeros(len(self.geoms))
        found = np.flatnonzero(self._found)
        if len(found):
            pieces, first = self._pieces, self._pieces.first[found]
            end = pieces.start + pieces.chord
            low = np.minimum.reduceat(np.minimum(pieces.start, end), first)
            high = np.maximum.reduceat(np.maximum(pieces.start, end), first)
            centre[found] = (low + high) / 2.0
            # Half the diagonal of the box around the chords, and what the curves stray from them.
            radius[found] = _norm(high - low) / 2.0 + np.maximum.reduceat(pieces.stray, first)
        return centre, radius

    def _covering(self, lon: float, lat: float, wanted: NDArray[np.bool_]) -> Indices:
        """Sorted indices of the polygons that hold the position, edges included."""
        found = self.tree.query(shapely.Point(lon, lat), predicate="intersects")
        return np.sort(found[self._areal[found] & wanted[found]])

    def _candidates(
        self,
        place: Array,
        lon: float,
        lat: float,
        k: int,
        limit: float,
        wanted: NDArray[np.bool_],
        total: int,
    ) -> Indices:
        """Geometries, found through the tree, among which the k nearest within the limit are."""
        if total <= _FEW:
            return np.flatnonzero(wanted)
        start, step = self._first_radius(lon, lat, k, total)
        radius = min(limit, start + step)
        while True:
            boxed = self._in_box(lon, lat, radius)
            near = boxed[wanted[boxed]]
            if radius >= limit or radius > _HALF_WORLD:
                return near
            if len(near) >= k:
                # k of them are surely no farther than this; if that lies in the box, none outside is nearer.
                far = _norm(self._centre[near] - place) + self._radius[near]
                enough = float(longest(np.partition(far, k - 1)[k - 1]))
                if enough <= radius:
                    return near
                radius = min(limit, enough)
                boxed = self._in_box(lon, lat, radius)
                return boxed[wanted[boxed]]
            if len(boxed) > _MANY:
                return np.flatnonzero(wanted)
            step *= 2.0
            radius = min(limit, start + step)

    def _within(self, place: Array, near: Indices, k: int, limit: float) -> NDArray[np.bool_]:
        """Which of some geometries can be among the k nearest and within the limit, judged by their balls."""
        distance = _norm(self._centre[near] - place)
        radius = self._radius[near]
        bound = limit + 1e-6  # a straight way is no longer than the geodesic
        if k < len(near):
            bound = min(bound, float(reach(np.partition(distance + radius, k - 1)[k - 1])))
        return distance - radius <= bound

    def _from_afar(self, lon: float, lat: float, near: Indices, k: int) -> Indices:
        """Which of some geometries thousands of kilometres away can be among the k nearest.

        There the bounds of `geo.distance` lie kilometres apart. But the true distance and that on the
        sphere of reduced latitudes change alike from one geometry to the next: their directions differ by
        at most 1 % up to 120° away, their lengths by 0.34 %. So one true distance calibrates its
        surroundings to 2 % of *their* size.
        """
        first = self._pieces.first[near]
        axes = np.array([MAJOR, MAJOR, MINOR])
        sphere = self._pieces.start[first] / axes
        angle = 2.0 * np.arcsin(_norm(sphere - earth_centred(lon, lat) / axes) / 2.0)
        mark = int(np.argmin(angle))
        if not 0.001 < angle[mark] < 2.09:  # 6 km and 120°
            return near
        true = float(inverse(lon, lat, self._pieces.lonlat[first[mark : mark + 1]])[0][0])
        spread = _norm(self._pieces.start[first] - self._pieces.start[first[mark]])
        guess = angle * (true / angle[mark])
        error = 0.02 * longest(spread) + 2.0 * longest(self._radius[near])
        return near[guess - error <= np.partition(guess + error, k - 1)[k - 1]]

    def _first_radius(self, lon: float, lat: float, k: int, total: int) -> tuple[float, float]:
        """About how far the nearest geometry is at least, and a radius to hold k if all lay evenly."""
        box = self._bounds
        assert box is not None
        start = 0.0
        if not box.contains(lon, lat):
            edge = np.array([[min(max(lon, box.minx), box.maxx), min(max(lat, box.miny), box.maxy)]])
            start = float(inverse(lon, lat, edge)[0][0])
        metres = math.radians(1.0) * MAJOR
        height = (box.maxy - box.miny) * metres + 1.0
        width = (box.maxx - box.minx) * metres * math.cos(math.radians((box.miny + box.maxy) / 2.0)) + 1.0
        return start, math.sqrt(1.5 * (k + 4) * height * width / (math.pi * total))

    def _in_box(self, lon: float, lat: float, radius_m: float) -> Indices:
        """Geometries whose box meets the lon/lat box around a geodesic circle, in no order."""
        found = [self.tree.query(box_geometry(box)) for box in boxes_around(lon, lat, radius_m)]
        return found[0] if len(found) == 1 else np.unique(np.concatenate(found))


def _norm(vectors: Array) -> Array:
    """Lengths of (N, 3) vectors."""
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))


def _merged(
    inside: Indices, near: Indices, away: Nearest, lon: float, lat: float, k: int, limit: float
) -> Hits:
    """What covers the position, at 0 m, and what lies away from it, in order, cut to k and to the limit."""
    n = len(inside)
    keep = away.distance_m <= limit  # false for NaN
    indices = np.concatenate([inside, near[keep]])
    distances = np.concatenate([np.zeros(n), away.distance_m[keep]])
    bearings = np.concatenate([np.zeros(n), away.bearing_deg[keep]])
    here = np.tile(np.array([lon, lat], dtype=np.float64), (n, 1))
    points = np.concatenate([here, np.column_stack([away.lon[keep], away.lat[keep]])])
    order = np.lexsort((indices, distances))[:k]
    return Hits(indices[order], distances[order], bearings[order], points[order])
