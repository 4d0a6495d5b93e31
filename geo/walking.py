"""Service areas that follow the streets: as far as one walks from a site in so many minutes, and a strip of
ground along the way.

A site is entered at its spot nearest to a street (of a polygon, any spot of its outline: nobody knows its
gates); the straight way between the two counts. From there ways follow the network of `geo.streets`, and end
in the middle of a street where the minutes do. The area is everything within `aside_m` of the streets
reached (to 1.1 % of that); the strip does not count towards the minutes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import GeoError
from geo.ground import objects
from geo.service import Service, added, checked_radius, clipped, sound_sites, union
from geo.streets import Streets

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Geometries = NDArray[np.object_]

ASIDE_M = 50.0
"""How far from a street the ground counts as being on it, unless told otherwise."""

FARTHEST_M = 200.0
"""A site farther from any street than this is off the network, unless told otherwise."""

# The strip is a convention: its edge is right to 1.1 % of its width, 0.55 m of 50.
_STRIP_FINE = 0.01
# Stretches closer than this touch: metres on an axis of thousands of kilometres are exact to nanometres.
_TOUCH_M = 1e-6


class Walked(NamedTuple):
    """What is reached on foot, and the indices of the sites that have no street near: they reach nothing.

    Empty and missing sites are not among them.
    """

    service: Service
    off_network: Indices


class _Snaps(NamedTuple):
    """Where sites meet the streets: index of the site, of the piece, metres from the piece's first node,
    metres from the site, and the straight way there (lines on the plane)."""

    site: Indices
    piece: Indices
    along: Array
    offset: Array
    way: Geometries


def walked(
    streets: Streets,
    sites: ArrayLike,
    minutes: float,
    metres_per_minute: float,
    aside_m: float = ASIDE_M,
    farthest_m: float = FARTHEST_M,
) -> Walked:
    """What sites (WGS 84 geometries of any type) reach on foot.

    Raises GeoError when minutes, speed, strip or offset are not above 0, or the way is longer than
    `geo.service.LARGEST_RADIUS_M`; BadGeometry for a polygon broken beyond harmless mending, BadCoordinates
    for what is no longitude and latitude.
    """
    geoms = sound_sites(objects(np.atleast_1d(np.asarray(sites, dtype=object))))
    area, off = _walk(streets, geoms, minutes, metres_per_minute, aside_m, farthest_m)
    ground = streets.ground
    return Walked(clipped(ground, area, ground.within(geoms)), off)


def what_if_walked(
    service: Service,
    streets: Streets,
    site: BaseGeometry,
    minutes: float,
    metres_per_minute: float,
    aside_m: float = ASIDE_M,
    farthest_m: float = FARTHEST_M,
) -> Walked:
    """The service with one more site; `off_network` is [0] when it has no street near. Errors as `walked`."""
    geoms = sound_sites(objects([site]))
    area, off = _walk(streets, geoms, minutes, metres_per_minute, aside_m, farthest_m)
    return Walked(added(service, area, streets.ground.within(geoms)), off)


def reached_streets(
    streets: Streets,
    sites: ArrayLike,
    minutes: float,
    metres_per_minute: float,
    farthest_m: float = FARTHEST_M,
) -> BaseGeometry:
    """The parts of the streets that are reached, as lines in WGS 84, without the ways from the sites to the
    streets. Errors as `walked`."""
    limit = _limit(minutes, metres_per_minute)
    geoms = sound_sites(objects(np.atleast_1d(np.asarray(sites, dtype=object))))
    snaps, _ = _snapped(streets, geoms, checked_radius(farthest_m, "farthest_m"))
    lines = shapely.union_all(shapely.linestrings(_reached(streets, snaps, limit)))
    return streets.ground.plane.to_wgs84(shapely.line_merge(lines))


def _walk(
    streets: Streets,
    geoms: Geometries,
    minutes: float,
    metres_per_minute: float,
    aside_m: float,
    farthest_m: float,
) -> tuple[BaseGeometry, Indices]:
    """The area on the plane, and which sites are off the network."""
    limit = _limit(minutes, metres_per_minute)
    aside, farthest = checked_radius(aside_m, "aside_m"), checked_radius(farthest_m, "farthest_m")
    snaps, off = _snapped(streets, geoms, farthest)
    # Between crossings a street is one line again, so that its fine bends need not all be followed.
    reached = shapely.line_merge(shapely.multilinestrings(_reached(streets, snaps, limit)))
    ways = np.concatenate([objects([reached]), _to_street(snaps, limit)])
    return union(ways, aside, _STRIP_FINE), off


def _limit(minutes: float, metres_per_minute: float) -> float:
    for name, value in (("minutes", minutes), ("metres_per_minute", metres_per_minute)):
        if not (value > 0.0 and math.isfinite(value)):
            raise GeoError(
                f"步行时间和速度应大于 0，得到 {value}。",
                f"Walking time and speed are above 0, not {value}.",
                parameter=name,
                value=value,
            )
    return checked_radius(minutes * metres_per_minute, "minutes")


def _snapped(streets: Streets, geoms: Geometries, farthest_m: float) -> tuple[_Snaps, Indices]:
    """Where each part of each site meets the network; equally near pieces all count."""
    there = np.flatnonzero(~(shapely.is_missing(geoms) | shapely.is_empty(geoms)))
    # Sites far from all streets would only be projected in vain.
    near = there[streets.ground.near(geoms[there], 20_000.0)]
    parts, owner = shapely.get_parts(streets.ground.flat(geoms[near]), return_index=True)
    found, piece = streets.tree.query_nearest(parts, max_distance=farthest_m, all_matches=True)
    order = np.lexsort((piece, found))
    found, piece = found[order], piece[order]
    way = shapely.shortest_line(parts[found], streets.tree.geometries[piece])
    spot = shapely.get_coordinates(shapely.get_point(way, -1))
    along = np.hypot(*(spot - streets.nodes[streets.piece[piece, 0]]).T)
    along = np.minimum(along, streets.length[piece])
    snaps = _Snaps(near[owner[found]], piece, along, shapely.length(way), way)
    return snaps, np.setdiff1d(there, snaps.site)


def _reached(streets: Streets, snaps: _Snaps, limit_m: float) -> Array:
    """(S, 2, 2) straight parts of streets within a walk, plane metres."""
    length = streets.length
    ends = streets.piece[snaps.piece]
    whole = length[snaps.piece]
    starts = np.concatenate([ends[:, 0], ends[:, 1]])
    costs = np.concatenate([snaps.offset + snaps.along, snaps.offset + whole - snaps.along])
    left = limit_m - streets.ways(starts, costs)  # metres left to walk at every node; -inf where none leads
    first, second = np.maximum(left[streets.piece], 0.0).T
    index = np.arange(len(length))
    rest = limit_m - snaps.offset
    parts = (
        (index, np.zeros(len(length)), np.minimum(first, length)),
        (index, np.maximum(length - second, 0.0), length),
        (snaps.piece, np.maximum(snaps.along - rest, 0.0), np.minimum(snaps.along + rest, whole)),
    )
    piece, low, high = (np.concatenate(column) for column in zip(*parts, strict=True))
    some = high > low
    piece, low, high = _joined(piece[some], low[some], high[some])
    origin, target = streets.nodes[streets.piece[piece]].transpose(1, 0, 2)
    ahead = (target - origin) / length[piece, None]
    # The end of a whole piece is its node, to the last digit, so that neighbours meet.
    stop = np.where((high == length[piece])[:, None], target, origin + ahead * high[:, None])
    return np.stack([origin + ahead * low[:, None], stop], axis=1)


def _joined(piece: Indices, low: Array, high: Array) -> tuple[Indices, Array, Array]:
    """Stretches of pieces, from low to high metres, with those that overlap or touch made one."""
    order = np.lexsort((low, piece))
    piece, low, high = piece[order], low[order], high[order]
    if not len(piece):
        return piece, low, high
    # Laid end to end with gaps between pieces, all stretches lie on one axis.
    shift = piece * (high.max() + 1.0)
    so_far = np.maximum.accumulate(high + shift)
    begins = np.append(True, (low + shift)[1:] > so_far[:-1] + _TOUCH_M)
    first = np.flatnonzero(begins)
    return piece[first], low[first], np.maximum.reduceat(high, first)


def _to_street(snaps: _Snaps, limit_m: float) -> Geometries:
    """The straight ways from sites to the streets, as far as they are walked; a spot where there is none."""
    ends = shapely.get_coordinates(snaps.way).reshape(-1, 2, 2)
    share = np.minimum(limit_m / np.maximum(snaps.offset, 1e-9), 1.0)
    ends[:, 1] = ends[:, 0] + (ends[:, 1] - ends[:, 0]) * share[:, None]
    return shapely.linestrings(ends)
