"""The share of many places that a service area covers: points, polygons, and land that counts once.

Places are put on the plane of some towns once (`Targets`) and asked about many service areas. What matters of
an area is its border: a place that no edge of the border meets lies wholly inside or wholly outside, which
one position of it tells. Only what the border cuts is cut, each time by a small part of the area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from geo.ground import Ground, objects, prepared
from geo.service import Service, only_areas, sound_sites

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Geometries = NDArray[np.object_]

SQUARE_M = 500.0
"""Land is cut into squares of this size, so that most of them lie inside or outside of a service area."""
_FEW = 128  # positions of an area that are not worth cutting it up further
_WHOLE = 1.0 - 1e-9  # a share that is the whole but for rounding


@dataclass(frozen=True, eq=False)
class Targets:
    """Points and polygons on the plane of `ground`, cut to its zone: nothing beyond it is served or counted.

    `area_m2` is 0 of points, and of places that lie outside the zone; `inside` says which do not. `spots` are
    a position of each.
    """

    ground: Ground
    shapes: Geometries
    area_m2: Array
    inside: NDArray[np.bool_]
    bounds: Array
    spots: Array
    tree: shapely.STRtree

    @classmethod
    def of(cls, ground: Ground, places: ArrayLike) -> Targets:
        """From WGS 84 points and polygons. Raises BadGeometry for broken ones, BadCoordinates for what is no
        longitude and latitude."""
        return cls.flat(ground, ground.flat(sound_sites(objects(np.atleast_1d(np.asarray(places, object))))))

    @classmethod
    def flat(cls, ground: Ground, shapes: Geometries) -> Targets:
        """From geometries on the plane already."""
        zone = prepared(ground.zone)
        there = shapely.covers(zone, shapes)
        over = np.flatnonzero(~there & shapely.intersects(zone, shapes))
        cut = objects([only_areas(shape) for shape in shapely.intersection(shapes[over], ground.zone)])
        points = shapely.get_dimensions(shapes[over]) == 0
        inside = there.copy()
        inside[over] = points | (shapely.area(cut) > 0.0)
        kept = shapes.copy()
        kept[over[~points]] = cut[~points]
        kept[~inside] = None
        spots = np.full((len(kept), 2), np.nan)
        xy, owner = shapely.get_coordinates(kept, return_index=True)
        owner, first = np.unique(owner, return_index=True)
        spots[owner] = xy[first]
        tree = shapely.STRtree(kept)
        return cls(ground, kept, shapely.area(kept), inside, shapely.bounds(kept), spots, tree)

    def met(self, edges: Geometries) -> NDArray[np.bool_]:
        """Which places any of some lines meets; of those in several parts, which of them it comes near."""
        found = np.zeros(len(self.shapes), dtype=bool)
        found[self.tree.query(edges, predicate="intersects")[1]] = True
        several = shapely.get_num_geometries(self.shapes) > 1  # of which some may be inside, some outside
        if several.any():
            near = self.tree.query(edges)[1]
            found[near[several[near]]] = True
        return found


def shares(service: Service, targets: Targets, rows: Indices | None = None) -> Array:
    """For each place the share (0 to 1) that lies in a service area; a point in it or on its border is 1.

    `rows` are the places asked for (all). Places outside the zone have 0. The service area must be of the
    same ground.
    """
    asked = np.arange(len(targets.shapes)) if rows is None else rows
    found = np.zeros(len(asked))
    if service.area.is_empty or not len(asked):
        return found
    edges = _edges(service.area, None if rows is None else targets.bounds[asked])
    met, inside = targets.met(edges)[asked], targets.inside[asked]
    area = prepared(service.area)
    whole = np.flatnonzero(inside & ~met)
    found[whole] = shapely.contains_xy(area, *targets.spots[asked[whole]].T)
    cut = np.flatnonzero(inside & met)
    extent = targets.area_m2[asked[cut]]
    points, areas = cut[extent == 0.0], cut[extent > 0.0]
    found[points] = shapely.intersects(area, targets.shapes[asked[points]])
    part = _parts(service.area, targets.shapes[asked[areas]], targets.bounds[asked[areas]])
    share = part / targets.area_m2[asked[areas]]
    found[areas] = np.where(share >= _WHOLE, 1.0, share)
    return found


def touched(targets: Targets, boxes: Array) -> Indices:
    """The places whose boxes meet any of some (N, 4) boxes on the plane."""
    return np.unique(targets.tree.query(shapely.box(*boxes.T))[1])


@dataclass(frozen=True, eq=False)
class Land:
    """Land where overlaps count once, cut into squares: `towns` (index) of each, and whether the zone counts
    it (where towns overlap, it counts in the first)."""

    squares: Targets
    towns: Indices
    once: NDArray[np.bool_]

    @classmethod
    def of(cls, ground: Ground, areas: ArrayLike) -> Land:
        """From WGS 84 polygons. Errors of `Targets.of`."""
        geoms = sound_sites(objects(np.atleast_1d(np.asarray(areas, object))))
        whole = only_areas(shapely.union_all(ground.flat(geoms[ground.near(geoms, 1.0)])))
        squares: list[BaseGeometry] = []
        towns: list[int] = []
        once: list[bool] = []
        taken: BaseGeometry = shapely.Polygon()
        for index, town in enumerate(ground.shapes):
            own = shapely.intersection(whole, town)
            parts = [(shapely.difference(own, taken), True), (shapely.intersection(own, taken), False)]
            for part, first in parts:
                some = _squares(only_areas(part))
                squares += some
                towns += [index] * len(some)
                once += [first] * len(some)
            taken = shapely.union(taken, town)
        return cls(Targets.flat(ground, objects(squares)), np.array(towns, np.intp), np.array(once, bool))

    def km2(self, shares: Array | None = None) -> Array:
        """Square kilometres per town, and last of the zone; with `shares` of the squares: of those parts."""
        area = self.squares.area_m2 * (1.0 if shares is None else shares) / 1e6
        of_towns = np.bincount(self.towns, area, minlength=len(self.squares.ground.codes))
        return np.append(of_towns, area[self.once].sum())


def _squares(area: BaseGeometry) -> list[BaseGeometry]:
    """An area on the plane cut along a grid."""
    if area.is_empty:
        return []
    west, south, east, north = (float(side) for side in area.bounds)
    found = []
    columns = np.append(np.arange(west, east, SQUARE_M), east)
    rows = np.append(np.arange(south, north, SQUARE_M), north)
    for left, right in pairwise(columns):
        column = shapely.intersection(area, shapely.box(left, south, right, north))
        if column.is_empty:
            continue
        pieces = shapely.intersection(column, shapely.box(left, rows[:-1], right, rows[1:]))
        found += [piece for piece in map(only_areas, pieces) if piece.area > 0.0]
    return found


def _edges(area: BaseGeometry, boxes: Array | None) -> Geometries:
    """The edges of an area's border as lines; with `boxes`, only those that can meet one of them."""
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(area)), return_index=True)
    first = np.flatnonzero(ring[1:] == ring[:-1])
    pairs = np.stack([xy[first], xy[first + 1]], axis=1)
    if boxes is not None:
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        pairs = pairs[((pairs.max(axis=1) >= low) & (pairs.min(axis=1) <= high)).all(axis=1)]
    return shapely.linestrings(pairs)


def _parts(area: BaseGeometry, shapes: Geometries, bounds: Array) -> Array:
    """Square metres of each shape that lie in the area, which is halved until little of it is left."""
    found = np.zeros(len(shapes))
    waiting = [(area, np.arange(len(shapes)))]
    while waiting:
        part, rows = waiting.pop()
        if part.is_empty:
            continue
        if len(rows) == 1 or shapely.get_num_coordinates(part) <= _FEW:
            # Quick halves may touch themselves, which overlays do not take.
            whole = part if part.is_valid else only_areas(shapely.make_valid(part, method="structure"))
            found[rows] += shapely.area(shapely.intersection(shapes[rows], whole))
            continue
        west, south, east, north = part.bounds
        axis = 0 if east - west >= north - south else 1
        middle = (west + east) / 2.0 if axis == 0 else (south + north) / 2.0
        low = (west, south, middle, north) if axis == 0 else (west, south, east, middle)
        high = (middle, south, east, north) if axis == 0 else (west, middle, east, north)
        below, above = rows[bounds[rows, axis] < middle], rows[bounds[rows, axis + 2] > middle]
        for half, some in zip(_halves(part, low, high), (below, above), strict=True):
            if len(some):
                waiting.append((half, some))
    return found


def _halves(part: BaseGeometry, low: Sequence[float], high: Sequence[float]) -> list[BaseGeometry]:
    """The parts of an area in two boxes beside each other. Clipping is three times as quick as an overlay;
    where its halves are not together the whole, the overlay is made."""
    quick = [only_areas(shapely.clip_by_rect(part, *box)) for box in (low, high)]
    if abs(quick[0].area + quick[1].area - part.area) <= 1e-9 * part.area:
        return quick
    return [only_areas(shapely.intersection(part, shapely.box(*box))) for box in (low, high)]
